//! The threads of an agent: one reads, one speaks with the collector.

use std::fs::{self, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use palisade_disk::SharedDisk;
use palisade_record::Clock;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::status::{Counters, set};
use crate::tailer::{Job, Tailer};
use crate::watch::FolderWatch;
use crate::{Answer, Error, KnownPosition, Settings, Status, Transport, TransportError};

/// Descriptors that log files leave to everything else: sockets, checkpoint, spool, watches, the program around.
const DESCRIPTORS_RESERVED: u64 = 64;

/// What can wake the reader; a few of each are enough, since they say no more than "look".
const INBOX_MESSAGES_MAX: usize = 8;

enum Message {
    Look,
    Answered(Result<Answer, TransportError>),
    Positioned(Result<Vec<KnownPosition>, TransportError>),
}

#[derive(Default)]
struct Signals {
    folders_changed: AtomicBool,
    finish_files: AtomicBool,
    stop: AtomicBool,
    is_drained: AtomicBool,
    /// When to end at the latest, once stopping.
    deadline: Mutex<Option<Instant>>,
}

/// A running agent.
pub struct Agent {
    counters: Arc<Counters>,
    signals: Arc<Signals>,
    inbox: SyncSender<Message>,
    reader: Option<JoinHandle<()>>,
    _lock: fs::File,
}

impl Agent {
    /// Starts reading and shipping.
    pub fn start(
        settings: Settings,
        disk: SharedDisk,
        clock: Arc<dyn Clock>,
        transport: Box<dyn Transport>,
    ) -> Result<Self, Error> {
        let lock = lock(&settings.state_dir)?;
        let counters = Arc::new(Counters::default());
        let mut tailer = Tailer::new(settings.clone(), disk, counters.clone())?;
        tailer.limit_open_files(raise_descriptor_limit());
        let signals = Arc::new(Signals::default());
        let (inbox, messages) = sync_channel(INBOX_MESSAGES_MAX);
        let (jobs, shipper_jobs) = sync_channel::<Job>(1);
        let state = |source| Error::State { path: settings.state_dir.clone(), source };

        let answers = inbox.clone();
        let ship = move || ship(&shipper_jobs, transport.as_ref(), &answers);
        // The shipper ends by itself once the reader has dropped its end of the channel.
        std::thread::Builder::new().name("agent-shipper".to_owned()).spawn(ship).map_err(state)?;

        let (watch_signals, watch_inbox) = (signals.clone(), inbox.clone());
        let watch = FolderWatch::new(move || {
            watch_signals.folders_changed.store(true, Ordering::SeqCst);
            _ = watch_inbox.try_send(Message::Look);
        });
        tracing::info!(agent = %settings.agent, started = %clock.now(), "agent starts");
        let reader = Reader { tailer, signals: signals.clone(), counters: counters.clone(), watch, jobs };
        let read = move || reader.run(&messages);
        let reader =
            std::thread::Builder::new().name("agent-reader".to_owned()).spawn(read).map_err(state)?;
        Ok(Self { counters, signals, inbox, reader: Some(reader), _lock: lock })
    }

    /// The numbers now.
    pub fn status(&self) -> Status {
        self.counters.read()
    }

    /// Whether every file that is known was read to its end, and all of it was acknowledged.
    ///
    /// A record of which pieces are missing keeps this false. A last line without newline does so only after
    /// [`Agent::finish_files`], which is also what ships both.
    pub fn is_drained(&self) -> bool {
        self.signals.is_drained.load(Ordering::SeqCst)
    }

    /// From now on, what stands at the end of a file without newline is shipped as a record that is marked
    /// unfinished, once the file has not grown for two looks at it. For runs that end when everything is read.
    pub fn finish_files(&self) {
        // What was drained without this is not drained with it.
        self.signals.finish_files.store(true, Ordering::SeqCst);
        self.signals.is_drained.store(false, Ordering::SeqCst);
        _ = self.inbox.try_send(Message::Look);
    }

    /// Stops reading, waits up to `grace` for what is on its way, and writes the checkpoint. Says whether everything
    /// that was read was acknowledged; what was not is read again after the next start.
    pub fn stop(mut self, grace: Duration) -> bool {
        *self.signals.deadline.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + grace);
        self.signals.stop.store(true, Ordering::SeqCst);
        _ = self.inbox.try_send(Message::Look);
        if let Some(reader) = self.reader.take() {
            _ = reader.join();
        }
        self.counters.read().waiting_requests == 0
    }
}

impl Drop for Agent {
    /// Ends the threads without waiting for the network.
    fn drop(&mut self) {
        self.signals.stop.store(true, Ordering::SeqCst);
        _ = self.inbox.try_send(Message::Look);
        if let Some(reader) = self.reader.take() {
            _ = reader.join();
        }
    }
}

struct Reader {
    tailer: Tailer,
    signals: Arc<Signals>,
    counters: Arc<Counters>,
    watch: FolderWatch,
    jobs: SyncSender<Job>,
}

impl Reader {
    fn run(mut self, messages: &Receiver<Message>) {
        let started = Instant::now();
        loop {
            if self.signals.folders_changed.swap(false, Ordering::SeqCst) {
                self.tailer.request_scan();
            }
            if self.signals.finish_files.load(Ordering::SeqCst) {
                self.tailer.finish_files();
            }
            let is_stopping = self.signals.stop.load(Ordering::SeqCst);
            if is_stopping {
                self.tailer.stop_reading();
            }
            let wake_at = self.tailer.step(started.elapsed());
            let is_reporting = self.watch.follow(self.tailer.folders());
            set(&self.counters.polling_only, u64::from(!is_reporting));
            if let Some(job) = self.tailer.next_job(started.elapsed()) {
                // The shipper has nothing to do now, so this does not wait.
                if self.jobs.send(job).is_err() {
                    tracing::error!("the thread that speaks with the collector ended");
                    return;
                }
            }
            self.signals.is_drained.store(self.tailer.is_drained(), Ordering::SeqCst);
            if is_stopping && (self.tailer.is_delivered() || self.is_past_deadline()) {
                self.tailer.end();
                return;
            }
            let wait = wake_at.saturating_sub(started.elapsed());
            let first = match messages.recv_timeout(wait) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            for message in first.into_iter().chain(messages.try_iter()) {
                match message {
                    Message::Look => {}
                    Message::Answered(outcome) => self.tailer.answered(outcome, started.elapsed()),
                    Message::Positioned(outcome) => self.tailer.positioned(outcome, started.elapsed()),
                }
            }
        }
    }

    fn is_past_deadline(&self) -> bool {
        let deadline = *self.signals.deadline.lock().unwrap_or_else(PoisonError::into_inner);
        deadline.is_none_or(|deadline| Instant::now() >= deadline)
    }
}

fn ship(jobs: &Receiver<Job>, transport: &dyn Transport, answers: &SyncSender<Message>) {
    while let Ok(job) = jobs.recv() {
        let message = match job {
            Job::Send(body) => Message::Answered(transport.send(&body)),
            Job::Positions => Message::Positioned(transport.positions()),
        };
        if answers.send(message).is_err() {
            return;
        }
    }
}

/// Makes sure that no other agent works with the directory. The system ends the lock with the process.
fn lock(directory: &Path) -> Result<fs::File, Error> {
    let state = |source| Error::State { path: directory.to_owned(), source };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(state)?;
    let path = directory.join("lock");
    let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(state)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Locked(directory.to_owned())),
        Err(TryLockError::Error(error)) => Err(state(error)),
    }
}

/// Allows as many open files as the system permits, and says how many of them may be log files.
fn raise_descriptor_limit() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let current = if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    let files = current.map_or(u64::MAX, |current| current.saturating_sub(DESCRIPTORS_RESERVED));
    usize::try_from(files).unwrap_or(usize::MAX)
}
