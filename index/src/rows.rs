//! Records that were just parsed, column by column, before they are encoded.

use std::collections::HashMap;
use std::ops::Range;

use palisade_record::limits::RECORD_FIELDS_MAX;
use palisade_record::{StreamName, Timestamp, Value};

use crate::Texts;

/// Records of one stream on their way from a door into the index.
///
/// Filled record by record: [`Rows::begin`], any number of [`Rows::field`], then the next one. Nothing here
/// allocates per record.
#[derive(Clone, Debug)]
pub struct Rows {
    stream: StreamName,
    pub(crate) heads: Vec<RowHead>,
    pub(crate) raw: Texts,
    pub(crate) columns: Vec<RowColumn>,
    by_name: HashMap<Box<str>, usize>,
    fields_of_row: usize,
}

/// What every row has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct RowHead {
    pub(crate) batch: u32,
    pub(crate) offset: u64,
    pub(crate) time: Timestamp,
    pub(crate) flags: u8,
}

/// The values of one field.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowColumn {
    pub(crate) name: Box<str>,
    pub(crate) rows: Vec<u32>,
    pub(crate) cells: Vec<Cell>,
    pub(crate) text: Vec<u8>,
}

/// A value whose text lies in the column's buffer.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Cell {
    Text(u32, u32),
    Integer(i64),
    Decimal(u32, u32),
    Boolean(bool),
}

impl Rows {
    /// No records yet, of `stream`.
    pub fn new(stream: StreamName) -> Self {
        Self {
            stream,
            heads: Vec::new(),
            raw: Texts::new(),
            columns: Vec::new(),
            by_name: HashMap::new(),
            fields_of_row: 0,
        }
    }

    /// The stream of all these records.
    pub fn stream(&self) -> &StreamName {
        &self.stream
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Bytes of the records as they came.
    pub fn raw_bytes(&self) -> usize {
        self.raw.as_bytes().len()
    }

    /// Begins a record: `batch` is its batch's position in the submission, `offset` and `flags` are those of its frame,
    /// `raw` its exact bytes, `time` its event time.
    pub fn begin(&mut self, batch: u32, offset: u64, flags: u8, time: Timestamp, raw: &[u8]) {
        self.heads.push(RowHead { batch, offset, time, flags });
        self.raw.push(raw);
        self.fields_of_row = 0;
    }

    /// Gives the record that was begun last a field. A list gives the same name several times. Fields past
    /// [`RECORD_FIELDS_MAX`] are not kept apart; they are still in the record's bytes.
    pub fn field(&mut self, name: &str, value: Value<'_>) {
        if self.heads.is_empty() || self.fields_of_row >= RECORD_FIELDS_MAX {
            return;
        }
        self.fields_of_row += 1;
        let row = u32::try_from(self.heads.len() - 1).unwrap_or(u32::MAX);
        let position = match self.by_name.get(name) {
            Some(position) => *position,
            None => {
                self.by_name.insert(name.into(), self.columns.len());
                self.columns.push(RowColumn { name: name.into(), ..RowColumn::default() });
                self.columns.len() - 1
            }
        };
        self.columns[position].push(row, value);
    }
}

impl RowColumn {
    pub(crate) fn push(&mut self, row: u32, value: Value<'_>) {
        self.rows.push(row);
        let cell = match value {
            Value::Text(text) => {
                let (start, end) = self.append(text);
                Cell::Text(start, end)
            }
            Value::Decimal(text) => {
                let (start, end) = self.append(text);
                Cell::Decimal(start, end)
            }
            Value::Integer(number) => Cell::Integer(number),
            Value::Boolean(truth) => Cell::Boolean(truth),
        };
        self.cells.push(cell);
    }

    fn append(&mut self, text: &str) -> (u32, u32) {
        let end_of = |bytes: &[u8]| u32::try_from(bytes.len()).expect("blocks are far smaller than 4 GiB");
        let start = end_of(&self.text);
        self.text.extend_from_slice(text.as_bytes());
        (start, end_of(&self.text))
    }

    /// The values in order.
    pub(crate) fn values(&self) -> impl Iterator<Item = Value<'_>> {
        self.values_in(0..self.cells.len())
    }

    /// The values of some entries.
    pub(crate) fn values_in(&self, entries: Range<usize>) -> impl Iterator<Item = Value<'_>> {
        let text = |start: u32, end: u32| {
            std::str::from_utf8(&self.text[start as usize..end as usize])
                .expect("only whole texts are appended")
        };
        self.cells[entries].iter().map(move |cell| match *cell {
            Cell::Text(start, end) => Value::Text(text(start, end)),
            Cell::Decimal(start, end) => Value::Decimal(text(start, end)),
            Cell::Integer(number) => Value::Integer(number),
            Cell::Boolean(truth) => Value::Boolean(truth),
        })
    }
}
