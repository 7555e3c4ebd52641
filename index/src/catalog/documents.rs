//! Small things that others keep here as JSON: holds, restores, certificates.

use rusqlite::{OptionalExtension, params};

use super::{Catalog, log};
use crate::error::Result;

impl Catalog {
    /// Writes a document, with a log entry that tells of it if there is one to be made.
    pub(crate) fn put_document(
        &mut self,
        kind: &str,
        id: &str,
        body: &str,
        entry: Option<Vec<u8>>,
    ) -> Result<()> {
        let transaction = self.connection.transaction()?;
        transaction
            .execute("insert or replace into document values (?1, ?2, ?3)", params![kind, id, body])?;
        if let Some(entry) = entry {
            log::append(&transaction, &[entry])?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// A document.
    pub(crate) fn document(&self, kind: &str, id: &str) -> Result<Option<String>> {
        let query = "select body from document where kind = ?1 and id = ?2";
        Ok(self.connection.query_row(query, [kind, id], |row| row.get(0)).optional()?)
    }

    /// All documents of a kind, by id.
    pub(crate) fn documents(&self, kind: &str) -> Result<Vec<(String, String)>> {
        let mut statement =
            self.connection.prepare("select id, body from document where kind = ?1 order by id")?;
        let rows = statement.query_map([kind], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}
