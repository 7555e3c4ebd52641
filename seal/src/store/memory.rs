//! A key store in memory, for tests and for trying things out: it forgets everything with the process.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use palisade_record::Timestamp;

use super::{
    Counts, ErasureRow, KeyRow, KeyStore, Links, Lookup, Purpose, StoreError, StoreResult, SubjectRow,
    TenantKeyRow, VALUE_LINKS_MAX, Writes,
};
use crate::id::{KeyId, SessionId};

/// A key store in memory.
#[derive(Default)]
pub struct MemoryKeyStore {
    rows: Mutex<Rows>,
}

#[derive(Default)]
struct Rows {
    tenants: BTreeMap<String, Tenant>,
    sessions: BTreeMap<SessionId, String>,
}

#[derive(Default, Clone)]
struct Tenant {
    tenant_keys: BTreeMap<u32, TenantKeyRow>,
    keys: BTreeMap<(Purpose, u32), KeyRow>,
    subjects: BTreeMap<KeyId, SubjectRow>,
    lookups: BTreeMap<Lookup, KeyId>,
    links: BTreeMap<Lookup, BTreeSet<KeyId>>,
    full: BTreeSet<Lookup>,
    names: BTreeSet<(String, String)>,
    erasures: BTreeMap<KeyId, ErasureRow>,
}

impl MemoryKeyStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, tenant: &str, read: impl FnOnce(&Tenant) -> T) -> T {
        match self.rows().tenants.get(tenant) {
            Some(tenant) => read(tenant),
            None => read(&Tenant::default()),
        }
    }

    fn change<T>(&self, tenant: &str, change: impl FnOnce(&mut Tenant) -> T) -> T {
        change(self.rows().tenants.entry(tenant.to_owned()).or_default())
    }
}

impl Tenant {
    fn check(&self, writes: &Writes) -> StoreResult<()> {
        let (mut ids, mut lookups, mut numbers) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for subject in &writes.subjects {
            let id_is_used =
                self.subjects.contains_key(&subject.id) || self.erasures.contains_key(&subject.id);
            if id_is_used
                || self.lookups.contains_key(&subject.lookup)
                || !ids.insert(subject.id)
                || !lookups.insert(subject.lookup)
            {
                return Err(StoreError::Conflict { what: "a subject" });
            }
        }
        for key in &writes.keys {
            let number = (key.purpose, key.number);
            if self.keys.contains_key(&number) || !numbers.insert(number) {
                return Err(StoreError::Conflict { what: "a key" });
            }
        }
        Ok(())
    }

    fn link(&mut self, lookup: Lookup, subject: KeyId) {
        let of_value = self.links.entry(lookup).or_default();
        if of_value.contains(&subject) {
            return;
        }
        if of_value.len() < VALUE_LINKS_MAX {
            of_value.insert(subject);
        } else {
            self.full.insert(lookup);
        }
    }

    fn behind(&self) -> u64 {
        let newest = self.tenant_keys.keys().next_back().copied().unwrap_or(0);
        let subjects = self.subjects.values().filter(|row| row.version < newest).count();
        let keys = self.keys.values().filter(|row| row.version < newest).count();
        count(subjects + keys)
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

impl KeyStore for MemoryKeyStore {
    fn tenant_keys(&self, tenant: &str) -> StoreResult<Vec<TenantKeyRow>> {
        Ok(self.read(tenant, |rows| rows.tenant_keys.values().cloned().collect()))
    }

    fn add_tenant_key(&self, tenant: &str, row: &TenantKeyRow) -> StoreResult<()> {
        self.change(tenant, |rows| {
            if rows.tenant_keys.contains_key(&row.version) {
                return Err(StoreError::Conflict { what: "this version of the tenant key" });
            }
            rows.tenant_keys.insert(row.version, row.clone());
            Ok(())
        })
    }

    fn rewrap_tenant_keys(&self, tenant: &str, new: &[TenantKeyRow]) -> StoreResult<()> {
        self.change(tenant, |rows| {
            if new.iter().any(|row| !rows.tenant_keys.contains_key(&row.version)) {
                return Err(StoreError::Damaged { what: "a version of the tenant key is gone" });
            }
            rows.tenant_keys.extend(new.iter().map(|row| (row.version, row.clone())));
            Ok(())
        })
    }

    fn retire_tenant_keys(&self, tenant: &str, version: u32) -> StoreResult<u64> {
        self.change(tenant, |rows| {
            let needed: BTreeSet<u32> = rows
                .subjects
                .values()
                .map(|row| row.version)
                .chain(rows.keys.values().map(|row| row.version))
                .collect();
            let before = rows.tenant_keys.len();
            rows.tenant_keys.retain(|of_key, _| *of_key >= version || needed.contains(of_key));
            Ok(count(before - rows.tenant_keys.len()))
        })
    }

    fn keys(&self, tenant: &str, purpose: Purpose) -> StoreResult<Vec<KeyRow>> {
        let of_purpose =
            |rows: &Tenant| rows.keys.values().filter(|row| row.purpose == purpose).cloned().collect();
        Ok(self.read(tenant, of_purpose))
    }

    fn subject_of(&self, tenant: &str, lookup: &Lookup) -> StoreResult<Option<SubjectRow>> {
        Ok(self.read(tenant, |rows| rows.subjects.get(rows.lookups.get(lookup)?).cloned()))
    }

    fn subject(&self, tenant: &str, id: KeyId) -> StoreResult<Option<SubjectRow>> {
        Ok(self.read(tenant, |rows| rows.subjects.get(&id).cloned()))
    }

    fn links(&self, tenant: &str, lookup: &Lookup) -> StoreResult<Links> {
        Ok(self.read(tenant, |rows| {
            if rows.full.contains(lookup) {
                return Links::TooMany;
            }
            Links::All(rows.links.get(lookup).map(|ids| ids.iter().copied().collect()).unwrap_or_default())
        }))
    }

    fn link_is_known(&self, tenant: &str, lookup: &Lookup, subject: KeyId) -> StoreResult<bool> {
        Ok(self.read(tenant, |rows| {
            rows.full.contains(lookup) || rows.links.get(lookup).is_some_and(|ids| ids.contains(&subject))
        }))
    }

    fn names(&self, tenant: &str, stream: &str) -> StoreResult<Vec<String>> {
        Ok(self.read(tenant, |rows| {
            let of_stream = rows.names.iter().filter(|(of, _)| of == stream);
            of_stream.map(|(_, name)| name.clone()).collect()
        }))
    }

    fn commit(&self, tenant: &str, writes: &Writes) -> StoreResult<()> {
        self.change(tenant, |rows| {
            rows.check(writes)?;
            for subject in &writes.subjects {
                rows.lookups.insert(subject.lookup, subject.id);
                rows.subjects.insert(subject.id, subject.clone());
            }
            for (lookup, subject) in &writes.links {
                rows.link(*lookup, *subject);
            }
            rows.keys.extend(writes.keys.iter().map(|key| ((key.purpose, key.number), key.clone())));
            rows.names.extend(writes.names.iter().cloned());
            Ok(())
        })
    }

    fn add_session(&self, tenant: &str, session: SessionId, _started_at: Timestamp) -> StoreResult<bool> {
        let mut rows = self.rows();
        if rows.sessions.contains_key(&session) {
            return Ok(false);
        }
        rows.sessions.insert(session, tenant.to_owned());
        Ok(true)
    }

    fn erase(&self, tenant: &str, erasures: &[ErasureRow]) -> StoreResult<()> {
        self.change(tenant, |rows| {
            for erasure in erasures {
                if let Some(subject) = rows.subjects.remove(&erasure.subject) {
                    rows.lookups.remove(&subject.lookup);
                }
                rows.erasures.entry(erasure.subject).or_insert_with(|| erasure.clone());
            }
            for ids in rows.links.values_mut() {
                ids.retain(|id| !erasures.iter().any(|erasure| erasure.subject == *id));
            }
            rows.links.retain(|_, ids| !ids.is_empty());
            Ok(())
        })
    }

    fn erasure(&self, tenant: &str, subject: KeyId) -> StoreResult<Option<ErasureRow>> {
        Ok(self.read(tenant, |rows| rows.erasures.get(&subject).cloned()))
    }

    fn erasures(&self, tenant: &str) -> StoreResult<Vec<ErasureRow>> {
        let mut all: Vec<_> = self.read(tenant, |rows| rows.erasures.values().cloned().collect());
        all.sort_by_key(|erasure| (erasure.erased_at, erasure.subject));
        Ok(all)
    }

    fn wrapped_before(
        &self,
        tenant: &str,
        version: u32,
        limit: usize,
    ) -> StoreResult<(Vec<SubjectRow>, Vec<KeyRow>)> {
        Ok(self.read(tenant, |rows| {
            let subjects = rows.subjects.values().filter(|row| row.version < version);
            let keys = rows.keys.values().filter(|row| row.version < version);
            (subjects.take(limit).cloned().collect(), keys.take(limit).cloned().collect())
        }))
    }

    fn rewrap(&self, tenant: &str, subjects: &[SubjectRow], keys: &[KeyRow]) -> StoreResult<()> {
        self.change(tenant, |rows| {
            for new in subjects {
                if let Some(row) = rows.subjects.get_mut(&new.id) {
                    (row.version, row.wrapped) = (new.version, new.wrapped.clone());
                }
            }
            for new in keys {
                if let Some(row) = rows.keys.get_mut(&(new.purpose, new.number)) {
                    (row.version, row.wrapped) = (new.version, new.wrapped.clone());
                }
            }
            Ok(())
        })
    }

    fn subjects_after(
        &self,
        tenant: &str,
        after: Option<KeyId>,
        limit: usize,
    ) -> StoreResult<Vec<SubjectRow>> {
        Ok(self.read(tenant, |rows| {
            let rest = rows.subjects.values().filter(|row| after.is_none_or(|after| row.id > after));
            rest.take(limit).cloned().collect()
        }))
    }

    fn counts(&self, tenant: &str) -> StoreResult<Counts> {
        let rows = self.rows();
        let sessions = rows.sessions.values().filter(|of| *of == tenant).count();
        let empty = Tenant::default();
        let rows = rows.tenants.get(tenant).unwrap_or(&empty);
        Ok(Counts {
            subjects: count(rows.subjects.len()),
            oldest_subject: rows.subjects.values().map(|row| row.created_at).min(),
            links: rows.links.values().map(|ids| count(ids.len())).sum(),
            sessions: count(sessions),
            erasures: count(rows.erasures.len()),
            behind: rows.behind(),
        })
    }

    fn backup(&self, _to: &Path) -> StoreResult<()> {
        Err(StoreError::Memory { what: "cannot be backed up" })
    }
}
