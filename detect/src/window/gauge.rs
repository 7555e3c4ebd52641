//! What the events in a window measure.

use std::collections::HashMap;
use std::time::Duration;

use palisade_record::Timestamp;

use super::{Entry, Meter};
use crate::rule::Condition;

/// The events in a window, as far as the meter needs them.
#[derive(Debug)]
pub(crate) enum Gauge {
    Count(u64),
    Distinct(HashMap<u64, u32>),
    Sum(Sum),
    Average(Sum),
    Percentile(f64, Vec<f64>),
    Rules(Vec<u32>),
    Condition(Condition, Vec<u32>),
    /// For every rule the latest possible start of a sequence that has come as far as this rule.
    Sequence(Vec<Option<Timestamp>>),
    Ratio {
        minimum: u64,
        parts: [Part; 2],
    },
    Drop {
        span: Duration,
        minimum: u64,
        recent: u64,
        before: u64,
    },
}

/// A sum in millionths, so that what was added can be taken away again without a rest.
#[derive(Default, Debug)]
pub(crate) struct Sum {
    millionths: i128,
    count: u64,
}

/// One of the two counts of a ratio.
#[derive(Debug)]
pub(crate) enum Part {
    Events(u64),
    Values(HashMap<u64, u32>),
}

const MILLIONTHS: f64 = 1e6;

impl Gauge {
    pub(crate) fn new(meter: &Meter) -> Self {
        match meter {
            Meter::Count => Self::Count(0),
            Meter::Distinct => Self::Distinct(HashMap::new()),
            Meter::Sum => Self::Sum(Sum::default()),
            Meter::Average => Self::Average(Sum::default()),
            Meter::Percentile(percentile) => Self::Percentile(*percentile, Vec::new()),
            Meter::Rules(rules) => Self::Rules(vec![0; usize::from(*rules)]),
            Meter::Condition(rules, condition) => {
                Self::Condition(condition.clone(), vec![0; usize::from(*rules)])
            }
            Meter::Sequence(rules) => Self::Sequence(vec![None; usize::from(*rules)]),
            Meter::Ratio { minimum, distinct } => {
                let part = || if *distinct { Part::Values(HashMap::new()) } else { Part::Events(0) };
                Self::Ratio { minimum: *minimum, parts: [part(), part()] }
            }
            Meter::Drop { recent, minimum } => {
                Self::Drop { span: *recent, minimum: *minimum, recent: 0, before: 0 }
            }
        }
    }

    /// An event enters; none that was added before is later.
    pub(crate) fn add(&mut self, entry: &Entry) {
        match self {
            Self::Count(count) => *count += u64::from(entry.weight),
            Self::Distinct(values) => *values.entry(entry.value).or_insert(0) += 1,
            Self::Sum(sum) | Self::Average(sum) => sum.add(entry.number()),
            Self::Percentile(_, values) => {
                let value = entry.number();
                let at = values.partition_point(|other| other.total_cmp(&value).is_lt());
                values.insert(at, value);
            }
            Self::Rules(counts) | Self::Condition(_, counts) => {
                if let Some(count) = counts.get_mut(usize::from(entry.slot)) {
                    *count += 1;
                }
            }
            Self::Sequence(starts) => {
                let slot = usize::from(entry.slot);
                let start = match slot.checked_sub(1) {
                    None => Some(entry.time),
                    Some(before) => starts.get(before).copied().flatten(),
                };
                if let (Some(place), Some(_)) = (starts.get_mut(slot), start) {
                    // What starts later lasts longer.
                    *place = (*place).max(start);
                }
            }
            Self::Ratio { parts, .. } => parts[usize::from(entry.slot.min(1))].add(entry),
            Self::Drop { recent, .. } => *recent += u64::from(entry.weight),
        }
    }

    /// An event is no longer recent, the oldest of those that were.
    pub(crate) fn age(&mut self, entry: &Entry) {
        if let Self::Drop { recent, before, .. } = self {
            *recent -= u64::from(entry.weight);
            *before += u64::from(entry.weight);
        }
    }

    /// An event leaves, the oldest. Where that makes a difference it is not recent.
    pub(crate) fn remove(&mut self, entry: &Entry) {
        match self {
            Self::Count(count) => *count -= u64::from(entry.weight),
            Self::Distinct(values) => remove_one(values, entry.value),
            Self::Sum(sum) | Self::Average(sum) => sum.remove(entry.number()),
            Self::Percentile(_, values) => {
                let value = entry.number();
                let at = values.partition_point(|other| other.total_cmp(&value).is_lt());
                if at < values.len() {
                    values.remove(at);
                }
            }
            Self::Rules(counts) | Self::Condition(_, counts) => {
                if let Some(count) = counts.get_mut(usize::from(entry.slot)) {
                    *count -= 1;
                }
            }
            // A start that left the window is told by its time.
            Self::Sequence(_) => {}
            Self::Ratio { parts, .. } => parts[usize::from(entry.slot.min(1))].remove(entry),
            Self::Drop { before, .. } => *before -= u64::from(entry.weight),
        }
    }

    /// What the window that ends at `now` measures.
    pub(crate) fn value(&self, now: Timestamp, span: Duration) -> f64 {
        match self {
            Self::Count(count) => number(*count),
            Self::Distinct(values) => number(values.len() as u64),
            Self::Sum(sum) => sum.total(),
            Self::Average(sum) => sum.average(),
            Self::Percentile(percentile, values) => nearest_rank(values, *percentile),
            Self::Rules(counts) => number(counts.iter().filter(|count| **count > 0).count() as u64),
            Self::Condition(condition, counts) => f64::from(u8::from(holds(condition, counts))),
            Self::Sequence(starts) => {
                let start = starts.last().copied().flatten();
                f64::from(u8::from(start.is_some_and(|start| start > now.minus(span))))
            }
            Self::Ratio { minimum, parts: [whole, part] } => match whole.count() {
                0 => 0.0,
                count if count < *minimum => 0.0,
                count => number(part.count()) / number(count),
            },
            Self::Drop { span: recent_span, minimum, recent, before } => {
                let rest = span.saturating_sub(*recent_span);
                let average = number(*before) * recent_span.as_secs_f64() / rest.as_secs_f64();
                if *before == 0 || average < number(*minimum) { 1.0 } else { number(*recent) / average }
            }
        }
    }
}

impl Sum {
    #[expect(clippy::cast_possible_truncation, reason = "numbers past the range of i128 stop at its ends")]
    fn millionths(value: f64) -> i128 {
        (value * MILLIONTHS).round() as i128
    }

    fn add(&mut self, value: f64) {
        self.millionths = self.millionths.saturating_add(Self::millionths(value));
        self.count += 1;
    }

    fn remove(&mut self, value: f64) {
        self.millionths = self.millionths.saturating_sub(Self::millionths(value));
        self.count -= 1;
    }

    #[expect(clippy::cast_precision_loss, reason = "sums are compared to 53 bits, as JSON numbers are")]
    fn total(&self) -> f64 {
        self.millionths as f64 / MILLIONTHS
    }

    fn average(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.total() / number(self.count) }
    }
}

impl Part {
    fn add(&mut self, entry: &Entry) {
        match self {
            Self::Events(count) => *count += u64::from(entry.weight),
            Self::Values(values) => *values.entry(entry.value).or_insert(0) += 1,
        }
    }

    fn remove(&mut self, entry: &Entry) {
        match self {
            Self::Events(count) => *count -= u64::from(entry.weight),
            Self::Values(values) => remove_one(values, entry.value),
        }
    }

    fn count(&self) -> u64 {
        match self {
            Self::Events(count) => *count,
            Self::Values(values) => values.len() as u64,
        }
    }
}

/// Whether a condition holds over rules of which each found so many events.
fn holds(condition: &Condition, counts: &[u32]) -> bool {
    match condition {
        Condition::Selection(rule) => counts.get(*rule).is_some_and(|count| *count > 0),
        Condition::Not(inner) => !holds(inner, counts),
        Condition::All(parts) => parts.iter().all(|part| holds(part, counts)),
        Condition::Any(parts) => parts.iter().any(|part| holds(part, counts)),
    }
}

fn remove_one(values: &mut HashMap<u64, u32>, value: u64) {
    if let Some(count) = values.get_mut(&value) {
        *count -= 1;
        if *count == 0 {
            values.remove(&value);
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank lies between 1 and the number of values"
)]
fn nearest_rank(sorted: &[f64], percentile: f64) -> f64 {
    if sorted.is_empty() {
        return 0.0;
    }
    let rank = (percentile / 100.0 * number(sorted.len() as u64)).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

#[expect(clippy::cast_precision_loss, reason = "no window holds 2^53 events")]
fn number(count: u64) -> f64 {
    count as f64
}
