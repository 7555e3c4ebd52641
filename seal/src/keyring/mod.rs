//! The keys of one tenant, in use: seals, finds, unseals and erases.
//!
//! ```text
//! root key ── wraps ── tenant key (versions)
//!                        ├─ wraps ── data key and salt of each subject
//!                        ├─ wraps ── epoch keys, which make search tokens
//!                        └─ wraps ── lookup key, which makes the names that values are registered under
//! ```
//!
//! Everything but the root key is in the key store, wrapped. What is open is in memory, in caches with a bound, and wiped
//! when it is dropped; values are never kept, only hashes of them under a key of this process.

mod cache;
mod checking;
mod erasing;
mod group;
mod names;
mod opening;
mod reading;
mod registry;
mod rotating;
mod sealing;
mod searching;
mod subject;
mod tenant_keys;
mod unsealing;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use palisade_record::{ByteSize, Clock};
use siphasher::sip128::{Hasher128, SipHasher13};

pub use checking::{BackupCheck, Status, check_backup};
pub use erasing::{Erasure, ErasureRequest, REASON_BYTES_MAX};
pub use names::{NAME_BYTES_MAX, STREAM_NAMES_MAX};
pub use reading::UnsealedRecord;
pub use rotating::Rotation;
pub use sealing::{Proof, Protected, Sealing};
pub use unsealing::Unsealed;

use crate::epoch::Epoch;
use crate::error::Error;
use crate::id::SessionId;
use crate::root::RootKey;
use crate::store::KeyStore;
use crate::token::{MacKey, Token};
use cache::Cache;
use group::Groups;
use names::Name;
use subject::Subject;
use tenant_keys::TenantKeys;

/// How a keyring behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Memory for open keys and tokens. A subject takes about 2 KiB, a value of it about 150 bytes.
    pub cache: ByteSize,
    /// Days after which the last backup that was made before an erasure is gone; certificates say so.
    pub backup_days: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self { cache: ByteSize::mib(64), backup_days: 30 }
    }
}

/// The keys of one tenant. One process may have one keyring for a tenant: a second one would not see what this one has not
/// stored yet, and its requests would fail with a conflict.
pub struct Keyring {
    store: Arc<dyn KeyStore>,
    clock: Arc<dyn Clock>,
    tenant: Box<str>,
    settings: Settings,
    root: RwLock<Arc<dyn RootKey>>,
    keys: RwLock<TenantKeys>,
    lookup: MacKey,
    epochs: RwLock<BTreeMap<Epoch, Arc<EpochKey>>>,
    streams: RwLock<HashMap<Box<str>, Arc<Vec<Name>>>>,
    groups: Groups,
    /// This run, once something was sealed.
    session: OnceLock<SessionId>,
    session_is_made: Mutex<()>,
    /// Rotations, erasures and backups: one at a time.
    upkeep: Mutex<()>,
    counter: AtomicU64,
    hasher: SipHasher13,
    subjects: Cache<Arc<Subject>>,
    readers: Cache<Arc<Subject>>,
    tokens: Cache<CachedToken>,
}

/// The key of search tokens in one epoch.
struct EpochKey {
    epoch: Epoch,
    mac: MacKey,
    /// The group of writes that makes it durable; 0 when it was read from the store.
    group: u64,
}

/// The token of a value in the records of one subject. That it is here means that the value's link is known, too.
#[derive(Clone, Copy)]
struct CachedToken {
    token: Token,
    epoch: Epoch,
    subject: crate::id::KeyId,
    group: u64,
}

impl Keyring {
    /// The tenant whose keys these are.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Stands for a name and a canonical value in memory. The key is this process's own: nobody can choose values that meet.
    fn hash(&self, name: &str, canonical: &str) -> u128 {
        use std::hash::Hasher;
        let mut hasher = self.hasher;
        hasher.write_usize(name.len());
        hasher.write(name.as_bytes());
        hasher.write(canonical.as_bytes());
        hasher.finish128().as_u128()
    }

    /// Waits until every group of writes up to `through` is durable.
    fn wait(&self, begun: group::Begun, through: u64) -> Result<(), Error> {
        let commit = |writes: &_| self.store.commit(&self.tenant, writes);
        self.groups.wait(begun, through, commit, |durable| self.forget_after(durable))
    }

    /// Commits what is open and holds everything else off.
    fn alone(&self) -> Result<MutexGuard<'_, group::State>, Error> {
        let commit = |writes: &_| self.store.commit(&self.tenant, writes);
        self.groups.alone(commit, |durable| self.forget_after(durable))
    }

    /// Drops what is known only from groups that failed.
    fn forget_after(&self, durable: u64) {
        self.subjects.retain(|subject| subject.group <= durable);
        self.tokens.retain(|token| token.group <= durable);
        write(&self.epochs).retain(|_, key| key.group <= durable);
        write(&self.streams).clear();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
