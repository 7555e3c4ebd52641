//! A block: rows of one stream, stored column by column.
//!
//! A block is a run of sections, each packed and with a checksum: the times, the places, the exact bytes of the
//! records, then one for each field. What [`BlockInfo`] says of them lies elsewhere: in memory for the tail, in the
//! footer of the data object for a split.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use palisade_record::wire::{Malformed, Reader};
use palisade_record::{Lane, RecordId, StreamName, Timestamp};

use crate::error::{Error, Result};
use crate::pack::unpack;
use crate::placement::{Arrival, Placement};
use crate::storage::ObjectStorage;
use crate::{Column, Texts};

/// What is known of a block without reading its columns.
#[derive(Clone, PartialEq, Debug)]
pub struct BlockInfo {
    /// The stream of all rows.
    pub stream: StreamName,
    /// How many rows.
    pub rows: u32,
    /// The earliest event time.
    pub oldest: Timestamp,
    /// The latest event time.
    pub newest: Timestamp,
    /// Bytes of the records as they came.
    pub raw_bytes: u64,
    /// The fields that any row has, sorted by name.
    pub columns: Vec<ColumnInfo>,
    pub(crate) times: Section,
    pub(crate) places: Section,
    pub(crate) raw: Section,
}

/// What is known of a column without reading it.
#[derive(Clone, PartialEq, Debug)]
pub struct ColumnInfo {
    /// The field's name.
    pub name: Box<str>,
    /// How many rows have the field.
    pub rows: u32,
    /// Smallest and largest number, when every value is a number or text that is nothing but one.
    pub numbers: Option<(f64, f64)>,
    pub(crate) section: Section,
}

/// A packed part of a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Section {
    /// Counted from the block's beginning.
    pub(crate) start: u32,
    pub(crate) length: u32,
    pub(crate) crc32c: u32,
}

impl BlockInfo {
    /// How long the block is, packed.
    pub fn packed_bytes(&self) -> u64 {
        let fields = self.columns.iter().map(|column| column.section);
        fields.chain([self.times, self.places, self.raw]).map(|section| u64::from(section.length)).sum()
    }
}

/// A block, in memory or in a split.
pub struct Block {
    info: BlockInfo,
    arrivals: Arc<[Arrival]>,
    source: Source,
}

pub(crate) enum Source {
    /// The bytes of a block of the tail.
    Memory(Arc<[u8]>),
    /// A block inside an object.
    Object { storage: Arc<dyn ObjectStorage>, name: Arc<str>, start: u64 },
}

/// What a row is, apart from its fields.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its name for ever.
    pub id: RecordId,
    /// Its event time.
    pub time: Timestamp,
    /// When the collector got it.
    pub received_at: Timestamp,
    /// Where it came from.
    pub lane: Arc<Lane>,
    /// `FrameFlags` bits.
    pub flags: u8,
}

impl Block {
    pub(crate) fn new(info: BlockInfo, arrivals: Arc<[Arrival]>, source: Source) -> Self {
        Self { info, arrivals, source }
    }

    /// What is known without reading.
    pub fn info(&self) -> &BlockInfo {
        &self.info
    }

    /// The event time of each row, in nanoseconds. Rows stand in the order in which they arrived.
    pub fn times(&self) -> Result<Arc<Vec<i64>>> {
        let bytes = self.read(self.info.times)?;
        let times = decode_times(&bytes, self.info.rows)
            .map_err(|malformed| self.damaged(self.info.times, &malformed))?;
        Ok(Arc::new(times))
    }

    /// A field's column; `None` when no row has the field.
    pub fn column(&self, name: &str) -> Result<Option<Arc<Column>>> {
        let Ok(found) = self.info.columns.binary_search_by(|column| column.name.as_ref().cmp(name)) else {
            return Ok(None);
        };
        let section = self.info.columns[found].section;
        let bytes = self.read(section)?;
        let column =
            Column::decode(&bytes, self.info.rows).map_err(|malformed| self.damaged(section, &malformed))?;
        Ok(Some(Arc::new(column)))
    }

    /// The exact bytes of every row's record.
    pub fn raw(&self) -> Result<Arc<Texts>> {
        let bytes = self.read(self.info.raw)?;
        let raw =
            decode_raw(bytes, self.info.rows).map_err(|malformed| self.damaged(self.info.raw, &malformed))?;
        Ok(Arc::new(raw))
    }

    /// Identity and origin of a row.
    pub fn record(&self, row: u32) -> Result<Record> {
        let (places, times) = (self.places()?, self.times()?);
        Ok(self.record_at(row as usize, &places, &times))
    }

    /// Identity and origin of some rows, read at once.
    pub fn records(&self, rows: &[u32]) -> Result<Vec<Record>> {
        let (places, times) = (self.places()?, self.times()?);
        Ok(rows.iter().map(|row| self.record_at(*row as usize, &places, &times)).collect())
    }

    fn record_at(&self, row: usize, places: &Placement, times: &[i64]) -> Record {
        let arrival = &self.arrivals[places.batches[row] as usize];
        Record {
            id: places.id(row, &self.arrivals),
            time: Timestamp::from_nanos(times[row]),
            received_at: arrival.received_at,
            lane: arrival.lane.clone(),
            flags: places.flags.get(row).copied().unwrap_or(0),
        }
    }

    /// The ids of all rows.
    pub fn ids(&self) -> Result<Arc<Vec<RecordId>>> {
        let places = self.places()?;
        Ok(Arc::new((0..self.info.rows as usize).map(|row| places.id(row, &self.arrivals)).collect()))
    }

    /// Arrival order: of two rows in one snapshot the one with the smaller number arrived first.
    pub fn arrivals(&self) -> Result<Arc<Vec<(u64, u64)>>> {
        let places = self.places()?;
        let arrival =
            |row: usize| (self.arrivals[places.batches[row] as usize].sequence, places.offsets[row]);
        Ok(Arc::new((0..self.info.rows as usize).map(arrival).collect()))
    }

    /// Whether any row came from one of these lanes; answered without reading.
    pub fn has_lane(&self, matches: impl Fn(&Lane) -> bool) -> bool {
        self.arrivals.iter().any(|arrival| matches(&arrival.lane))
    }

    /// The first and the last batch that rows of this block came with, as numbers that count batches.
    pub fn sequences(&self) -> Range<u64> {
        let sequences = || self.arrivals.iter().map(|arrival| arrival.sequence);
        sequences().min().unwrap_or(0)..sequences().max().map_or(0, |last| last + 1)
    }

    pub(crate) fn batches(&self) -> &Arc<[Arrival]> {
        &self.arrivals
    }

    /// All sections one after the other, as they are stored.
    pub(crate) fn packed(&self) -> Result<Vec<u8>> {
        match &self.source {
            Source::Memory(bytes) => Ok(bytes.to_vec()),
            Source::Object { storage, name, start } => {
                let range = *start..*start + self.info.packed_bytes();
                storage.get(name, range).map_err(|source| Error::Read { path: storage.locate(name), source })
            }
        }
    }

    /// Bytes of memory that the block takes.
    pub(crate) fn memory_bytes(&self) -> u64 {
        match &self.source {
            Source::Memory(bytes) => bytes.len() as u64,
            Source::Object { .. } => 0,
        }
    }

    fn places(&self) -> Result<Placement> {
        let section = self.info.places;
        let bytes = self.read(section)?;
        Placement::decode(&bytes, self.info.rows, self.arrivals.len())
            .map_err(|malformed| self.damaged(section, &malformed))
    }

    fn read(&self, section: Section) -> Result<Vec<u8>> {
        let unpacked = match &self.source {
            Source::Memory(bytes) => {
                let start = section.start as usize;
                unpack(&bytes[start..start + section.length as usize])
            }
            Source::Object { storage, name, start } => {
                let start = start + u64::from(section.start);
                let bytes = storage
                    .get(name, start..start + u64::from(section.length))
                    .map_err(|source| Error::Read { path: storage.locate(name), source })?;
                if crc32c::crc32c(&bytes) != section.crc32c {
                    return Err(self
                        .damaged(section, &Malformed { offset: 0, problem: "does not match its checksum" }));
                }
                unpack(&bytes)
            }
        };
        unpacked.map_err(|malformed| self.damaged(section, &malformed))
    }

    fn damaged(&self, section: Section, malformed: &Malformed) -> Error {
        let (path, start) = match &self.source {
            Source::Memory(_) => (PathBuf::from("(memory)"), 0),
            Source::Object { storage, name, start } => (storage.locate(name), *start),
        };
        Error::Damaged {
            path,
            offset: start + u64::from(section.start),
            problem: malformed.problem.to_owned(),
        }
    }
}

impl std::fmt::Debug for Block {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Block").field("info", &self.info).finish_non_exhaustive()
    }
}

fn decode_times(bytes: &[u8], rows: u32) -> std::result::Result<Vec<i64>, Malformed> {
    let mut reader = Reader::new(bytes);
    let (mut times, mut time) = (Vec::with_capacity(bytes.len().min(rows as usize)), 0i64);
    for _ in 0..rows {
        time = time.wrapping_add(reader.signed()?);
        times.push(time);
    }
    Ok(times)
}

fn decode_raw(bytes: Vec<u8>, rows: u32) -> std::result::Result<Texts, Malformed> {
    let mut reader = Reader::new(&bytes);
    let (mut ends, mut end) = (Vec::with_capacity(bytes.len().min(rows as usize)), 0u32);
    for _ in 0..rows {
        let length = u32::try_from(reader.varint()?).map_err(|_| reader.malformed("record too long"))?;
        end = end.checked_add(length).ok_or_else(|| reader.malformed("records too long"))?;
        ends.push(end);
    }
    let start = reader.offset();
    let mut bytes = bytes;
    bytes.drain(..start);
    Texts::from_parts(bytes, ends)
        .ok_or(Malformed { offset: start, problem: "lengths and bytes of the records differ" })
}
