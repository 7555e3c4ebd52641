//! Rows of many small submissions become one.

use super::{COLUMNS_MAX, RowColumn, RowHead, Rows};
use crate::shape::{RAW, Shape, TIME_COLUMN};

impl Rows {
    /// Adds the rows of `other`, of the same stream and group, behind these; the numbers of their batches grow by
    /// `batch_shift`. Says whether it did: not when there were too many bytes or fields for one set of rows; then
    /// nothing changes.
    #[must_use = "rows that were not added must be kept apart"]
    pub fn append(&mut self, other: &Self, batch_shift: u32) -> bool {
        let position = |bytes: usize| u32::try_from(bytes).ok();
        let Some(rows_before) = position(self.heads.len()) else { return false };
        let (Some(raw_before), Some(aside_before)) = (position(self.raw_bytes()), position(self.aside.len()))
        else {
            return false;
        };
        let is_small = position(self.raw_bytes() + other.raw_bytes()).is_some()
            && position(self.aside.len() + other.aside.len()).is_some();
        let Some(columns) = self.columns_for(other).filter(|_| is_small) else { return false };
        for (source, target) in other.columns.iter().zip(&columns) {
            let target = &mut self.columns[*target as usize];
            target.append(source, rows_before, |cell| cell.moved(raw_before, aside_before));
        }
        let shapes = self.shapes_for(other, &columns);
        self.heads.extend(other.heads.iter().map(|head| RowHead {
            batch: head.batch + batch_shift,
            shape: shapes.get(head.shape as usize).copied().unwrap_or(RAW),
            ..*head
        }));
        self.raw.append(&other.raw);
        self.aside.push_str(&other.aside);
        true
    }

    /// Our columns for those of `other`; `None` when there would be too many.
    fn columns_for(&mut self, other: &Self) -> Option<Vec<u32>> {
        let is_new = |column: &&RowColumn| !self.by_name.contains_key(column.name());
        let added = other.columns.iter().filter(is_new).count();
        if self.columns.len() + added > COLUMNS_MAX {
            return None;
        }
        other.columns.iter().map(|column| self.find_column(column.name())).collect()
    }

    /// Our numbers for the shapes of `other`.
    fn shapes_for(&mut self, other: &Self, columns: &[u32]) -> Vec<u32> {
        let column_of =
            |column: &u32| if *column == TIME_COLUMN { *column } else { columns[*column as usize] };
        let mut intern = |id: u32, shape: &Shape| {
            let columns = other.sketch.columns_of(id).iter().map(column_of).collect();
            self.sketch.intern(shape.clone(), columns).unwrap_or(RAW)
        };
        (0..).map_while(|id| other.shapes().get(id).map(|shape| intern(id, shape))).collect()
    }
}
