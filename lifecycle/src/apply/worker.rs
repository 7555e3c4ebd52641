//! The thread that applies the lifecycle.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::error::Result;
use super::holds::Holds;
use super::restores::Restores;
use super::round::Applier;
use super::status::Status;
use super::{Parts, Settings};

/// How often it is looked whether something is due. A split is evidence within seconds of being published.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The running lifecycle. Clones share it.
#[derive(Clone)]
pub struct Lifecycle {
    holds: Holds,
    restores: Restores,
    status: Arc<Mutex<Status>>,
    stop: Arc<AtomicBool>,
    running: Arc<Mutex<Option<Running>>>,
}

/// The thread, and the line whose end wakes it for the last time.
struct Running {
    line: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Lifecycle {
    /// Starts the thread `lifecycle`.
    ///
    /// # Errors
    /// When the holds cannot be read: without them nothing may go.
    ///
    /// # Panics
    /// When the operating system has no thread at the start of the program.
    pub fn start(settings: Settings, parts: Parts) -> Result<Self> {
        let applier = Applier::open(settings, parts)?;
        let (holds, restores, status) = (applier.holds(), applier.restores(), applier.status());
        let (stop, (line, stopped)) = (applier.stop.clone(), sync_channel(1));
        let thread =
            thread::Builder::new().name("lifecycle".to_owned()).spawn(move || run(applier, &stopped));
        let thread = thread.expect("threads can be started at the start");
        let running = Arc::new(Mutex::new(Some(Running { line, thread })));
        Ok(Self { holds, restores, status, stop, running })
    }

    /// The holds.
    pub fn holds(&self) -> &Holds {
        &self.holds
    }

    /// The restores.
    pub fn restores(&self) -> &Restores {
        &self.restores
    }

    /// The numbers of the last pass.
    pub fn status(&self) -> Status {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends the thread after the step that is under way.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Running { line, thread }) = running {
            drop(line);
            if thread.join().is_err() {
                tracing::error!("the lifecycle thread panicked");
            }
        }
    }
}

fn run(mut applier: Applier, stopped: &Receiver<()>) {
    while !applier.stop.load(Ordering::Relaxed) {
        let pause = if applier.round().steps > 0 { Duration::ZERO } else { LOOK_EVERY };
        if !matches!(stopped.recv_timeout(pause), Err(RecvTimeoutError::Timeout) | Ok(())) {
            return;
        }
    }
}
