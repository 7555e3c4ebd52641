//! New keys for old ones. Stored records name keys by id only, so nothing in them changes.

use std::sync::Arc;

use super::opening::open_key;
use super::subject::Subject;
use super::tenant_keys::{TenantKeys, damaged, draw, key_context, root_context};
use super::{Keyring, lock, read, write};
use crate::error::Error;
use crate::root::{RootError, RootKey};
use crate::store::{KeyRow, SubjectRow};

/// Rows that are wrapped anew in one transaction: some milliseconds, for which sealing of new subjects waits.
const ROWS_PER_STEP: usize = 256;

/// What a rotation did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Rotation {
    /// The version that wraps everything now.
    pub version: u32,
    /// Subjects and keys that were wrapped anew.
    pub rewrapped: u64,
    /// Versions that were destroyed because nothing needs them any more.
    pub retired: u64,
}

impl Keyring {
    /// Makes a new version of the tenant key and wraps all keys with it. When an earlier rotation was interrupted, that one is
    /// finished instead.
    pub fn rotate_tenant_key(&self) -> Result<Rotation, Error> {
        let _one_at_a_time = lock(&self.upkeep);
        if self.store.counts(&self.tenant)?.behind == 0 {
            // Alone: no row may be wrapped with the old version after this.
            let _state = self.alone()?;
            let version =
                read(&self.keys).newest().0.checked_add(1).ok_or_else(|| damaged("the newest version"))?;
            let (key, row) = draw(&self.tenant, version, &**read(&self.root), self.clock.now())?;
            self.store.add_tenant_key(&self.tenant, &row)?;
            write(&self.keys).add(version, key);
        }
        self.rewrap_all()
    }

    /// Wraps the tenant key with another root key, which is used from now on. The old one is needed once more, to unwrap.
    pub fn rotate_root(&self, new: Arc<dyn RootKey>) -> Result<(), Error> {
        let _one_at_a_time = lock(&self.upkeep);
        let old = Arc::clone(&read(&self.root));
        let mut rows = self.store.tenant_keys(&self.tenant)?;
        for row in &mut rows {
            let context = root_context(&self.tenant, row.version);
            let key = old.unwrap(&row.wrapped, &context)?;
            row.wrapped = new.wrap(&key, &context)?;
            row.root = new.id();
            // A root key that cannot open what it wrapped must be found out before the old form is gone.
            if *new.unwrap(&row.wrapped, &context)? != *key {
                return Err(RootError::DoesNotOpen { id: new.id(), context }.into());
            }
        }
        let keys = TenantKeys::open(&self.tenant, &rows, &*new)?;
        self.store.rewrap_tenant_keys(&self.tenant, &rows)?;
        *write(&self.root) = new;
        *write(&self.keys) = keys;
        Ok(())
    }

    fn rewrap_all(&self) -> Result<Rotation, Error> {
        let (version, newest) = read(&self.keys).newest();
        let mut rewrapped = 0;
        loop {
            let (subjects, keys) = self.store.wrapped_before(&self.tenant, version, ROWS_PER_STEP)?;
            if subjects.is_empty() && keys.is_empty() {
                break;
            }
            let subjects = subjects.iter().map(|row| {
                let old = self.tenant_key(row.version)?;
                let row = Subject::rewrap(&self.tenant, row, &old, (version, &newest));
                row.map_err(|_| damaged("a subject"))
            });
            let subjects: Vec<SubjectRow> = subjects.collect::<Result<_, Error>>()?;
            let keys = keys.into_iter().map(|row| {
                let key = open_key(&self.tenant, &row, &*self.tenant_key(row.version)?)?;
                let context = key_context(&self.tenant, row.purpose, row.number, version);
                Ok(KeyRow { version, wrapped: newest.wrap(&context, key.as_slice()), ..row })
            });
            let keys: Vec<KeyRow> = keys.collect::<Result<_, Error>>()?;
            self.store.rewrap(&self.tenant, &subjects, &keys)?;
            rewrapped += u64::try_from(subjects.len() + keys.len()).unwrap_or(u64::MAX);
        }
        let retired = self.store.retire_tenant_keys(&self.tenant, version)?;
        Ok(Rotation { version, rewrapped, retired })
    }
}
