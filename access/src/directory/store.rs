//! The file in which everybody stands: `access.sqlite`.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// The layout of the file. A newer program may write another one.
const LAYOUT: i64 = 1;

const SETTINGS: &str = "
pragma journal_mode = wal;
pragma synchronous = full;
pragma busy_timeout = 10000;
";

/// Rows are JSON: all of them are in memory, and nothing is looked for here but its key.
const TABLES: &str = "
create table if not exists users (key text primary key, body text not null) strict;
create table if not exists tokens (key text primary key, body text not null) strict;
create table if not exists sessions (key text primary key, body text not null) strict;
";

/// Why the store cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The file cannot be opened or made.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The database cannot be read or written.
    #[error("{path}: {source}; if the disk is full, make room")]
    Database {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// A row is not what it should be.
    #[error("{path}: {table} {key} cannot be read: {source}; bring the file back from a backup")]
    Row {
        /// Which file.
        path: PathBuf,
        /// Which table.
        table: &'static str,
        /// Which row.
        key: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A newer program wrote it.
    #[error("{path} has layout {found}, and this program knows layouts up to {LAYOUT}; start a newer one")]
    Layout {
        /// Which file.
        path: PathBuf,
        /// The layout found.
        found: i64,
    },
}

/// What is kept of a kind, under a key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Table {
    Users,
    Tokens,
    Sessions,
}

impl Table {
    fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Tokens => "tokens",
            Self::Sessions => "sessions",
        }
    }
}

/// The file.
pub(super) struct Store {
    path: PathBuf,
    connection: Connection,
}

impl Store {
    /// Opens the file, or makes an empty one that only its owner may read.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        // SQLite gives its other files the permissions of this one.
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Err(source) if source.kind() != ErrorKind::AlreadyExists => {
                return Err(StoreError::File { path: path.to_owned(), source });
            }
            Ok(_) | Err(_) => {}
        }
        let error = |source| StoreError::Database { path: path.to_owned(), source };
        let connection = Connection::open(path).map_err(error)?;
        connection.execute_batch(SETTINGS).map_err(error)?;
        let found: i64 = connection.query_row("pragma user_version", [], |row| row.get(0)).map_err(error)?;
        if found > LAYOUT {
            return Err(StoreError::Layout { path: path.to_owned(), found });
        }
        connection.execute_batch(TABLES).map_err(error)?;
        connection.pragma_update(None, "user_version", LAYOUT).map_err(error)?;
        Ok(Self { path: path.to_owned(), connection })
    }

    /// Everything of a kind.
    pub(super) fn read<T: DeserializeOwned>(&self, table: Table) -> Result<Vec<(String, T)>, StoreError> {
        let rows = || -> rusqlite::Result<Vec<(String, String)>> {
            let mut statement =
                self.connection.prepare(&format!("select key, body from {}", table.name()))?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        let parse = |(key, body): (String, String)| match serde_json::from_str(&body) {
            Ok(value) => Ok((key, value)),
            Err(source) => Err(StoreError::Row { path: self.path.clone(), table: table.name(), key, source }),
        };
        rows().map_err(|source| self.failed(source))?.into_iter().map(parse).collect()
    }

    /// Writes one, new or not. It is durable when this returns.
    pub(super) fn put(&self, table: Table, key: &str, value: &impl Serialize) -> Result<(), StoreError> {
        let body = serde_json::to_string(value).map_err(|source| StoreError::Row {
            path: self.path.clone(),
            table: table.name(),
            key: key.to_owned(),
            source,
        })?;
        let statement = format!("insert or replace into {} (key, body) values (?1, ?2)", table.name());
        self.connection.execute(&statement, (key, body)).map_err(|source| self.failed(source))?;
        Ok(())
    }

    /// Notes when one was last used, without waiting for the disk: what is lost with the power only makes a session end earlier.
    pub(super) fn note(&self, table: Table, key: &str, value: &impl Serialize) {
        let noted = self.connection.execute_batch("pragma synchronous = normal").is_ok()
            && self.put(table, key, value).is_ok();
        if self.connection.execute_batch("pragma synchronous = full").is_err() || !noted {
            tracing::warn!(table = table.name(), "when it was last used cannot be written down");
        }
    }

    /// Takes some away, all or none.
    pub(super) fn remove<'a>(
        &mut self,
        rows: impl IntoIterator<Item = (Table, &'a str)>,
    ) -> Result<(), StoreError> {
        let remove = || -> rusqlite::Result<()> {
            let transaction = self.connection.transaction()?;
            for (table, key) in rows {
                transaction.execute(&format!("delete from {} where key = ?1", table.name()), (key,))?;
            }
            transaction.commit()
        };
        remove().map_err(|source| StoreError::Database { path: self.path.clone(), source })
    }

    fn failed(&self, source: rusqlite::Error) -> StoreError {
        StoreError::Database { path: self.path.clone(), source }
    }
}

impl From<StoreError> for super::Refusal {
    fn from(error: StoreError) -> Self {
        Self::Unstored(error.to_string())
    }
}
