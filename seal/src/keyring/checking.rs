//! How the keys stand, their backup, and whether a backup can be restored.

use std::path::Path;
use std::sync::Arc;

use palisade_record::{Clock, Timestamp};

use super::opening::open_key;
use super::{Keyring, Settings, lock, read};
use crate::epoch::Epoch;
use crate::error::Error;
use crate::id::SessionId;
use crate::root::RootKey;
use crate::store::{Counts, KeyStore, Purpose, SqliteKeyStore};

/// Rows that are read at once when all are checked.
const ROWS_PER_STEP: usize = 1_024;

/// How the keys of a tenant stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Status {
    /// The tenant.
    pub tenant: String,
    /// The root key.
    pub root: String,
    /// Versions of the tenant key that are open, oldest first.
    pub versions: Vec<u32>,
    /// When the newest version was made.
    pub rotated_at: Option<Timestamp>,
    /// Epochs that have a key.
    pub epochs: Vec<Epoch>,
    /// This run, if it has sealed anything.
    pub session: Option<SessionId>,
    /// How much there is of everything; `behind` is what an interrupted rotation has still to do.
    pub counts: Counts,
}

/// What was found in a store of which every row was opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BackupCheck {
    /// Subjects.
    pub subjects: u64,
    /// Epoch keys.
    pub epochs: u64,
    /// Subjects that were erased. Erasures after the backup are not in it: after a restore they have to be done again.
    pub erasures: u64,
}

impl Keyring {
    /// How the keys stand.
    pub fn status(&self) -> Result<Status, Error> {
        let rows = self.store.tenant_keys(&self.tenant)?;
        let epochs = self.store.keys(&self.tenant, Purpose::Epoch)?;
        Ok(Status {
            tenant: self.tenant.to_string(),
            root: read(&self.root).id(),
            versions: read(&self.keys).versions().collect(),
            rotated_at: rows.last().map(|row| row.created_at),
            epochs: epochs.iter().map(|row| Epoch::from_number(row.number)).collect(),
            session: self.session.get().copied(),
            counts: self.store.counts(&self.tenant)?,
        })
    }

    /// Writes a copy of the key store, of all tenants, to a new file that only its owner may read. Without the root key it
    /// is worth nothing; with it, as much as the store itself.
    pub fn backup(&self, to: &Path) -> Result<(), Error> {
        let _one_at_a_time = lock(&self.upkeep);
        drop(self.alone()?);
        Ok(self.store.backup(to)?)
    }

    /// Opens every key in the store once.
    pub fn check(&self) -> Result<BackupCheck, Error> {
        let epochs = self.store.keys(&self.tenant, Purpose::Epoch)?;
        for row in &epochs {
            open_key(&self.tenant, row, &*self.tenant_key(row.version)?)?;
        }
        let (mut subjects, mut after) = (0, None);
        loop {
            let rows = self.store.subjects_after(&self.tenant, after, ROWS_PER_STEP)?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            for row in &rows {
                self.open_subject(row)?;
                subjects += 1;
            }
        }
        let erasures = self.store.counts(&self.tenant)?.erasures;
        Ok(BackupCheck { subjects, epochs: u64::try_from(epochs.len()).unwrap_or(u64::MAX), erasures })
    }
}

/// Whether a backup could take the store's place: every key of `tenant` in it is opened with the root key.
pub fn check_backup(
    path: &Path,
    root: Arc<dyn RootKey>,
    tenant: &str,
    clock: Arc<dyn Clock>,
) -> Result<BackupCheck, Error> {
    let missing = || Error::NoTenant { tenant: tenant.to_owned(), place: path.display().to_string() };
    // Opening would make an empty store.
    if !path.is_file() {
        return Err(missing());
    }
    let store = SqliteKeyStore::open(path)?;
    if store.tenant_keys(tenant)?.is_empty() || store.keys(tenant, Purpose::Lookup)?.is_empty() {
        return Err(missing());
    }
    Keyring::open(Arc::new(store), root, tenant, clock, Settings::default())?.check()
}
