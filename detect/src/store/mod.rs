//! What detection remembers across a restart, in one SQLite file: how far it has read, its windows, its alerts, and what is to be sent.
//!
//! All of it moves in one transaction: a record whose position is behind has had its effect, and one whose position is ahead has had
//! none. One connection writes, another reads, so that a page of alerts never waits for a disk to sync.

mod alerts;
mod state;
mod tables;

#[cfg(test)]
mod tests;

pub use alerts::{Acknowledgement, AlertFilter, AlertRow, AlertState};
pub use state::{Commit, Remembered, WindowRow};

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use thiserror::Error;

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
    #[error("{path}: {source}; if the disk is full, make room, and what was not stored is detected again")]
    Database {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// A newer program wrote it.
    #[error("{path} has layout {found}, and this program knows layouts up to {known}; start a newer one")]
    Layout {
        /// Which file.
        path: PathBuf,
        /// The layout found.
        found: i64,
        /// The newest one known.
        known: i64,
    },
}

/// The file. Clones share it.
#[derive(Clone)]
pub struct Store {
    path: Arc<Path>,
    writer: Arc<Mutex<Connection>>,
    reader: Arc<Mutex<Connection>>,
}

impl Store {
    /// Opens the file, or makes an empty one that only its owner may read.
    ///
    /// # Errors
    /// When it cannot be opened, or was written by a newer program.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        // SQLite gives its other files the permissions of this one.
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Err(source) if source.kind() != ErrorKind::AlreadyExists => {
                return Err(StoreError::File { path: path.to_owned(), source });
            }
            Ok(_) | Err(_) => {}
        }
        let error = |source| StoreError::Database { path: path.to_owned(), source };
        let connect = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(path)?;
            connection.execute_batch(tables::PRAGMAS)?;
            Ok(connection)
        };
        let writer = connect().map_err(error)?;
        let found: i64 = writer.query_row("pragma user_version", [], |row| row.get(0)).map_err(error)?;
        if found > tables::LAYOUT {
            return Err(StoreError::Layout { path: path.to_owned(), found, known: tables::LAYOUT });
        }
        writer.execute_batch(tables::TABLES).map_err(error)?;
        writer.pragma_update(None, "user_version", tables::LAYOUT).map_err(error)?;
        let reader = connect().map_err(error)?;
        reader.pragma_update(None, "query_only", true).map_err(error)?;
        Ok(Self {
            path: path.into(),
            writer: Arc::new(Mutex::new(writer)),
            reader: Arc::new(Mutex::new(reader)),
        })
    }

    /// Another connection, for who sends what was enqueued.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn another_connection(&self) -> Result<Arc<Mutex<Connection>>, StoreError> {
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open(&*self.path)?;
            connection.execute_batch(tables::PRAGMAS)?;
            Ok(connection)
        };
        open().map(|connection| Arc::new(Mutex::new(connection))).map_err(|source| self.error(source))
    }

    /// Reads.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        read(&lock(&self.reader)).map_err(|source| self.error(source))
    }

    /// Writes, all or nothing.
    ///
    /// # Errors
    /// When the database cannot be written; then nothing of it is.
    pub fn write<T>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut connection = lock(&self.writer);
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| self.error(source))?;
        // An early return drops the transaction, which takes all of it back.
        let value = write(&transaction).map_err(|source| self.error(source))?;
        transaction.commit().map_err(|source| self.error(source))?;
        Ok(value)
    }

    fn error(&self, source: rusqlite::Error) -> StoreError {
        StoreError::Database { path: self.path.to_path_buf(), source }
    }
}

fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    // Whoever panicked with the lock had no half-done transaction: dropping one takes it back.
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}
