//! Far more different values than the group ever has.
//!
//! ```yaml
//! watch:
//!     type: bulk
//!     group-by: [user_id]
//!     distinct: [patient_id]                # or several, whose values are looked at together
//!     per: 1h                               # or 1d, by UTC
//!     minimum: 50                           # fewer are never an alert
//!     z: 6                                  # how far is far
//!     learn: 14                             # hours or days that must be known for it
//! ```
//!
//! In one sentence: in this hour there are more than `minimum` different values, and more than the median of the group's own past hours
//! plus `z` times their spread.
//!
//! Hours in which the group had no record do not count: it is compared with what it does when it does something. The spread is
//! 1.4826 × MAD, which is the standard deviation where values are normal, over the logarithms of the counts, for counts of this kind
//! differ by factors. It is at least a tenth, so that six times it is a factor of 1.8 for a group whose hours are all alike. Before
//! `learn` hours are known there must be ten times `minimum`.
//!
//! A record that comes late counts in its own hour, which stays open while the next one goes on; behind that it is usual, and not
//! counted. What was told counts in the past as well: the median of many does not follow one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use palisade_record::Timestamp;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::kind::{Kind, Observed, Verdict};
use crate::plan::duration_in_words;

/// Buckets of the past: four weeks of hours.
const PAST_MAX: usize = 28 * 24;

/// Different values that are told apart in one bucket; more are far more than anything already.
const VALUES_MAX: usize = 10_000;

/// The bucket that goes on, and the one before for what comes late.
const OPEN_MAX: usize = 2;

/// From the median absolute deviation to the standard deviation of normal values.
const DEVIATIONS_PER_MAD: f64 = 1.4826;

/// The least spread of logarithms.
const SPREAD_MIN: f64 = 0.1;

/// So many times the minimum are far more for anybody.
const UNKNOWN_FACTOR: f64 = 10.0;

/// A group that had no record for longer is a new one.
const MEMORY: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The settings.
#[derive(Clone, PartialEq, Debug)]
pub struct Bulk {
    /// What the values are, as people say it.
    pub what: String,
    /// How long a bucket is.
    pub per: Duration,
    /// How many spreads above the median is far.
    pub z: f64,
    /// Fewer values are never told.
    pub minimum: u32,
    /// Buckets that must be known.
    pub learn: usize,
}

/// What a group had.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Buckets {
    newest: Timestamp,
    /// By the number of the bucket.
    open: BTreeMap<i64, BTreeSet<u64>>,
    /// Counts of those that are closed, oldest first.
    past: VecDeque<u32>,
}

impl Bulk {
    pub(crate) fn in_words(&self) -> String {
        format!("records with far more different {} than usual in {}", self.what, duration_in_words(self.per))
    }

    fn bucket(&self, time: Timestamp) -> i64 {
        let nanos = i64::try_from(self.per.as_nanos()).unwrap_or(i64::MAX).max(1);
        time.as_nanos().div_euclid(nanos)
    }

    /// More than this is far more, and whether that is the group's own.
    fn limit(&self, past: &VecDeque<u32>) -> (f64, bool) {
        let minimum = f64::from(self.minimum);
        if past.len() < self.learn {
            return (minimum * UNKNOWN_FACTOR, false);
        }
        let logarithms: Vec<f64> = past.iter().map(|count| f64::from(*count).ln_1p()).collect();
        let middle = median(logarithms.clone());
        let spread =
            DEVIATIONS_PER_MAD * median(logarithms.iter().map(|value| (value - middle).abs()).collect());
        ((middle + self.z * spread.max(SPREAD_MIN)).exp_m1().max(minimum), true)
    }
}

impl Kind for Bulk {
    type Memory = Buckets;

    fn begin(&self) -> Buckets {
        Buckets { newest: Timestamp::MIN, open: BTreeMap::new(), past: VecDeque::new() }
    }

    fn observe(&self, buckets: &mut Buckets, observed: &Observed) -> Verdict {
        let number = self.bucket(observed.entry.time);
        let is_closed = buckets.open.len() >= OPEN_MAX;
        if is_closed && buckets.open.keys().next().is_some_and(|oldest| number < *oldest) {
            return Verdict::Known;
        }
        let values = buckets.open.entry(number).or_default();
        if values.len() >= VALUES_MAX || !values.insert(observed.entry.value) {
            return Verdict::Known;
        }
        buckets.newest = buckets.newest.max(observed.entry.time);
        let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
        while buckets.open.len() > OPEN_MAX {
            let Some((_, values)) = buckets.open.pop_first() else { break };
            buckets.past.push_back(u32::try_from(values.len()).unwrap_or(u32::MAX));
        }
        let surplus = buckets.past.len().saturating_sub(PAST_MAX);
        buckets.past.drain(..surplus);
        if count <= self.minimum {
            return Verdict::Usual;
        }
        let (limit, is_own) = self.limit(&buckets.past);
        if f64::from(count) <= limit {
            return Verdict::Usual;
        }
        let (what, per, limit) = (&self.what, duration_in_words(self.per), limit.floor());
        Verdict::Unusual(match is_own {
            true => {
                format!("{count} different {what} in {per}, where up to {limit} would still be usual here")
            }
            false => {
                format!("{count} different {what} in {per}, more than {limit}, and too little is known here")
            }
        })
    }

    fn forget(&self, buckets: &mut Buckets, now: Timestamp) -> bool {
        buckets.newest.plus(MEMORY) < now
    }

    fn items(&self, buckets: &Buckets) -> usize {
        buckets.past.len() + buckets.open.values().map(BTreeSet::len).sum::<usize>()
    }

    fn encode(&self, buckets: &Buckets, writer: &mut Writer) {
        writer.signed(buckets.newest.as_nanos());
        writer.varint(buckets.open.len() as u64);
        for (number, values) in &buckets.open {
            writer.signed(*number);
            writer.varint(values.len() as u64);
            values.iter().for_each(|value| writer.u64(*value));
        }
        writer.varint(buckets.past.len() as u64);
        buckets.past.iter().for_each(|count| writer.varint(u64::from(*count)));
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<Buckets, Malformed> {
        let newest = Timestamp::from_nanos(reader.signed()?);
        let mut open = BTreeMap::new();
        for _ in 0..reader.count(OPEN_MAX)? {
            let number = reader.signed()?;
            let count = reader.count(VALUES_MAX)?;
            let values = (0..count).map(|_| reader.u64()).collect::<Result<_, _>>()?;
            open.insert(number, values);
        }
        let mut past = VecDeque::new();
        for _ in 0..reader.count(PAST_MAX)? {
            past.push_back(
                u32::try_from(reader.varint()?).map_err(|_| reader.malformed("count past 32 bits"))?,
            );
        }
        Ok(Buckets { newest, open, past })
    }
}

/// The middle one, or between the two middle ones; zero of none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::contract::{at, observed};
    use super::*;

    const HOUR: u64 = 3_600;

    fn kind() -> Bulk {
        let per = Duration::from_secs(HOUR);
        Bulk { what: "patient_id".to_owned(), per, z: 6.0, minimum: 50, learn: 14 }
    }

    /// How many records of so many different values in an hour are told.
    fn told(buckets: &mut Buckets, hour: u64, values: u64) -> usize {
        let mut verdict = |value| kind().observe(buckets, &observed(at(hour * HOUR), value));
        (0..values).filter(|value| matches!(verdict(*value), Verdict::Unusual(_))).count()
    }

    fn known(count: impl Fn(u64) -> u64) -> Buckets {
        let mut buckets = kind().begin();
        (0..40).for_each(|hour| _ = told(&mut buckets, hour, count(hour)));
        buckets
    }

    #[test]
    fn far_more_than_usual_is_told_for_each_value_past_the_limit() {
        // The logarithm of 21 and six tenths: e^3.64 - 1 is 37, and the minimum is 50.
        assert_eq!(told(&mut known(|_| 20), 40, 60), 10);
        assert_eq!(told(&mut known(|_| 20), 40, 50), 0);
        // 101 times e^0.6 is 184.
        assert_eq!(told(&mut known(|_| 100), 40, 183), 0);
        assert_eq!(told(&mut known(|_| 100), 40, 200), 17);
    }

    #[test]
    fn those_whose_hours_differ_have_more_that_is_usual() {
        assert_eq!(told(&mut known(|hour| 20 << (hour % 3)), 40, 400), 0);
    }

    #[test]
    fn the_same_value_again_is_none_more() {
        let mut buckets = known(|_| 20);
        told(&mut buckets, 40, 60);
        assert_eq!(told(&mut buckets, 40, 60), 0);
    }

    #[test]
    fn of_whom_little_is_known_ten_times_the_minimum_is_told() {
        let mut buckets = kind().begin();
        assert_eq!(told(&mut buckets, 0, 500), 0);
        assert_eq!(told(&mut buckets, 1, 501), 1);
    }

    #[test]
    fn what_comes_late_counts_in_its_own_hour_while_that_is_open() {
        let mut buckets = known(|_| 20);
        told(&mut buckets, 40, 20);
        told(&mut buckets, 41, 1);
        assert_eq!(told(&mut buckets, 40, 60), 10);
        assert_eq!(told(&mut buckets, 39, 60), 0);
    }

    proptest! {
        #[test]
        fn half_of_the_values_lie_on_each_side_of_the_median(values in proptest::collection::vec(-1e9f64..1e9, 1..50)) {
            let middle = median(values.clone());
            let below = values.iter().filter(|value| **value < middle).count();
            let above = values.iter().filter(|value| **value > middle).count();
            prop_assert!(below * 2 <= values.len() && above * 2 <= values.len());
        }
    }
}
