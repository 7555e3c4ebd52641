//! What a rule measures in a window.

use std::time::Duration;

use crate::rule::Condition;

/// What is to be measured.
#[derive(Clone, PartialEq, Debug)]
pub enum Meter {
    /// How many events.
    Count,
    /// How many different values.
    Distinct,
    /// The sum of the values, exact to a millionth.
    Sum,
    /// Their average, exact to a millionth of the sum.
    Average,
    /// The value that so many percent of them do not exceed, by the nearest rank.
    Percentile(f64),
    /// How many of so many rules found something.
    Rules(u16),
    /// 1 when a condition over so many rules holds, of which each did or did not find something, else 0.
    Condition(u16, Condition),
    /// 1 when so many rules found something one after the other, else 0.
    Sequence(u16),
    /// Which part of the events of slot 0 have an event of slot 1 too, when there are at least so many; else 0. Events are
    /// told apart by their values where `distinct`.
    Ratio {
        /// Fewer say nothing.
        minimum: u64,
        /// Whether values are counted, and not events.
        distinct: bool,
    },
    /// Which part of the average over the rest of the window came in its last part; 1 when the average is less than the minimum.
    Drop {
        /// How long the last part is.
        recent: Duration,
        /// An average of fewer says nothing.
        minimum: u64,
    },
}

impl Meter {
    /// Whether events of one moment that are alike may be one entry.
    pub(crate) fn takes_weights(&self) -> bool {
        matches!(
            self,
            Self::Count
                | Self::Distinct
                | Self::Rules(_)
                | Self::Condition(..)
                | Self::Ratio { .. }
                | Self::Drop { .. }
        )
    }

    /// How long an event counts as recent, where that makes a difference.
    pub(crate) fn recent(&self) -> Option<Duration> {
        match self {
            Self::Drop { recent, .. } => Some(*recent),
            _ => None,
        }
    }

    /// Whether more events never measure less. Then a threshold that is passed stays passed, whatever comes late.
    pub fn only_grows(&self) -> bool {
        matches!(self, Self::Count | Self::Distinct | Self::Rules(_) | Self::Sequence(_))
    }
}
