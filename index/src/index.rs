//! The index as a whole: append, look, follow, close.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, mpsc as std_mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use palisade_disk::SharedDisk;
use palisade_record::{ByteSize, Clock};
use palisade_seal::log::SigningKey;
use palisade_storage::{LocalStorage, ObjectStorage};
use tokio::sync::{broadcast, mpsc, oneshot};

use crate::arrivals::{Held, ReadFrom};
use crate::cache::{Cache, CacheStatistics};
use crate::catalog::{Catalog, SharedCatalog};
use crate::class::StreamClasses;
use crate::error::{Error, Result};
use crate::evidence::{LogKeeper, PAGES, SignedLog, page_range, reindex};
use crate::far::FarReads;
use crate::ingest::{Command, Journalist};
use crate::journal::JournalFile;
use crate::marks::Marks;
use crate::needle::Needles;
use crate::needle_keeper::NeedleKeeper;
use crate::publish::{Publisher, SplitJob};
use crate::receipts::{self, Receipts};
use crate::recover::{Recovery, recover};
use crate::seal::Sealer;
use crate::seal_thread::{SealJob, SealKeeper};
use crate::shared::Shared;
use crate::storages::Storages;
use crate::tail::Tail;
use crate::tail_thread::TailKeeper;
use crate::{Block, Mark, Parse, Receipt, Snapshot, Split, Submission, split};

/// Submissions that wait for the journal. The collector bounds their bytes.
const SUBMISSIONS_MAX: usize = 256;

/// Slices that wait to be sealed; the bound on the tail's memory comes first.
const SLICES_MAX: usize = 16;

/// Submissions that are durable and wait to become searchable.
const APPLIED_MAX: usize = 64;

/// Memory that the unpublished tail may take: two slices as they were parsed, and the sealed ones of two splits. Past it,
/// senders wait.
const TAIL_BYTES_MAX: ByteSize = ByteSize::mib(144);

/// How long a sender waits before it is told to come again.
const ROOM_PATIENCE: Duration = Duration::from_secs(10);

/// How long a snapshot waits for what is durable to become searchable; normally a few milliseconds.
const CATCH_UP_MAX: Duration = Duration::from_secs(5);

const LOG_THREAD: &str = "index-log";

/// What an operator may choose.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where everything lies.
    pub data_dir: PathBuf,
    /// A split is written when so many bytes of records are waiting.
    pub split_bytes: ByteSize,
    /// ... or when the oldest has waited so long.
    pub split_age: Duration,
    /// How much memory decoded parts of blocks may take.
    pub cache_bytes: ByteSize,
    /// How long the records of which stream are kept.
    pub classes: StreamClasses,
    /// Whose records these are.
    pub tenant: String,
}

/// The parts that do the work.
pub struct Parts {
    /// Where files are.
    pub disk: SharedDisk,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where copies of middle age go.
    pub warm: Option<Arc<dyn ObjectStorage>>,
    /// Where the evidence goes.
    pub cold: Option<Arc<dyn ObjectStorage>>,
    /// Where checkpoints are copied to.
    pub anchor: Option<Arc<dyn ObjectStorage>>,
    /// Signs the log; without one there is none.
    pub log_key: Option<SigningKey>,
    /// From where on [`Index::arrivals`] reads.
    pub read_from: ReadFrom,
}

impl Parts {
    /// A data directory alone, and no log.
    pub fn near(disk: SharedDisk, clock: Arc<dyn Clock>) -> Self {
        Self {
            disk,
            clock,
            warm: None,
            cold: None,
            anchor: None,
            log_key: None,
            read_from: ReadFrom::Nowhere,
        }
    }
}

/// Numbers for `/metrics` and `stats`.
#[derive(Clone, Debug, Default)]
pub struct Statistics {
    /// Records accepted since start.
    pub records_total: u64,
    /// Bytes of records accepted since start.
    pub bytes_total: u64,
    /// Journal syncs since start.
    pub syncs_total: u64,
    /// Published splits.
    pub splits: u64,
    /// Records in published splits.
    pub split_records: u64,
    /// Bytes of the records in published splits, as they came.
    pub split_raw_bytes: u64,
    /// Bytes of all data objects.
    pub data_bytes: u64,
    /// Bytes of all index objects.
    pub index_bytes: u64,
    /// Records in the tail.
    pub tail_records: u64,
    /// Bytes of the tail in memory.
    pub tail_bytes: u64,
    /// Bytes of the journal on disk.
    pub journal_bytes: u64,
    /// The cache of decoded parts of blocks.
    pub cache: CacheStatistics,
    /// Requests to far storages for reading since start.
    pub far_requests_total: u64,
    /// Bytes read from far storages since start.
    pub far_bytes_total: u64,
    /// Needle indexes that could not be read since start; the splits of their days were asked instead.
    pub needles_unreadable_total: u64,
}

/// The index. Clones share it.
#[derive(Clone)]
pub struct Index {
    pub(crate) shared: Arc<Shared>,
    pub(crate) cache: Arc<Cache>,
    pub(crate) storages: Storages,
    far_reads: Arc<FarReads>,
    needle_keeper: Arc<NeedleKeeper>,
    pub(crate) catalog: SharedCatalog,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tenant: Arc<str>,
    stop_log: Arc<Mutex<Option<std_mpsc::SyncSender<()>>>>,
    commands: mpsc::Sender<Command>,
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
    pub(crate) disk: SharedDisk,
    pub(crate) journal_directory: Arc<Path>,
}

impl Index {
    /// Opens or creates the index in `settings.data_dir` and brings back what the journal holds.
    ///
    /// # Errors
    /// When a file is damaged, was written by a newer program, or cannot be read or written.
    pub fn open(settings: Settings, parts: Parts, parse: &dyn Parse) -> Result<Self> {
        let Parts { disk, clock, warm, cold, anchor, log_key, read_from } = parts;
        let journal_directory = settings.data_dir.join("journal");
        let unwritable = |path: &Path| {
            let path = path.to_owned();
            move |source| Error::Write { path, source }
        };
        disk.create_directory(&journal_directory).map_err(unwritable(&journal_directory))?;
        let objects = settings.data_dir.join("objects");
        let storage = LocalStorage::open(disk.clone(), &objects).map_err(unwritable(&objects))?;
        let storage: Arc<dyn ObjectStorage> = Arc::new(storage);
        let far_reads = Arc::new(FarReads::default());
        let storages = Storages { hot: storage.clone(), warm, cold, anchor }.counted(&far_reads);

        let path = settings.data_dir.join("catalog.sqlite");
        let objects = storage.list("splits/").map_err(|source| Error::Read { path: objects, source })?;
        if !objects.is_empty() && !path.exists() {
            return Err(Error::CatalogMissing { path, objects: objects.len() });
        }
        let catalog = Catalog::open(&path)?;
        let cache = Arc::new(Cache::new(settings.cache_bytes));
        let split =
            |(summary, copies)| Arc::new(Split::new(summary, copies, storages.clone(), cache.clone()));
        let splits = catalog.splits()?.into_iter().map(split).collect();
        let mut sealer = Sealer::new(cache.clone());
        let needles = Arc::new(Needles::list(&storages)?);
        let (mut tail, mut marks) =
            (Tail::new(splits, needles, settings.classes.clone()), Marks::new(catalog.marks()?));
        let position = catalog.position()?;
        let (kind, id) = receipts::document();
        let put = receipts::put_before(catalog.document(kind, id)?.as_deref());
        let mut receipts = Receipts::new(&settings.classes, put);
        let mut held = Held::default();
        held.set_reader(read_from, position.next_sequence);
        let recovery = Recovery {
            parse,
            tail: &mut tail,
            marks: &mut marks,
            sealer: &mut sealer,
            receipts: &mut receipts,
            held: &mut held,
        };
        let recovered = recover(&*disk, &journal_directory, position, recovery)?;
        // A server that is started again and again would else never make evidence of what it has.
        recovered.oldest.into_iter().for_each(|oldest| tail.has_waited(clock.now().since(oldest)));
        remove_half_published(&*storage, objects, position.next_sequence..recovered.next_sequence)?;
        remove_half_made_pages(&*storage, position.next_sequence)?;
        let (number, first) = (recovered.next_file, recovered.next_sequence);
        let file = JournalFile::create(&*disk, &journal_directory, number, first)
            .map_err(unwritable(&journal_directory))?;

        let (commands, submissions) = mpsc::channel(SUBMISSIONS_MAX);
        let settings_tenant = settings.tenant.clone();
        let (applied_in, applied_out) = std_mpsc::sync_channel(APPLIED_MAX);
        let shared = Arc::new(Shared::new(tail, marks, receipts, held, recovered.next_sequence));
        let journalist = Journalist {
            shared: shared.clone(),
            disk: disk.clone(),
            directory: journal_directory.clone(),
            file,
            closed_bytes: recovered.bytes,
            next_sequence: recovered.next_sequence,
            commands: submissions,
            applied: applied_in,
        };
        let (slices_in, slices_out) = std_mpsc::sync_channel::<SealJob>(SLICES_MAX);
        let (jobs_in, jobs_out) = std_mpsc::sync_channel::<SplitJob>(1);
        let keeper = TailKeeper {
            shared: shared.clone(),
            settings,
            commands: commands.clone(),
            applied: applied_out,
            jobs: slices_in,
            fresh: Vec::new(),
            rotation_asked: false,
            followed_at: Instant::now(),
        };
        let seal_keeper = SealKeeper { shared: shared.clone(), sealer, jobs: slices_out, splits: jobs_in };
        let catalog: SharedCatalog = Arc::new(Mutex::new(catalog));
        let tenant: Arc<str> = settings_tenant.into();
        cache.hear_of_remade(reindex(catalog.clone(), tenant.clone(), clock.clone()));
        let (stop_log, log_stopped) = std_mpsc::sync_channel(1);
        let keeper_of_log = match log_key {
            None => None,
            Some(key) => Some(LogKeeper {
                catalog: catalog.clone(),
                log: SignedLog::open(storage.clone(), key)?,
                tenant: tenant.to_string(),
                clock: clock.clone(),
                anchor: storages.anchor.clone(),
                unanchored: None,
                last_entry_at: clock.now(),
                stop: log_stopped,
            }),
        };
        let needle_keeper = Arc::new(NeedleKeeper::new(shared.clone(), storages.clone(), clock.clone()));
        let publisher = Publisher {
            shared: shared.clone(),
            disk: disk.clone(),
            journal_directory: journal_directory.clone(),
            storages: storages.clone(),
            cache: cache.clone(),
            clock: clock.clone(),
            tenant: tenant.to_string(),
            catalog: catalog.clone(),
            position,
            needles: needle_keeper.clone(),
            jobs: jobs_out,
        };
        let start = |name: &str, work: Box<dyn FnOnce() + Send>| {
            thread::Builder::new()
                .name(name.to_owned())
                .spawn(work)
                .expect("threads can be started at the start")
        };
        let mut threads = vec![
            start("index-journal", Box::new(move || journalist.run())),
            start("index-tail", Box::new(move || keeper.run())),
            start("index-seal", Box::new(move || seal_keeper.run())),
            start("index-split", Box::new(move || publisher.run())),
        ];
        if let Some(keeper) = keeper_of_log {
            threads.push(start(LOG_THREAD, Box::new(move || keeper.run())));
        }
        let (threads, stop_log) = (Arc::new(Mutex::new(threads)), Arc::new(Mutex::new(Some(stop_log))));
        Ok(Self {
            shared,
            cache,
            storages,
            far_reads,
            needle_keeper,
            catalog,
            clock,
            tenant,
            stop_log,
            commands,
            threads,
            disk,
            journal_directory: journal_directory.into(),
        })
    }

    /// Stores batches; answers when they are durable.
    ///
    /// # Errors
    /// [`Error::Full`] when the sender should wait; other errors when nothing can be written at the moment. Nothing of a
    /// refused submission is stored.
    pub async fn append(&self, submission: Submission) -> Result<Receipt> {
        self.wait_for_room().await?;
        let closed = || Error::Full("the program is stopping");
        let (reply, receipt) = oneshot::channel();
        self.commands.send(Command::Append(Box::new(submission), reply)).await.map_err(|_| closed())?;
        receipt.await.map_err(|_| closed())?
    }

    async fn wait_for_room(&self) -> Result<()> {
        let deadline = tokio::time::Instant::now() + ROOM_PATIENCE;
        loop {
            let told = self.shared.room.notified();
            if self.shared.tail().memory_bytes() <= TAIL_BYTES_MAX.as_u64() {
                return Ok(());
            }
            if tokio::time::timeout_at(deadline, told).await.is_err() {
                return Err(Error::Full("the unpublished tail has no room"));
            }
        }
    }

    /// The positions of all lanes of an agent.
    pub fn marks(&self, agent: &str) -> Vec<Mark> {
        self.shared.marks.lock().unwrap_or_else(PoisonError::into_inner).of_agent(agent)
    }

    /// What is stored now; everything acknowledged before the call is inside. May wait for a moment: call it on a thread
    /// that may.
    ///
    /// # Errors
    /// [`Error::Full`] when records are made durable so much faster than searchable that it is told instead of hidden.
    pub fn snapshot(&self) -> Result<Snapshot> {
        let durable = self.shared.durable.load(Ordering::SeqCst);
        let tail = self.shared.tail();
        let behind = |tail: &mut Tail| tail.applied < durable;
        let waited = self.shared.moved.wait_timeout_while(tail, CATCH_UP_MAX, behind);
        let (mut tail, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return Err(Error::Full("searching lags behind writing"));
        }
        Ok(tail.snapshot())
    }

    /// Blocks of new records as they arrive, at most a quarter of a second old.
    pub fn follow(&self) -> broadcast::Receiver<Arc<Block>> {
        self.shared.follow.subscribe()
    }

    /// Writes everything stored so far into splits and waits until they are published.
    ///
    /// # Errors
    /// When a split cannot be written at the moment. The records stay in the journal, and it is tried again.
    pub fn publish(&self) -> Result<()> {
        let goal = self.shared.durable.load(Ordering::SeqCst);
        self.shared.publish_asked.fetch_add(1, Ordering::SeqCst);
        let waiting = |tail: &mut Tail| {
            let has_rows = tail.rows() > 0 && tail.published < goal;
            has_rows && tail.publish_error.is_none() || tail.applied < goal
        };
        let tail = self.shared.moved.wait_while(self.shared.tail(), waiting);
        let tail = tail.unwrap_or_else(PoisonError::into_inner);
        self.shared.publish_asked.fetch_sub(1, Ordering::SeqCst);
        match &tail.publish_error {
            Some(problem) if tail.published < goal => Err(Error::Publish(problem.clone())),
            _ => Ok(()),
        }
    }

    /// Makes the needle indexes of all days that are over and have none, as the index does by itself when it has nothing
    /// else to do; says how many. Before the hot copies of a day go it must have one: of far splits none is made.
    ///
    /// # Errors
    /// When one cannot be made at the moment; searches ask every split of its day instead.
    pub fn make_needles(&self) -> Result<usize> {
        self.needle_keeper.make_due()
    }

    /// Numbers about it all.
    pub fn statistics(&self) -> Statistics {
        let tail = self.shared.tail();
        let sum = |of: fn(&Split) -> u64| tail.splits().iter().map(|split| of(split)).sum();
        Statistics {
            records_total: self.shared.records.load(Ordering::Relaxed),
            bytes_total: self.shared.bytes.load(Ordering::Relaxed),
            syncs_total: self.shared.syncs.load(Ordering::Relaxed),
            splits: tail.splits().len() as u64,
            split_records: sum(|split| split.summary().rows),
            split_raw_bytes: sum(|split| split.summary().raw_bytes),
            data_bytes: sum(|split| split.summary().data.bytes),
            index_bytes: sum(|split| split.summary().index.bytes),
            tail_records: tail.rows(),
            tail_bytes: tail.memory_bytes(),
            journal_bytes: self.shared.journal_bytes.load(Ordering::Relaxed),
            cache: self.cache.statistics(),
            far_requests_total: self.far_reads.requests(),
            far_bytes_total: self.far_reads.bytes(),
            needles_unreadable_total: tail.needles().map_or(0, |needles| needles.unreadable()),
        }
    }

    /// Whether writing works; if not, why.
    ///
    /// # Errors
    /// The reason, for people.
    pub fn health(&self) -> std::result::Result<(), String> {
        if let Some(path) = self.shared.stopped() {
            return Err(Error::Stopped { path }.to_string());
        }
        match &self.shared.tail().publish_error {
            Some(problem) => Err(format!("splits cannot be written: {problem}")),
            None => Ok(()),
        }
    }

    /// Stops the threads after what was accepted is durable. The tail is found in the journal at the next start.
    pub fn close(&self) {
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        if threads.is_empty() {
            return;
        }
        // A thread of its own, because this may be called where blocking on a channel is not allowed.
        let commands = self.commands.clone();
        let closer = thread::spawn(move || commands.blocking_send(Command::Close));
        // The log thread ends last: it writes down what the others still publish.
        let log = self.stop_log.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (log_thread, others): (Vec<_>, Vec<_>) =
            threads.into_iter().partition(|thread| thread.thread().name() == Some(LOG_THREAD));
        let join = |thread: JoinHandle<()>| {
            if thread.join().is_err() {
                tracing::error!("a thread of the index panicked");
            }
        };
        others.into_iter().chain([thread::spawn(move || drop(closer.join()))]).for_each(join);
        drop(log);
        log_thread.into_iter().for_each(join);
    }
}

/// Removes pages of publishings that the catalog does not know: they will be made again, perhaps of other ranges.
fn remove_half_made_pages(storage: &dyn ObjectStorage, known_next: u64) -> Result<()> {
    let names = storage.list(PAGES).map_err(|source| Error::Read { path: storage.locate(PAGES), source })?;
    for name in names.iter().filter(|name| page_range(name).is_some_and(|range| range.end > known_next)) {
        storage.remove(name).map_err(|source| Error::Write { path: storage.locate(name), source })?;
    }
    Ok(())
}

/// Removes objects of splits that were written but not published: their records are in the journal, and another split
/// will be made of them.
fn remove_half_published(
    storage: &dyn ObjectStorage,
    objects: Vec<String>,
    journal: Range<u64>,
) -> Result<()> {
    for name in objects {
        if split::sequences_of(&name)
            .is_some_and(|split| journal.start <= split.start && split.end <= journal.end)
        {
            storage.remove(&name).map_err(|source| Error::Write { path: storage.locate(&name), source })?;
        }
    }
    Ok(())
}
