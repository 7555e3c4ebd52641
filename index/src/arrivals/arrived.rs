//! What became durable together.

use std::sync::Arc;

use palisade_record::{Lane, RecordId, StreamName, Timestamp, Value};

use crate::chunk::Chunk;
use crate::rows::RowColumn;

/// The records of one submission.
#[derive(Clone, Debug)]
pub struct Arrived {
    pub(super) chunks: Vec<Arc<Chunk>>,
    pub(super) next: u64,
}

impl Arrived {
    pub(crate) fn new(chunks: Vec<Arc<Chunk>>, next: u64) -> Self {
        Self { chunks, next }
    }

    /// The number after its last batch.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The records, by stream and group.
    pub fn rows(&self) -> impl Iterator<Item = ArrivedRows> {
        self.chunks.iter().map(|chunk| ArrivedRows(Arc::clone(chunk)))
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.rows.memory_bytes()).sum()
    }
}

/// Records of one stream and one group, as they were parsed.
#[derive(Clone, Debug)]
pub struct ArrivedRows(Arc<Chunk>);

impl ArrivedRows {
    /// The stream of all of them.
    pub fn stream(&self) -> &StreamName {
        self.0.rows.stream()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.rows.is_empty()
    }

    /// The names of all fields that any of them has.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.rows.columns().iter().map(RowColumn::name)
    }

    /// Hands on all values of a field with their rows, in order.
    pub fn values(&self, field: &str, take: &mut dyn FnMut(usize, Value<'_>)) {
        let Some(column) = self.0.rows.column_named(field) else { return };
        let reader = self.0.rows.reader();
        for (entry, cell) in column.cells().iter().enumerate() {
            take(column.row(entry) as usize, reader.value(*cell));
        }
    }

    /// Hands on the values of a field of one row.
    pub fn value(&self, field: &str, row: usize, take: &mut dyn FnMut(Value<'_>)) {
        if let Some(column) = self.0.rows.column_named(field) {
            self.cells(column, row, take);
        }
    }

    /// Hands on all values of one row, with the names of their fields.
    pub fn values_of(&self, row: usize, take: &mut dyn FnMut(&str, Value<'_>)) {
        for column in self.0.rows.columns() {
            self.cells(column, row, &mut |value| take(column.name(), value));
        }
    }

    fn cells(&self, column: &RowColumn, row: usize, take: &mut dyn FnMut(Value<'_>)) {
        let Ok(row) = u32::try_from(row) else { return };
        for entry in column.entries_of(row..row.saturating_add(1)) {
            take(self.0.rows.value(column.cells()[entry]));
        }
    }

    /// The bytes of a record as they are stored.
    pub fn record(&self, row: usize) -> &[u8] {
        self.0.rows.record(row)
    }

    /// When it happened.
    pub fn time(&self, row: usize) -> Timestamp {
        self.0.rows.heads()[row].time
    }

    /// When it arrived.
    pub fn received_at(&self, row: usize) -> Timestamp {
        self.0.arrivals[self.0.rows.heads()[row].batch as usize].received_at
    }

    /// Where it comes from.
    pub fn lane(&self, row: usize) -> &Arc<Lane> {
        &self.0.arrivals[self.0.rows.heads()[row].batch as usize].lane
    }

    /// Where all records of this one's lane come from, as a number.
    pub fn source(&self, row: usize) -> u64 {
        self.0.arrivals[self.0.rows.heads()[row].batch as usize].id_prefix
    }

    /// Who it is.
    pub fn id(&self, row: usize) -> RecordId {
        let head = &self.0.rows.heads()[row];
        RecordId { prefix: self.0.arrivals[head.batch as usize].id_prefix, offset: head.offset }
    }
}
