//! The evidence copy: put, looked at, locked longer, held.

use std::io::ErrorKind;

use palisade_index::{Copies, FarCopy, Split};
use palisade_storage::{Cover, Description, Lock, Terms, pinned};

use super::error::{Error, Result};
use super::round::Applier;
use super::state::{storage_class, storage_mode};
use crate::{Class, LockMode, StorageClass, Tier};
use palisade_record::Timestamp;

impl Applier {
    /// Puts the evidence copy. Put a second time after a crash, it is found as it is.
    pub(super) fn archive(
        &mut self,
        split: &Split,
        until: Timestamp,
        mode: LockMode,
        class: &StorageClass,
    ) -> Result<()> {
        let (bytes, name) = (self.read(split)?, split.data_name());
        let lock = storage_mode(mode).map(|mode| Lock { mode, until });
        let terms = Terms { lock, class: storage_class(class), replace: false };
        let stored = self.storage(Tier::Cold).put(&name, &bytes, &terms);
        let stored = stored.map_err(|source| self.failed(Tier::Cold, "put", &name, source))?;
        let copy = FarCopy {
            version: stored.version,
            verified: false,
            locked_until: lock.map(|lock| lock.until),
            lock_mode: lock.map(|lock| lock.mode),
            storage_class: terms.class,
            held: false,
        };
        self.note_cold(split, Some(copy))
    }

    /// Asks the store what it has. A copy that is gone, or another one, is made again.
    pub(super) fn verify_evidence(&mut self, split: &Split, class: &Class) -> Result<()> {
        let (name, version) = self.evidence_name(split);
        let described = match self.storage(Tier::Cold).describe(&name) {
            Ok(described) => described,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.note_cold(split, None)?;
                let problem = "it is gone; it is put again from a nearer copy, if there is one".to_owned();
                return Err(Error::Altered { place: self.storage(Tier::Cold).locate(&name), problem });
            }
            Err(error) => return Err(self.failed(Tier::Cold, "look at", &name, error)),
        };
        if let Err(altered) = self.compare(split, &name, &described) {
            if matches!(altered, Error::Altered { .. }) {
                self.note_cold(split, None)?;
            }
            return Err(altered);
        }
        if class.lock_in_effect().is_locked() && described.lock.is_none() {
            return Err(self.not_locked(&name, "no lock"));
        }
        if described.cover != Cover::Nothing {
            tracing::warn!(object = %name, "something was put over evidence, or a delete marker; the version is still there");
        }
        self.note_cold(split, Some(seen(version, &described)))
    }

    fn compare(&self, split: &Split, name: &str, described: &Description) -> Result<()> {
        let data = split.summary().data;
        let place = || self.storage(Tier::Cold).locate(name);
        if described.length != data.bytes {
            let problem = format!("{} bytes were put, {} are there", data.bytes, described.length);
            return Err(Error::Altered { place: place(), problem });
        }
        match described.sha256 {
            Some(sha256) if sha256 == data.sha256.0 => Ok(()),
            Some(_) => {
                let problem = "the store tells another SHA-256".to_owned();
                Err(Error::Altered { place: place(), problem })
            }
            // What has to be restored first was compared by the store, part by part, while it was put.
            None if !described.restore.is_readable() => Ok(()),
            None => self.check(split, Tier::Cold, name, &self.read_whole(Tier::Cold, name)?),
        }
    }

    /// Makes the lock longer or stronger, and believes only what the store shows.
    pub(super) fn extend(&mut self, split: &Split, until: Timestamp, mode: LockMode) -> Result<()> {
        let (name, version) = self.evidence_name(split);
        let has_mode = split.copies().cold.as_ref().and_then(|copy| copy.lock_mode);
        let Some(wanted) = storage_mode(mode) else { return Ok(()) };
        let storage = self.storage(Tier::Cold);
        if has_mode == Some(wanted) {
            let extended = storage.extend(&name, until);
            extended.map_err(|source| self.failed(Tier::Cold, "lock longer", &name, source))?;
        } else {
            // Only a put of the same bytes makes a lock stronger, or locks what was not.
            let (bytes, plain) = (self.read(split)?, split.data_name());
            let stored = storage.put(&plain, &bytes, &Terms::locked(wanted, until));
            stored.map_err(|source| self.failed(Tier::Cold, "lock", &plain, source))?;
        }
        let described = storage.describe(&name);
        let described = described.map_err(|source| self.failed(Tier::Cold, "look at", &name, source))?;
        let lock = Lock { mode: wanted, until };
        match described.lock {
            Some(shown) if shown.covers(&lock) => self.note_cold(split, Some(seen(version, &described))),
            Some(shown) => Err(self.not_locked(&name, &format!("until {} ({})", shown.until, shown.mode))),
            None => Err(self.not_locked(&name, "no lock")),
        }
    }

    /// Puts the store's own legal hold on, or takes it off.
    pub(super) fn hold(&mut self, split: &Split, on: bool) -> Result<()> {
        let (name, _) = self.evidence_name(split);
        let held = self.storage(Tier::Cold).hold(&name, on);
        held.map_err(|source| self.failed(Tier::Cold, if on { "hold" } else { "let go of" }, &name, source))?;
        let copy = split.copies().cold.clone();
        self.note_cold(split, copy.map(|copy| FarCopy { held: on, ..copy }))
    }

    fn evidence_name(&self, split: &Split) -> (String, Option<String>) {
        let version = split.copies().cold.as_ref().and_then(|copy| copy.version.clone());
        (pinned(&split.data_name(), version.as_deref()), version)
    }

    fn not_locked(&self, name: &str, problem: &str) -> Error {
        Error::NotLocked { place: self.storage(Tier::Cold).locate(name), problem: problem.to_owned() }
    }

    fn note_cold(&mut self, split: &Split, cold: Option<FarCopy>) -> Result<()> {
        self.set_copies(split, &Copies { cold, ..split.copies().clone() })
    }
}

/// A copy as the store tells of it.
fn seen(version: Option<String>, described: &Description) -> FarCopy {
    FarCopy {
        version: version.or_else(|| described.version.clone()),
        verified: true,
        locked_until: described.lock.map(|lock| lock.until),
        lock_mode: described.lock.map(|lock| lock.mode),
        storage_class: described.class.clone(),
        held: described.held,
    }
}
