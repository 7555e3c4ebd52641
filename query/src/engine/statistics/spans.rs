//! The time an answer is about, and the steps it is cut into.

use palisade_record::{TimeRange, Timestamp};

use super::aggregation::{Aggregation, GroupKey};
use super::grouped::step_of;
use crate::engine::histogram::step_seconds;

/// From the first to before the last nanosecond.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) to: i64,
}

/// Steps of a chart when nobody says how long they are: as many as fit on a small screen.
const STEPS: u32 = 60;

impl Span {
    /// The time that was asked about; where it is open, as far as there are `times`.
    pub(super) fn new(range: TimeRange, times: impl Iterator<Item = i64> + Clone) -> Self {
        let from = match range.from {
            Timestamp::MIN => times.clone().min().unwrap_or(0),
            from => from.as_nanos(),
        };
        let to = match range.to {
            Timestamp::MAX => times.max().unwrap_or(from).saturating_add(1),
            to => to.as_nanos(),
        };
        Self { from, to: to.max(from) }
    }

    /// Sets the length of steps where it was left open.
    pub(super) fn choose_step<F>(self, aggregation: &mut Aggregation<F>) {
        for key in &mut aggregation.keys {
            if let GroupKey::Bin(nanos @ None, _) = key {
                let seconds = step_seconds(self.from, self.to, STEPS);
                *nanos = Some(i64::from(seconds) * 1_000_000_000);
            }
        }
    }

    /// What a rate is told for: a step, or all of the time; never less than a millisecond.
    #[expect(clippy::cast_precision_loss, reason = "a rate of 53 bits is exact enough")]
    pub(super) fn seconds<F>(self, aggregation: &Aggregation<F>) -> f64 {
        let step = aggregation.keys.iter().find_map(|key| match key {
            GroupKey::Bin(nanos, _) => *nanos,
            GroupKey::Field(_) => None,
        });
        let nanos = step.unwrap_or_else(|| self.to.saturating_sub(self.from)).max(1_000_000);
        nanos as f64 / 1e9
    }

    /// The beginnings of all steps; `None` when there are more than `most`.
    pub(super) fn steps(self, nanos: i64, most: usize) -> Option<Vec<i64>> {
        let (first, last) =
            (step_of(self.from, nanos), step_of(self.to.saturating_sub(1).max(self.from), nanos));
        let count = usize::try_from(last.saturating_sub(first) / nanos).ok().filter(|count| *count < most)?;
        let step = |number: usize| {
            first.saturating_add(nanos.saturating_mul(i64::try_from(number).unwrap_or(i64::MAX)))
        };
        Some((0..=count).map(step).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_cover_the_time_and_begin_at_whole_ones() {
        assert_eq!(Span { from: 5, to: 25 }.steps(10, 9), Some(vec![0, 10, 20]));
        assert_eq!(Span { from: 10, to: 20 }.steps(10, 9), Some(vec![10]));
        assert_eq!(Span { from: -5, to: 0 }.steps(10, 9), Some(vec![-10]));
        assert_eq!(Span { from: 7, to: 7 }.steps(10, 9), Some(vec![0]));
        assert_eq!(Span { from: 0, to: 100 }.steps(10, 9), None);
    }
}
