//! Makes a block out of rows.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use palisade_record::wire::Writer;
use palisade_record::{StreamName, Timestamp, Value};

use crate::block::{BlockInfo, ColumnInfo, Section, Source};
use crate::pack::pack;
use crate::placement::{Arrival, Placement};
use crate::rows::RowColumn;
use crate::{Block, Rows, column};

/// Rows that wait to become part of a block, with the batches they came with.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) rows: Rows,
    /// One for each batch of the submission; `None` for batches that were refused, whose rows do not count.
    pub(crate) arrivals: Arc<[Option<Accepted>]>,
}

/// A batch that was accepted.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    pub(crate) arrival: Arrival,
    /// Rows before this offset were stored before.
    pub(crate) from: u64,
}

impl Chunk {
    /// Whether a row is stored with this chunk.
    pub(crate) fn has_row(&self, row: usize) -> bool {
        let head = &self.rows.heads[row];
        let accepted = self.arrivals.get(head.batch as usize).and_then(Option::as_ref);
        accepted.is_some_and(|accepted| head.offset >= accepted.from)
    }
}

/// Some rows of a chunk.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) chunk: Arc<Chunk>,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The block of these rows; `None` when none of them counts.
pub(crate) fn encode(stream: &StreamName, parts: &[Part]) -> Option<Block> {
    let mut encoder = Encoder::default();
    for part in parts {
        encoder.add(part);
    }
    encoder.finish(stream)
}

#[derive(Default)]
struct Encoder<'a> {
    places: Placement,
    times: Vec<i64>,
    raw_lengths: Writer,
    raw: Vec<u8>,
    columns: BTreeMap<&'a str, RowColumn>,
    arrivals: Vec<Arrival>,
    known: HashMap<u64, u32>,
}

impl<'a> Encoder<'a> {
    fn add(&mut self, part: &'a Part) {
        let (chunk, rows) = (&part.chunk, &part.chunk.rows);
        let mut targets = Vec::with_capacity(part.end - part.start);
        for row in part.start..part.end {
            let head = rows.heads[row];
            if !chunk.has_row(row) {
                targets.push(None);
                continue;
            }
            targets.push(u32::try_from(self.times.len()).ok());
            if let Some(Some(accepted)) = chunk.arrivals.get(head.batch as usize) {
                let next = u32::try_from(self.arrivals.len()).unwrap_or(u32::MAX);
                let batch = *self.known.entry(accepted.arrival.sequence).or_insert(next);
                if batch == next {
                    self.arrivals.push(accepted.arrival.clone());
                }
                self.places.push(batch, head.offset, head.flags);
            }
            self.times.push(head.time.as_nanos());
            let raw = rows.raw.get(row);
            self.raw_lengths.varint(raw.len() as u64);
            self.raw.extend_from_slice(raw);
        }
        for source in &rows.columns {
            let first = source.rows.partition_point(|row| (*row as usize) < part.start);
            let last = source.rows.partition_point(|row| (*row as usize) < part.end);
            if first == last {
                continue;
            }
            let target = self.columns.entry(&source.name).or_default();
            for (row, value) in source.rows[first..last].iter().zip(source.values_in(first..last)) {
                if let Some(row) = targets[*row as usize - part.start] {
                    target.push(row, value);
                }
            }
        }
    }

    fn finish(self, stream: &StreamName) -> Option<Block> {
        let (oldest, newest) = (*self.times.iter().min()?, *self.times.iter().max()?);
        let rows = u32::try_from(self.times.len()).ok()?;
        let mut bytes = Vec::new();
        let times = append(&mut bytes, &encode_times(&self.times));
        let places = append(&mut bytes, &self.places.encode());
        let mut raw = self.raw_lengths;
        raw.raw(&self.raw);
        let raw = append(&mut bytes, raw.as_slice());
        let mut columns = Vec::with_capacity(self.columns.len());
        for (name, column) in &self.columns {
            if column.rows.is_empty() {
                continue;
            }
            let section = append(&mut bytes, &column::encode(column, rows));
            columns.push(ColumnInfo {
                name: (*name).into(),
                rows: row_count(column),
                numbers: numbers(column),
                section,
            });
        }
        let info = BlockInfo {
            stream: stream.clone(),
            rows,
            oldest: Timestamp::from_nanos(oldest),
            newest: Timestamp::from_nanos(newest),
            raw_bytes: self.raw.len() as u64,
            columns,
            times,
            places,
            raw,
        };
        Some(Block::new(info, self.arrivals.into(), Source::Memory(bytes.into())))
    }
}

fn append(bytes: &mut Vec<u8>, section: &[u8]) -> Section {
    let packed = pack(section);
    let start = u32::try_from(bytes.len()).expect("blocks are far smaller than 4 GiB");
    let length = u32::try_from(packed.len()).expect("blocks are far smaller than 4 GiB");
    bytes.extend_from_slice(&packed);
    Section { start, length, crc32c: crc32c::crc32c(&packed) }
}

fn encode_times(times: &[i64]) -> Vec<u8> {
    let (mut writer, mut last) = (Writer::new(), 0i64);
    for time in times {
        writer.signed(time.wrapping_sub(last));
        last = *time;
    }
    writer.finish()
}

fn row_count(column: &RowColumn) -> u32 {
    let lists = column.rows.windows(2).filter(|pair| pair[0] == pair[1]).count();
    u32::try_from(column.rows.len() - lists).unwrap_or(u32::MAX)
}

/// The range of the values when all are numbers.
fn numbers(column: &RowColumn) -> Option<(f64, f64)> {
    let mut range = (f64::INFINITY, f64::NEG_INFINITY);
    for value in column.values() {
        let number = match value {
            Value::Boolean(_) => return None,
            other => other.as_number()?,
        };
        if number.is_nan() {
            return None;
        }
        range = (range.0.min(number), range.1.max(number));
    }
    Some(range)
}
