//! What is known about a split and its copies, and how a step changes it.

use std::time::Duration;

use palisade_record::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{LockMode, StorageClass, Term};

/// An event time so far ahead of its receipt is a wrong clock, and counts as the receipt. Otherwise one record from the
/// year 2200 would lock its split until then, and be paid for.
pub const EVENT_AHEAD_MAX: Duration = Duration::from_secs(300);

/// Added to every lock: covers clocks that differ and the day on which somebody reads the date as inclusive.
pub const LOCK_GRACE: Term = Term::days(1);

/// Where a copy of a data object is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// The local disk.
    Hot,
    /// Another directory, or S3 without a lock.
    Warm,
    /// The bucket with Object Lock.
    Cold,
}

/// The copy in the warm storage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WarmCopy {
    /// Whether it was read back and compared after it was written.
    pub verified: bool,
}

/// The evidence copy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ColdCopy {
    /// The end of the lock as the store has it; `None` without a lock.
    pub locked_until: Option<Timestamp>,
    /// The mode of the lock as the store has it.
    pub mode: LockMode,
    /// Where it lies.
    pub storage_class: StorageClass,
    /// Whether a HEAD after the PUT showed this checksum and this lock. A store that hides the lock has not shown it.
    pub verified: bool,
    /// Whether the object carries the store's own legal hold.
    pub legal_hold: bool,
}

/// The copies of a split's data object. The hot one is made at publishing, synced and compared, so it has no `verified`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Copies {
    /// On the local disk.
    pub hot: bool,
    /// In the warm storage.
    pub warm: Option<WarmCopy>,
    /// In the cold storage.
    pub cold: Option<ColdCopy>,
}

impl Copies {
    /// How many there are.
    pub fn count(&self) -> usize {
        usize::from(self.hot) + usize::from(self.warm.is_some()) + usize::from(self.cold.is_some())
    }
}

/// What is known about a published split, as far as its life goes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SplitState {
    /// Its id.
    pub id: String,
    /// The name of its class.
    pub class: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// The latest event time of its records, as they tell it.
    pub newest_event: Timestamp,
    /// The latest receipt of its records.
    pub newest_receipt: Timestamp,
    /// Bytes of the data object.
    pub data_bytes: u64,
    /// Where its data object is.
    pub copies: Copies,
    /// How many legal holds stand on it.
    pub holds: u32,
    /// Whether its index object is near. It is cache: see [`crate::index_cache`].
    pub index_near: bool,
}

impl SplitState {
    /// From when its terms count: the later of newest event and newest receipt, without wrong clocks.
    pub fn counted_from(&self) -> Timestamp {
        if self.newest_event <= self.newest_receipt.plus(EVENT_AHEAD_MAX) {
            self.newest_event.max(self.newest_receipt)
        } else {
            self.newest_receipt
        }
    }

    /// Whether all copies are gone.
    pub fn is_disposed(&self) -> bool {
        self.copies.count() == 0
    }

    /// How long its records have been waiting for a verified evidence copy; `None` when there is one. PCI DSS 10.3.3 asks
    /// that logs are promptly backed up to media that are hard to alter: this is the figure.
    pub fn unprotected_for(&self, now: Timestamp) -> Option<Duration> {
        let is_protected = self.copies.cold.as_ref().is_some_and(|copy| copy.verified);
        (!is_protected).then(|| now.since(self.published_at))
    }
}

/// One thing to do with a split. Doing it twice does what doing it once does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Put the evidence copy into the cold storage, unless it is there: a second version would be locked, and paid for, as
    /// long as the first.
    Archive {
        /// The end of its lock; without a lock, the day it is kept to.
        until: Timestamp,
        /// The mode of the lock.
        mode: LockMode,
        /// Where it shall lie.
        storage_class: StorageClass,
    },
    /// Read a copy back, or ask the store what it has, and put that into the state. A copy with another checksum is taken
    /// out, reported, and so made again. One whose lock the store does not show stays unverified and is reported: making
    /// it again would lock a second version, and show as little.
    Verify(Tier),
    /// Make a lock longer or stronger; never the reverse.
    Extend {
        /// The new end.
        until: Timestamp,
        /// The new mode.
        mode: LockMode,
    },
    /// Set the store's own legal hold.
    PutHold,
    /// Lift the store's own legal hold: nobody holds the split any more.
    LiftHold,
    /// Copy the data object to the warm storage.
    CopyToWarm,
    /// Delete the copy on the local disk.
    DropHot,
    /// Delete the copy in the warm storage.
    DropWarm,
    /// Delete all copies and the index object, and issue the certificate.
    Dispose,
}

impl Step {
    /// The state after this step succeeded.
    #[must_use]
    pub fn applied_to(&self, state: &SplitState) -> SplitState {
        let mut state = state.clone();
        let copies = &mut state.copies;
        match self {
            Self::Archive { until, mode, storage_class } => {
                let locked_until = mode.is_locked().then_some(*until);
                let storage_class = storage_class.clone();
                let (mode, verified, legal_hold) = (*mode, false, false);
                copies.cold = Some(ColdCopy { locked_until, mode, storage_class, verified, legal_hold });
            }
            Self::Verify(Tier::Hot) => {}
            Self::Verify(Tier::Warm) => copies.warm = copies.warm.map(|_| WarmCopy { verified: true }),
            Self::Verify(Tier::Cold) => copies.cold.iter_mut().for_each(|copy| copy.verified = true),
            Self::Extend { until, mode } => {
                if let Some(copy) = &mut copies.cold {
                    copy.locked_until = copy.locked_until.max(Some(*until));
                    copy.mode = copy.mode.max(*mode);
                }
            }
            Self::PutHold => copies.cold.iter_mut().for_each(|copy| copy.legal_hold = true),
            Self::LiftHold => copies.cold.iter_mut().for_each(|copy| copy.legal_hold = false),
            Self::CopyToWarm => copies.warm = Some(WarmCopy { verified: false }),
            Self::DropHot => copies.hot = false,
            Self::DropWarm => copies.warm = None,
            Self::Dispose => {
                *copies = Copies::default();
                state.index_near = false;
            }
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(event: i64, receipt: i64) -> SplitState {
        let at = |seconds| Timestamp::from_seconds(seconds, 0).unwrap();
        SplitState {
            id: "01".to_owned(),
            class: "standard".to_owned(),
            published_at: at(receipt + 60),
            newest_event: at(event),
            newest_receipt: at(receipt),
            data_bytes: 1,
            copies: Copies { hot: true, ..Copies::default() },
            holds: 0,
            index_near: true,
        }
    }

    #[test]
    fn terms_count_from_the_later_of_event_and_receipt() {
        assert_eq!(published(900, 1_000).counted_from().as_millis(), 1_000_000);
        assert_eq!(published(1_300, 1_000).counted_from().as_millis(), 1_300_000);
    }

    #[test]
    fn an_event_from_the_far_future_counts_as_its_receipt() {
        assert_eq!(published(1_301, 1_000).counted_from().as_millis(), 1_000_000);
        let mut state = published(0, 1_000);
        state.newest_event = Timestamp::MAX;
        assert_eq!(state.counted_from(), state.newest_receipt);
    }

    #[test]
    fn extending_to_less_than_there_is_changes_nothing() {
        let at = |seconds| Timestamp::from_seconds(seconds, 0).unwrap();
        let (until, mode, storage_class) = (at(9_000), LockMode::Compliance, StorageClass::STANDARD);
        let archived = Step::Archive { until, mode, storage_class }.applied_to(&published(900, 1_000));
        let less = Step::Extend { until: at(8_000), mode: LockMode::Governance };
        assert_eq!(less.applied_to(&archived), archived);
    }

    #[test]
    fn a_split_is_unprotected_until_its_evidence_copy_was_seen() {
        let state = published(900, 1_000);
        let now = Timestamp::from_seconds(1_070, 0).unwrap();
        assert_eq!(state.unprotected_for(now), Some(Duration::from_secs(10)));
        let mode = LockMode::Governance;
        let archive = Step::Archive { until: now, mode, storage_class: StorageClass::STANDARD };
        let archived = archive.applied_to(&state);
        assert_eq!(archived.unprotected_for(now), Some(Duration::from_secs(10)));
        assert_eq!(Step::Verify(Tier::Cold).applied_to(&archived).unprotected_for(now), None);
    }
}
