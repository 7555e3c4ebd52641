//! Rows that do not count go: those of batches that were refused, or stored before.

use super::Rows;
use crate::Texts;

impl Rows {
    /// Leaves the rows whose batch, by its number and the row's offset, gets a new number.
    pub(crate) fn keep(&mut self, new_batch: impl Fn(u32, u64) -> Option<u32>) {
        let batches: Vec<Option<u32>> =
            self.heads.iter().map(|head| new_batch(head.batch, head.offset)).collect();
        for (head, batch) in self.heads.iter_mut().zip(&batches) {
            head.batch = batch.unwrap_or(head.batch);
        }
        if !batches.contains(&None) {
            return;
        }
        let (mut raw, mut removed_bytes, mut moves) = (Texts::new(), 0, Vec::with_capacity(batches.len()));
        for (row, batch) in batches.iter().enumerate() {
            let record = self.raw.get(row);
            let number = u32::try_from(raw.len()).expect("rows are counted with 32 bits, as their bytes are");
            moves.push(batch.map(|_| (number, removed_bytes)));
            match batch {
                Some(_) => raw.push(record),
                None => {
                    removed_bytes += u32::try_from(record.len()).expect("records are far shorter than 4 GiB");
                }
            }
        }
        self.raw = raw;
        self.columns.iter_mut().for_each(|column| column.keep(&moves));
        let mut kept = batches.iter().map(Option::is_some);
        self.heads.retain(|_| kept.next().unwrap_or(false));
    }
}
