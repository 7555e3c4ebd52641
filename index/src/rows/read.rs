//! What rows hold: read in place by queries, and once more when they are encoded.

use palisade_record::Value;

use super::{Cell, RowColumn, RowHead, Rows};
use crate::Texts;
use crate::shape::{RAW, ShapeDictionary, TIME_COLUMN};

/// Reads values of rows.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    rows: &'a Rows,
    /// All records, when all of them are text.
    text: Option<&'a str>,
}

impl<'a> Reader<'a> {
    /// The value of a cell of one of the columns.
    pub(crate) fn value(&self, cell: Cell) -> Value<'a> {
        match self.text {
            Some(text) => cell.value_of_text(text, &self.rows.aside),
            None => self.rows.value(cell),
        }
    }
}

impl Rows {
    /// What every row has, in order.
    pub(crate) fn heads(&self) -> &[RowHead] {
        &self.heads
    }

    /// The exact bytes of the records, in order.
    pub(crate) fn raw(&self) -> &Texts {
        &self.raw
    }

    /// The fields that any row has, in the order in which they were first met.
    pub(crate) fn columns(&self) -> &[RowColumn] {
        &self.columns
    }

    /// The field with a name.
    pub(crate) fn column_named(&self, name: &str) -> Option<&RowColumn> {
        self.by_name.get(name).map(|column| &self.columns[*column as usize])
    }

    /// The shapes that the heads tell the numbers of.
    pub(crate) fn shapes(&self) -> &ShapeDictionary {
        self.sketch.shapes()
    }

    /// For reading many values: whether the records are text is found out once.
    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader { rows: self, text: std::str::from_utf8(self.raw.as_bytes()).ok() }
    }

    /// The value of a cell of one of these columns.
    pub(crate) fn value(&self, cell: Cell) -> Value<'_> {
        cell.value(self.raw.as_bytes(), &self.aside)
    }

    /// The exact bytes of a record.
    pub fn record(&self, row: usize) -> &[u8] {
        self.raw.get(row)
    }

    /// How many shapes the records have.
    pub fn shape_count(&self) -> usize {
        self.shapes().len()
    }

    /// Appends a record's bytes, made of its shape, its values and its time; says whether that is possible. If not, its
    /// bytes must be stored.
    pub fn rebuild(&self, row: usize, target: &mut Vec<u8>) -> bool {
        let head = &self.heads[row];
        if head.shape == RAW {
            return false;
        }
        let Some(shape) = self.shapes().get(head.shape) else { return false };
        let columns = self.sketch.columns_of(head.shape);
        let number = u32::try_from(row).unwrap_or(u32::MAX);
        let value_of = |position: usize, nth: u32| {
            let column = columns.get(position).filter(|column| **column != TIME_COLUMN)?;
            let column = &self.columns[*column as usize];
            let entries = column.entries_of(number..number.checked_add(1)?);
            let entry = entries.start.checked_add(nth as usize).filter(|entry| *entry < entries.end)?;
            Some(self.value(column.cells()[entry]))
        };
        shape.render(head.time, |position, hole| value_of(position, hole.nth), target)
    }

    /// Memory these rows take.
    pub fn memory_bytes(&self) -> usize {
        let columns: usize = self.columns.iter().map(RowColumn::memory_bytes).sum();
        size_of::<Self>()
            + self.heads.capacity() * size_of::<RowHead>()
            + self.raw.memory_bytes()
            + self.aside.capacity()
            + columns
    }
}
