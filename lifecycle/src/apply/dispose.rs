//! The end of a split: a certificate, a log entry, and then all copies go.
//!
//! The order makes it safe to die anywhere: the paper with all names is a document before the split is forgotten, and done
//! only once nothing is there any more. Until the split is forgotten, the paper means nothing.

use std::sync::Arc;

use palisade_index::{Deed, Split};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::error::{Error, Result};
use super::removal::Target;
use super::round::Applier;
use super::state;
use crate::{
    Certificate, Class, Disposal, EndedLock, LockMode, ObjectVersion, RecordSpan, Tier, retention_end,
};
use palisade_storage::pinned;

/// The kind of documents about disposals.
pub(super) const KIND: &str = "disposal";

/// The paper of a disposal, as it stands in the log too.
#[derive(Serialize, Deserialize)]
struct Paper {
    /// The split.
    split: String,
    /// See [`Certificate`].
    certificate: Box<RawValue>,
    /// What is to be removed.
    objects: Vec<Target>,
    /// Whether all of it is gone.
    #[serde(default)]
    done: bool,
}

impl Applier {
    /// Certifies, forgets, and lets go of all copies.
    pub(super) fn dispose(&mut self, split: &Arc<Split>, class: &Class, decided_with: u64) -> Result<()> {
        let id = split.id();
        let certificate = self.certificate(split, class)?.to_json();
        let unreadable = |problem: serde_json::Error| document_error(id, &problem);
        let certificate = RawValue::from_string(certificate).map_err(unreadable)?;
        let objects = self.targets(split);
        let paper = Paper { split: id.to_owned(), certificate, objects, done: false };
        let body = serde_json::to_string(&paper).map_err(unreadable)?;
        let deed = Deed { deed: KIND.to_owned(), paper: serde_json::from_str(&body).map_err(unreadable)? };
        let holds = self.holds.clone();
        // A hold that was placed since it was decided is asked by the next pass.
        let Some(unchanged) = holds.unchanged_since(decided_with) else { return Ok(()) };
        self.index.put_document(KIND, id, &body, None)?;
        self.has_open_disposals = true;
        let old = self.index.forget(id, deed)?;
        drop(unchanged);
        self.removals.replaced(old);
        self.removals.add(id, paper.objects);
        self.status().lock().unwrap_or_else(std::sync::PoisonError::into_inner).disposals += 1;
        Ok(())
    }

    /// Goes on with disposals whose objects are not all gone, and closes those whose are.
    pub(super) fn resume_disposals(&mut self) {
        if !self.has_open_disposals {
            return;
        }
        let resumed = self.open_disposals();
        self.done("disposals", resumed);
    }

    fn open_disposals(&mut self) -> Result<bool> {
        let (mut did, mut is_open) = (false, false);
        for (id, body) in self.index.documents(KIND)? {
            let mut paper: Paper =
                serde_json::from_str(&body).map_err(|error| document_error(&id, &error))?;
            // A paper of a split that is still listed is of a disposal that did not come to be.
            let is_listed = || self.index.splits().iter().any(|split| split.id() == id);
            if paper.done || is_listed() {
                continue;
            }
            let key = format!("remove {id}");
            if self.removals.has(&id) || !self.backoff.may(&key, self.clock.now()) {
                is_open = true;
                continue;
            }
            // What a start finds here is read by no query: the split was not listed when it came up. What this start forgot
            // is among the removals until it is gone.
            match self.remove_all(&paper.objects) {
                Ok(()) => {
                    paper.done = true;
                    let body = serde_json::to_string(&paper).map_err(|error| document_error(&id, &error))?;
                    self.index.put_document(KIND, &id, &body, None)?;
                    self.backoff.worked(&key);
                    did = true;
                }
                Err(error) => {
                    is_open = true;
                    self.note_failure(&key, &error);
                }
            }
        }
        self.has_open_disposals = is_open;
        Ok(did)
    }

    /// Everything there can be of a split, wherever it is. The evidence is named by its version, and by its plain name for
    /// what was put over it.
    fn targets(&self, split: &Split) -> Vec<Target> {
        let (copies, data, index) = (split.copies(), split.data_name(), split.index_name());
        let storages = self.index.storages();
        let mut targets = vec![Target::new(Tier::Hot, data.clone()), Target::new(Tier::Hot, index.clone())];
        for (tier, is_there, copy) in [
            (Tier::Warm, storages.warm.is_some(), &copies.warm),
            (Tier::Cold, storages.cold.is_some(), &copies.cold),
        ] {
            if !is_there {
                continue;
            }
            if let Some(copy) = copy {
                targets.push(Target::new(tier, pinned(&data, copy.version.as_deref())));
            }
            targets.push(Target::new(tier, data.clone()));
            targets.push(Target::new(tier, index.clone()));
        }
        targets
    }

    fn certificate(&self, split: &Split, class: &Class) -> Result<Certificate<Disposal>> {
        let (summary, copies) = (split.summary(), split.copies());
        let cold = copies.cold.as_ref();
        let mode = state::mode(cold.and_then(|copy| copy.lock_mode));
        let until = cold.and_then(|copy| copy.locked_until);
        let lock = until.filter(|_| mode != LockMode::None).map(|until| EndedLock { mode, until });
        let version = cold.and_then(|copy| copy.version.clone()).unwrap_or_default();
        let facts = Disposal {
            split: summary.id.clone(),
            class: class.name.clone(),
            retention: class.retention,
            records: summary.rows,
            data_bytes: summary.data.bytes,
            events: RecordSpan { from: summary.oldest, to: summary.newest },
            receipts: RecordSpan { from: summary.first_received, to: summary.last_received },
            retention_end: retention_end(class, &state::state(split, 0)),
            object: ObjectVersion { name: split.data_name(), version },
            sha256: summary.data.sha256.0.into(),
            lock,
            log_entry: self.index.log_entry_of(split.id())?.unwrap_or_default(),
            disposed_by: self.settings.actor.clone(),
            disposed_at: self.clock.now(),
        };
        let split = split.id().to_owned();
        Certificate::issue(facts).map_err(|source| Error::Certificate { split, source })
    }
}

fn document_error(id: &str, problem: &serde_json::Error) -> Error {
    Error::Document { kind: KIND, id: id.to_owned(), problem: problem.to_string() }
}
