//! A batch: a contiguous range of one lane, as it crosses the network and lies in the journal.
//!
//! ```text
//! request   = batch*                                      the whole body, usually zstd-compressed
//! batch     = version:u8 length:varint body crc32c:u32    the checksum covers the body
//! body      = lane incarnation:u64 identity:bytes stream:text zone:text from:varint to:varint gap frames
//! gap       = 0 | 1 reason:text                           a range that was lost: it has no frames
//! frames    = count:varint frame*
//! frame     = flags:u8 offset_delta:varint span:varint [time_delta:signed] [original_bytes:varint] payload:bytes
//! ```
//! `offset_delta` counts from the previous frame's offset (the first from `from`), `time_delta` from the previous
//! frame's time (the first from the epoch). `span` is how many bytes of the file the record took, with its prefix
//! and newline; for a record joined from pieces, the sum of its pieces.

use std::ops::Range;

use thiserror::Error;

use crate::limits::{
    BATCH_RECORDS_MAX, IDENTITY_BYTES_MAX, ORIGIN_PART_BYTES_MAX, STORED_BATCH_BYTES_MAX,
    STORED_RECORD_BYTES_MAX,
};
use crate::wire::{Malformed, Reader, Writer};
use crate::{Lane, StreamName, Timestamp};

/// The format described above.
pub const VERSION: u8 = 1;

/// What is particular about a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FrameFlags(u8);

impl FrameFlags {
    /// The record was longer than allowed; its head is kept and `original_bytes` tells the true length.
    pub const TRUNCATED: Self = Self(1);
    /// The container ended in the middle of the line.
    pub const UNFINISHED: Self = Self(2);
    /// The line is not what the container runtime's format says; the payload is the line as it stands in the file.
    pub const MALFORMED: Self = Self(4);
    const HAS_TIME: Self = Self(8);
    const KNOWN: u8 = 15;

    /// Whether all of `other` is set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// As one byte, without what the encoding itself needs.
    pub const fn bits(self) -> u8 {
        self.0 & !Self::HAS_TIME.0
    }

    /// From one byte; unknown bits are dropped.
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::KNOWN & !Self::HAS_TIME.0)
    }
}

/// One record inside a batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frame {
    /// Where the record begins in its file.
    pub offset: u64,
    /// How many bytes of the file it took.
    pub span: u64,
    /// What is particular about it.
    pub flags: FrameFlags,
    /// The time the container runtime wrote, when there is one.
    pub time: Option<Timestamp>,
    /// How long the payload was before it was cut; equals the payload's length when it was not.
    pub original_bytes: u64,
    /// Where the payload lies in [`Batch::payloads`].
    pub payload: Range<usize>,
}

/// A contiguous range of one lane: the unit of shipping and of acknowledgement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch {
    /// Whose bytes these are.
    pub lane: Lane,
    /// Drawn at random when the agent first saw the file. A generation number that is used twice, because a
    /// checkpoint was lost, shows here instead of losing data.
    pub incarnation: u64,
    /// What the agent needs to know the file again; the collector keeps it and gives it back, unread.
    pub identity: Vec<u8>,
    /// The stream the records belong to.
    pub stream: StreamName,
    /// The time zone of times in the records that do not tell theirs, as an IANA name; empty for UTC. The agent
    /// knows it from its configuration, the collector needs it.
    pub zone: String,
    /// The first byte of the range.
    pub from: u64,
    /// The byte after the range.
    pub to: u64,
    /// Why the range was lost, when it was; then there are no frames.
    pub gap: Option<String>,
    /// The records, by growing offset.
    pub frames: Vec<Frame>,
    /// The payloads of all records, one after the other.
    pub payloads: Vec<u8>,
}

/// Why bytes are not a batch.
#[derive(Error, Clone, PartialEq, Eq, Debug)]
pub enum BatchError {
    /// The bytes do not follow the format.
    #[error("batch is malformed {0}")]
    Malformed(#[from] Malformed),
    /// A newer agent speaks to an older collector.
    #[error(
        "batch has format version {0}; this program reads version {VERSION}: upgrade the collector first"
    )]
    Version(u8),
    /// The bytes changed on their way.
    #[error("batch does not match its checksum")]
    Checksum,
}

impl Batch {
    /// An empty range at `from`, to which frames are pushed.
    pub fn new(lane: Lane, incarnation: u64, identity: Vec<u8>, stream: StreamName, from: u64) -> Self {
        let (frames, payloads) = (Vec::new(), Vec::new());
        Self {
            lane,
            incarnation,
            identity,
            stream,
            zone: String::new(),
            from,
            to: from,
            gap: None,
            frames,
            payloads,
        }
    }

    /// The payload of a frame of this batch.
    pub fn payload(&self, frame: &Frame) -> &[u8] {
        &self.payloads[frame.payload.clone()]
    }

    /// Appends a record. The caller moves `to`: the range may reach past the last record.
    pub fn push(
        &mut self,
        offset: u64,
        span: u64,
        flags: FrameFlags,
        time: Option<Timestamp>,
        payload: &[u8],
    ) {
        self.push_truncated(offset, span, flags, time, payload, payload.len() as u64);
    }

    /// Appends a record of which only the head is kept.
    pub fn push_truncated(
        &mut self,
        offset: u64,
        span: u64,
        flags: FrameFlags,
        time: Option<Timestamp>,
        payload: &[u8],
        original_bytes: u64,
    ) {
        let start = self.payloads.len();
        self.payloads.extend_from_slice(payload);
        let payload = start..self.payloads.len();
        self.frames.push(Frame { offset, span, flags, time, original_bytes, payload });
    }

    /// Drops what lies before `mark`, which the collector already has.
    pub fn trim(&mut self, mark: u64) {
        if mark > self.from {
            self.frames.retain(|frame| frame.offset >= mark);
            self.from = mark.min(self.to);
        }
    }

    /// Appends the batch as bytes.
    pub fn encode(&self, target: &mut Vec<u8>) {
        let mut body = Writer::with_capacity(self.encoded_bytes_about());
        self.lane.encode(&mut body);
        body.u64(self.incarnation);
        body.bytes(&self.identity);
        body.text(self.stream.as_str());
        body.text(&self.zone);
        body.varint(self.from);
        body.varint(self.to);
        match &self.gap {
            None => body.u8(0),
            Some(reason) => {
                body.u8(1);
                body.text(reason);
            }
        }
        body.varint(self.frames.len() as u64);
        let (mut last_offset, mut last_time) = (self.from, 0);
        for frame in &self.frames {
            let flags =
                if frame.time.is_some() { frame.flags.with(FrameFlags::HAS_TIME) } else { frame.flags };
            body.u8(flags.0);
            body.varint(frame.offset - last_offset);
            last_offset = frame.offset;
            body.varint(frame.span);
            if let Some(time) = frame.time {
                body.signed(time.as_nanos().wrapping_sub(last_time));
                last_time = time.as_nanos();
            }
            if flags.contains(FrameFlags::TRUNCATED) {
                body.varint(frame.original_bytes);
            }
            body.bytes(self.payload(frame));
        }
        let body = body.finish();
        let mut head = Writer::new();
        head.u8(VERSION);
        head.varint(body.len() as u64);
        target.extend_from_slice(head.as_slice());
        target.extend_from_slice(&body);
        target.extend_from_slice(&crc32c::crc32c(&body).to_le_bytes());
    }

    /// Seldom too little: what is made once in the right size is not copied while it grows.
    pub fn encoded_bytes_about(&self) -> usize {
        const FRAME_BYTES: usize = 10;
        const HEAD_BYTES: usize = 1_024;
        self.payloads.len() + self.frames.len() * FRAME_BYTES + self.identity.len() + HEAD_BYTES
    }

    /// Takes a batch off the front and checks everything in it.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, BatchError> {
        let version = reader.u8()?;
        if version != VERSION {
            return Err(BatchError::Version(version));
        }
        let body = reader.bytes(BODY_BYTES_MAX)?;
        if reader.u32()? != crc32c::crc32c(body) {
            return Err(BatchError::Checksum);
        }
        let mut reader = Reader::new(body);
        let batch = Self::decode_body(&mut reader)?;
        if !reader.is_at_end() {
            return Err(reader.malformed("bytes after the last frame").into());
        }
        Ok(batch)
    }

    fn decode_body(reader: &mut Reader<'_>) -> Result<Self, BatchError> {
        let lane = Lane::decode(reader)?;
        let incarnation = reader.u64()?;
        let identity = reader.bytes(IDENTITY_BYTES_MAX)?.to_vec();
        let stream = reader.text(StreamName::BYTES_MAX)?;
        let stream = stream.parse().map_err(|_| reader.malformed("not a stream name"))?;
        let zone = reader.text(ZONE_BYTES_MAX)?.to_owned();
        let (from, to) = (reader.varint()?, reader.varint()?);
        if from > to {
            return Err(reader.malformed("range ends before it begins").into());
        }
        let mut batch = Self::new(lane, incarnation, identity, stream, from);
        (batch.zone, batch.to) = (zone, to);
        batch.gap = match reader.u8()? {
            0 => None,
            1 => Some(reader.text(ORIGIN_PART_BYTES_MAX)?.to_owned()),
            _ => return Err(reader.malformed("unknown kind of gap").into()),
        };
        let count = reader.count(BATCH_RECORDS_MAX)?;
        if batch.gap.is_some() && count > 0 {
            return Err(reader.malformed("a gap with records").into());
        }
        batch.frames.reserve(count.min(reader.remaining()));
        batch.payloads.reserve(reader.remaining());
        let (mut last_offset, mut last_time) = (from, 0);
        for position in 0..count {
            let frame_flags = reader.u8()?;
            if frame_flags & !FrameFlags::KNOWN != 0 {
                return Err(reader.malformed("unknown frame flags").into());
            }
            let flags = FrameFlags(frame_flags);
            let delta = reader.varint()?;
            let offset = last_offset.checked_add(delta).filter(|offset| *offset < to);
            let offset = offset.ok_or_else(|| reader.malformed("record outside of its batch"))?;
            if position > 0 && delta == 0 {
                return Err(reader.malformed("two records at one offset").into());
            }
            last_offset = offset;
            let span = reader.varint()?;
            let mut time = None;
            if flags.contains(FrameFlags::HAS_TIME) {
                last_time = reader.signed()?.wrapping_add(last_time);
                time = Some(Timestamp::from_nanos(last_time));
            }
            let original = flags.contains(FrameFlags::TRUNCATED).then(|| reader.varint()).transpose()?;
            let payload = reader.bytes(STORED_RECORD_BYTES_MAX.as_usize())?;
            let original = original.unwrap_or(payload.len() as u64);
            batch.push_truncated(offset, span, FrameFlags::from_bits(flags.0), time, payload, original);
        }
        Ok(batch)
    }
}

/// Longest name of a time zone; the longest there is has 32 letters.
const ZONE_BYTES_MAX: usize = 64;

/// The payloads, and for each record the numbers beside them: at most four varints and a flag byte.
const BODY_BYTES_MAX: usize = STORED_BATCH_BYTES_MAX.as_usize()
    + STORED_RECORD_BYTES_MAX.as_usize()
    + BATCH_RECORDS_MAX * 48
    + ORIGIN_PART_BYTES_MAX * 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Origin;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn batch(payloads: &[(Vec<u8>, u64, Option<i64>, bool)]) -> Batch {
        let origin = Arc::new(Origin { file: "/var/log/a.log".into(), ..Origin::default() });
        let lane = Lane { agent: "node-1".into(), origin, generation: 3 };
        let mut batch = Batch::new(lane, 99, b"head".to_vec(), "app".parse().unwrap(), 1_000);
        for (payload, extra, time, truncated) in payloads {
            let span = payload.len() as u64 + 1 + extra;
            let flags = if *truncated { FrameFlags::TRUNCATED } else { FrameFlags::default() };
            let time = time.map(Timestamp::from_nanos);
            let original = if *truncated { payload.len() as u64 * 2 } else { payload.len() as u64 };
            batch.push_truncated(batch.to, span, flags, time, payload, original);
            batch.to += span;
        }
        batch
    }

    proptest! {
        #[test]
        fn a_batch_comes_back_from_its_bytes(
            payloads in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 0..40), 0u64..100, any::<Option<i64>>(), any::<bool>()), 0..20),
        ) {
            let batch = batch(&payloads);
            let mut bytes = Vec::new();
            batch.encode(&mut bytes);
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(Batch::decode(&mut reader).unwrap(), batch);
            prop_assert!(reader.is_at_end());
        }

        #[test]
        fn a_changed_byte_is_noticed(position in 0usize..100, flip in 1u8..) {
            let mut bytes = Vec::new();
            batch(&[(b"one".to_vec(), 0, Some(5), false), (b"two".to_vec(), 0, None, false)]).encode(&mut bytes);
            let position = position % bytes.len();
            bytes[position] ^= flip;
            prop_assert!(Batch::decode(&mut Reader::new(&bytes)).is_err());
        }

        #[test]
        fn arbitrary_bytes_never_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            _ = Batch::decode(&mut Reader::new(&bytes));
            // Past the checksum too.
            let checksum = crc32c::crc32c(&bytes);
            let mut framed = vec![VERSION];
            let mut length = Writer::new();
            length.varint(bytes.len() as u64);
            framed.extend_from_slice(length.as_slice());
            framed.append(&mut bytes);
            framed.extend_from_slice(&checksum.to_le_bytes());
            _ = Batch::decode(&mut Reader::new(&framed));
        }
    }

    #[test]
    fn what_the_collector_has_is_trimmed_away() {
        let mut batch = batch(&[(b"one".to_vec(), 0, None, false), (b"two".to_vec(), 0, None, false)]);

        batch.trim(1_004);

        assert_eq!((batch.from, batch.to), (1_004, 1_008));
        assert_eq!(batch.payload(&batch.frames[0]), b"two");
    }
}
