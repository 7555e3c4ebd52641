//! What is asked of a store for an object that is put there, and what it answers.

use std::fmt;

use palisade_record::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Refusal;

/// What is asked for an object. The default asks for nothing: no lock, the standard class, written once.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Terms {
    /// How long nobody may remove it.
    pub lock: Option<Lock>,
    /// How it is kept.
    pub class: StorageClass,
    /// A pointer: other bytes may take its place. Never locked.
    pub replace: bool,
}

impl Terms {
    /// Locked until `until`, in the standard class.
    pub fn locked(mode: LockMode, until: Timestamp) -> Self {
        Self { lock: Some(Lock { mode, until }), ..Self::default() }
    }

    /// A pointer, which may be written again.
    pub fn pointer() -> Self {
        Self { replace: true, ..Self::default() }
    }

    /// Refuses a pointer with a lock: either could be meant.
    pub(crate) fn check(&self, name: &str) -> Result<(), Refusal> {
        if self.replace && self.lock.is_some() {
            return Err(Refusal::LockedPointer { name: name.to_owned() });
        }
        Ok(())
    }
}

/// Until when a version of an object may not be removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Lock {
    /// Who could lift it.
    pub mode: LockMode,
    /// It ends then; in S3 to the second, rounded up.
    pub until: Timestamp,
}

impl Lock {
    /// Whether this lock forbids at least what `other` forbids.
    pub fn covers(&self, other: &Self) -> bool {
        self.mode >= other.mode && self.until >= other.until
    }

    /// The lock that forbids what either does.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { mode: self.mode.max(other.mode), until: self.until.max(other.until) }
    }
}

/// Who could lift a lock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LockMode {
    /// Whoever has the right to bypass it.
    Governance,
    /// Nobody, the owner of the account included.
    Compliance,
}

impl fmt::Display for LockMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Governance => "governance",
            Self::Compliance => "compliance",
        })
    }
}

/// How an object is kept. Written as S3 writes it, for example `GLACIER_IR`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum StorageClass {
    /// Read at once, the most expensive to keep.
    #[default]
    Standard,
    /// Read at once, for a fee; billed for 30 days and 128 KB at least.
    StandardIa,
    /// Read at once, for a higher fee; billed for 90 days and 128 KB at least.
    GlacierInstant,
    /// Read hours after it was asked for; billed for 90 days at least.
    Glacier,
    /// Read half a day after it was asked for; billed for 180 days at least.
    DeepArchive,
    /// A class that this list does not know, as the store names it.
    Other(String),
}

impl StorageClass {
    /// As S3 names it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Standard => "STANDARD",
            Self::StandardIa => "STANDARD_IA",
            Self::GlacierInstant => "GLACIER_IR",
            Self::Glacier => "GLACIER",
            Self::DeepArchive => "DEEP_ARCHIVE",
            Self::Other(name) => name,
        }
    }

    /// Whether objects of it must be restored before they are read.
    pub fn is_archive(&self) -> bool {
        matches!(self, Self::Glacier | Self::DeepArchive)
    }
}

impl From<&str> for StorageClass {
    /// An empty text is the standard class, as S3 tells nothing for it.
    fn from(name: &str) -> Self {
        match name {
            "" | "STANDARD" => Self::Standard,
            "STANDARD_IA" => Self::StandardIa,
            "GLACIER_IR" => Self::GlacierInstant,
            "GLACIER" => Self::Glacier,
            "DEEP_ARCHIVE" => Self::DeepArchive,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl From<String> for StorageClass {
    fn from(name: String) -> Self {
        Self::from(name.as_str())
    }
}

impl From<StorageClass> for String {
    fn from(class: StorageClass) -> Self {
        class.as_str().to_owned()
    }
}

impl fmt::Display for StorageClass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What a store answers for an object that it keeps now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    /// Its version, where the store has versions.
    pub version: Option<String>,
    /// The hash of its bytes.
    pub sha256: [u8; 32],
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lock(mode: LockMode, until: i64) -> Lock {
        Lock { mode, until: Timestamp::from_nanos(until) }
    }

    #[test]
    fn the_two_locks_together_cover_each() {
        let (short, long) = (lock(LockMode::Compliance, 1), lock(LockMode::Governance, 2));
        assert!(!short.covers(&long) && !long.covers(&short));
        assert!(short.and(long).covers(&short) && short.and(long).covers(&long));
    }

    #[test]
    fn a_pointer_is_never_locked() {
        let mut terms = Terms::locked(LockMode::Governance, Timestamp::MAX);
        assert!(terms.check("a").is_ok());
        terms.replace = true;
        assert!(terms.check("a").unwrap_err().to_string().contains("pointer"));
    }

    proptest! {
        #[test]
        fn every_class_comes_back_from_its_name(name in "[A-Z_]{1,20}|STANDARD_IA|GLACIER|DEEP_ARCHIVE|GLACIER_IR") {
            let class = StorageClass::from(name.as_str());
            prop_assert_eq!(class.as_str(), name.as_str());
        }
    }
}
