//! Why a store would not do as asked, and the two refusals that are states rather than faults.

use std::io;

use crate::{Lock, RestoreSpeed};

/// A refusal that does not come from the network or the disk. It travels inside an [`io::Error`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The name is not one.
    #[error(
        "`{name}` is not the name of an object: use parts of a-z 0-9 . _ - joined by /, with @version only for reading"
    )]
    Name {
        /// As it was given.
        name: String,
    },
    /// A pointer was to be locked.
    #[error("{name} is a pointer that may be replaced: it cannot be locked, or must be written once")]
    LockedPointer {
        /// The object.
        name: String,
    },
    /// Other bytes are there.
    #[error("{name} is there with other bytes, and objects are written once: use another name")]
    Changed {
        /// The object.
        name: String,
    },
    /// A lock is on.
    #[error("{name} is locked until {} ({}): it can be removed after that", lock.until, lock.mode)]
    Locked {
        /// The object.
        name: String,
        /// Its lock.
        lock: Lock,
    },
    /// A hold is on.
    #[error("{name} is under a legal hold: release the hold first")]
    Held {
        /// The object.
        name: String,
    },
    /// The lock would begin in the past.
    #[error("{name} would be locked until {}, which is over: check the clock and the policy", lock.until)]
    PastLock {
        /// The object.
        name: String,
        /// The lock that was asked for.
        lock: Lock,
    },
    /// There is nothing to extend.
    #[error("{name} has no lock that could be extended: put it with one")]
    NoLock {
        /// The object.
        name: String,
    },
    /// It must be restored first.
    #[error("{name} is archived{}", if *.underway { " and its restore is under way: ask again later" } else { ": restore it, then read it" })]
    Archived {
        /// The object.
        name: String,
        /// Whether somebody asked for it already.
        underway: bool,
    },
    /// A restore that no store can do.
    #[error("{name} cannot be restored for {days} days at the speed {}: ask for a day or more, and not for an expedited restore from the deep archive", speed.as_str())]
    Restore {
        /// The object.
        name: String,
        /// For so long.
        days: u32,
        /// So fast.
        speed: RestoreSpeed,
    },
    /// The store keeps no versions.
    #[error("{name} names a version, and this storage keeps none: read it by its plain name")]
    NoVersions {
        /// The object.
        name: String,
    },
    /// The object is shorter than the range.
    #[error("{name} is {length} bytes long: there are no bytes {start} to {end}")]
    Range {
        /// The object.
        name: String,
        /// Its bytes.
        length: u64,
        /// The first byte that was asked for.
        start: u64,
        /// The byte after the last.
        end: u64,
    },
    /// Nothing is there.
    #[error("{name} is not there")]
    Missing {
        /// The object.
        name: String,
    },
}

impl From<Refusal> for io::Error {
    fn from(refusal: Refusal) -> Self {
        let kind = match refusal {
            Refusal::Name { .. }
            | Refusal::LockedPointer { .. }
            | Refusal::PastLock { .. }
            | Refusal::NoLock { .. }
            | Refusal::Restore { .. } => io::ErrorKind::InvalidInput,
            Refusal::Changed { .. } => io::ErrorKind::AlreadyExists,
            Refusal::Locked { .. } | Refusal::Held { .. } => io::ErrorKind::PermissionDenied,
            Refusal::Archived { .. } => io::ErrorKind::Other,
            Refusal::Range { .. } => io::ErrorKind::UnexpectedEof,
            Refusal::NoVersions { .. } | Refusal::Missing { .. } => io::ErrorKind::NotFound,
        };
        Self::new(kind, refusal)
    }
}

fn refusal(error: &io::Error) -> Option<&Refusal> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

/// Whether an object could not be read because it is in an archive: restore it and ask again.
pub fn is_archived(error: &io::Error) -> bool {
    matches!(refusal(error), Some(Refusal::Archived { .. }))
}

/// Whether an object could not be removed because a lock or a hold is on it: a state, not a fault.
pub fn is_locked(error: &io::Error) -> bool {
    matches!(refusal(error), Some(Refusal::Locked { .. } | Refusal::Held { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_states_are_told_from_faults() {
        let archived = io::Error::from(Refusal::Archived { name: "a".to_owned(), underway: false });
        let held = io::Error::from(Refusal::Held { name: "a".to_owned() });
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);

        assert!(is_archived(&archived) && !is_locked(&archived));
        assert!(is_locked(&held) && !is_archived(&held));
        assert!(!is_locked(&denied) && !is_archived(&denied));
        assert!(archived.to_string().contains("restore it"));
    }
}
