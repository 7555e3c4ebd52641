//! Records on their way to a client, as they are found.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::encode::Encoder;
use super::{
    Budget, CancelOnDrop, Engine, Failure, Inner, Kind, Order, PROGRESS_EVERY, Progress, Question, Scan,
    merge,
};

/// What a stream gives.
pub(crate) struct Wanted {
    pub(crate) order: Order,
    /// The first so many, or all.
    pub(crate) limit: Option<u64>,
    /// What records look like.
    pub(crate) encoder: Box<dyn Encoder>,
    /// Whether lines between them tell how far the search has come while no record is found.
    pub(crate) with_progress: bool,
}

/// Windows that wait for the client.
const CHUNKS_WAITING_MAX: usize = 2;
/// A client that takes nothing for so long is gone, whatever its connection says.
const STALL_MAX: Duration = Duration::from_secs(120);

enum Message {
    /// Bytes, and how many records they hold.
    Chunk(Bytes, usize),
    Failed(Failure),
    /// Without it a stream that breaks off could be taken for a short one.
    End,
}

/// The chunks of a stream. Dropping it ends the search.
pub(crate) struct Chunks {
    receiver: Receiver<Message>,
    /// What is told of while nothing comes.
    progress: Option<Arc<Progress>>,
    records: u64,
    _guard: CancelOnDrop,
}

impl Chunks {
    /// The next chunk; `None` after the last one.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let message = match &self.progress {
            None => self.receiver.recv().await,
            Some(progress) => match tokio::time::timeout(PROGRESS_EVERY, self.receiver.recv()).await {
                Ok(message) => message,
                Err(_) => return Ok(Some((progress.line() + "\n").into())),
            },
        };
        match message {
            Some(Message::Chunk(bytes, records)) => {
                self.records += records as u64;
                Ok(Some(bytes))
            }
            Some(Message::End) => Ok(None),
            Some(Message::Failed(failure)) => Err(failure),
            None => Err(Failure::Panicked),
        }
    }

    /// How many records have come so far.
    pub(crate) fn records(&self) -> u64 {
        self.records
    }
}

impl Engine {
    /// Begins a stream of matches on a thread of its own: it may wait for its reader.
    pub(crate) fn stream(&self, kind: Kind, question: Question, wanted: Wanted) -> Result<Chunks, Failure> {
        let inner = Arc::clone(self.inner());
        let permit = Arc::clone(&inner.exports).try_acquire_owned().map_err(|_| {
            Failure::Busy(format!(
                "{} exports are running, which is all there may be",
                inner.settings.exports
            ))
        })?;
        let budget = Arc::new(Budget::new(None, inner.settings.memory));
        let guard = CancelOnDrop(Arc::clone(&budget));
        let (sender, receiver) = mpsc::channel(CHUNKS_WAITING_MAX);
        let runtime = Handle::current();
        let Wanted { order, limit, mut encoder, with_progress } = wanted;
        let progress = Arc::<Progress>::default();
        let watched = Arc::clone(&progress);
        let work = move || {
            let (_permit, start) = (permit, Instant::now());
            let send = |message| send(&runtime, &sender, message);
            let result = Scan::watched(&inner, &budget, &question, watched).and_then(|scan| {
                let take = |hits: &[_]| {
                    scan.bring_records_near(hits)?;
                    send(Message::Chunk(encoder.records(hits, &scan)?, hits.len()))
                };
                merge::all(&scan, order, limit.unwrap_or(u64::MAX), take)?;
                match encoder.end()? {
                    end if end.is_empty() => Ok(()),
                    end => send(Message::Chunk(end, 0)),
                }
            });
            inner.metrics.finished(kind, start.elapsed(), result.as_ref().err());
            // When the reader is gone nobody needs to be told.
            _ = send(result.map_or_else(Message::Failed, |()| Message::End));
        };
        let started = thread::Builder::new().name("export".into()).spawn(work);
        started.map_err(|_| Failure::Busy("the system has no more threads".into()))?;
        let progress = Some(progress).filter(|_| with_progress);
        Ok(Chunks { receiver, progress, records: 0, _guard: guard })
    }
}

fn send(runtime: &Handle, sender: &Sender<Message>, message: Message) -> Result<(), Failure> {
    let sent = runtime.block_on(async { tokio::time::timeout(STALL_MAX, sender.send(message)).await });
    match sent {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Failure::Cancelled),
        Err(_) => Err(Failure::Timeout),
    }
}

impl Inner {
    /// Whether another tail may be followed.
    pub(crate) fn tail_permit(&self) -> Result<tokio::sync::OwnedSemaphorePermit, Failure> {
        Arc::clone(&self.tails).try_acquire_owned().map_err(|_| {
            Failure::Busy(format!("{} tails are followed, which is all there may be", self.settings.tails))
        })
    }
}
