//! How a restore goes on.

use std::time::Duration;

use palisade_record::Timestamp;

use super::{Item, Phase, Progress, Restore, Speed};
use crate::ObjectVersion;

/// Most actions of one step: they are done before the next one, and a crash repeats them.
pub const ACTIONS_MAX: usize = 200;

/// An object is asked for so often. With the waits between, that is more than two hours of a store that refuses.
pub const ATTEMPTS_MAX: u32 = 8;

/// An answer that has not come by then is lost, with the process that waited for it.
const ANSWER_PATIENCE: Duration = Duration::from_secs(120);

/// The wait after the first refusal; doubled by each further one.
const RETRY_FIRST: Duration = Duration::from_secs(30);

/// Looking more often than this finds nothing new even at the fastest speed.
const LOOK_MIN: Duration = Duration::from_secs(60);

/// Looking more seldom than this wastes copies, which are kept for days.
const LOOK_MAX: Duration = Duration::from_secs(1_800);

/// Looks between the first and the last moment at which an object is expected.
const LOOKS: u32 = 20;

/// After so many times its longest time an object will not come.
const OVERDUE: u32 = 3;

/// Longest reason that is kept of a store's answer, in characters.
const REASON_CHARS_MAX: usize = 300;

/// What was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Observation {
    /// Somebody agreed to the price.
    Confirmed {
        /// Who.
        by: String,
    },
    /// The store took the request, or says that the object is on its way already (`RestoreAlreadyInProgress`).
    Accepted(ObjectVersion),
    /// The object is still on its way (`ongoing-request="true"`).
    StillRunning(ObjectVersion),
    /// The object can be read (`ongoing-request="false"`).
    Available {
        /// Which.
        object: ObjectVersion,
        /// Until then (`expiry-date`).
        until: Timestamp,
    },
    /// The store knows of no restore of this object: the request was lost, or the copy is gone.
    NotRestored(ObjectVersion),
    /// The store refused.
    Refused {
        /// Which.
        object: ObjectVersion,
        /// What it said.
        reason: String,
        /// Whether asking again is useless: no such object, no permission.
        for_good: bool,
    },
}

/// What to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Action {
    /// Ask the store for a copy (`RestoreObject`).
    Ask {
        /// Which.
        object: ObjectVersion,
        /// For how long.
        keep_days: u32,
        /// How fast.
        speed: Speed,
    },
    /// Look how far it is (`HEAD`).
    Look(ObjectVersion),
}

impl Restore {
    /// Takes in what was seen and tells what to do now. Store the state first, then do the actions.
    #[must_use]
    pub fn step(mut self, now: Timestamp, seen: &[Observation]) -> (Self, Vec<Action>) {
        if self.confirmed_by.is_some() {
            self.ask_again_for_what_went(now);
        }
        for observation in seen {
            self.take_in(now, observation);
        }
        let mut actions = Vec::new();
        if self.confirmed_by.is_some() {
            let (keep_days, speed) = (self.estimate.keep_days, self.estimate.speed);
            let patience = Patience::of(&self);
            for item in &mut self.items {
                if actions.len() == ACTIONS_MAX {
                    break;
                }
                let object = item.object.clone();
                match item.next(now, patience) {
                    Some(Due::Ask) => actions.push(Action::Ask { object, keep_days, speed }),
                    Some(Due::Look) => actions.push(Action::Look(object)),
                    None => {}
                }
            }
        }
        (self, actions)
    }

    /// Takes in what the store answered to actions of a step, and leaves what is due to the next one.
    #[must_use]
    pub fn seen(mut self, now: Timestamp, seen: &[Observation]) -> Self {
        for observation in seen {
            self.take_in(now, observation);
        }
        self
    }

    /// When to step again without anything having been seen; `None` when only a confirmation leads on, or nothing does.
    pub fn next_at(&self, now: Timestamp) -> Option<Timestamp> {
        match self.phase(now) {
            Phase::Estimated | Phase::Expired | Phase::Failed => None,
            Phase::Ready { until } => Some(until),
            Phase::Requested | Phase::InProgress => {
                let due = self.items.iter().filter_map(|item| match item.progress {
                    Progress::Waiting { not_before } => Some(not_before),
                    Progress::Asked { at } => Some(at.plus(ANSWER_PATIENCE)),
                    Progress::Running { next_look, .. } => Some(next_look),
                    Progress::Ready { .. } | Progress::Failed { .. } => None,
                });
                due.min().map(|due| due.max(now))
            }
        }
    }

    /// While some are still on their way, copies that came first may go: they are asked for again.
    fn ask_again_for_what_went(&mut self, now: Timestamp) {
        if self.is_settled() {
            return;
        }
        for item in &mut self.items {
            if matches!(item.progress, Progress::Ready { until } if until <= now) {
                item.retry(now, "its copy was gone before the others came");
            }
        }
    }

    fn take_in(&mut self, now: Timestamp, observation: &Observation) {
        let object = match observation {
            Observation::Confirmed { by } => {
                self.confirmed_by.get_or_insert_with(|| by.clone());
                return;
            }
            Observation::Available { object, .. } | Observation::Refused { object, .. } => object,
            Observation::Accepted(object)
            | Observation::StillRunning(object)
            | Observation::NotRestored(object) => object,
        };
        // What nobody asked for, and what came late, changes nothing.
        if self.confirmed_by.is_none() || self.is_settled() {
            return;
        }
        let (first_look, Some(position)) = (Patience::of(self).first_look, self.position(object)) else {
            return;
        };
        let item = &mut self.items[position];
        if matches!(item.progress, Progress::Failed { .. }) {
            return;
        }
        match observation {
            Observation::Confirmed { .. } => {}
            Observation::Accepted(_) | Observation::StillRunning(_) => {
                if matches!(item.progress, Progress::Asked { .. } | Progress::Waiting { .. }) {
                    item.progress = Progress::Running { since: now, next_look: now.plus(first_look) };
                }
                self.running_since.get_or_insert(now);
            }
            Observation::Available { until, .. } => {
                if *until > now {
                    item.progress = Progress::Ready { until: *until };
                    self.running_since.get_or_insert(now);
                }
            }
            Observation::NotRestored(_) => item.retry(now, "the store knows of no restore"),
            Observation::Refused { reason, for_good: true, .. } => item.fail(reason),
            Observation::Refused { reason, for_good: false, .. } => item.retry(now, reason),
        }
    }
}

/// How long objects of this restore take.
#[derive(Clone, Copy)]
struct Patience {
    first_look: Duration,
    look: Duration,
    overdue: Duration,
}

impl Patience {
    fn of(restore: &Restore) -> Self {
        let first_look = Duration::from_secs(restore.estimate.ready_after_seconds);
        let last = Duration::from_secs(restore.estimate.ready_before_seconds);
        let look = (last.saturating_sub(first_look) / LOOKS).clamp(LOOK_MIN, LOOK_MAX);
        Self { first_look, look, overdue: last.saturating_mul(OVERDUE).max(LOOK_MAX) }
    }
}

enum Due {
    Ask,
    Look,
}

impl Item {
    fn fail(&mut self, reason: &str) {
        self.progress = Progress::Failed { reason: reason.chars().take(REASON_CHARS_MAX).collect() };
    }

    /// Waits longer after every attempt, and gives up after the last.
    fn retry(&mut self, now: Timestamp, reason: &str) {
        if self.attempts >= ATTEMPTS_MAX {
            return self.fail(reason);
        }
        let wait = RETRY_FIRST.saturating_mul(2_u32.saturating_pow(self.attempts.saturating_sub(1)));
        self.progress = Progress::Waiting { not_before: now.plus(wait) };
    }

    fn next(&mut self, now: Timestamp, patience: Patience) -> Option<Due> {
        if matches!(self.progress, Progress::Asked { at } if at.plus(ANSWER_PATIENCE) <= now) {
            self.retry(now, "the store did not answer");
        }
        match self.progress {
            Progress::Waiting { not_before } if not_before <= now => {
                self.attempts += 1;
                self.progress = Progress::Asked { at: now };
                Some(Due::Ask)
            }
            Progress::Running { since, .. } if since.plus(patience.overdue) <= now => {
                self.fail("the store did not bring it back in three times its longest time");
                None
            }
            Progress::Running { since, next_look } if next_look <= now => {
                self.progress = Progress::Running { since, next_look: now.plus(patience.look) };
                Some(Due::Look)
            }
            _ => None,
        }
    }
}
