//! An object and its versions.

use std::time::Duration;

use palisade_record::Timestamp;
use sha2::{Digest, Sha256};

use crate::{Cover, Lock, RestoreState, StorageClass, Stored};

const DAY: Duration = Duration::from_secs(86_400);

/// All versions of an object, the oldest first, delete markers among them.
#[derive(Default)]
pub(super) struct Object {
    pub(super) versions: Vec<Version>,
    /// How many there ever were: a version is never named twice.
    made: u64,
}

/// One version.
pub(super) struct Version {
    pub(super) id: String,
    pub(super) bytes: Vec<u8>,
    pub(super) lock: Option<Lock>,
    pub(super) held: bool,
    pub(super) class: StorageClass,
    is_marker: bool,
    restore: Restore,
}

/// How far the restore of an archived version is.
enum Restore {
    None,
    Underway { days: u32 },
    Done { until: Timestamp },
}

impl Object {
    fn add(&mut self, bytes: &[u8], lock: Option<Lock>, class: StorageClass, is_marker: bool) -> &Version {
        self.made += 1;
        let id = format!("v{}", self.made);
        let restore = Restore::None;
        self.versions.push(Version {
            id,
            bytes: bytes.to_vec(),
            lock,
            held: false,
            class,
            is_marker,
            restore,
        });
        &self.versions[self.versions.len() - 1]
    }

    pub(super) fn push(&mut self, bytes: &[u8], lock: Option<Lock>, class: StorageClass) -> Stored {
        self.add(bytes, lock, class, false).stored()
    }

    pub(super) fn mark_deleted(&mut self) {
        self.add(&[], None, StorageClass::Standard, true);
    }

    /// The version with this id, or the newest, and what lies over it.
    pub(super) fn find(&mut self, pin: Option<&str>) -> Option<(&mut Version, Cover)> {
        let newest = self.versions.last()?;
        let cover = match pin {
            Some(pin) if pin == newest.id => Cover::Nothing,
            Some(_) if newest.is_marker => Cover::DeleteMarker,
            Some(_) => Cover::Version(Some(newest.id.clone())),
            None => Cover::Nothing,
        };
        let found = match pin {
            Some(pin) => self.versions.iter_mut().find(|version| version.id == pin),
            None => self.versions.last_mut(),
        };
        found.filter(|version| !version.is_marker).map(|version| (version, cover))
    }
}

impl Version {
    pub(super) fn stored(&self) -> Stored {
        Stored { version: Some(self.id.clone()), sha256: Sha256::digest(&self.bytes).into() }
    }

    pub(super) fn place(&mut self, class: StorageClass) {
        (self.class, self.restore) = (class, Restore::None);
    }

    pub(super) fn state(&self, now: Timestamp) -> RestoreState {
        match self.restore {
            _ if !self.class.is_archive() => RestoreState::Online,
            Restore::Underway { .. } => RestoreState::Underway,
            Restore::Done { until } if until > now => RestoreState::Restored { until: Some(until) },
            Restore::Done { .. } | Restore::None => RestoreState::Archived,
        }
    }

    pub(super) fn begin_restore(&mut self, days: u32, now: Timestamp) {
        if self.state(now) == RestoreState::Archived {
            self.restore = Restore::Underway { days };
        }
    }

    /// Ends the restore under way, if there is one.
    pub(super) fn finish(&mut self, now: Timestamp) -> Option<()> {
        let Restore::Underway { days } = self.restore else { return None };
        self.restore = Restore::Done { until: now.plus(DAY * days) };
        Some(())
    }
}
