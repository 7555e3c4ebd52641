//! Requests on their way to the collector: packed batches, and what is needed to understand the answer.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use palisade_record::limits::REQUEST_UNPACKED_BYTES_MAX;
use palisade_record::wire::Reader;
use palisade_record::{Batch, FrameFlags};

/// Logs shrink five times at this level, at several hundred megabytes a second.
const COMPRESSION_LEVEL: i32 = 1;

/// A record that is refused for its size is cut down to this before it is given up.
const PAYLOAD_BYTES_MIN: usize = 1024;

/// One batch of a request, as the tailer remembers it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Entry {
    /// The tail it came from; `None` for a tail that is not there any more.
    pub(crate) tail: Option<usize>,
    pub(crate) lane: usize,
    /// Answers to batches of an earlier epoch do not rewind anything.
    pub(crate) epoch: u32,
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) records: u32,
    pub(crate) bytes: u32,
}

/// A packed request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) entries: Vec<Entry>,
    pub(crate) body: Body,
    /// How often the collector refused it although it holds nothing but a gap.
    pub(crate) refusals: u32,
}

/// Where the bytes of a request are.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Memory(Arc<Vec<u8>>),
    Spool { path: PathBuf, bytes: u64 },
}

impl Request {
    /// How much memory it takes.
    pub(crate) fn memory_bytes(&self) -> usize {
        let body = match &self.body {
            Body::Memory(bytes) => bytes.len(),
            Body::Spool { .. } => 0,
        };
        body + self.entries.len() * size_of::<Entry>()
    }
}

/// Batches that are collected for the next request.
#[derive(Default)]
pub(crate) struct Pending {
    pub(crate) entries: Vec<Entry>,
    bytes: Vec<u8>,
}

impl Pending {
    pub(crate) fn push(&mut self, batch: &Batch, tail: usize, lane: usize, epoch: u32) {
        batch.encode(&mut self.bytes);
        self.entries.push(entry(batch, Some(tail), lane, epoch));
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Packs what was collected; afterwards nothing is pending.
    pub(crate) fn seal(&mut self) -> io::Result<Request> {
        let mut packed = zstd::bulk::compress(&self.bytes, COMPRESSION_LEVEL)?;
        // It was made for bytes that do not shrink; and what is pending next is mostly far less than a burst.
        packed.shrink_to_fit();
        self.bytes = Vec::new();
        let body = Body::Memory(Arc::new(packed));
        Ok(Request { entries: std::mem::take(&mut self.entries), body, refusals: 0 })
    }
}

fn entry(batch: &Batch, tail: Option<usize>, lane: usize, epoch: u32) -> Entry {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let (records, bytes) = (count(batch.frames.len()), count(batch.payloads.len()));
    Entry { tail, lane, epoch, from: batch.from, to: batch.to, records, bytes }
}

/// Unpacks a body into its batches. The bytes are the agent's own, from memory or from the spool.
pub(crate) fn unpack(body: &[u8]) -> Result<Vec<Batch>, String> {
    let mut decoder = zstd::stream::read::Decoder::new(body).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let mut bounded = io::Read::take(&mut decoder, REQUEST_UNPACKED_BYTES_MAX.as_u64());
    io::Read::read_to_end(&mut bounded, &mut bytes).map_err(|error| error.to_string())?;
    let mut reader = Reader::new(&bytes);
    let mut batches = Vec::new();
    while !reader.is_at_end() {
        batches.push(Batch::decode(&mut reader).map_err(|error| error.to_string())?);
    }
    Ok(batches)
}

/// Packs batches again, with the entries that belong to them.
pub(crate) fn pack(batches: &[Batch], entries: &[Entry]) -> io::Result<Request> {
    let mut pending = Pending::default();
    for (batch, old) in batches.iter().zip(entries) {
        batch.encode(&mut pending.bytes);
        pending.entries.push(entry(batch, old.tail, old.lane, old.epoch));
    }
    pending.seal()
}

/// Makes a refused request smaller: half of its batches, or half of the records of its only batch, or half of its
/// only record. `None` when it cannot become smaller.
pub(crate) fn halve(request: &Request, body: &[u8]) -> Option<Vec<Request>> {
    let mut batches = unpack(body).ok()?;
    if batches.len() > 1 {
        let middle = batches.len() / 2;
        let first = pack(&batches[..middle], &request.entries[..middle]).ok()?;
        let second = pack(&batches[middle..], &request.entries[middle..]).ok()?;
        return Some(vec![first, second]);
    }
    let batch = batches.pop()?;
    if batch.frames.len() > 1 {
        let cut = batch.frames[batch.frames.len() / 2].offset;
        let (mut first, mut second) = (batch.clone(), batch);
        first.frames.retain(|frame| frame.offset < cut);
        first.to = cut;
        second.trim(cut);
        return Some(vec![pack(&[first], &request.entries).ok()?, pack(&[second], &request.entries).ok()?]);
    }
    let frame = batch.frames.first()?;
    let length = frame.payload.len();
    if length <= PAYLOAD_BYTES_MIN {
        return None;
    }
    let head = batch.payload(frame)[..(length / 2).max(PAYLOAD_BYTES_MIN)].to_vec();
    let mut cut = Batch { frames: Vec::new(), payloads: Vec::new(), ..batch.clone() };
    let flags = frame.flags.with(FrameFlags::TRUNCATED);
    cut.push_truncated(frame.offset, frame.span, flags, frame.time, &head, frame.original_bytes);
    Some(vec![pack(&[cut], &request.entries).ok()?])
}

/// One request per batch, so that one that is refused does not hold back the others.
pub(crate) fn isolate(request: &Request, body: &[u8]) -> Option<Vec<Request>> {
    let batches = unpack(body).ok()?;
    let singles = batches.iter().zip(&request.entries);
    singles.map(|(batch, entry)| pack(std::slice::from_ref(batch), &[*entry]).ok()).collect()
}

/// Whether a request holds nothing but one gap.
pub(crate) fn is_gap(request: &Request, body: &[u8]) -> bool {
    matches!(request.entries[..], [Entry { records: 0, .. }])
        && unpack(body).is_ok_and(|batches| batches.iter().all(|batch| batch.gap.is_some()))
}

/// A request that tells the range of the only batch of another was lost.
pub(crate) fn gap_instead(request: &Request, body: &[u8], reason: &str) -> Option<Request> {
    let mut batch = unpack(body).ok()?.pop()?;
    batch.frames.clear();
    batch.payloads.clear();
    batch.gap = Some(reason.to_owned());
    pack(&[batch], &request.entries).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_record::{Lane, Origin};

    fn request(records: &[usize]) -> Request {
        let mut pending = Pending::default();
        let lane = Lane { agent: "n".into(), origin: Arc::new(Origin::default()), generation: 1 };
        let mut batch = Batch::new(lane, 1, vec![], "app".parse().unwrap(), 0);
        for length in records {
            batch.push(batch.to, *length as u64 + 1, FrameFlags::default(), None, &vec![b'x'; *length]);
            batch.to += *length as u64 + 1;
        }
        pending.push(&batch, 0, 0, 0);
        pending.seal().unwrap()
    }

    fn body(request: &Request) -> Vec<u8> {
        let Body::Memory(bytes) = &request.body else { panic!("not in memory") };
        bytes.to_vec()
    }

    #[test]
    fn halving_ends_with_one_record_that_tells_its_true_length() {
        let mut waiting = vec![request(&[10, 20, 100_000])];
        let mut done = Vec::new();
        while let Some(next) = waiting.pop() {
            let bytes = body(&next);
            let batch = unpack(&bytes).unwrap().remove(0);
            if batch.payloads.len() > 5_000 {
                waiting.extend(halve(&next, &bytes).unwrap());
            } else {
                done.push(batch);
            }
        }
        done.sort_by_key(|batch| batch.from);
        assert!(done.windows(2).all(|pair| pair[0].to == pair[1].from), "ranges stay contiguous");
        let last = done.last().unwrap();
        assert_eq!((last.frames[0].original_bytes, last.to), (100_000, 100_033));
        assert!(last.frames[0].flags.contains(FrameFlags::TRUNCATED));
    }

    #[test]
    fn a_gap_covers_exactly_the_range_of_the_batch_it_stands_for() {
        let request = request(&[5, 6]);
        let gap = gap_instead(&request, &body(&request), "refused").unwrap();
        let batch = unpack(&body(&gap)).unwrap().remove(0);
        assert_eq!(
            (batch.from, batch.to, batch.frames.len(), batch.gap.as_deref()),
            (0, 13, 0, Some("refused"))
        );
    }
}
