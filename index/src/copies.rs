//! Where the data object of a split is.

use palisade_record::Timestamp;
use palisade_storage::{LockMode, StorageClass};
use serde::{Deserialize, Serialize};

/// A copy outside of the data directory.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct FarCopy {
    /// Which version of the object it is; it is read by it ever after.
    pub version: Option<String>,
    /// Whether it was looked at after it was put, and is what was put.
    pub verified: bool,
    /// Until when nobody may remove it, as the store tells.
    pub locked_until: Option<Timestamp>,
    /// Who could lift the lock, as the store tells.
    pub lock_mode: Option<LockMode>,
    /// How it is kept.
    pub storage_class: StorageClass,
    /// Whether a legal hold is on it.
    pub held: bool,
}

/// The copies of a data object. The hot one is made when the split is published.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Copies {
    /// In the data directory.
    pub hot: bool,
    /// In the warm storage.
    pub warm: Option<FarCopy>,
    /// In the cold storage: the evidence.
    pub cold: Option<FarCopy>,
}

impl Copies {
    /// Those of a split that was just published.
    pub fn fresh() -> Self {
        Self { hot: true, ..Self::default() }
    }

    /// The nearest place a reader finds it, in words.
    pub fn tier(&self) -> &'static str {
        match (self.hot, &self.warm, &self.cold) {
            (true, ..) => "hot",
            (false, Some(_), _) => "warm",
            (false, None, Some(_)) => "cold",
            (false, None, None) => "none",
        }
    }
}
