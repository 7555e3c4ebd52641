//! The key store: rows of wrapped keys and of what was made with them. It changes, is backed up for a short time only, and
//! is the one place whose loss makes every protected value unreadable.
//!
//! No row holds a key or a value that could be read: keys are wrapped, values are under a keyed hash (a [`Lookup`]).

mod contract;
mod memory;
mod sqlite;

pub use memory::MemoryKeyStore;
pub use sqlite::SqliteKeyStore;

use std::path::{Path, PathBuf};

use palisade_record::Timestamp;

use crate::id::{KeyId, SessionId};

/// Under what a value is registered: a keyed hash of protection name and canonical value.
pub type Lookup = [u8; 16];

/// How many subjects one value may lead to. A value that more people share (a city, a diagnosis) tells little about one of
/// them, and each subject of a search costs a token for every quarter.
pub const VALUE_LINKS_MAX: usize = 4_096;

/// A version of the key that wraps all others of a tenant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TenantKeyRow {
    /// Counts up from 1.
    pub version: u32,
    /// Which root key wrapped it.
    pub root: String,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a key of a tenant, other than a subject's, is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Purpose {
    /// Makes lookups; number 0.
    Lookup,
    /// Makes search tokens; the number is the epoch's.
    Epoch,
}

/// A key of a tenant for one purpose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyRow {
    /// What it is for.
    pub purpose: Purpose,
    /// Which one of that purpose.
    pub number: u32,
    /// The version of the tenant key that wrapped it.
    pub version: u32,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

/// A subject. Without its row nothing that it sealed can be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SubjectRow {
    /// The name of its key.
    pub id: KeyId,
    /// The value that it is registered under.
    pub lookup: Lookup,
    /// The version of the tenant key that wrapped its keys.
    pub version: u32,
    /// Its data key and its salt, wrapped together.
    pub wrapped: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A subject whose data were erased: its key is gone, its id stays, so that readers can say so and it is never used again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ErasureRow {
    /// The subject.
    pub subject: KeyId,
    /// When its key was destroyed.
    pub erased_at: Timestamp,
    /// When the last backup that may have the key is gone.
    pub complete_on: Timestamp,
    /// Why, in the words of who asked for it.
    pub reason: String,
    /// Who asked for it.
    pub by: String,
}

/// Rows that become durable together.
#[derive(Clone, Default, Debug)]
pub struct Writes {
    /// New subjects.
    pub subjects: Vec<SubjectRow>,
    /// Values and the subjects in whose records they stood. A link that is there already, or that would be one too many, is
    /// not an error.
    pub links: Vec<(Lookup, KeyId)>,
    /// New keys of the tenant.
    pub keys: Vec<KeyRow>,
    /// Streams and protection names that were used in them.
    pub names: Vec<(String, String)>,
}

impl Writes {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.subjects.len() + self.links.len() + self.keys.len() + self.names.len()
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The subjects that a value leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Links {
    /// All of them.
    All(Vec<KeyId>),
    /// More than [`VALUE_LINKS_MAX`]; from some point on they were not recorded.
    TooMany,
}

/// How much there is of everything.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Subjects.
    pub subjects: u64,
    /// When the oldest of them was made.
    pub oldest_subject: Option<Timestamp>,
    /// Links from values to subjects.
    pub links: u64,
    /// Runs of writers that were ever registered.
    pub sessions: u64,
    /// Subjects that were erased.
    pub erasures: u64,
    /// Subjects and keys that a version of the tenant key before the newest wrapped: what a rotation has still to do.
    pub behind: u64,
}

/// Why a key store cannot do something.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be read or written.
    #[error("the key store {}: {source}; nothing that depends on it was acknowledged", path.display())]
    Database {
        /// Where.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A file cannot be made.
    #[error("the file {}: {source}; check the folder's permissions and free space", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Others may read the file.
    #[error("the key store {} can be read by others (mode {mode:04o}); run `chmod 600` on it", path.display())]
    Exposed {
        /// Where.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// A newer program wrote it.
    #[error("the key store {} has layout {found}, this program knows {known}; use the newer program", path.display())]
    Layout {
        /// Where.
        path: PathBuf,
        /// The layout that it has.
        found: i64,
        /// The layout that this program writes.
        known: i64,
    },
    /// Something with the same name or value is there already: another process writes to the same store.
    #[error("{what} is in the key store already; another process made it meanwhile, so do the same again")]
    Conflict {
        /// What is there.
        what: &'static str,
    },
    /// A row cannot be what was written.
    #[error("a row of the key store does not make sense ({what}); restore the key store from a backup")]
    Damaged {
        /// Which.
        what: &'static str,
    },
    /// This kind of store cannot do that.
    #[error("a key store in memory {what}; use one in a file")]
    Memory {
        /// What it cannot do.
        what: &'static str,
    },
}

/// Result of a key store.
pub type StoreResult<T> = Result<T, StoreError>;

/// Rows of keys, of any number of tenants. Every change is one durable transaction: it has happened, with all its parts and
/// for ever, when the call returns without an error, and not at all otherwise.
pub trait KeyStore: Send + Sync {
    /// All versions of a tenant's key, oldest first.
    fn tenant_keys(&self, tenant: &str) -> StoreResult<Vec<TenantKeyRow>>;

    /// Adds a version; a conflict when it is there.
    fn add_tenant_key(&self, tenant: &str, row: &TenantKeyRow) -> StoreResult<()>;

    /// Replaces the wrapped form of versions that are there, all or none.
    fn rewrap_tenant_keys(&self, tenant: &str, rows: &[TenantKeyRow]) -> StoreResult<()>;

    /// Destroys the versions before `version` that no other row needs any more; how many.
    fn retire_tenant_keys(&self, tenant: &str, version: u32) -> StoreResult<u64>;

    /// The keys for a purpose, by number.
    fn keys(&self, tenant: &str, purpose: Purpose) -> StoreResult<Vec<KeyRow>>;

    /// The subject that is registered under a value.
    fn subject_of(&self, tenant: &str, lookup: &Lookup) -> StoreResult<Option<SubjectRow>>;

    /// The subject whose key has this name.
    fn subject(&self, tenant: &str, id: KeyId) -> StoreResult<Option<SubjectRow>>;

    /// The subjects that a value is linked to, in the order of their ids.
    fn links(&self, tenant: &str, lookup: &Lookup) -> StoreResult<Links>;

    /// Whether nothing would change if this link were written.
    fn link_is_known(&self, tenant: &str, lookup: &Lookup, subject: KeyId) -> StoreResult<bool>;

    /// The protection names that were ever used in a stream, sorted.
    fn names(&self, tenant: &str, stream: &str) -> StoreResult<Vec<String>>;

    /// Writes rows. A subject or key whose id, value or number is there, or was erased, is a conflict.
    fn commit(&self, tenant: &str, writes: &Writes) -> StoreResult<()>;

    /// Registers a run of a writer; `false` when there was one of that name, in any tenant.
    fn add_session(&self, tenant: &str, session: SessionId, started_at: Timestamp) -> StoreResult<bool>;

    /// Destroys subjects and their links, and keeps that they were erased. Their wrapped keys are not in the store's files
    /// any more when this returns. Subjects that are gone already are registered all the same, the first time.
    fn erase(&self, tenant: &str, erasures: &[ErasureRow]) -> StoreResult<()>;

    /// What is known about the erasure of a subject.
    fn erasure(&self, tenant: &str, subject: KeyId) -> StoreResult<Option<ErasureRow>>;

    /// All erasures, oldest first.
    fn erasures(&self, tenant: &str) -> StoreResult<Vec<ErasureRow>>;

    /// Some subjects and keys that versions before `version` wrapped, at most `limit` of each.
    fn wrapped_before(
        &self,
        tenant: &str,
        version: u32,
        limit: usize,
    ) -> StoreResult<(Vec<SubjectRow>, Vec<KeyRow>)>;

    /// Replaces the wrapped form and version of subjects and keys. One that is gone meanwhile stays gone.
    fn rewrap(&self, tenant: &str, subjects: &[SubjectRow], keys: &[KeyRow]) -> StoreResult<()>;

    /// Subjects after `after` in the order of their ids, at most `limit`.
    fn subjects_after(
        &self,
        tenant: &str,
        after: Option<KeyId>,
        limit: usize,
    ) -> StoreResult<Vec<SubjectRow>>;

    /// How much there is.
    fn counts(&self, tenant: &str) -> StoreResult<Counts>;

    /// Writes a copy of the store, as it is at one moment, to a new file that only its owner may read.
    fn backup(&self, to: &Path) -> StoreResult<()>;
}
