//! The values of one field in rows that wait.

use std::ops::Range;

use super::cell::Cell;

/// The values of one field, in the order of their rows.
#[derive(Clone, Debug)]
pub(crate) struct RowColumn {
    name: Box<str>,
    /// The row of each entry. None while every row from the first one on has exactly one value: entry `n` is of row `n`.
    rows: Option<Vec<u32>>,
    cells: Vec<Cell>,
    last_row: u32,
    /// How many values the last row has.
    of_last_row: u32,
    /// The column that was filled after this one last time: records of one source have the same fields in the same order.
    pub(super) next: u32,
}

impl RowColumn {
    pub(super) fn new(name: &str) -> Self {
        Self { name: name.into(), rows: None, cells: Vec::new(), last_row: u32::MAX, of_last_row: 0, next: 0 }
    }

    /// The field's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// All values in order.
    pub(crate) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The row of each entry, growing, a list repeating its row; `None` when entry `n` is of row `n`.
    pub(crate) fn rows(&self) -> Option<&[u32]> {
        self.rows.as_deref()
    }

    /// The row of an entry.
    pub(crate) fn row(&self, entry: usize) -> u32 {
        match &self.rows {
            Some(rows) => rows[entry],
            None => row_number(entry),
        }
    }

    /// The entries of some rows.
    pub(crate) fn entries_of(&self, rows: Range<u32>) -> Range<usize> {
        match &self.rows {
            Some(list) => {
                list.partition_point(|row| *row < rows.start)..list.partition_point(|row| *row < rows.end)
            }
            None => {
                let count = self.cells.len();
                (rows.start as usize).min(count)..(rows.end as usize).min(count)
            }
        }
    }

    /// Adds a value of `row`, which is the last one or a later one; returns how many values the row had before.
    pub(super) fn push(&mut self, row: u32, cell: Cell) -> u32 {
        if row == self.last_row {
            self.of_last_row += 1;
        } else {
            (self.last_row, self.of_last_row) = (row, 1);
        }
        match &mut self.rows {
            Some(rows) => rows.push(row),
            None if row as usize == self.cells.len() => {}
            None => {
                let mut rows: Vec<u32> = (0..row_number(self.cells.len())).collect();
                rows.push(row);
                self.rows = Some(rows);
            }
        }
        self.cells.push(cell);
        self.of_last_row - 1
    }

    /// Adds all values of the same field in rows that come after `rows_before` others.
    pub(super) fn append(&mut self, other: &Self, rows_before: u32, moved: impl Fn(Cell) -> Cell) {
        let is_dense =
            self.rows.is_none() && other.rows.is_none() && self.cells.len() == rows_before as usize;
        if !is_dense {
            let count = row_number(self.cells.len());
            let rows = self.rows.get_or_insert_with(|| (0..count).collect());
            match &other.rows {
                Some(others) => rows.extend(others.iter().map(|row| row + rows_before)),
                None => rows.extend(rows_before..rows_before + row_number(other.cells.len())),
            }
        }
        self.cells.extend(other.cells.iter().map(|cell| moved(*cell)));
        (self.last_row, self.of_last_row) = (other.last_row.saturating_add(rows_before), other.of_last_row);
    }

    /// Leaves the entries of rows that get a new number; a row's record moved to the front by so many bytes.
    pub(super) fn keep(&mut self, moves: &[Option<(u32, u32)>]) {
        let (mut rows, mut cells) = (Vec::new(), Vec::new());
        for (entry, cell) in self.cells.iter().enumerate() {
            if let Some(Some((row, removed_bytes))) = moves.get(self.row(entry) as usize) {
                rows.push(*row);
                cells.push(cell.moved_back(*removed_bytes));
            }
        }
        let is_dense = rows.iter().zip(0..).all(|(row, entry)| *row == entry);
        (self.rows, self.cells) = ((!is_dense).then_some(rows), cells);
        // The row that was last is another one now, or gone.
        (self.last_row, self.of_last_row) = (u32::MAX, 0);
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let rows = self.rows.as_ref().map_or(0, Vec::capacity);
        size_of::<Self>()
            + self.name.len() * 2
            + self.cells.capacity() * size_of::<Cell>()
            + rows * size_of::<u32>()
    }
}

fn row_number(position: usize) -> u32 {
    u32::try_from(position).expect("rows are counted with 32 bits, as their bytes are")
}
