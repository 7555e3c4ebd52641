//! Kinds of rules that Sigma has not: what records tell together, and what they do not tell any more.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Detection, Threshold};

/// A rule that watches the records that its detection finds.
#[derive(Clone, Debug)]
pub struct Watch {
    /// What it watches for.
    pub kind: WatchKind,
    /// The records; of a ratio first those of the whole, then those of the part.
    pub detections: Vec<Detection>,
    /// Fields whose values keep records apart.
    pub group_by: Vec<String>,
    /// How long a window is.
    pub timespan: Duration,
}

/// What a rule watches for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WatchKind {
    /// Which part of the records is of some kind.
    Ratio {
        /// When that is an alert; the part is a number from 0 to 1.
        condition: Threshold,
        /// Fewer records, or values, say nothing.
        minimum: u64,
        /// Fields whose different values are counted instead of records.
        distinct: Vec<String>,
    },
    /// That records come no more, from a group that has sent some.
    Absence {
        /// For how long it is remembered that there is such a group.
        memory: Duration,
    },
}
