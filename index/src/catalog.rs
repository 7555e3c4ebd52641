//! The transactional list of splits and positions, in SQLite.
//!
//! Publishing is one transaction: the split, the journal position up to which everything is in splits, and the marks of
//! all lanes up to there. Whatever happens, the catalog and the journal after its position are the whole truth.

use std::path::Path;

use palisade_record::wire::{Reader, Writer};
use palisade_record::{Lane, StreamName, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use crate::error::{Error, Result};
use crate::split::{SplitSummary, StreamShare};

/// The layout of the tables below. A newer program upgrades an older layout; an older one refuses a newer.
const LAYOUT: i64 = 1;

const TABLES: &str = "
    create table if not exists position (
        journal_file integer not null,
        next_sequence integer not null
    ) strict;
    create table if not exists split (
        id text primary key,
        rows integer not null,
        raw_bytes integer not null,
        data_bytes integer not null,
        index_bytes integer not null,
        oldest integer not null,
        newest integer not null
    ) strict;
    create table if not exists split_stream (
        split text not null references split (id) on delete cascade,
        stream text not null,
        rows integer not null,
        raw_bytes integer not null,
        oldest integer not null,
        newest integer not null,
        primary key (split, stream)
    ) strict;
    create table if not exists mark (
        lane blob primary key,
        incarnation integer not null,
        identity blob not null,
        mark integer not null
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
            return Err(Error::Version { path: path.to_owned(), found, known: 1 });
        }
        connection.execute_batch(TABLES)?;
        connection.pragma_update(None, "user_version", LAYOUT)?;
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

    /// All splits, oldest first.
    pub(crate) fn splits(&self) -> Result<Vec<SplitSummary>> {
        let mut of_split = self.connection.prepare(
            "select stream, rows, raw_bytes, oldest, newest from split_stream where split = ?1 order by stream",
        )?;
        let mut all = self.connection.prepare(
            "select id, rows, raw_bytes, data_bytes, index_bytes, oldest, newest from split order by id",
        )?;
        let mut splits = Vec::new();
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            let streams = of_split.query_map([&id], read_share)?.collect::<rusqlite::Result<Vec<_>>>()?;
            splits.push(SplitSummary {
                rows: number(row, 1)?,
                raw_bytes: number(row, 2)?,
                data_bytes: number(row, 3)?,
                index_bytes: number(row, 4)?,
                oldest: Timestamp::from_nanos(row.get(5)?),
                newest: Timestamp::from_nanos(row.get(6)?),
                streams,
                id,
            });
        }
        Ok(splits)
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

    /// Makes a split part of what is known, in one step with the journal position behind it and the marks up to there.
    /// Refused when the position is not `before` any more: someone else published.
    pub(crate) fn publish(
        &mut self,
        split: Option<&SplitSummary>,
        before: JournalPosition,
        after: JournalPosition,
        marks: &[Mark],
    ) -> Result<()> {
        let found = self.position()?;
        if found != before {
            let problem = format!("journal position is {found:?}, expected {before:?}");
            return Err(Error::Catalog(rusqlite::Error::ToSqlConversionFailure(problem.into())));
        }
        let transaction = self.connection.transaction()?;
        if let Some(split) = split {
            insert_split(&transaction, split)?;
        }
        upsert_marks(&transaction, marks)?;
        transaction.execute("delete from position", [])?;
        transaction.execute(
            "insert into position values (?1, ?2)",
            params![signed(after.file), signed(after.next_sequence)],
        )?;
        transaction.commit()?;
        Ok(())
    }
}

fn insert_split(transaction: &Transaction<'_>, split: &SplitSummary) -> rusqlite::Result<()> {
    transaction.execute(
        "insert into split values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            split.id,
            signed(split.rows),
            signed(split.raw_bytes),
            signed(split.data_bytes),
            signed(split.index_bytes),
            split.oldest.as_nanos(),
            split.newest.as_nanos()
        ],
    )?;
    let mut insert = transaction.prepare("insert into split_stream values (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for share in &split.streams {
        insert.execute(params![
            split.id,
            share.stream.as_str(),
            signed(share.rows),
            signed(share.raw_bytes),
            share.oldest.as_nanos(),
            share.newest.as_nanos()
        ])?;
    }
    Ok(())
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

fn read_share(row: &Row<'_>) -> rusqlite::Result<StreamShare> {
    let name: String = row.get(0)?;
    let stream: StreamName = name.parse().map_err(|_| rusqlite::Error::InvalidQuery)?;
    Ok(StreamShare {
        stream,
        rows: number(row, 1)?,
        raw_bytes: number(row, 2)?,
        oldest: Timestamp::from_nanos(row.get(3)?),
        newest: Timestamp::from_nanos(row.get(4)?),
    })
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
    use palisade_record::Origin;
    use std::sync::Arc;

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
            id: id.to_owned(),
            rows: 2,
            raw_bytes: 30,
            data_bytes: 20,
            index_bytes: 10,
            oldest: time,
            newest: time,
            streams: vec![share],
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

        catalog.publish(Some(&summary("a")), start, after, &[mark(1, 10), mark(2, 20)]).unwrap();
        catalog.publish(None, after, after, &[mark(2, 25)]).unwrap();
        drop(catalog);

        let catalog = Catalog::open(&path).unwrap();
        assert_eq!(catalog.position().unwrap(), after);
        assert_eq!(catalog.splits().unwrap(), [summary("a")]);
        assert_eq!(catalog.marks().unwrap(), [mark(1, 10), mark(2, 25)]);
    }

    #[test]
    fn a_publish_from_another_position_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let mut catalog = Catalog::open(&directory.path().join("catalog.sqlite")).unwrap();
        let (start, other) =
            (JournalPosition { file: 0, next_sequence: 0 }, JournalPosition { file: 9, next_sequence: 9 });

        assert!(catalog.publish(Some(&summary("a")), other, other, &[]).is_err());

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
