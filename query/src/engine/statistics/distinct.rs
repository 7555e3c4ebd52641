//! How many different values there are: exactly while they are few, else estimated.

use super::word_set::WordSet;

/// Values, by their hashes.
#[derive(Clone, Debug)]
pub(super) enum Distinct {
    /// All of them. Two of a million values share a 64-bit hash in one of 37 million cases.
    Exact(WordSet),
    /// A HyperLogLog sketch.
    Estimated(Box<[u8; REGISTERS]>),
}

/// Registers of a sketch: its standard error is 1.04 / √16,384 = 0.8 %.
const REGISTERS: usize = 1 << REGISTER_BITS;
const REGISTER_BITS: u32 = 14;

/// Sets up to here stay exact in any case: a sketch would take more memory.
const ALWAYS_EXACT: usize = 1_024;

/// Values of all sets of one answer that are kept exactly.
pub(super) const EXACT_VALUES_MAX: u64 = 1_000_000;

impl Default for Distinct {
    fn default() -> Self {
        Self::Exact(WordSet::default())
    }
}

impl Distinct {
    /// Adds a value by its hash.
    pub(super) fn insert(&mut self, hash: u64) {
        match self {
            Self::Exact(set) => _ = set.insert(hash),
            Self::Estimated(registers) => register(registers, hash),
        }
    }

    /// Makes room for so many values more.
    pub(super) fn reserve(&mut self, more: usize) {
        if let Self::Exact(set) = self {
            set.reserve(more);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        match (&mut *self, other) {
            (_, Self::Exact(set)) => {
                self.reserve(set.len());
                set.iter().for_each(|hash| self.insert(hash));
            }
            (Self::Estimated(registers), Self::Estimated(others)) => {
                registers.iter_mut().zip(others.iter()).for_each(|(own, other)| *own = (*own).max(*other));
            }
            (Self::Exact(_), Self::Estimated(_)) => {
                self.estimate();
                self.merge(other);
            }
        }
    }

    /// How many values are kept exactly.
    pub(super) fn exact_values(&self) -> u64 {
        match self {
            Self::Exact(set) => set.len() as u64,
            Self::Estimated(_) => 0,
        }
    }

    pub(super) fn is_exact(&self) -> bool {
        matches!(self, Self::Exact(_))
    }

    /// Becomes a sketch when that spares memory.
    pub(super) fn shrink(&mut self) {
        if self.exact_values() > ALWAYS_EXACT as u64 {
            self.estimate();
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            Self::Exact(set) => set.heap_bytes(),
            Self::Estimated(_) => REGISTERS,
        }
    }

    pub(super) fn count(&self) -> u64 {
        match self {
            Self::Exact(set) => set.len() as u64,
            Self::Estimated(registers) => estimated(registers),
        }
    }

    fn estimate(&mut self) {
        if let Self::Exact(set) = self {
            let mut registers = Box::new([0; REGISTERS]);
            set.iter().for_each(|hash| register(&mut registers, hash));
            *self = Self::Estimated(registers);
        }
    }
}

fn register(registers: &mut [u8; REGISTERS], hash: u64) {
    let place = usize::try_from(hash >> (64 - REGISTER_BITS)).unwrap_or(0);
    // The bit behind the rest ends the run when all of it is zero.
    let rest = (hash << REGISTER_BITS) | (1 << (REGISTER_BITS - 1));
    let rank = u8::try_from(rest.leading_zeros() + 1).unwrap_or(u8::MAX);
    registers[place] = registers[place].max(rank);
}

/// The estimator of Ertl ("New cardinality estimation algorithms for HyperLogLog sketches", 2017), which has no bias
/// anywhere and needs no tables.
fn estimated(registers: &[u8; REGISTERS]) -> u64 {
    const RANKS: usize = 64 - REGISTER_BITS as usize;
    let mut counts = [0.0_f64; RANKS + 2];
    registers.iter().for_each(|rank| counts[usize::from(*rank).min(RANKS + 1)] += 1.0);
    let all = f64::from(1u32 << REGISTER_BITS);
    let mut sum = all * tau(1.0 - counts[RANKS + 1] / all);
    for count in counts[1..=RANKS].iter().rev() {
        sum = 0.5 * (sum + count);
    }
    sum += all * sigma(counts[0] / all);
    let estimate = all * all / (2.0 * std::f64::consts::LN_2 * sum);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rounded number of values, never negative, far below 2^64"
    )]
    let rounded = estimate.round() as u64;
    rounded
}

fn sigma(mut part: f64) -> f64 {
    let (mut weight, mut sum) = (1.0, part);
    loop {
        part *= part;
        let before = sum;
        sum += part * weight;
        weight += weight;
        // All registers empty makes it infinite, which ends it too.
        if sum == before || sum.is_infinite() {
            return sum;
        }
    }
}

fn tau(mut part: f64) -> f64 {
    if part == 0.0 || part == 1.0 {
        return 0.0;
    }
    let (mut weight, mut sum) = (1.0, 1.0 - part);
    loop {
        part = part.sqrt();
        let before = sum;
        weight *= 0.5;
        sum -= (1.0 - part).powi(2) * weight;
        if sum == before {
            return sum / 3.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::BuildHasher;

    fn hash(number: u64) -> u64 {
        foldhash::quality::FixedState::default().hash_one(number)
    }

    #[test]
    fn estimates_stay_within_three_standard_errors() {
        for count in [1, 100, 5_000, 20_000, 60_000, 100_000, 400_000] {
            let mut estimated = Distinct::default();
            estimated.estimate();
            (0..count).for_each(|number| estimated.insert(hash(number)));
            let error = (estimated.count() as f64 - count as f64).abs() / count as f64;
            assert!(error < 3.0 * 0.008_1, "{count}: {}", estimated.count());
        }
        let mut nothing = Distinct::default();
        nothing.estimate();
        assert_eq!(nothing.count(), 0);
    }

    #[test]
    fn merged_sets_count_what_both_have_once() {
        let of = |range: std::ops::Range<u64>, estimate: bool| {
            let mut distinct = Distinct::default();
            if estimate {
                distinct.estimate();
            }
            range.for_each(|number| distinct.insert(hash(number)));
            distinct
        };
        let mut exact = of(0..3_000, false);
        exact.merge(&of(2_000..5_000, false));
        assert_eq!(exact.count(), 5_000);
        let mut estimated = of(0..5_000, true);
        let expected = estimated.count();
        for (left, right) in [(true, true), (true, false), (false, true)] {
            let mut merged = of(0..3_000, left);
            merged.merge(&of(2_000..5_000, right));
            assert_eq!(merged.count(), expected);
        }
        estimated.shrink();
        exact.shrink();
        assert_eq!(exact.count(), expected);
    }
}
