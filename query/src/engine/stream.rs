//! Records on their way to a client, as they are found.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use palisade_index::Texts;
use palisade_record::{Channel, FrameFlags};
use rayon::prelude::*;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::evidence::Evidence;
use super::search::Hit;
use super::{Budget, CancelOnDrop, Engine, Failure, Inner, Kind, Order, Question, Scan, merge, render};

/// What a stream of records looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// The exact bytes of each record, each on a line.
    Raw,
    /// A JSON object and a newline.
    Json,
    /// JSON objects, each and a newline: records with what proves them.
    Proved,
}

/// Windows that wait for the client.
const CHUNKS_WAITING_MAX: usize = 2;
/// A client that takes nothing for so long is gone, whatever its connection says.
const STALL_MAX: Duration = Duration::from_secs(120);

enum Message {
    Chunk(Bytes),
    Failed(Failure),
    /// Without it a stream that breaks off could be taken for a short one.
    End,
}

/// The chunks of a stream. Dropping it ends the search.
pub(crate) struct Chunks {
    receiver: Receiver<Message>,
    _guard: CancelOnDrop,
}

impl Chunks {
    /// The next chunk; `None` after the last one.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        match self.receiver.recv().await {
            Some(Message::Chunk(bytes)) => Ok(Some(bytes)),
            Some(Message::End) => Ok(None),
            Some(Message::Failed(failure)) => Err(failure),
            None => Err(Failure::Panicked),
        }
    }

    /// The rest as a stream for a body; a failure breaks the transfer off, so that nobody takes it for complete.
    pub(crate) fn into_stream(self, first: Option<Bytes>) -> impl futures::Stream<Item = io::Result<Bytes>> {
        futures::stream::unfold((first, Some(self)), |(first, chunks)| async move {
            if first.is_some() {
                return first.map(|bytes| (Ok(bytes), (None, chunks)));
            }
            let mut chunks = chunks?;
            match chunks.next().await {
                Ok(Some(bytes)) => Some((Ok(bytes), (None, Some(chunks)))),
                Ok(None) => None,
                Err(failure) => Some((Err(io::Error::other(failure.to_string())), (None, None))),
            }
        })
    }
}

impl Engine {
    /// Begins a stream of all matches, or of the first `limit` ones, on a thread of its own: it may wait for its reader.
    pub(crate) fn stream(
        &self,
        kind: Kind,
        question: Question,
        order: Order,
        shape: Shape,
        limit: Option<u64>,
    ) -> Result<Chunks, Failure> {
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
        let work = move || {
            let (_permit, start) = (permit, Instant::now());
            let send = |message| send(&runtime, &sender, message);
            let mut last: Option<Hit> = None;
            let result = Scan::new(&inner, &budget, &question).and_then(|scan| {
                let mut evidence = (shape == Shape::Proved).then(|| Evidence::new(&scan)).transpose()?;
                let take = |hits: &[Hit]| {
                    let chunk = match &mut evidence {
                        Some(evidence) => evidence.chunk(hits, &scan)?,
                        None => inner.pool.install(|| chunk(hits, shape, last.is_none(), &budget))?,
                    };
                    last = hits.last().cloned();
                    send(Message::Chunk(chunk))
                };
                merge::all(&scan, order, limit.unwrap_or(u64::MAX), take)
            });
            let result = result.and_then(|()| match last {
                Some(_) if shape == Shape::Proved => Ok(()),
                Some(last) if shape == Shape::Json || ends_its_line(&last)? => send(Message::Chunk(NEWLINE)),
                _ => Ok(()),
            });
            inner.metrics.finished(kind, start.elapsed(), result.as_ref().err());
            // When the reader is gone nobody needs to be told.
            _ = send(result.map_or_else(Message::Failed, |()| Message::End));
        };
        let started = thread::Builder::new().name("export".into()).spawn(work);
        started.map_err(|_| Failure::Busy("the system has no more threads".into()))?;
        Ok(Chunks { receiver, _guard: guard })
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

const NEWLINE: Bytes = Bytes::from_static(b"\n");

/// Whether the record stood on a line that was ended. The last line of a file that ends without a newline did not, and
/// what is exported of such a file shall be the same bytes.
fn ends_its_line(hit: &Hit) -> Result<bool, Failure> {
    let record = hit.block.record(hit.row)?;
    let is_unfinished = FrameFlags::from_bits(record.flags).contains(FrameFlags::UNFINISHED);
    Ok(!is_unfinished || record.lane.origin.channel != Channel::Plain)
}

/// The records with newlines between them, and before them unless they are the first.
fn chunk(hits: &[Hit], shape: Shape, is_first: bool, budget: &Budget) -> Result<Bytes, Failure> {
    if shape == Shape::Json {
        let records = render::records(hits, budget)?;
        let length: usize = records.iter().map(String::len).sum();
        budget.release(length);
        let mut text = String::with_capacity(length + records.len());
        for (place, record) in records.iter().enumerate() {
            if place > 0 || !is_first {
                text.push('\n');
            }
            text.push_str(record);
        }
        return Ok(text.into());
    }
    let groups = render::by_block(hits);
    let texts: Result<Vec<Texts>, Failure> = groups
        .par_iter()
        .map(|places| {
            budget.check()?;
            let rows: Vec<u32> = places.iter().map(|place| hits[*place].row).collect();
            Ok(hits[places[0]].block.raw_of(&rows)?)
        })
        .collect();
    let texts = texts?;
    // Where each record is: in which block's texts, and the how manieth there.
    let mut found = vec![(0, 0); hits.len()];
    for (group, places) in groups.iter().enumerate() {
        for (number, place) in places.iter().enumerate() {
            found[*place] = (group, number);
        }
    }
    let length: usize = texts.iter().map(|texts| texts.as_bytes().len() + texts.len()).sum();
    let mut bytes = Vec::with_capacity(length);
    for (place, (group, number)) in found.into_iter().enumerate() {
        if place > 0 || !is_first {
            bytes.push(b'\n');
        }
        bytes.extend_from_slice(texts[group].get(number));
    }
    Ok(bytes.into())
}

impl Inner {
    /// Whether another tail may be followed.
    pub(crate) fn tail_permit(&self) -> Result<tokio::sync::OwnedSemaphorePermit, Failure> {
        Arc::clone(&self.tails).try_acquire_owned().map_err(|_| {
            Failure::Busy(format!("{} tails are followed, which is all there may be", self.settings.tails))
        })
    }
}
