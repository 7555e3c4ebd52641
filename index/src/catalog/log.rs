//! The entries of the log, in the order in which they happened. The catalog decides the order; the log that is signed and
//! published follows it.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Catalog, number, signed};
use crate::error::Result;

/// Appends entries, in one step with what they tell of.
pub(super) fn append(transaction: &Transaction<'_>, entries: &[Vec<u8>]) -> Result<()> {
    let mut insert = transaction
        .prepare("insert into log_entry select coalesce(max(position) + 1, 0), ?1 from log_entry")?;
    for entry in entries {
        insert.execute([entry])?;
    }
    Ok(())
}

impl Catalog {
    /// How many entries there are.
    pub(crate) fn log_size(&self) -> Result<u64> {
        let size = "select coalesce(max(position) + 1, 0) from log_entry";
        Ok(self.connection.query_row(size, [], |row| number(row, 0))?)
    }

    /// The position of the first entry that names a split. It reads the log from its beginning, which is seldom asked for.
    pub(crate) fn log_entry_of(&self, split: &str) -> Result<Option<u64>> {
        let query = "select position from log_entry where instr(entry, ?1) > 0 order by position limit 1";
        let named = format!("\"id\":\"{split}\"");
        let found = self.connection.query_row(query, [named.as_bytes()], |row| number(row, 0));
        Ok(found.optional()?)
    }

    /// Entries from a position on, at most `count`.
    pub(crate) fn log_entries(&self, from: u64, count: usize) -> Result<Vec<Vec<u8>>> {
        let query = "select entry from log_entry where position >= ?1 order by position limit ?2";
        let mut statement = self.connection.prepare(query)?;
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let entries = statement.query_map(params![signed(from), count], |row| row.get(0))?;
        Ok(entries.collect::<rusqlite::Result<_>>()?)
    }

    /// Adds an entry that tells of something outside of the catalog.
    pub(crate) fn append_log(&mut self, entry: Vec<u8>) -> Result<()> {
        let transaction = self.connection.transaction()?;
        append(&transaction, &[entry])?;
        transaction.commit()?;
        Ok(())
    }
}
