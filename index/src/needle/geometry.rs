//! Where things lie in an object of a needle index: told by its name, so that a lookup reads nothing else first.
//!
//! ```text
//! name = needles/DAY.FIRST-LAST.SHARD-SHARD_BITS-BUCKET_BITS-BUCKET_BYTES-FINGERPRINT_BITS-RICE_BITS-SPLITS
//! ```
//!
//! `DAY` as 2026-09-21, `FIRST` and `LAST` numbers of batches in 16 hexadecimal digits, the others decimal.

use std::ops::Range;

use crate::split::footer::HEADER_BYTES;
use crate::split::words::{Code, HASH_BITS};

/// Where needle indexes lie.
pub(super) const FOLDER: &str = "needles/";

/// Characters of a day: 2026-09-21.
pub(super) const DAY_BYTES: usize = 10;

/// First and last batch of a split.
pub(super) const MEMBER_BYTES: usize = 16;

pub(super) const CHECKSUM_BYTES: u64 = 4;

/// Largest bucket. A name that promises more is not one of ours, and must not take the memory.
const BUCKET_BYTES_MAX: u32 = 1 << 24;

/// Objects and buckets of a day. More would be more words than there are hashes.
const BITS_MAX: u32 = 30;

/// The numbers of the first and of the last batch of a split, or of several.
pub(crate) type Batches = (u64, u64);

/// One object of a needle index: the words whose hashes begin with the bits of `shard`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Geometry {
    pub(super) day: String,
    /// Of all its splits.
    pub(super) batches: Batches,
    pub(super) shard: u32,
    pub(super) shard_bits: u32,
    pub(super) bucket_bits: u32,
    pub(super) bucket_bytes: u32,
    /// How words are written; its units are the splits.
    pub(super) code: Code,
}

impl Geometry {
    pub(super) fn name(&self) -> String {
        let Self { day, batches: (first, last), shard, shard_bits, bucket_bits, bucket_bytes, code } = self;
        let Code { units, fingerprint_bits, rice_bits } = code;
        format!(
            "{FOLDER}{day}.{first:016x}-{last:016x}.{shard}-{shard_bits}-{bucket_bits}-{bucket_bytes}-\
            {fingerprint_bits}-{rice_bits}-{units}"
        )
    }

    /// `None` when the name is not one that [`Geometry::name`] gives.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let mut parts = name.strip_prefix(FOLDER)?.split('.');
        let (day, batches, numbers) = (parts.next()?, parts.next()?, parts.next()?);
        let (first, last) = batches.split_once('-')?;
        let batch = |text| u64::from_str_radix(text, 16).ok();
        let mut numbers = numbers.split('-').map(|text| text.parse::<u32>().ok());
        let mut number = || numbers.next().flatten();
        let (shard, shard_bits, bucket_bits, bucket_bytes) = (number()?, number()?, number()?, number()?);
        let code = Code { fingerprint_bits: number()?, rice_bits: number()?, units: number()? };
        let batches = (batch(first)?, batch(last)?);
        let geometry =
            Self { day: day.to_owned(), batches, shard, shard_bits, bucket_bits, bucket_bytes, code };
        (geometry.is_possible() && geometry.name() == name).then_some(geometry)
    }

    fn is_possible(&self) -> bool {
        self.day.len() == DAY_BYTES
            && self.batches.0 <= self.batches.1
            && self.shard_bits <= BITS_MAX
            && self.bucket_bits <= BITS_MAX
            && self.shard >> self.shard_bits == 0
            && u64::from(self.bucket_bytes) > CHECKSUM_BYTES
            && self.bucket_bytes <= BUCKET_BYTES_MAX
            && self.code.is_possible()
            && self.code.fingerprint_bits >= self.shard_bits + self.bucket_bits
    }

    /// The object in which a word would be, counted from the day's first.
    pub(super) fn shard_of(&self, hash: u64) -> usize {
        usize::try_from(hash >> (HASH_BITS - self.shard_bits)).expect("there are at most 2^30 objects")
    }

    /// The bucket of the object in which a word would be.
    pub(super) fn bucket_of(&self, hash: u64) -> u64 {
        (hash >> (HASH_BITS - self.shard_bits - self.bucket_bits)) & ((1 << self.bucket_bits) - 1)
    }

    /// The smallest fingerprint that belongs into a bucket.
    pub(super) fn first_fingerprint(&self, bucket: u64) -> u64 {
        let number = (u64::from(self.shard) << self.bucket_bits) | bucket;
        number << (self.code.fingerprint_bits - self.shard_bits - self.bucket_bits)
    }

    /// Where a bucket lies in the object.
    pub(super) fn bucket(&self, bucket: u64) -> Range<u64> {
        let start = HEADER_BYTES + bucket * u64::from(self.bucket_bytes);
        start..start + u64::from(self.bucket_bytes)
    }

    /// Where the list of splits lies.
    pub(super) fn members(&self) -> Range<u64> {
        let start = self.bucket((1 << self.bucket_bits) - 1).end;
        start..start + u64::from(self.code.units) * MEMBER_BYTES as u64 + CHECKSUM_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_tells_all() {
        let code = Code { units: 640, fingerprint_bits: 36, rice_bits: 8 };
        let geometry = Geometry {
            day: "2026-09-21".to_owned(),
            batches: (0x10, 0xffff),
            shard: 5,
            shard_bits: 3,
            bucket_bits: 9,
            bucket_bytes: 8_120,
            code,
        };
        let name = geometry.name();
        assert_eq!(name, "needles/2026-09-21.0000000000000010-000000000000ffff.5-3-9-8120-36-8-640");
        assert_eq!(Geometry::parse(&name), Some(geometry));
    }

    #[test]
    fn names_that_promise_what_cannot_be_are_not_taken() {
        let start = "needles/2026-09-21.0000000000000010-000000000000ffff.";
        for numbers in
            ["8-3-9-8120-36-8-640", "5-3-40-8120-36-8-640", "5-3-9-4-36-8-640", "5-3-9-8120-11-8-640"]
        {
            assert_eq!(Geometry::parse(&format!("{start}{numbers}")), None, "{numbers}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_names_never_panic(name in "needles/[0-9-]{10}\\.[0-9a-f]{1,4}-[0-9a-f]{1,4}\\.([0-9]{1,3}-){6}[0-9]{1,3}") {
            _ = Geometry::parse(&name);
        }
    }
}
