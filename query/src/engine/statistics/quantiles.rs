//! Percentiles: exact while values are few or whole numbers close together, else from buckets.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::number::Number;

/// The numbers of a group.
#[derive(Clone, Debug)]
pub(super) enum Quantiles {
    /// All of them.
    Values(Vec<Number>),
    /// How often each whole number from `base` on came.
    Integers { base: i64, counts: Vec<u64> },
    /// How often numbers came whose sign, exponent and first bits are the same.
    Buckets { counts: HashMap<u32, u64, FixedState>, low: Number, high: Number },
}

/// Numbers that are kept as they are; more than that rarely repeat less than a table of them is large.
const VALUES_MAX: usize = 1_024;

/// Whole numbers are counted one by one while the largest is less than this above the smallest: 256 KiB a group.
const INTEGERS_MAX: usize = 32_768;

/// Bits of the fraction that tell buckets apart. The middle of a bucket is off by at most half of 2^-8 of it: 0.2 %.
const FRACTION_BITS: u32 = 8;

impl Default for Quantiles {
    fn default() -> Self {
        Self::Values(Vec::new())
    }
}

impl Quantiles {
    pub(super) fn insert(&mut self, number: Number) {
        self.add(number, 1);
    }

    fn add(&mut self, number: Number, count: u64) {
        match self {
            Self::Integers { base, counts } => {
                let place = |number: i64| usize::try_from(number.checked_sub(*base)?).ok();
                if let Number::Integer(number) = number
                    && let Some(known) = place(number).and_then(|place| counts.get_mut(place))
                {
                    *known += count;
                    return;
                }
                self.widen(number);
                self.add(number, count);
            }
            Self::Values(values) => {
                // Only `insert` comes here, and merging of such: the count is one.
                values.push(number);
                if values.len() > VALUES_MAX {
                    self.condense();
                }
            }
            Self::Buckets { counts, low, high } => {
                *counts.entry(bucket_of(number.as_f64())).or_default() += count;
                (*low, *high) = (number.min(*low), number.max(*high));
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        match other {
            Self::Values(values) => values.iter().for_each(|number| self.insert(*number)),
            Self::Integers { base, counts } => {
                if matches!(self, Self::Values(_)) {
                    let values = std::mem::replace(self, other.clone());
                    self.merge(&values);
                    return;
                }
                let last = counts.len() - 1;
                self.widen_to(*base, base.saturating_add_unsigned(last as u64));
                (0..).zip(counts).filter(|(_, count)| **count > 0).for_each(|(place, count)| {
                    self.add(Number::Integer(base + place), *count);
                });
            }
            Self::Buckets { counts: others, low: lower, high: higher } => match self {
                Self::Buckets { counts, low, high } => {
                    others.iter().for_each(|(bucket, count)| *counts.entry(*bucket).or_default() += count);
                    (*low, *high) = ((*low).min(*lower), (*high).max(*higher));
                }
                _ => {
                    let own = std::mem::replace(self, other.clone());
                    self.merge(&own);
                }
            },
        }
    }

    /// Values become counts.
    fn condense(&mut self) {
        let Self::Values(values) = self else { return };
        let values = std::mem::take(values);
        *self = counts_of(&values);
        values.into_iter().for_each(|number| self.add(number, 1));
    }

    /// Makes room for one more number.
    fn widen(&mut self, number: Number) {
        match number {
            Number::Integer(number) => self.widen_to(number, number),
            Number::Float(_) => self.become_buckets(),
        }
    }

    fn widen_to(&mut self, low: i64, high: i64) {
        let Self::Integers { base, counts } = self else { return };
        let last = base.saturating_add_unsigned(counts.len() as u64 - 1);
        let (low, high) = (low.min(*base), high.max(last));
        match span(low, high) {
            Some(length) => {
                let before = usize::try_from(base.abs_diff(low)).unwrap_or(0);
                if before > 0 {
                    counts.splice(0..0, std::iter::repeat_n(0, before));
                    *base = low;
                }
                counts.resize(length, 0);
            }
            None => self.become_buckets(),
        }
    }

    fn become_buckets(&mut self) {
        let Self::Integers { base, counts } = self else { return };
        let (base, counts) = (*base, std::mem::take(counts));
        let mut known = (0..).zip(&counts).filter(|(_, count)| **count > 0);
        // There is one: counts are made of values.
        let first = known.next().map_or(base, |(place, _)| base + place);
        *self = empty_buckets(Number::Integer(first));
        (0..).zip(counts).filter(|(_, count)| *count > 0).for_each(|(place, count)| {
            self.add(Number::Integer(base + place), count);
        });
    }

    /// Whether the answers are exact.
    pub(super) fn is_exact(&self) -> bool {
        !matches!(self, Self::Buckets { .. })
    }

    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            Self::Values(values) => values.capacity() * size_of::<Number>(),
            Self::Integers { counts, .. } => counts.len() * size_of::<u64>(),
            Self::Buckets { counts, .. } => counts.capacity() * 2 * size_of::<u64>(),
        }
    }

    /// The smallest number that `thousandths` of all numbers are not above; `None` without numbers.
    pub(super) fn at(&self, thousandths: u16) -> Option<Number> {
        let rank = |total: u64| {
            let exact = u128::from(total) * u128::from(thousandths);
            u64::try_from(exact.div_ceil(1_000)).unwrap_or(u64::MAX).max(1)
        };
        match self {
            Self::Values(values) => {
                let mut sorted = values.clone();
                let place = usize::try_from(rank(values.len() as u64) - 1).unwrap_or(usize::MAX);
                (place < sorted.len()).then(|| *sorted.select_nth_unstable(place).1)
            }
            Self::Integers { base, counts } => {
                let place = place_of(counts.iter().copied(), rank(counts.iter().sum()))?;
                Some(Number::Integer(base.saturating_add_unsigned(place as u64)))
            }
            Self::Buckets { counts, low, high } => {
                let mut sorted: Vec<(u32, u64)> =
                    counts.iter().map(|(bucket, count)| (*bucket, *count)).collect();
                sorted.sort_unstable();
                let total = rank(sorted.iter().map(|(_, count)| count).sum());
                let place = place_of(sorted.iter().map(|(_, count)| *count), total)?;
                Some(Number::Float(middle_of(sorted[place].0)).clamp(*low, *high))
            }
        }
    }
}

/// The place at which so many were counted.
fn place_of(counts: impl Iterator<Item = u64>, rank: u64) -> Option<usize> {
    let mut seen = 0;
    counts.enumerate().find_map(|(place, count)| {
        seen += count;
        (seen >= rank).then_some(place)
    })
}

fn counts_of(values: &[Number]) -> Quantiles {
    let integers = values.iter().map(|number| match number {
        Number::Integer(number) => Some(*number),
        Number::Float(_) => None,
    });
    let ends = integers.collect::<Option<Vec<i64>>>().and_then(|integers| {
        let (low, high) = (integers.iter().min()?, integers.iter().max()?);
        span(*low, *high).map(|length| (*low, length))
    });
    match ends {
        Some((base, length)) => Quantiles::Integers { base, counts: vec![0; length] },
        None => empty_buckets(values[0]),
    }
}

fn empty_buckets(first: Number) -> Quantiles {
    Quantiles::Buckets { counts: HashMap::default(), low: first, high: first }
}

/// How many whole numbers there are from one to another; `None` when too many.
fn span(low: i64, high: i64) -> Option<usize> {
    usize::try_from(high.abs_diff(low)).ok().filter(|length| *length < INTEGERS_MAX).map(|length| length + 1)
}

const SIGN: u64 = 1 << 63;

/// Buckets stand in the order of their numbers.
fn bucket_of(number: f64) -> u32 {
    let bits = (number + 0.0).to_bits();
    let ordered = if bits & SIGN == 0 { bits | SIGN } else { !bits };
    u32::try_from(ordered >> (52 - FRACTION_BITS)).unwrap_or(u32::MAX)
}

fn middle_of(bucket: u32) -> f64 {
    let shift = 52 - FRACTION_BITS;
    let ordered = (u64::from(bucket) << shift) | (1 << (shift - 1));
    f64::from_bits(if ordered & SIGN == 0 { !ordered } else { ordered & !SIGN })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number() -> impl Strategy<Value = Number> {
        prop_oneof![
            (-50i64..50).prop_map(Number::Integer),
            any::<i32>().prop_map(|number| Number::Integer(number.into())),
            (-1e6..1e6).prop_map(Number::Float),
        ]
    }

    fn spread() -> impl Strategy<Value = Vec<Number>> {
        let whole = proptest::collection::vec((0i64..4_000).prop_map(Number::Integer), 1..3_000);
        prop_oneof![whole, proptest::collection::vec(number(), 1..3_000)]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn percentiles_are_exact_or_within_a_bucket(values in spread(), parts in 1usize..5, thousandths in 0u16..=1_000) {
            let mut merged = Quantiles::default();
            for part in values.chunks(values.len().div_ceil(parts)) {
                let mut quantiles = Quantiles::default();
                part.iter().for_each(|number| quantiles.insert(*number));
                merged.merge(&quantiles);
            }
            let mut sorted = values.clone();
            sorted.sort_unstable();
            let rank = (values.len() * usize::from(thousandths)).div_ceil(1_000).max(1);
            let (expected, found) = (sorted[rank - 1], merged.at(thousandths).unwrap());
            if merged.is_exact() {
                prop_assert_eq!(found, expected);
            } else {
                let (expected, found) = (expected.as_f64(), found.as_f64());
                prop_assert!((expected - found).abs() <= expected.abs() * 0.002, "{} {}", expected, found);
            }
            let one_by_one = { let mut all = Quantiles::default(); values.iter().for_each(|n| all.insert(*n)); all };
            prop_assert_eq!(one_by_one.is_exact(), merged.is_exact());
            prop_assert_eq!(one_by_one.at(thousandths), merged.at(thousandths));
        }
    }

    #[test]
    fn whole_numbers_close_together_stay_exact_however_many() {
        let mut quantiles = Quantiles::default();
        assert_eq!(quantiles.at(500), None);
        (0..100_000).for_each(|number| quantiles.insert(Number::Integer(number % 10_000)));
        assert!(quantiles.is_exact());
        assert_eq!(quantiles.at(990), Some(Number::Integer(9_899)));
    }
}
