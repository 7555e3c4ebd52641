//! Receipts: closed journal files are put into the cold storage, and looked at there.

use std::sync::atomic::Ordering;

use palisade_index::JournalReceipt;
use palisade_record::Timestamp;
use palisade_storage::{Lock, Terms, pinned};
use sha2::{Digest, Sha256};

use super::error::{Error, Result};
use super::round::{Applier, tier_key};
use super::state::{storage_mode, whole_seconds};
use crate::Tier;

/// What waits after a failure.
const PUT: &str = "receipts";

impl Applier {
    /// Puts what is due, oldest first. It comes between all other steps: it is what has to be done within seconds.
    pub(super) fn put_receipts(&mut self) {
        let now = self.clock.now();
        let may = self.backoff.may(tier_key(Tier::Cold), now) && self.backoff.may(PUT, now);
        if self.index.storages().cold.is_none() || !may {
            return;
        }
        for receipt in self.index.receipts_due() {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let now = self.clock.now();
            match self.put_receipt(&receipt, now) {
                Ok(()) => {
                    self.backoff.worked(tier_key(Tier::Cold));
                    self.done(PUT, Ok(true));
                }
                // Those behind it come after it.
                Err(error) => return self.note_failure(PUT, &error),
            }
        }
    }

    fn put_receipt(&mut self, receipt: &JournalReceipt, now: Timestamp) -> Result<()> {
        let (name, bytes) = (receipt.name(), self.index.read_receipt(receipt)?);
        let until = whole_seconds(self.settings.receipts.term.after(now));
        let lock = storage_mode(self.settings.receipts.mode).map(|mode| Lock { mode, until });
        let storage = self.storage(Tier::Cold);
        let stored = storage.put(&name, &bytes, &Terms { lock, ..Terms::default() });
        let stored = stored.map_err(|source| self.failed(Tier::Cold, "put", &name, source))?;
        let version = pinned(&name, stored.version.as_deref());
        let described = storage.describe(&version);
        let described = described.map_err(|source| self.failed(Tier::Cold, "look at", &name, source))?;
        let sha256: [u8; 32] = Sha256::digest(&bytes).into();
        if described.length != bytes.len() as u64 || described.sha256.is_some_and(|told| told != sha256) {
            let problem = "it is not what was put there a moment ago".to_owned();
            return Err(Error::Altered { place: storage.locate(&name), problem });
        }
        if let Some(wanted) = lock
            && !described.lock.is_some_and(|shown| shown.covers(&wanted))
        {
            let problem = described
                .lock
                .map_or("no lock".to_owned(), |shown| format!("until {} ({})", shown.until, shown.mode));
            return Err(Error::NotLocked { place: storage.locate(&name), problem });
        }
        self.index.receipt_done(receipt)?;
        self.receipts.was_put(&receipt.batches, described.lock.map(|lock| lock.until));
        Ok(())
    }
}
