//! What a rule does with the records that are found: which window they go into, under which group, with which value.
//!
//! | file | holds |
//! |---|---|
//! | `single` | a rule about single records |
//! | `correlation` | a rule about the events of other rules |
//! | `scheduled` | a rule that is a search |
//! | `watch` | a rule about what records tell together |
//! | `plans` | all of them, and who feeds whom |
//! | `words` | conditions and durations as people say them |

mod correlation;
mod plans;
mod scheduled;
mod single;
mod watch;
mod words;

#[cfg(test)]
mod tests;

pub use plans::{Plans, plan};
pub use words::{duration_in_words, share_in_words, threshold_in_words};

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::profile::ProfileKind;
use crate::rule::{Comparison, Header};
use crate::window::{Meter, Shape};

/// How late an event may be and still be in time, unless the rule says otherwise: agents ship every second, and a network that is
/// slow for longer than this is an outage.
pub const LATENESS: Duration = Duration::from_secs(60);

/// Gaps up to here do not end an episode, unless the rule says otherwise: what hovers about a threshold is one incident.
pub const QUIET_MAX: Duration = Duration::from_secs(60);

/// A rule as it is evaluated.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    /// What the rule says of itself.
    pub header: Header,
    /// Where its events come from.
    pub inputs: Vec<Input>,
    /// The fields by which events are kept apart, as the rule calls them.
    pub group_by: Vec<String>,
    /// What is usual, where only records that are not are events.
    pub profile: Option<ProfileKind>,
    /// What is asked of their windows.
    pub shape: Shape,
    /// How late an event may be and still be in time.
    pub lateness: Duration,
    /// Whether events without a group count, together, in a group of their own.
    pub keeps_ungrouped: bool,
    /// Whether people are told. Rules that only feed correlations are silent.
    pub is_told: bool,
    /// What finds its records, in the query language; where that can be said.
    pub query: Option<String>,
    /// What is measured, as people say it: `events`, `different user_id`.
    pub unit: String,
}

/// Where events come from, and what is taken of them.
#[derive(Clone, PartialEq, Debug)]
pub struct Input {
    /// Who finds them.
    pub from: From,
    /// Which rule of a correlation that is, counted from 0.
    pub slot: u16,
    /// Where each field of the group is found.
    pub key: Vec<Place>,
    /// What is counted or summed up.
    pub value: Value,
}

/// Who finds events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum From {
    /// The detection with this number.
    Detection(usize),
    /// The search with this number: one event for each row of each answer.
    Search(usize),
    /// The episodes of the plan with this number: one event where each begins.
    Plan(usize),
}

/// Where a value is found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// In the first of these fields that a record has.
    Field(Vec<String>),
    /// In the group of the episode, at this position.
    Group(usize),
}

/// What is counted or summed up of an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Nothing: the event itself counts.
    Event,
    /// These, together; an event that lacks one does not count.
    Text(Vec<Place>),
    /// The number at this place; an event without one does not count.
    Number(Place),
}

impl Plan {
    /// Tells whether windows that were stored are windows of this plan.
    pub fn fingerprint(&self) -> String {
        // Not who finds the events: those numbers change with any rule that comes or goes before this one.
        let of = |input: &Input| (input.slot, input.key.clone(), input.value.clone());
        let inputs: Vec<_> = self.inputs.iter().map(of).collect();
        let asked = format!("{:?}", (&self.shape, inputs, &self.group_by, self.keeps_ungrouped));
        digest(&asked)
    }

    /// Tells whether profiles that were stored are profiles of this plan. They take long to learn, so they outlive a rule that is
    /// tuned: only what they are about counts.
    pub fn profile_fingerprint(&self) -> String {
        let remembers = self.profile.as_ref().map(ProfileKind::remembers);
        let about: Vec<_> = self.inputs.iter().map(|input| (&input.key, &input.value)).collect();
        digest(&format!("{:?}", (remembers, about, &self.group_by, self.keeps_ungrouped)))
    }

    /// How late an event may come into a window. What is told only when the lateness of the rule has passed is not late for that.
    pub fn window_lateness(&self) -> Duration {
        let waits = self.profile.as_ref().is_some_and(ProfileKind::waits);
        if waits { self.lateness.saturating_mul(2) } else { self.lateness }
    }

    /// Whether each record that is found is an event by itself.
    pub fn counts_single_records(&self) -> bool {
        let [bound] = &self.shape.threshold.bounds[..] else { return false };
        self.shape.meter == Meter::Count && bound.comparison == Comparison::Gte && bound.value <= 1.0
    }

    /// How long a window is, as people say it: `5 minutes`, `1 minute over the 1 hour before`.
    pub fn span_in_words(&self) -> String {
        match self.shape.meter.recent() {
            None => duration_in_words(self.shape.span),
            Some(recent) => {
                let before = duration_in_words(self.shape.span.saturating_sub(recent));
                format!("{} over the {before} before", duration_in_words(recent))
            }
        }
    }

    /// What the rule compares with, as people say it: `more than 10 events in 5 minutes`.
    pub fn condition_in_words(&self) -> String {
        let threshold = match self.shape.meter {
            Meter::Ratio { .. } | Meter::Drop { .. } => share_in_words(&self.shape.threshold),
            _ => threshold_in_words(&self.shape.threshold),
        };
        let span = self.span_in_words();
        let wait = match self.shape.wait {
            wait if wait.is_zero() => String::new(),
            wait => format!(", for {}", duration_in_words(wait)),
        };
        format!("{threshold} {} in {span}{wait}", self.unit)
    }
}

/// Sixteen hexadecimal digits that tell texts apart.
fn digest(text: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes())[..8])
}
