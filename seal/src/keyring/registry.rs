//! Which subject a value names.

use std::sync::Arc;

use super::group::Begun;
use super::subject::Subject;
use super::tenant_keys::damaged;
use super::{Keyring, read};
use crate::error::Error;
use crate::id::KeyId;
use crate::store::SubjectRow;

impl Keyring {
    /// The subject that a value names; made when there is none. `hash` is that of the name and value.
    pub(super) fn subject_for(
        &self,
        begun: Begun,
        hash: u128,
        name: &str,
        canonical: &str,
    ) -> Result<Arc<Subject>, Error> {
        if let Some(subject) = self.subjects.get(hash) {
            return Ok(subject);
        }
        let lookup = self.lookup.lookup(name, canonical);
        let seen = self.groups.lock().changes;
        // Read without the lock: others need not wait for it.
        let mut row = self.store.subject_of(&self.tenant, &lookup)?;
        let mut state = self.groups.lock();
        state.check(begun)?;
        if let Some(subject) = self.subjects.get(hash) {
            return Ok(subject);
        }
        if let Some(subject) = state.subjects.get(&lookup) {
            return Ok(Arc::clone(subject));
        }
        if state.changes != seen {
            row = self.store.subject_of(&self.tenant, &lookup)?;
        }
        let subject = match row {
            Some(row) => Arc::new(self.open_subject(&row)?),
            None => {
                let (version, key) = read(&self.keys).newest();
                let (subject, row) =
                    Subject::draw(&self.tenant, lookup, (version, &key), self.clock.now(), state.number);
                let subject = Arc::new(subject);
                state.open.subjects.push(row);
                state.subjects.insert(lookup, Arc::clone(&subject));
                subject
            }
        };
        self.subjects.put(hash, Arc::clone(&subject));
        Ok(subject)
    }

    /// The subject whose key has a name; `None` when it is not in the store.
    pub(super) fn subject_by_id(&self, id: KeyId) -> Result<Option<Arc<Subject>>, Error> {
        let hash = self.hash("", &id.to_string());
        if let Some(subject) = self.readers.get(hash) {
            return Ok(Some(subject));
        }
        let seen = self.groups.lock().changes;
        let Some(row) = self.store.subject(&self.tenant, id)? else { return Ok(None) };
        let subject = Arc::new(self.open_subject(&row)?);
        let state = self.groups.lock();
        // It may have been erased since it was read.
        if state.changes == seen {
            self.readers.put(hash, Arc::clone(&subject));
        }
        Ok(Some(subject))
    }

    pub(super) fn open_subject(&self, row: &SubjectRow) -> Result<Subject, Error> {
        let key = self.tenant_key(row.version)?;
        Subject::open(&self.tenant, row, &key).map_err(|_| damaged(format!("subject {}", row.id)))
    }
}
