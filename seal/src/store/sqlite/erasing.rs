//! Erasing from a key store so that nothing is left.

use rusqlite::{Transaction, params};

use super::{SqliteKeyStore, lock};
use crate::store::{ErasureRow, StoreResult};

/// Deletes subjects and their links, and registers the erasures.
pub(super) fn erase(db: &Transaction<'_>, tenant: &str, erasures: &[ErasureRow]) -> rusqlite::Result<()> {
    for erasure in erasures {
        let id = erasure.subject.as_bytes();
        let of_subject = params![tenant, id];
        db.execute("delete from subject where tenant = ?1 and id = ?2", of_subject)?;
        // A value that was once too common stays so: the subjects that were not recorded are still there.
        db.execute(
            "update linked_value set links = links - 1 where tenant = ?1
             and lookup in (select lookup from link where tenant = ?1 and subject = ?2)",
            of_subject,
        )?;
        db.execute(
            "delete from linked_value where tenant = ?1 and links = 0 and not is_full
             and lookup in (select lookup from link where tenant = ?1 and subject = ?2)",
            of_subject,
        )?;
        db.execute("delete from link where tenant = ?1 and subject = ?2", of_subject)?;
        let (erased_at, complete_on) = (erasure.erased_at.as_nanos(), erasure.complete_on.as_nanos());
        db.execute(
            "insert or ignore into erasure (tenant, subject, erased_at, complete_on, reason, by_whom)
             values (?1, ?2, ?3, ?4, ?5, ?6)",
            params![tenant, id, erased_at, complete_on, erasure.reason, erasure.by],
        )?;
    }
    Ok(())
}

impl SqliteKeyStore {
    /// Moves the write-ahead log into the database and cuts it to nothing: it still had the pages with the destroyed keys.
    pub(super) fn empty_log(&self) -> StoreResult<()> {
        // With both connections held nobody in this process reads an old state of the log; another process is waited for
        // as long as `busy_timeout` says.
        let (writer, _reader) = (lock(&self.writer), lock(&self.reader));
        let is_busy: bool = writer
            .query_row("pragma wal_checkpoint(truncate)", [], |row| row.get(0))
            .map_err(|source| self.error(source))?;
        if is_busy {
            let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
            let told =
                Some("another process reads the key store: what was deleted is still in its log".into());
            return Err(self.error(rusqlite::Error::SqliteFailure(busy, told)));
        }
        Ok(())
    }
}
