//! Bringing objects back from an archive class: estimated, confirmed, requested, in progress, ready, expired.
//!
//! A restore makes temporary copies; the evidence, its class and its lock stay as they are. The state is stored before the
//! actions are done, so a crash loses at most requests, and those are made again: a store answers a second one with
//! "already in progress".

mod speed;
mod step;

use std::fmt;

use palisade_record::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::cost::RestoreEstimate;
use crate::{ObjectVersion, Term};

pub use speed::Speed;
pub use step::{ACTIONS_MAX, ATTEMPTS_MAX, Action, Observation};

/// Most objects in one restore: at 64 MiB an object it is 6 TiB, more than one search should ask for. Larger spans are
/// restored in parts.
pub const OBJECTS_MAX: usize = 100_000;

/// Longest time copies are kept. Whoever needs them longer should copy the objects.
pub const KEEP_DAYS_MAX: u32 = 365;

/// How far one object came.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// To be asked for, not before this moment.
    Waiting {
        /// The moment.
        not_before: Timestamp,
    },
    /// Asked for; the answer was not seen yet.
    Asked {
        /// When.
        at: Timestamp,
    },
    /// The store is bringing it back.
    Running {
        /// When the store said so.
        since: Timestamp,
        /// When to look next.
        next_look: Timestamp,
    },
    /// It can be read.
    Ready {
        /// Until then.
        until: Timestamp,
    },
    /// It will not come.
    Failed {
        /// What the store said last.
        reason: String,
    },
}

/// One object of a restore.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Item {
    /// Which.
    pub object: ObjectVersion,
    /// How far it came.
    pub progress: Progress,
    /// How often it was asked for.
    pub attempts: u32,
}

/// How far a restore came, as people see it. It never goes back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The price was told; nothing was asked for.
    Estimated,
    /// Confirmed; the store has not said anything yet.
    Requested,
    /// The store is bringing objects back.
    InProgress,
    /// All objects that come have come.
    Ready {
        /// The first of them goes again then.
        until: Timestamp,
    },
    /// The copies are gone, or go one after the other.
    Expired,
    /// Not one object came.
    Failed,
}

/// A restore that cannot be made.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum RestoreError {
    /// Nothing to do.
    #[error("there is nothing to restore: no object of this search is in an archive class")]
    Nothing,
    /// Too many objects.
    #[error(
        "{0} objects are more than the {OBJECTS_MAX} of one restore; narrow the search, or restore it in parts"
    )]
    TooMany(usize),
    /// A term that no store takes.
    #[error("copies can be kept for 1 to {KEEP_DAYS_MAX} days, not {0}")]
    KeepDays(u32),
}

/// One restore of many objects.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Restore {
    /// Its id.
    pub id: String,
    /// What was told before it was confirmed.
    pub estimate: RestoreEstimate,
    /// Who confirmed it.
    pub confirmed_by: Option<String>,
    /// When the store first said that it brings something back.
    pub running_since: Option<Timestamp>,
    /// The objects, each once, in the order of their names.
    items: Vec<Item>,
}

impl Restore {
    /// A restore of which only the price is known.
    pub fn estimated(
        id: String,
        now: Timestamp,
        mut objects: Vec<ObjectVersion>,
        estimate: RestoreEstimate,
    ) -> Result<Self, RestoreError> {
        objects.sort_unstable();
        objects.dedup();
        match objects.len() {
            0 => return Err(RestoreError::Nothing),
            count if count > OBJECTS_MAX => return Err(RestoreError::TooMany(count)),
            _ => {}
        }
        if !(1..=KEEP_DAYS_MAX).contains(&estimate.keep_days) {
            return Err(RestoreError::KeepDays(estimate.keep_days));
        }
        let waiting = |object| Item { object, progress: Progress::Waiting { not_before: now }, attempts: 0 };
        let items = objects.into_iter().map(waiting).collect();
        Ok(Self { id, estimate, confirmed_by: None, running_since: None, items })
    }

    /// Takes over what other restores asked for already, so that nothing is paid for twice. What is under way is only
    /// looked at; what is ready counts when it stays as long as it is wanted here. Does nothing once confirmed.
    #[must_use]
    pub fn sharing(mut self, now: Timestamp, others: &[Self]) -> Self {
        if self.confirmed_by.is_some() {
            return self;
        }
        let wanted_until = Term::days(self.estimate.keep_days).after(now);
        for item in &mut self.items {
            let known = others.iter().filter_map(|other| other.item(&item.object));
            let usable = known.filter(|known| match known.progress {
                Progress::Asked { .. } | Progress::Running { .. } => true,
                Progress::Ready { until } => until >= wanted_until,
                Progress::Waiting { .. } | Progress::Failed { .. } => false,
            });
            // Ready is best, and what only waits for its answer may still be refused.
            let rank = |item: &&Item| match item.progress {
                Progress::Ready { .. } => 2,
                Progress::Running { .. } => 1,
                _ => 0,
            };
            if let Some(best) = usable.max_by_key(rank) {
                item.progress = best.progress.clone();
            }
        }
        self
    }

    /// All objects.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The objects that will be asked, and paid, for.
    pub fn to_ask(&self) -> impl Iterator<Item = &ObjectVersion> {
        let is_waiting = |item: &&Item| matches!(item.progress, Progress::Waiting { .. });
        self.items.iter().filter(is_waiting).map(|item| &item.object)
    }

    /// One object.
    pub fn item(&self, object: &ObjectVersion) -> Option<&Item> {
        self.position(object).map(|position| &self.items[position])
    }

    fn position(&self, object: &ObjectVersion) -> Option<usize> {
        self.items.binary_search_by(|item| item.object.cmp(object)).ok()
    }

    /// Whether every object came or will not come.
    fn is_settled(&self) -> bool {
        let is_settled =
            |item: &Item| matches!(item.progress, Progress::Ready { .. } | Progress::Failed { .. });
        self.items.iter().all(is_settled)
    }

    /// How many are ready, and how many failed.
    pub fn counts(&self) -> (usize, usize) {
        let count = |is: fn(&Progress) -> bool| self.items.iter().filter(|item| is(&item.progress)).count();
        let ready = count(|progress| matches!(progress, Progress::Ready { .. }));
        (ready, count(|progress| matches!(progress, Progress::Failed { .. })))
    }

    /// How far it came.
    pub fn phase(&self, now: Timestamp) -> Phase {
        if self.confirmed_by.is_none() {
            return Phase::Estimated;
        }
        if !self.is_settled() {
            return if self.running_since.is_some() { Phase::InProgress } else { Phase::Requested };
        }
        let until = self.items.iter().filter_map(|item| match item.progress {
            Progress::Ready { until } => Some(until),
            _ => None,
        });
        match until.min() {
            None => Phase::Failed,
            Some(until) if until <= now => Phase::Expired,
            Some(until) => Phase::Ready { until },
        }
    }
}

impl fmt::Display for Restore {
    /// What was confirmed and how many objects are there; the phase depends on the time.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ready, failed) = self.counts();
        write!(formatter, "restore {}: {ready} of {} objects ready", self.id, self.items.len())?;
        if failed > 0 {
            write!(formatter, ", {failed} failed")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
