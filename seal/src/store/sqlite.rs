//! The key store in a SQLite file.
//!
//! What is deleted is overwritten with zeros (`secure_delete`), and after an erasure the write-ahead log is emptied too, so
//! that a destroyed key stands in no file of the store. One connection writes, another reads: a search never waits for a
//! disk to sync.

mod erasing;
mod rows;
mod tables;

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use palisade_record::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::{
    Counts, ErasureRow, KeyRow, KeyStore, Links, Lookup, Purpose, StoreError, StoreResult, SubjectRow,
    TenantKeyRow, VALUE_LINKS_MAX, Writes,
};
use crate::id::{KeyId, SessionId};
use rows::{
    limit_of, number, purpose_number, read_erasure, read_id, read_key, read_subject, read_tenant_key,
};

/// Read or written by the group or by everyone.
const OTHERS: u32 = 0o077;

/// A key store in a file.
pub struct SqliteKeyStore {
    path: PathBuf,
    writer: Mutex<Connection>,
    reader: Mutex<Connection>,
}

impl SqliteKeyStore {
    /// Opens the store at `path`, or makes an empty one that only its owner may read.
    pub fn open(path: &Path) -> StoreResult<Self> {
        let file_error = |source| StoreError::File { path: path.to_owned(), source };
        // SQLite gives its other files the permissions of this one. It is made private before anything stands in it.
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Ok(file) => {
                file.sync_all().map_err(file_error)?;
                sync_folder(path).map_err(file_error)?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(file_error(error)),
        }
        let mode = std::fs::metadata(path).map_err(file_error)?.mode();
        if mode & OTHERS != 0 {
            return Err(StoreError::Exposed { path: path.to_owned(), mode: mode & 0o7777 });
        }
        let connect = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(path)?;
            connection.execute_batch(tables::PRAGMAS)?;
            Ok(connection)
        };
        let error = |source| StoreError::Database { path: path.to_owned(), source };
        let writer = connect().map_err(error)?;
        let found: i64 = writer.query_row("pragma user_version", [], |row| row.get(0)).map_err(error)?;
        if found > tables::LAYOUT {
            return Err(StoreError::Layout { path: path.to_owned(), found, known: tables::LAYOUT });
        }
        writer.execute_batch(tables::TABLES).map_err(error)?;
        writer.pragma_update(None, "user_version", tables::LAYOUT).map_err(error)?;
        let reader = connect().map_err(error)?;
        reader.pragma_update(None, "query_only", true).map_err(error)?;
        Ok(Self { path: path.to_owned(), writer: Mutex::new(writer), reader: Mutex::new(reader) })
    }

    /// Where the store lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn error(&self, source: rusqlite::Error) -> StoreError {
        StoreError::Database { path: self.path.clone(), source }
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> StoreResult<T> {
        read(&lock(&self.reader)).map_err(|source| self.error(source))
    }

    fn write<T>(
        &self,
        write: impl FnOnce(&rusqlite::Transaction<'_>) -> rusqlite::Result<StoreResult<T>>,
    ) -> StoreResult<T> {
        let mut connection = lock(&self.writer);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| self.error(source))?;
        // An early return drops the transaction, which takes all of it back.
        let value = write(&transaction).map_err(|source| self.error(source))??;
        transaction.commit().map_err(|source| self.error(source))?;
        Ok(value)
    }
}

fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    // Whoever panicked with the lock had no half-done transaction: dropping one takes it back.
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
}

/// An insert that found its row there becomes a conflict.
fn inserted(result: rusqlite::Result<usize>, what: &'static str) -> rusqlite::Result<StoreResult<()>> {
    match result {
        Ok(_) => Ok(Ok(())),
        Err(error) if is_constraint(&error) => Ok(Err(StoreError::Conflict { what })),
        Err(error) => Err(error),
    }
}

impl KeyStore for SqliteKeyStore {
    fn tenant_keys(&self, tenant: &str) -> StoreResult<Vec<TenantKeyRow>> {
        self.read(|db| {
            db.prepare_cached(
                "select version, root, wrapped, created_at from tenant_key where tenant = ?1 order by version",
            )?
            .query_map([tenant], read_tenant_key)?
            .collect()
        })
    }

    fn add_tenant_key(&self, tenant: &str, row: &TenantKeyRow) -> StoreResult<()> {
        self.write(|db| {
            let values = params![tenant, row.version, row.root, row.wrapped, row.created_at.as_nanos()];
            let insert = "insert into tenant_key (tenant, version, root, wrapped, created_at) values (?1, ?2, ?3, ?4, ?5)";
            inserted(db.execute(insert, values), "this version of the tenant key")
        })
    }

    fn rewrap_tenant_keys(&self, tenant: &str, rows: &[TenantKeyRow]) -> StoreResult<()> {
        self.write(|db| {
            for row in rows {
                let update =
                    "update tenant_key set root = ?3, wrapped = ?4 where tenant = ?1 and version = ?2";
                if db.execute(update, params![tenant, row.version, row.root, row.wrapped])? != 1 {
                    return Ok(Err(StoreError::Damaged { what: "a version of the tenant key is gone" }));
                }
            }
            Ok(Ok(()))
        })?;
        self.empty_log()
    }

    fn retire_tenant_keys(&self, tenant: &str, version: u32) -> StoreResult<u64> {
        let retired = self.write(|db| {
            let delete = "delete from tenant_key where tenant = ?1 and version < ?2
                and version not in (select version from subject where tenant = ?1)
                and version not in (select version from key where tenant = ?1)";
            Ok(Ok(db.execute(delete, params![tenant, version])?))
        })?;
        self.empty_log()?;
        Ok(u64::try_from(retired).unwrap_or(u64::MAX))
    }

    fn keys(&self, tenant: &str, purpose: Purpose) -> StoreResult<Vec<KeyRow>> {
        self.read(|db| {
            db.prepare_cached(
                "select purpose, number, version, wrapped from key where tenant = ?1 and purpose = ?2 order by number",
            )?
            .query_map(params![tenant, purpose_number(purpose)], read_key)?
            .collect()
        })
    }

    fn subject_of(&self, tenant: &str, lookup: &Lookup) -> StoreResult<Option<SubjectRow>> {
        self.read(|db| {
            db.prepare_cached(
                "select id, lookup, version, wrapped, created_at from subject where tenant = ?1 and lookup = ?2",
            )?
            .query_row(params![tenant, lookup], read_subject)
            .optional()
        })
    }

    fn subject(&self, tenant: &str, id: KeyId) -> StoreResult<Option<SubjectRow>> {
        self.read(|db| {
            db.prepare_cached(
                "select id, lookup, version, wrapped, created_at from subject where tenant = ?1 and id = ?2",
            )?
            .query_row(params![tenant, id.as_bytes()], read_subject)
            .optional()
        })
    }

    fn links(&self, tenant: &str, lookup: &Lookup) -> StoreResult<Links> {
        self.read(|db| {
            if is_full(db, tenant, lookup)? {
                return Ok(Links::TooMany);
            }
            let ids = db
                .prepare_cached(
                    "select subject from link where tenant = ?1 and lookup = ?2 order by subject limit ?3",
                )?
                .query_map(params![tenant, lookup, limit_of(VALUE_LINKS_MAX)], |row| read_id(row, 0))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Links::All(ids))
        })
    }

    fn link_is_known(&self, tenant: &str, lookup: &Lookup, subject: KeyId) -> StoreResult<bool> {
        self.read(|db| {
            let known = db
                .prepare_cached("select 1 from link where tenant = ?1 and lookup = ?2 and subject = ?3")?
                .exists(params![tenant, lookup, subject.as_bytes()])?;
            Ok(known || is_full(db, tenant, lookup)?)
        })
    }

    fn names(&self, tenant: &str, stream: &str) -> StoreResult<Vec<String>> {
        self.read(|db| {
            db.prepare_cached("select name from name where tenant = ?1 and stream = ?2 order by name")?
                .query_map([tenant, stream], |row| row.get(0))?
                .collect()
        })
    }

    fn commit(&self, tenant: &str, writes: &Writes) -> StoreResult<()> {
        self.write(|db| rows::insert(db, tenant, writes))
    }

    fn add_session(&self, tenant: &str, session: SessionId, started_at: Timestamp) -> StoreResult<bool> {
        self.write(|db| {
            let insert = "insert or ignore into session (id, tenant, started_at) values (?1, ?2, ?3)";
            Ok(Ok(db.execute(insert, params![session.as_bytes(), tenant, started_at.as_nanos()])? == 1))
        })
    }

    fn erase(&self, tenant: &str, erasures: &[ErasureRow]) -> StoreResult<()> {
        self.write(|db| erasing::erase(db, tenant, erasures).map(Ok))?;
        self.empty_log()
    }

    fn erasure(&self, tenant: &str, subject: KeyId) -> StoreResult<Option<ErasureRow>> {
        self.read(|db| {
            db.prepare_cached(
                "select subject, erased_at, complete_on, reason, by_whom from erasure where tenant = ?1 and subject = ?2",
            )?
            .query_row(params![tenant, subject.as_bytes()], read_erasure)
            .optional()
        })
    }

    fn erasures(&self, tenant: &str) -> StoreResult<Vec<ErasureRow>> {
        self.read(|db| {
            db.prepare_cached(
                "select subject, erased_at, complete_on, reason, by_whom from erasure where tenant = ?1
                 order by erased_at, subject",
            )?
            .query_map([tenant], read_erasure)?
            .collect()
        })
    }

    fn wrapped_before(
        &self,
        tenant: &str,
        version: u32,
        limit: usize,
    ) -> StoreResult<(Vec<SubjectRow>, Vec<KeyRow>)> {
        self.read(|db| {
            let values = params![tenant, version, limit_of(limit)];
            let subjects = db
                .prepare_cached(
                    "select id, lookup, version, wrapped, created_at from subject
                     where tenant = ?1 and version < ?2 limit ?3",
                )?
                .query_map(values, read_subject)?
                .collect::<rusqlite::Result<_>>()?;
            let keys = db
                .prepare_cached(
                    "select purpose, number, version, wrapped from key where tenant = ?1 and version < ?2 limit ?3",
                )?
                .query_map(values, read_key)?
                .collect::<rusqlite::Result<_>>()?;
            Ok((subjects, keys))
        })
    }

    fn rewrap(&self, tenant: &str, subjects: &[SubjectRow], keys: &[KeyRow]) -> StoreResult<()> {
        self.write(|db| rows::rewrap(db, tenant, subjects, keys).map(Ok))
    }

    fn subjects_after(
        &self,
        tenant: &str,
        after: Option<KeyId>,
        limit: usize,
    ) -> StoreResult<Vec<SubjectRow>> {
        self.read(|db| {
            // Nothing comes before the empty blob.
            let after = after.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
            db.prepare_cached(
                "select id, lookup, version, wrapped, created_at from subject
                 where tenant = ?1 and id > ?2 order by id limit ?3",
            )?
            .query_map(params![tenant, after, limit_of(limit)], read_subject)?
            .collect()
        })
    }

    fn counts(&self, tenant: &str) -> StoreResult<Counts> {
        self.read(|db| {
            db.query_row(tables::COUNTS, [tenant], |row| {
                Ok(Counts {
                    subjects: number(row, 0)?,
                    oldest_subject: row.get::<_, Option<i64>>(1)?.map(Timestamp::from_nanos),
                    links: number(row, 2)?,
                    sessions: number(row, 3)?,
                    erasures: number(row, 4)?,
                    behind: number(row, 5)?,
                })
            })
        })
    }

    fn backup(&self, to: &Path) -> StoreResult<()> {
        let file_error = |source| StoreError::File { path: to.to_owned(), source };
        let Some(name) = to.to_str() else {
            return Err(file_error(std::io::Error::other("SQLite needs a path in UTF-8")));
        };
        // `vacuum into` fills an empty file that is there: so the copy is private from its first byte on.
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).map_err(file_error)?;
        // A connection of its own: neither reads nor writes wait for the copy.
        let connection = Connection::open(&self.path).and_then(|connection| {
            connection.execute_batch(tables::PRAGMAS)?;
            Ok(connection)
        });
        let copied = connection
            .and_then(|connection| connection.execute("vacuum into ?1", [name]))
            .map_err(|source| self.error(source));
        let synced = copied.and_then(|_| {
            File::open(to).and_then(|file| file.sync_all()).map_err(file_error)?;
            sync_folder(to).map_err(file_error)
        });
        if synced.is_err() {
            // Half a backup is worse than none: it would be found when it is needed.
            _ = std::fs::remove_file(to);
        }
        synced
    }
}

fn is_full(db: &Connection, tenant: &str, lookup: &Lookup) -> rusqlite::Result<bool> {
    db.prepare_cached("select 1 from linked_value where tenant = ?1 and lookup = ?2 and is_full")?
        .exists(params![tenant, lookup])
}
