//! Several events together: how many, of how many kinds, in which order, how large.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Condition;
use crate::number::Number;

/// A rule about the events that other rules find.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Correlation {
    /// What is measured.
    pub measure: Measure,
    /// Names or ids of the rules whose events count, in the order in which they are written.
    pub rules: Vec<String>,
    /// Fields whose values keep events apart; all events belong together when there are none.
    pub group_by: Vec<String>,
    /// Alias used in `group_by` to what each rule calls that field.
    pub aliases: BTreeMap<String, BTreeMap<String, String>>,
    /// Events at `t` count together with those in `(t - timespan, t]`.
    pub timespan: Duration,
    /// Whether the rules it names fire by themselves too.
    pub generate: bool,
}

/// What is measured of the events in a window.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Measure {
    /// How many there are.
    EventCount {
        /// When that is an alert.
        condition: Threshold,
    },
    /// How many different values, or combinations of values, fields have.
    ValueCount {
        /// The fields.
        fields: Vec<String>,
        /// When that is an alert.
        condition: Threshold,
    },
    /// What the values of a field come to together.
    ValueSum {
        /// The field.
        field: String,
        /// When that is an alert.
        condition: Threshold,
    },
    /// What they come to on average.
    ValueAverage {
        /// The field.
        field: String,
        /// When that is an alert.
        condition: Threshold,
    },
    /// What so many percent of them do not exceed.
    ValuePercentile {
        /// The field.
        field: String,
        /// 0 to 100.
        percentile: f64,
        /// When that is an alert.
        condition: Threshold,
    },
    /// Whether rules found something, in any order.
    Temporal {
        /// Which of them.
        needed: Needed,
    },
    /// Whether rules found something, in the order in which they are written.
    TemporalOrdered {
        /// Which of them.
        needed: Needed,
    },
}

/// Which of the rules must have found something.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Needed {
    /// Every one of them.
    All,
    /// So many of them.
    Count(Threshold),
    /// Those that this says, where `Condition::Selection(n)` is the rule at `n` of [`Correlation::rules`].
    Condition(Condition),
}

/// Bounds that must all hold. There is at least one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Threshold {
    /// The bounds.
    pub bounds: Vec<Bound>,
}

/// One of them.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Bound {
    /// How the value is compared.
    pub comparison: Comparison,
    /// What with.
    pub value: f64,
}

/// How a value is compared, as rules write it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Comparison {
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Equal.
    Eq,
    /// Not equal.
    Neq,
}

impl Comparison {
    /// Whether one number compares so with another.
    pub(crate) fn holds(self, left: Number, right: Number) -> bool {
        match self {
            Self::Lt => left < right,
            Self::Lte => left <= right,
            Self::Gt => left > right,
            Self::Gte => left >= right,
            Self::Eq => left == right,
            Self::Neq => left != right,
        }
    }
}

impl Bound {
    /// Whether it holds.
    #[expect(
        clippy::float_cmp,
        reason = "counts are whole, and who writes `eq` of a sum asks for exactly that"
    )]
    pub fn holds(self, value: f64) -> bool {
        match self.comparison {
            Comparison::Lt => value < self.value,
            Comparison::Lte => value <= self.value,
            Comparison::Gt => value > self.value,
            Comparison::Gte => value >= self.value,
            Comparison::Eq => value == self.value,
            Comparison::Neq => value != self.value,
        }
    }
}

impl Threshold {
    /// A single bound.
    pub fn one(comparison: Comparison, value: f64) -> Self {
        Self { bounds: vec![Bound { comparison, value }] }
    }

    /// At least so much.
    pub fn at_least(value: f64) -> Self {
        Self::one(Comparison::Gte, value)
    }

    /// Whether all bounds hold.
    pub fn holds(&self, value: f64) -> bool {
        self.bounds.iter().all(|bound| bound.holds(value))
    }
}
