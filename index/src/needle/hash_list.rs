//! All distinct words with digits of a split, as whole hashes: what a needle index is made of.
//!
//! A day of splits needs more of every hash than one split, so the sets of the index objects do not do. The list is an
//! object for as long as the index is being made: the words of all splits of a day are more than memory should hold.
//!
//! ```text
//! content   = partition*                                  2^partition_bits of them, by the first bits of the hash
//! partition = gamma(count + 1) rice(gap)* crc32c:u32      a gap counts from the hash after the one before
//! footer    = count:varint partition_bits:u8 rice_bits:u8 length:varint*
//! ```

use std::ops::Range;

use palisade_record::wire::{Malformed, Reader, Writer};

use super::geometry::{Batches, FOLDER};
use crate::error::{Error, Result};
use crate::split::footer::{HEADER_BYTES, append_footer, header, read_footer};
use crate::split::words::{BitReader, BitWriter, HASH_BITS, UnitWords, checked, rice_bits};
use palisade_storage::ObjectStorage;

const MAGIC: [u8; 4] = *b"PALH";

/// Hashes of a partition. Needle indexes read whole partitions, of all splits of a day, for a small range of hashes.
const PARTITION_WORDS: u64 = 1_024;

/// Most partitions, for a thousand million words. A damaged number must not take the memory.
const PARTITION_BITS_MAX: u32 = 20;

/// The name of the object of a split.
pub(super) fn name(day: &str, (first, last): Batches) -> String {
    format!("{FOLDER}{day}.{first:016x}-{last:016x}.hashes")
}

/// The object with the words of a split, collected as if it were one unit.
pub(super) fn encode(words: &UnitWords) -> Vec<u8> {
    let count = words.hash_count() as u64;
    let partition_bits = (count / PARTITION_WORDS).max(1).ilog2().min(PARTITION_BITS_MAX);
    let rice_bits = rice_bits(1 << HASH_BITS, count);
    let (mut object, mut footer, mut bits) = (header(MAGIC), Writer::new(), BitWriter::default());
    footer.varint(count);
    footer.u8(partition_bits.to_le_bytes()[0]);
    footer.u8(rice_bits.to_le_bytes()[0]);
    let (mut left, mut inside) = (words.hashes().peekable(), Vec::new());
    for partition in 0..1u64 << partition_bits {
        inside.clear();
        inside.extend(std::iter::from_fn(|| {
            left.next_if(|hash| hash >> (HASH_BITS - partition_bits) == partition)
        }));
        bits.gamma(u32::try_from(inside.len() + 1).expect("distinct hashes of a split are far fewer"));
        let mut next = partition << (HASH_BITS - partition_bits);
        for hash in &inside {
            bits.rice(hash - next, rice_bits);
            next = hash + 1;
        }
        let bits = bits.take();
        object.extend_from_slice(&bits);
        object.extend_from_slice(&crc32c::crc32c(&bits).to_le_bytes());
        footer.varint((bits.len() + size_of::<u32>()) as u64);
    }
    append_footer(&mut object, MAGIC, footer.as_slice());
    object
}

/// The hashes of a split, open for reading.
pub(super) struct HashList {
    name: String,
    count: u64,
    partition_bits: u32,
    rice_bits: u32,
    /// Counted from the first byte of the object.
    starts: Vec<u64>,
}

impl HashList {
    /// Reads the footer of the object `name`.
    pub(super) fn open(storage: &dyn ObjectStorage, name: &str) -> Result<Self> {
        let (footer, content_end) = read_footer(storage, name, MAGIC)?;
        Self::decode(name, &footer, content_end).map_err(|malformed| Error::Damaged {
            path: storage.locate(name),
            offset: malformed.offset as u64,
            problem: format!("footer: {}", malformed.problem),
        })
    }

    fn decode(name: &str, footer: &[u8], content_end: u64) -> std::result::Result<Self, Malformed> {
        let mut reader = Reader::new(footer);
        let count = reader.varint()?;
        let (partition_bits, rice_bits) = (u32::from(reader.u8()?), u32::from(reader.u8()?));
        if partition_bits > PARTITION_BITS_MAX || rice_bits > HASH_BITS {
            return Err(reader.malformed("layout of hashes is impossible"));
        }
        let mut start = HEADER_BYTES;
        let mut starts = vec![start];
        for _ in 0..1u32 << partition_bits {
            let end = start.checked_add(reader.varint()?).filter(|end| *end <= content_end);
            start = end.ok_or_else(|| reader.malformed("hashes outside of their object"))?;
            starts.push(start);
        }
        Ok(Self { name: name.to_owned(), count, partition_bits, rice_bits, starts })
    }

    /// How many hashes there are.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Calls `each` with every hash in a range, ascending: the range `number` of two to the power of `range_bits` alike.
    pub(super) fn read(
        &self,
        storage: &dyn ObjectStorage,
        number: u64,
        range_bits: u32,
        mut each: impl FnMut(u64),
    ) -> Result<()> {
        let hashes = number << (HASH_BITS - range_bits)..(number + 1) << (HASH_BITS - range_bits);
        let partition = |hash: u64| {
            usize::try_from(hash >> (HASH_BITS - self.partition_bits))
                .expect("there are at most 2^20 partitions")
        };
        let (first, last) = (partition(hashes.start), partition(hashes.end - 1));
        let range = self.starts[first]..self.starts[last + 1];
        let path = || storage.locate(&self.name);
        let bytes = storage.get(&self.name, range).map_err(|source| Error::Read { path: path(), source })?;
        for partition in first..=last {
            let start = self.starts[partition] - self.starts[first];
            let end = self.starts[partition + 1] - self.starts[first];
            let part = usize::try_from(start).and_then(|start| Ok(start..usize::try_from(end)?));
            let part = part.ok().and_then(|part| bytes.get(part)).unwrap_or_default();
            self.decode_partition(partition, part, &hashes, &mut each).ok_or_else(|| Error::Damaged {
                path: path(),
                offset: self.starts[partition],
                problem: "hashes do not match their checksum or their layout".to_owned(),
            })?;
        }
        Ok(())
    }

    fn decode_partition(
        &self,
        partition: usize,
        bytes: &[u8],
        wanted: &Range<u64>,
        mut each: impl FnMut(u64),
    ) -> Option<()> {
        let mut reader = BitReader::new(checked(bytes)?);
        let count = reader.gamma()? - 1;
        let mut next = (partition as u64) << (HASH_BITS - self.partition_bits);
        for _ in 0..count {
            let hash =
                next.checked_add(reader.rice(self.rice_bits)?).filter(|hash| hash >> HASH_BITS == 0)?;
            if wanted.contains(&hash) {
                each(hash);
            }
            next = hash + 1;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::words::WordCollector;
    use palisade_storage::{MemoryStorage, Terms};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn hashes_come_back_range_by_range(
            numbers in proptest::collection::vec(any::<i64>(), 0..3_000),
            range_bits in 0u32..6,
        ) {
            let mut collector = WordCollector::new();
            numbers.iter().for_each(|number| collector.add_integer(*number));
            let words = collector.finish();
            let storage = MemoryStorage::default();
            storage.put("splits/a.hashes", &encode(&words), &Terms::default()).unwrap();

            let list = HashList::open(&storage, "splits/a.hashes").unwrap();
            let mut found = Vec::new();
            for range in 0..1 << range_bits {
                list.read(&storage, range, range_bits, |hash| found.push(hash)).unwrap();
            }

            prop_assert_eq!(list.count(), words.hash_count() as u64);
            prop_assert!(found.into_iter().eq(words.hashes()));
        }

        #[test]
        fn arbitrary_footers_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            _ = HashList::decode("a", &bytes, 1_000);
        }
    }
}
