//! What a store tells of an object without reading it.

use palisade_record::Timestamp;

use crate::{Lock, Refusal, StorageClass};

/// One version of an object, as the store tells of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Description {
    /// Its bytes.
    pub length: u64,
    /// The hash of its bytes, if the store itself computed or checked it for the whole object.
    pub sha256: Option<[u8; 32]>,
    /// Which version this is, where the store has versions.
    pub version: Option<String>,
    /// Its lock. Stores hide it from those who may not see it: that none is told is no proof that there is none, and
    /// evidence whose lock is not told is not evidence.
    pub lock: Option<Lock>,
    /// Whether a legal hold is on it.
    pub held: bool,
    /// How it is kept.
    pub class: StorageClass,
    /// Whether it can be read now.
    pub restore: RestoreState,
    /// When it was stored, if the store tells.
    pub modified: Option<Timestamp>,
    /// What lies over this version now; asked only for a pinned name.
    pub cover: Cover,
}

impl Description {
    /// Why it may not be removed now, if it may not.
    pub(crate) fn check_removable(&self, name: &str, now: Timestamp) -> Result<(), Refusal> {
        check_removable(name, self.lock, self.held, now)
    }
}

/// Refuses a removal while a hold or a lock is on.
pub(crate) fn check_removable(
    name: &str,
    lock: Option<Lock>,
    held: bool,
    now: Timestamp,
) -> Result<(), Refusal> {
    if held {
        return Err(Refusal::Held { name: name.to_owned() });
    }
    match lock {
        Some(lock) if lock.until > now => Err(Refusal::Locked { name: name.to_owned(), lock }),
        _ => Ok(()),
    }
}

/// What lies over a version. Palisade writes locked objects once and never deletes them by name: anything but
/// `Nothing` over one means that somebody else was there.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Cover {
    /// It is what the plain name means.
    #[default]
    Nothing,
    /// A newer version, which is what the plain name means now.
    Version(Option<String>),
    /// A delete marker: the plain name means nothing any more, this version is still there.
    DeleteMarker,
}

/// Whether an object can be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RestoreState {
    /// At once, always.
    #[default]
    Online,
    /// Only after a restore, which nobody asked for.
    Archived,
    /// Not yet: a restore is under way.
    Underway,
    /// At once, until then.
    Restored {
        /// When the copy goes, if the store tells.
        until: Option<Timestamp>,
    },
}

impl RestoreState {
    /// Whether a read would be answered now.
    pub fn is_readable(self) -> bool {
        matches!(self, Self::Online | Self::Restored { .. })
    }
}

/// How fast an archived object should come back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RestoreSpeed {
    /// In minutes, for the highest fee; not from the deep archive.
    Expedited,
    /// In hours.
    #[default]
    Standard,
    /// In half a day or two, for the lowest fee.
    Bulk,
}

impl RestoreSpeed {
    /// As S3 names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expedited => "Expedited",
            Self::Standard => "Standard",
            Self::Bulk => "Bulk",
        }
    }
}
