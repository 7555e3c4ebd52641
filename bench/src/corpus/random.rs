//! Numbers that are the same for one seed on every machine and with every version of every library.

/// A stream of numbers.
pub(crate) struct Random(u64);

/// Fixed-point one of [`Random::skewed`].
const ONE_BITS: u32 = 20;

impl Random {
    /// The numbers of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is small beside 2^64 and not zero.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.bits() % end
    }

    /// True so many times in a hundred.
    pub(crate) fn percent(&mut self, times: u64) -> bool {
        self.below(100) < times
    }

    /// A number below `end`, small ones far more often than large ones: a few users and addresses make most of the
    /// traffic. `power` says how much more.
    pub(crate) fn skewed(&mut self, end: u64, power: u32) -> u64 {
        let one = 1 << ONE_BITS;
        let part = self.below(one);
        let skewed = (1..power).fold(part, |product, _| (product * part) >> ONE_BITS);
        (skewed * end) >> ONE_BITS
    }

    /// One of `all`, the first ones more often.
    pub(crate) fn favourite<'a, T>(&mut self, all: &'a [T], power: u32) -> &'a T {
        let position = self.skewed(all.len() as u64, power);
        &all[usize::try_from(position).unwrap_or(0)]
    }

    /// One of `all`.
    pub(crate) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        self.favourite(all, 1)
    }

    /// A time something took, in milliseconds: mostly some ten, now and then thousands.
    pub(crate) fn duration_ms(&mut self) -> u64 {
        let octave = self.below(4) + self.below(4) + self.below(4) + self.below(3);
        (1 << octave) + self.below(1 << octave)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_for_ever() {
        let mut random = Random::new(1);
        assert_eq!([random.bits(), random.bits()], [0x910a_2dec_8902_5cc1, 0xbeeb_8da1_658e_ec67]);
    }

    #[test]
    fn skewed_numbers_favour_the_small_ones_and_stay_inside() {
        let mut random = Random::new(7);
        let numbers: Vec<u64> = (0..10_000).map(|_| random.skewed(1_000, 3)).collect();
        assert!(numbers.iter().all(|number| *number < 1_000));
        let small = numbers.iter().filter(|number| **number < 125).count();
        assert!((4_500..5_500).contains(&small), "half of the draws fall into the first eighth: {small}");
    }
}
