//! Data objects as bytes: read whole, and compared with what was published.

use palisade_index::Split;
use palisade_storage::{ObjectStorage, pinned};
use sha2::{Digest, Sha256};

use super::error::{Error, Result};
use super::round::Applier;
use crate::Tier;

impl Applier {
    /// The storage of a tier, which is configured: nothing is decided about others.
    pub(super) fn storage(&self, tier: Tier) -> &dyn ObjectStorage {
        let storages = self.index.storages();
        let far = match tier {
            Tier::Hot => None,
            Tier::Warm => storages.warm.as_deref(),
            Tier::Cold => storages.cold.as_deref(),
        };
        far.unwrap_or(&*storages.hot)
    }

    /// The data object of a split from the nearest storage that has it, checked: what is put into the evidence cannot be
    /// taken out again.
    pub(super) fn read(&self, split: &Split) -> Result<Vec<u8>> {
        let copies = split.copies();
        let storages = self.index.storages();
        let warm = copies.warm.as_ref().filter(|_| storages.warm.is_some());
        let cold = copies.cold.as_ref().filter(|_| storages.cold.is_some());
        let (tier, version) = match (copies.hot, warm, cold) {
            (true, ..) => (Tier::Hot, None),
            (false, Some(copy), _) => (Tier::Warm, copy.version.as_deref()),
            (false, None, Some(copy)) => (Tier::Cold, copy.version.as_deref()),
            (false, None, None) => return Err(Error::NoSource { split: split.id().to_owned() }),
        };
        let name = pinned(&split.data_name(), version);
        let bytes = self.read_whole(tier, &name)?;
        self.check(split, tier, &name, &bytes)?;
        Ok(bytes)
    }

    /// An object.
    pub(super) fn read_whole(&self, tier: Tier, name: &str) -> Result<Vec<u8>> {
        let storage = self.storage(tier);
        let bytes = storage.length(name).and_then(|length| storage.get(name, 0..length));
        bytes.map_err(|source| self.failed(tier, "read", name, source))
    }

    /// Refuses bytes that are not those that were published.
    pub(super) fn check(&self, split: &Split, tier: Tier, name: &str, bytes: &[u8]) -> Result<()> {
        let sha256: [u8; 32] = Sha256::digest(bytes).into();
        if sha256 == split.summary().data.sha256.0 {
            return Ok(());
        }
        let problem = "its SHA-256 is another one".to_owned();
        Err(Error::Altered { place: self.storage(tier).locate(name), problem })
    }

    /// An error of a storage.
    pub(super) fn failed(&self, tier: Tier, what: &'static str, name: &str, source: std::io::Error) -> Error {
        Error::Storage { tier, what, place: self.storage(tier).locate(name), source }
    }
}
