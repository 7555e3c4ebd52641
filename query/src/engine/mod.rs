//! Answers questions over the index, each within its budget, on threads of their own.

mod budget;
mod by_id;
mod coded;
mod context;
mod correlate;
mod coverage;
mod cursor;
pub(crate) mod encode;
mod estimate;
mod explain;
mod failure;
mod fields;
mod histogram;
mod merge;
mod metrics;
mod order;
mod patterns;
mod progress;
mod question;
mod readable;
mod render;
mod scan;
mod search;
pub(crate) mod statistics;
mod stream;
mod streams;
mod tail;
mod unseal;
mod values;
mod walk;

use std::sync::Arc;
use std::time::{Duration, Instant};

use palisade_access::Caller;
use palisade_index::Index;
use palisade_record::{ByteSize, Clock, Timestamp};
use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio::sync::{Semaphore, oneshot};

use crate::Sealed;

pub(crate) use budget::{Budget, CancelOnDrop};
pub(crate) use by_id::records_by_id;
pub use coded::Coded;
pub(crate) use coded::coded;
pub(crate) use context::context;
pub(crate) use correlate::correlate;
pub(crate) use cursor::decode as decode_cursor;
pub(crate) use estimate::estimate;
pub(crate) use failure::Failure;
pub(crate) use fields::fields;
pub(crate) use histogram::histogram;
pub(crate) use metrics::{Kind, Metrics};
pub(crate) use order::Order;
pub(crate) use patterns::patterns;
pub(crate) use progress::{PROGRESS_EVERY, Progress};
pub(crate) use question::{Asking, Question, split};
pub(crate) use readable::shown;
pub(crate) use scan::{Scan, Scanned};
pub(crate) use search::{Page, page};
pub(crate) use statistics::{Answer, Plan, plan, statistics};
pub(crate) use stream::{Chunks, Wanted};
pub(crate) use streams::streams;
pub(crate) use tail::Event;
pub(crate) use unseal::unseal;
pub(crate) use values::values;

/// What an operator may choose.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Threads that search; zero for one per processor.
    pub threads: usize,
    /// How long one question may take. Streams of records are not bound by it: they take as long as their reader.
    pub timeout: Duration,
    /// How much memory one question may take beside the block cache.
    pub memory: ByteSize,
    /// How many tails may be followed at once.
    pub tails: usize,
    /// How many exports may run at once; each has a thread of its own.
    pub exports: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            threads: 0,
            timeout: Duration::from_secs(30),
            memory: ByteSize::mib(256),
            tails: 64,
            exports: 8,
        }
    }
}

/// Answers questions. Clones share it.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) index: Index,
    pub(crate) settings: Settings,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sealed: Option<Sealed>,
    pub(crate) pool: ThreadPool,
    pub(crate) metrics: Metrics,
    pub(crate) tails: Arc<Semaphore>,
    pub(crate) exports: Arc<Semaphore>,
}

impl Engine {
    /// An engine over an index, in whose records some values may be sealed; fails only when the operating system has no more threads.
    pub fn new(
        index: Index,
        settings: Settings,
        clock: Arc<dyn Clock>,
        sealed: Option<Sealed>,
    ) -> std::io::Result<Self> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(settings.threads)
            .thread_name(|number| format!("search-{number}"))
            // The one who asked learns it from the answer that does not come.
            .panic_handler(|_| tracing::error!("a search ended in a panic"))
            .build()
            .map_err(std::io::Error::other)?;
        let (tails, exports) = (Semaphore::new(settings.tails), Semaphore::new(settings.exports));
        let (tails, exports) = (Arc::new(tails), Arc::new(exports));
        Ok(Self(Arc::new(Inner {
            index,
            settings,
            clock,
            sealed,
            pool,
            metrics: Metrics::default(),
            tails,
            exports,
        })))
    }

    /// Numbers about the questions so far, as Prometheus text.
    pub fn metrics(&self) -> String {
        self.0.metrics.to_text(&self.0.index.statistics().cache)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// What questions of `reader` mean now: they are about what they may read.
    pub(crate) fn asked_by(&self, reader: &Caller) -> Asking {
        Asking { reader: Some(reader.clone()), ..self.asked_by_itself() }
    }

    /// What questions of the program itself mean now: they are about everything.
    pub(crate) fn asked_by_itself(&self) -> Asking {
        Asking { now: self.now(), sealed: self.0.sealed.clone(), reader: None }
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.0
    }

    /// Does work on the search threads. Dropping the future cancels it.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        kind: Kind,
        work: impl FnOnce(&Inner, &Budget) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (guard, answered) = self.begin(kind, work);
        let result = answered.await.unwrap_or(Err(Failure::Panicked));
        drop(guard);
        result
    }

    /// The same for a thread that may wait.
    pub(crate) fn run_and_wait<T: Send + 'static>(
        &self,
        kind: Kind,
        work: impl FnOnce(&Inner, &Budget) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (guard, answered) = self.begin(kind, work);
        let result = answered.blocking_recv().unwrap_or(Err(Failure::Panicked));
        drop(guard);
        result
    }

    fn begin<T: Send + 'static>(
        &self,
        kind: Kind,
        work: impl FnOnce(&Inner, &Budget) -> Result<T, Failure> + Send + 'static,
    ) -> (CancelOnDrop, oneshot::Receiver<Result<T, Failure>>) {
        let start = Instant::now();
        let budget = Arc::new(Budget::new(Some(start + self.0.settings.timeout), self.0.settings.memory));
        let guard = CancelOnDrop(Arc::clone(&budget));
        let (answer, answered) = oneshot::channel();
        let inner = Arc::clone(&self.0);
        self.0.pool.spawn_fifo(move || {
            // Nobody waits any more: the client went away while the question stood in line.
            let result = budget.check().and_then(|()| work(&inner, &budget));
            inner.metrics.finished(kind, start.elapsed(), result.as_ref().err());
            _ = answer.send(result);
        });
        (guard, answered)
    }
}
