//! Sorted words with digits, each with the units that have it, in few bits.
//!
//! ```text
//! words = gamma(count + 1) (rice(gap) units)*
//! units = 0 unit                         one, in the bits that the number of units needs
//!       | 1 gamma(count - 1) rice(gap)*  several, ascending
//! ```
//!
//! Of a hash its first bits stay, the *fingerprint*: so many that a word which is nowhere is rarely taken for one that
//! is. A gap is what lies between a number and the one before: 0 for neighbours. The first fingerprint is counted from
//! the smallest one that belongs to these words, the first unit from 0.

use super::hash::HASH_BITS;
use super::rice::{BitReader, BitWriter, rice_bits};

/// Bits of a unit's number beside its word's hash in a number of 64 bits.
const UNIT_BITS: u32 = 64 - HASH_BITS;

/// Largest number of units.
pub(crate) const UNITS_MAX: usize = 1 << UNIT_BITS;

/// A hash and a unit that has it, in one number, so that sorting them is fast.
pub(crate) fn pair(hash: u64, unit: u64) -> u64 {
    (hash << UNIT_BITS) | unit
}

pub(crate) fn hash_of(pair: u64) -> u64 {
    pair >> UNIT_BITS
}

fn unit_of(pair: u64) -> u64 {
    pair & ((1 << UNIT_BITS) - 1)
}

/// The distinct hashes of sorted pairs.
pub(crate) fn hashes(pairs: &[u64]) -> impl Iterator<Item = u64> {
    pairs.chunk_by(|left, right| hash_of(*left) == hash_of(*right)).map(|word| hash_of(word[0]))
}

/// The numbers by which words are written and read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Code {
    /// How many units there are.
    pub(crate) units: u32,
    /// How much of a hash is written.
    pub(crate) fingerprint_bits: u32,
    /// The parameter of the gaps between fingerprints.
    pub(crate) rice_bits: u32,
}

impl Code {
    /// For about so many distinct words, of which one that is nowhere is taken for one of these once in two to the
    /// power of `false_bits`.
    pub(crate) fn new(units: usize, words: u64, false_bits: u32) -> Self {
        let words = words.max(1);
        // The nearest power of two, so that the promise of false answers holds on average.
        let fingerprint_bits = ((words + words / 2).ilog2() + false_bits).min(HASH_BITS);
        let units = u32::try_from(units).expect("the caller keeps to UNITS_MAX");
        Self { units, fingerprint_bits, rice_bits: rice_bits(1 << fingerprint_bits, words) }
    }

    /// Whether these are numbers that [`Code::new`] can give.
    pub(crate) fn is_possible(&self) -> bool {
        (1..=HASH_BITS).contains(&self.fingerprint_bits)
            && self.rice_bits <= self.fingerprint_bits
            && self.units as usize <= UNITS_MAX
    }

    pub(crate) fn fingerprint(&self, hash: u64) -> u64 {
        hash >> (HASH_BITS - self.fingerprint_bits)
    }

    fn unit_bits(&self) -> u32 {
        u32::BITS - self.units.saturating_sub(1).leading_zeros()
    }

    fn gap_bits(&self, count: u32) -> u32 {
        rice_bits(u64::from(self.units), u64::from(count))
    }

    /// The bytes of sorted pairs, none of which has a fingerprint below `first`.
    pub(crate) fn encode(&self, first: u64, pairs: &[u64], writer: &mut BitWriter) -> Vec<u8> {
        let fingerprint = |pair: u64| self.fingerprint(hash_of(pair));
        let words = || pairs.chunk_by(|left, right| fingerprint(*left) == fingerprint(*right));
        writer.gamma(u32::try_from(words().count() + 1).expect("pairs are written in small parts"));
        let (mut next, mut units) = (first, Vec::new());
        for word in words() {
            let found = fingerprint(word[0]);
            writer.rice(found - next, self.rice_bits);
            next = found + 1;
            units.clear();
            units.extend(word.iter().map(|pair| unit_of(*pair)));
            // Words whose hashes begin alike are one.
            units.sort_unstable();
            units.dedup();
            self.write_units(&units, writer);
        }
        writer.take()
    }

    fn write_units(&self, units: &[u64], writer: &mut BitWriter) {
        if let [unit] = units {
            writer.field(0, 1);
            writer.field(*unit, self.unit_bits());
            return;
        }
        let count = u32::try_from(units.len()).expect("there are at most UNITS_MAX");
        writer.field(1, 1);
        writer.gamma(count - 1);
        let (gap_bits, mut next) = (self.gap_bits(count), 0);
        for unit in units {
            writer.rice(unit - next, gap_bits);
            next = unit + 1;
        }
    }

    /// Reads the units of the next word and calls `found` with each; `None` when the bits are damaged.
    fn read_units(&self, reader: &mut BitReader<'_>, mut found: impl FnMut(u32)) -> Option<()> {
        let mut known = |unit: u64| {
            let unit = u32::try_from(unit).ok().filter(|unit| *unit < self.units)?;
            found(unit);
            Some(())
        };
        if reader.field(1)? == 0 {
            return known(reader.field(self.unit_bits())?);
        }
        let count = reader.gamma()?.checked_add(1)?;
        let (gap_bits, mut next) = (self.gap_bits(count), 0u64);
        for _ in 0..count {
            let unit = next.checked_add(reader.rice(gap_bits)?)?;
            known(unit)?;
            next = unit + 1;
        }
        Some(())
    }

    /// Calls `found` with each unit of the word with this hash, if it is among those that `bytes` were made of; `None`
    /// when the bytes are damaged.
    pub(crate) fn find(&self, first: u64, bytes: &[u8], hash: u64, found: impl FnMut(u32)) -> Option<()> {
        let wanted = self.fingerprint(hash);
        let mut reader = BitReader::new(bytes);
        let (count, mut next) = (reader.gamma()? - 1, first);
        for _ in 0..count {
            let fingerprint = next.checked_add(reader.rice(self.rice_bits)?)?;
            if fingerprint > wanted {
                break;
            }
            if fingerprint == wanted {
                return self.read_units(&mut reader, found);
            }
            self.read_units(&mut reader, |_| ())?;
            next = fingerprint + 1;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(code: &Code, bytes: &[u8], hash: u64) -> Vec<u64> {
        let mut units = Vec::new();
        code.find(0, bytes, hash, |unit| units.push(u64::from(unit))).unwrap();
        units
    }

    proptest! {
        #[test]
        fn every_word_names_all_its_units(
            pairs in proptest::collection::btree_set((0u64..1 << HASH_BITS, 0u64..300), 0..60),
            more in proptest::collection::btree_set(0u64..300, 0..300),
            units in 300usize..600,
        ) {
            let mut pairs: Vec<u64> = pairs.into_iter().map(|(hash, unit)| pair(hash, unit)).collect();
            pairs.extend(more.into_iter().map(|unit| pair(1 << 40, unit)));
            pairs.sort_unstable();
            pairs.dedup();
            let code = Code::new(units, pairs.len() as u64, 6);

            let bytes = code.encode(0, &pairs, &mut BitWriter::default());

            for pair in &pairs {
                prop_assert!(found(&code, &bytes, hash_of(*pair)).contains(&unit_of(*pair)));
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..64),
            hash in 0u64..1 << HASH_BITS,
            units in 0u32..1_000,
            fingerprint_bits in 1u32..=HASH_BITS,
            rice_bits in 0u32..=HASH_BITS,
        ) {
            let code = Code { units, fingerprint_bits, rice_bits };
            if code.is_possible() {
                _ = code.find(0, &bytes, hash, |_| ());
            }
        }
    }
}
