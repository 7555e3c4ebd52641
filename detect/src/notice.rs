//! What people are told of an episode: the one form that every channel puts into its own words.
//!
//! A notice is stored as JSON in the outbox before it is sent. It holds nothing that is protected: values of protected fields were
//! masked before it was made.

use palisade_record::Timestamp;
use serde::{Deserialize, Serialize};

use crate::rule::{Header, Severity};

/// What happened to an episode.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Occasion {
    /// It began.
    Trigger,
    /// It goes on, and there is more to tell.
    Update,
    /// It is over.
    Resolve,
}

/// One message about one episode.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Notice {
    /// `palisade:TENANT:RULE:GROUP:EPISODE`, at most 255 bytes: the same for all notices of an episode, also after a restart.
    pub dedup_key: String,
    /// Counts the notices of an episode from 0. With the key and a channel's name it says which message this is.
    pub number: u32,
    /// What happened.
    pub occasion: Occasion,
    /// The rule, as it was then.
    pub rule: Header,
    /// How much it matters; as the rule says, unless something raised it.
    pub severity: Severity,
    /// One sentence with the numbers: "11 failed sign-ins from 192.0.2.7 in 5 minutes, more than 10".
    pub summary: String,
    /// The fields that make the group, and their values, masked where they are protected.
    pub group: Vec<(String, String)>,
    /// What was measured, if anything was.
    pub value: Option<f64>,
    /// What it was compared with, in words: `> 10 in 5 minutes`.
    pub condition: String,
    /// Records that made it so.
    pub records: u64,
    /// The window that was measured.
    pub window: Moment,
    /// The first and the last event of the episode so far.
    pub events: Moment,
    /// A few of the records.
    pub samples: Vec<Sample>,
    /// Where to look: the search, the correlated records, the alert.
    pub links: Vec<Link>,
    /// From the arrival of the record that made it so to this notice, in milliseconds.
    pub latency_ms: u64,
    /// From the time that record tells to its arrival, in milliseconds: large when it came late.
    pub lateness_ms: u64,
    /// Whether it came later than the rule allows for.
    pub is_late: bool,
    /// When the notice was made.
    pub made_at: Timestamp,
}

/// From one point in time to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Moment {
    /// From here,
    pub from: Timestamp,
    /// to here.
    pub to: Timestamp,
}

/// A record as far as a notice tells it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Sample {
    /// Who it is.
    pub id: String,
    /// When it happened.
    pub timestamp: Timestamp,
    /// Its stream.
    pub stream: String,
    /// Its text, cut and masked.
    pub text: String,
}

/// Where to look.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Link {
    /// `Search`, `Correlated records`, `Alert`.
    pub name: String,
    /// The address.
    pub address: String,
}
