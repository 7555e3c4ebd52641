//! Kinds of rules that Sigma has not: what records tell together, and what they do not tell any more.

use std::time::Duration;

use super::{Detection, Threshold};
use crate::profile::ProfileKind;

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
#[derive(Clone, PartialEq, Debug)]
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
    /// That fewer records come than before.
    Drop {
        /// When that is an alert; what comes is a part of what came, which is 1.
        condition: Threshold,
        /// An average of fewer records says nothing.
        minimum: u64,
        /// For how long before the average is taken.
        baseline: Duration,
    },
    /// Records that are unusual for their group.
    Unusual {
        /// What is usual.
        profile: ProfileKind,
        /// Fields whose values it is about.
        fields: Vec<String>,
        /// Fewer of them in a window are no alert.
        minimum: u64,
    },
}
