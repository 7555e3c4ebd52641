//! The transactional list of splits, positions, log entries and documents, in SQLite.
//!
//! Publishing is one transaction: the splits, the journal position up to which everything is in splits, the marks of all
//! lanes up to there, and the entries of the log that say so. Whatever happens, the catalog and the journal after its
//! position are the whole truth.

mod documents;
mod log;

use std::path::Path;
use std::sync::{Arc, Mutex};

use palisade_record::Lane;
use palisade_record::wire::{Reader, Writer};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::copies::Copies;
use crate::error::{Error, Result};
use crate::split::SplitSummary;

/// The layout of the tables below. A newer program upgrades an older layout; an older one refuses a newer.
const LAYOUT: i64 = 2;
const KNOWN: u8 = 2;

const TABLES: &str = "
    create table if not exists position (
        journal_file integer not null,
        next_sequence integer not null
    ) strict;
    create table if not exists split (
        id text primary key,
        summary text not null,
        copies text not null
    ) strict;
    create table if not exists mark (
        lane blob primary key,
        incarnation integer not null,
        identity blob not null,
        mark integer not null
    ) strict;
    create table if not exists log_entry (
        position integer primary key,
        entry blob not null
    ) strict;
    create table if not exists document (
        kind text not null,
        id text not null,
        body text not null,
        primary key (kind, id)
    ) strict;
";

/// How far a lane is stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Whose position.
    pub lane: Lane,
    /// What the agent drew when it first saw the file.
    pub incarnation: u64,
    /// What the agent needs to know the file again.
    pub identity: Vec<u8>,
    /// Everything before this offset is stored.
    pub mark: u64,
}

/// From where the journal holds what is not in splits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct JournalPosition {
    /// The number of the first file that counts.
    pub(crate) file: u64,
    /// The number of the first batch in it.
    pub(crate) next_sequence: u64,
}

/// The catalog, for the few threads that change it.
pub(crate) type SharedCatalog = Arc<Mutex<Catalog>>;

pub(crate) struct Catalog {
    connection: Connection,
}

impl Catalog {
    /// Opens or creates the catalog at `path`.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 5000;",
        )?;
        let layout: i64 = connection.query_row("pragma user_version", [], |row| row.get(0))?;
        if layout > LAYOUT {
            let found = u8::try_from(layout).unwrap_or(u8::MAX);
            return Err(Error::Version { path: path.to_owned(), found, known: KNOWN });
        }
        // A new file has layout 0.
        if layout == 1 {
            return Err(Error::Version { path: path.to_owned(), found: 1, known: KNOWN });
        }
        connection.execute_batch(TABLES)?;
        connection.pragma_update(None, "user_version", LAYOUT)?;
        Ok(Self { connection })
    }

    /// Opens a catalog that is there, beside whoever writes it, and changes nothing. What is read through it is one state.
    pub(crate) fn open_to_read(path: &Path) -> Result<Self> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.execute_batch("pragma busy_timeout = 5000; begin;")?;
        let layout: i64 = connection.query_row("pragma user_version", [], |row| row.get(0))?;
        if layout != LAYOUT {
            let found = u8::try_from(layout).unwrap_or(u8::MAX);
            return Err(Error::Version { path: path.to_owned(), found, known: KNOWN });
        }
        Ok(Self { connection })
    }

    /// Where the journal begins to count.
    pub(crate) fn position(&self) -> Result<JournalPosition> {
        let read =
            |row: &Row<'_>| Ok(JournalPosition { file: number(row, 0)?, next_sequence: number(row, 1)? });
        let position =
            self.connection.query_row("select journal_file, next_sequence from position", [], read);
        Ok(position.optional()?.unwrap_or(JournalPosition { file: 0, next_sequence: 0 }))
    }

    /// All splits with where their data objects are, oldest first.
    pub(crate) fn splits(&self) -> Result<Vec<(SplitSummary, Copies)>> {
        let mut all = self.connection.prepare("select summary, copies from split order by id")?;
        let splits = all.query_map([], |row| Ok((from_json(row, 0)?, from_json(row, 1)?)))?;
        Ok(splits.collect::<rusqlite::Result<_>>()?)
    }

    /// The marks of all lanes, as they were at the journal position.
    pub(crate) fn marks(&self) -> Result<Vec<Mark>> {
        let mut statement = self.connection.prepare("select lane, incarnation, identity, mark from mark")?;
        let mut rows = statement.query([])?;
        let mut marks = Vec::new();
        while let Some(row) = rows.next()? {
            let lane: Vec<u8> = row.get(0)?;
            let lane = Lane::decode(&mut Reader::new(&lane)).map_err(|_| rusqlite::Error::InvalidQuery)?;
            let incarnation = row.get::<_, i64>(1)?.cast_unsigned();
            marks.push(Mark { lane, incarnation, identity: row.get(2)?, mark: number(row, 3)? });
        }
        Ok(marks)
    }

    /// Makes splits part of what is known, in one step with the journal position behind them, the marks up to there and
    /// the log entries that say so. Refused when the position is not `before` any more: someone else published.
    pub(crate) fn publish(
        &mut self,
        splits: &[SplitSummary],
        before: JournalPosition,
        after: JournalPosition,
        marks: &[Mark],
        entries: &[Vec<u8>],
    ) -> Result<()> {
        let found = self.position()?;
        if found != before {
            let problem = format!("journal position is {found:?}, expected {before:?}");
            return Err(Error::Catalog(rusqlite::Error::ToSqlConversionFailure(problem.into())));
        }
        let transaction = self.connection.transaction()?;
        for split in splits {
            insert_split(&transaction, split, &Copies::fresh())?;
        }
        upsert_marks(&transaction, marks)?;
        log::append(&transaction, entries)?;
        transaction.execute("delete from position", [])?;
        transaction.execute(
            "insert into position values (?1, ?2)",
            params![signed(after.file), signed(after.next_sequence)],
        )?;
        transaction.commit()?;
        Ok(())
    }

    /// Notes where the data object of a split is now.
    pub(crate) fn set_copies(&mut self, split: &str, copies: &Copies) -> Result<()> {
        let body = to_json(copies)?;
        self.connection.execute("update split set copies = ?2 where id = ?1", params![split, body])?;
        Ok(())
    }

    /// Forgets a split, in one step with the log entry that says so.
    pub(crate) fn forget(&mut self, split: &str, entry: Vec<u8>) -> Result<()> {
        let transaction = self.connection.transaction()?;
        transaction.execute("delete from split where id = ?1", [split])?;
        log::append(&transaction, &[entry])?;
        transaction.commit()?;
        Ok(())
    }

    /// Writes everything into the one file, which is moved then.
    pub(crate) fn close(self) -> Result<()> {
        self.connection.execute_batch("pragma wal_checkpoint(truncate); pragma journal_mode = delete;")?;
        self.connection.close().map_err(|(_, error)| Error::Catalog(error))
    }

    /// Fills a new catalog with what was found elsewhere.
    pub(crate) fn fill(
        &mut self,
        splits: &[(SplitSummary, Copies)],
        position: JournalPosition,
        marks: &[Mark],
        entries: &[Vec<u8>],
    ) -> Result<()> {
        let transaction = self.connection.transaction()?;
        for (split, copies) in splits {
            insert_split(&transaction, split, copies)?;
        }
        upsert_marks(&transaction, marks)?;
        log::append(&transaction, entries)?;
        transaction.execute(
            "insert into position values (?1, ?2)",
            params![signed(position.file), signed(position.next_sequence)],
        )?;
        transaction.commit()?;
        Ok(())
    }
}

fn insert_split(transaction: &Transaction<'_>, split: &SplitSummary, copies: &Copies) -> Result<()> {
    transaction.execute(
        "insert into split values (?1, ?2, ?3)",
        params![split.id, to_json(split)?, to_json(copies)?],
    )?;
    Ok(())
}

fn to_json<T: Serialize>(value: &T) -> Result<String> {
    let failed = |error: serde_json::Error| rusqlite::Error::ToSqlConversionFailure(error.into());
    Ok(serde_json::to_string(value).map_err(failed)?)
}

fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    let failed = |error: serde_json::Error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
    };
    serde_json::from_str(&text).map_err(failed)
}

fn upsert_marks(transaction: &Transaction<'_>, marks: &[Mark]) -> rusqlite::Result<()> {
    let mut upsert = transaction.prepare("insert or replace into mark values (?1, ?2, ?3, ?4)")?;
    for mark in marks {
        let mut lane = Writer::new();
        mark.lane.encode(&mut lane);
        upsert.execute(params![
            lane.as_slice(),
            mark.incarnation.cast_signed(),
            mark.identity,
            signed(mark.mark)
        ])?;
    }
    Ok(())
}

/// SQLite's integers are signed; what is counted here never reaches the sign.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StreamShare;
    use palisade_record::{Origin, Timestamp};

    fn summary(id: &str) -> SplitSummary {
        let time = Timestamp::from_nanos(-5);
        let share = StreamShare {
            stream: "app".parse().unwrap(),
            rows: 2,
            raw_bytes: 30,
            oldest: time,
            newest: time,
        };
        SplitSummary {
            rows: 2,
            raw_bytes: 30,
            oldest: time,
            streams: vec![share],
            ..SplitSummary::unknown(id)
        }
    }

    fn mark(generation: u64, mark: u64) -> Mark {
        let lane = Lane { agent: "a".into(), origin: Arc::new(Origin::default()), generation };
        Mark { lane, incarnation: u64::MAX, identity: vec![1, 2], mark }
    }

    #[test]
    fn what_was_published_is_found_after_reopening() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("catalog.sqlite");
        let start = JournalPosition { file: 0, next_sequence: 0 };
        let after = JournalPosition { file: 3, next_sequence: 17 };
        let mut catalog = Catalog::open(&path).unwrap();
        assert_eq!(catalog.position().unwrap(), start);

        let entries = [b"first".to_vec(), b"second".to_vec()];
        catalog.publish(&[summary("a")], start, after, &[mark(1, 10), mark(2, 20)], &entries).unwrap();
        catalog.publish(&[], after, after, &[mark(2, 25)], &[b"third".to_vec()]).unwrap();
        drop(catalog);

        let catalog = Catalog::open(&path).unwrap();
        assert_eq!(catalog.position().unwrap(), after);
        assert_eq!(catalog.splits().unwrap(), [(summary("a"), Copies::fresh())]);
        assert_eq!(catalog.log_size().unwrap(), 3);
        assert_eq!(catalog.log_entries(1, 9).unwrap(), [b"second".to_vec(), b"third".to_vec()]);
        assert_eq!(catalog.marks().unwrap(), [mark(1, 10), mark(2, 25)]);
    }

    #[test]
    fn a_publish_from_another_position_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let mut catalog = Catalog::open(&directory.path().join("catalog.sqlite")).unwrap();
        let (start, other) =
            (JournalPosition { file: 0, next_sequence: 0 }, JournalPosition { file: 9, next_sequence: 9 });

        assert!(catalog.publish(&[summary("a")], other, other, &[], &[]).is_err());

        assert_eq!(catalog.position().unwrap(), start);
        assert!(catalog.splits().unwrap().is_empty());
    }

    #[test]
    fn a_catalog_of_a_newer_program_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("catalog.sqlite");
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 7).unwrap();

        let refusal = Catalog::open(&path).err().unwrap().to_string();
        assert!(refusal.contains("format version 7") && refusal.contains("upgrade"), "{refusal}");
    }
}
