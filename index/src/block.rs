//! A block: rows of one stream, stored column by column.

use std::sync::Arc;

use palisade_record::{Lane, RecordId, StreamName, Timestamp};

use crate::error::Result;
use crate::{Column, Texts};

/// What is known of a block without reading its columns.
#[derive(Clone, Debug)]
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
}

/// What is known of a column without reading it.
#[derive(Clone, Debug)]
pub struct ColumnInfo {
    /// The field's name.
    pub name: Box<str>,
    /// How many rows have the field.
    pub rows: u32,
    /// Smallest and largest number, when every value is a number.
    pub numbers: Option<(f64, f64)>,
}

/// A block, in memory or in a split.
#[derive(Debug)]
pub struct Block {}

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
    /// What is known without reading.
    pub fn info(&self) -> &BlockInfo {
        todo!()
    }
    /// The event time of each row, in nanoseconds. Rows stand in the order in which they arrived.
    pub fn times(&self) -> Result<Arc<Vec<i64>>> {
        todo!()
    }
    /// A field's column; `None` when no row has the field.
    pub fn column(&self, _name: &str) -> Result<Option<Arc<Column>>> {
        todo!()
    }
    /// The exact bytes of every row's record.
    pub fn raw(&self) -> Result<Arc<Texts>> {
        todo!()
    }
    /// Identity and origin of a row.
    pub fn record(&self, _row: u32) -> Result<Record> {
        todo!()
    }
    /// The ids of all rows.
    pub fn ids(&self) -> Result<Arc<Vec<RecordId>>> {
        todo!()
    }
    /// Arrival order: of two rows in one snapshot the one with the smaller number arrived first.
    pub fn arrivals(&self) -> Result<Arc<Vec<(u64, u64)>>> {
        todo!()
    }
}
