//! Which units have which words with digits: hashes, cut to what tells them apart, each with its units.
//!
//! ```text
//! sets      = partition*          2^partition_bits of them, by the first bits of the hash
//! partition = words crc32c:u32    see `fingerprints`
//! layout    = units:varint fingerprint_bits:u8 rice_bits:u8 partition_bits:u8 length:varint*
//! ```
//!
//! A lookup reads one partition, about two kilobytes. It finds all units with the word, and rarely those of another.

use std::ops::Range;

use palisade_record::wire::{Malformed, Reader, Writer};

use super::fingerprints::{Code, UNITS_MAX, hash_of, hashes, pair};
use super::hash::HASH_BITS;
use super::rice::BitWriter;
use super::unit::UnitWords;

/// A word that is nowhere in a split is taken for one that is, once in two to the power of this. Every bit costs one
/// bit for each distinct word, and halves the blocks that are read in vain; a block is a millisecond.
const FALSE_BITS: u32 = 6;

/// Words of a partition: few, so that a lookup reads little, and so many that the directory stays small.
const PARTITION_WORDS: u64 = 768;

/// Words that are sorted at once while building, so that the memory for it stays at eight megabytes.
const PAIRS_AT_ONCE: usize = 1 << 20;

/// Most partitions, for 800 million distinct words. A damaged number must not take the memory.
const PARTITION_BITS_MAX: u32 = 20;

const CHECKSUM_BYTES: usize = 4;

/// How the sets are laid out, and where the partitions end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Layout {
    code: Code,
    partition_bits: u32,
    /// Counted from the start of the sets.
    ends: Vec<u32>,
}

/// The sets of these units, at most [`UNITS_MAX`].
pub(super) fn build(units: &[&UnitWords]) -> (Vec<u8>, Layout) {
    build_by(units, PAIRS_AT_ONCE)
}

pub(super) fn build_by(units: &[&UnitWords], pairs_at_once: usize) -> (Vec<u8>, Layout) {
    let mut builder = None;
    for_each_range(units, pairs_at_once, |range, range_bits, pairs| {
        // Hashes are evenly spread, so the first range tells how many words there are in all.
        let words = || (hashes(pairs).count() as u64) << range_bits;
        let builder = builder.get_or_insert_with(|| Builder::new(units.len(), words(), range_bits));
        builder.range(range, range_bits, pairs);
    });
    builder.map(|builder| (builder.sets, builder.layout)).expect("there is one range at least")
}

/// Shows the words of units sorted by hash, in ranges of about `pairs_at_once`: the number of the range, of how many bits
/// that is, and the pairs in it.
fn for_each_range(units: &[&UnitWords], pairs_at_once: usize, mut show: impl FnMut(u64, u32, &[u64])) {
    let total: usize = units.iter().map(|unit| unit.hash_count()).sum();
    let range_bits = total.div_ceil(pairs_at_once).next_power_of_two().ilog2();
    let mut left: Vec<_> = units.iter().map(|unit| unit.hashes().peekable()).zip(0..).collect();
    let mut pairs = Vec::with_capacity(total.min(pairs_at_once));
    for range in 0..1 << range_bits {
        pairs.clear();
        for (hashes, unit) in &mut left {
            while let Some(hash) = hashes.next_if(|hash| hash >> (HASH_BITS - range_bits) == range) {
                pairs.push(pair(hash, *unit));
            }
        }
        pairs.sort_unstable();
        show(range, range_bits, &pairs);
    }
}

struct Builder {
    layout: Layout,
    sets: Vec<u8>,
    bits: BitWriter,
}

impl Builder {
    fn new(units: usize, words: u64, range_bits: u32) -> Self {
        let partition_bits = (words / PARTITION_WORDS).max(1).ilog2().max(range_bits).min(PARTITION_BITS_MAX);
        let mut code = Code::new(units, words, FALSE_BITS);
        code.fingerprint_bits = code.fingerprint_bits.max(partition_bits);
        let layout = Layout { code, partition_bits, ends: Vec::with_capacity(1 << partition_bits) };
        Self { layout, sets: Vec::new(), bits: BitWriter::default() }
    }

    /// Appends the partitions of a range; `pairs` are sorted.
    fn range(&mut self, range: u64, range_bits: u32, mut pairs: &[u64]) {
        let layout = &mut self.layout;
        let of_range = layout.partition_bits - range_bits;
        for partition in range << of_range..(range + 1) << of_range {
            let is_inside = |pair: &u64| hash_of(*pair) >> (HASH_BITS - layout.partition_bits) == partition;
            let (inside, after) = pairs.split_at(pairs.partition_point(is_inside));
            let words = layout.code.encode(layout.first_fingerprint(partition), inside, &mut self.bits);
            self.sets.extend_from_slice(&words);
            self.sets.extend_from_slice(&crc32c::crc32c(&words).to_le_bytes());
            let end = u32::try_from(self.sets.len()).expect("the words of a split take far less than 4 GiB");
            layout.ends.push(end);
            pairs = after;
        }
    }
}

impl Layout {
    fn first_fingerprint(&self, partition: u64) -> u64 {
        partition << (self.code.fingerprint_bits - self.partition_bits)
    }

    /// Where the partition of a word lies in the sets.
    pub(super) fn range(&self, hash: u64) -> Range<u64> {
        let partition = usize::try_from(hash >> (HASH_BITS - self.partition_bits))
            .expect("there are at most 2^20 partitions");
        let start = partition.checked_sub(1).map_or(0, |before| self.ends[before]);
        u64::from(start)..u64::from(self.ends[partition])
    }

    /// Marks in `found` the units that have a word, given the bytes of its partition.
    pub(super) fn find(&self, partition: &[u8], hash: u64, found: &mut [bool]) -> Result<(), &'static str> {
        let words = checked(partition).ok_or("partition of words does not match its checksum")?;
        let first = self.first_fingerprint(hash >> (HASH_BITS - self.partition_bits));
        let mark = |unit: u32| {
            if let Some(found) = found.get_mut(unit as usize) {
                *found = true;
            }
        };
        self.code.find(first, words, hash, mark).ok_or("partition of words is not what its layout says")
    }

    /// How many bytes the sets have.
    pub(super) fn length(&self) -> u64 {
        self.ends.last().map_or(0, |end| u64::from(*end))
    }

    /// How many units there are.
    pub(super) fn units(&self) -> usize {
        self.code.units as usize
    }

    pub(super) fn encode(&self, writer: &mut Writer) {
        writer.varint(u64::from(self.code.units));
        for bits in [self.code.fingerprint_bits, self.code.rice_bits, self.partition_bits] {
            writer.u8(bits.to_le_bytes()[0]);
        }
        let mut start = 0;
        for end in &self.ends {
            writer.varint(u64::from(end - start));
            start = *end;
        }
    }

    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let units =
            u32::try_from(reader.count(UNITS_MAX)?).map_err(|_| reader.malformed("too many units"))?;
        let code =
            Code { units, fingerprint_bits: u32::from(reader.u8()?), rice_bits: u32::from(reader.u8()?) };
        let partition_bits = u32::from(reader.u8()?);
        if !code.is_possible() || partition_bits > PARTITION_BITS_MAX.min(code.fingerprint_bits) {
            return Err(reader.malformed("layout of words is impossible"));
        }
        let (mut ends, mut end) = (Vec::new(), 0u32);
        for _ in 0..1u32 << partition_bits {
            let length = u32::try_from(reader.varint()?).ok();
            end = length
                .and_then(|length| end.checked_add(length))
                .ok_or_else(|| reader.malformed("words take more than 4 GiB"))?;
            ends.push(end);
        }
        Ok(Self { code, partition_bits, ends })
    }
}

/// What stands before a checksum, when that is right.
pub(crate) fn checked(bytes: &[u8]) -> Option<&[u8]> {
    let (content, checksum) = bytes.split_last_chunk::<CHECKSUM_BYTES>()?;
    (crc32c::crc32c(content).to_le_bytes() == *checksum).then_some(content)
}
