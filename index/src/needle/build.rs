//! Makes the needle index of a day.

use palisade_record::Timestamp;

use super::geometry::{Batches, DAY_BYTES, Geometry};
use super::hash_list::{self, HashList};
use super::make::span_of;
use crate::error::{Error, Result};
use crate::split::footer::header;
use crate::split::words::{BitWriter, Code, HASH_BITS, UNITS_MAX, UnitWords, hash_of, hashes, pair};
use palisade_storage::{ObjectStorage, Terms};

const MAGIC: [u8; 4] = *b"PALN";

/// A word that is nowhere in the splits is taken for one that is, once in two to the power of this. A false answer costs
/// a read of a split's index and, once in 64 of those, a block.
const FALSE_BITS: u32 = 8;

/// Words with their splits that are sorted at once: 32 megabytes. What is more goes into objects of its own.
const PAIRS_AT_ONCE: u64 = 1 << 22;

/// Words of a bucket. A read of 64 KiB costs no more than one of 8 from far away, but decoding it does; and the larger
/// buckets are, the nearer they are to equally long.
const BUCKET_WORDS: u64 = 3_000;

/// Puts the needle index of a day: of these splits, which must be all that were published with batches between their
/// first and their last, in that order. `words` tells the words of the split at a position. Says how many bytes the
/// index has. The same splits give the same objects; it counts when its last object is there.
///
/// In memory are the words of one split and [`PAIRS_AT_ONCE`] of all; the others wait in hash lists, which are removed
/// at the end. A crash before leaves lists and objects that come again.
pub(super) fn build(
    storage: &dyn ObjectStorage,
    day: Timestamp,
    splits: &[Batches],
    words: impl FnMut(usize) -> Result<UnitWords>,
) -> Result<u64> {
    build_by(storage, day, splits, words, PAIRS_AT_ONCE)
}

pub(super) fn build_by(
    storage: &dyn ObjectStorage,
    day: Timestamp,
    splits: &[Batches],
    mut words: impl FnMut(usize) -> Result<UnitWords>,
    pairs_at_once: u64,
) -> Result<u64> {
    assert!(splits.len() <= UNITS_MAX, "a day has far fewer splits than {UNITS_MAX}");
    if splits.is_empty() {
        return Ok(0);
    }
    let (first, last) = span_of(splits);
    let day = day.to_string()[..DAY_BYTES].to_owned();
    let put = |name: &str, object: &[u8]| {
        storage
            .put(name, object, &Terms::pointer())
            .map_err(|source| Error::Write { path: storage.locate(name), source })
    };
    let names: Vec<String> = splits.iter().map(|split| hash_list::name(&day, *split)).collect();
    let mut lists = Vec::with_capacity(splits.len());
    for (position, name) in names.iter().enumerate() {
        put(name, &hash_list::encode(&words(position)?))?;
        lists.push(HashList::open(storage, name)?);
    }
    let total: u64 = lists.iter().map(HashList::count).sum();
    let shard_bits = total.div_ceil(pairs_at_once).next_power_of_two().ilog2();
    let (mut pairs, mut common, mut written) = (Vec::new(), None, 0);
    for shard in 0..1u32 << shard_bits {
        pairs.clear();
        for (list, split) in lists.iter().zip(0..) {
            list.read(storage, u64::from(shard), shard_bits, |hash| pairs.push(pair(hash, split)))?;
        }
        pairs.sort_unstable();
        let (code, bucket_bits) = *common.get_or_insert_with(|| common_of(splits.len(), &pairs, shard_bits));
        let batches = (first, last);
        let geometry =
            Geometry { day: day.clone(), batches, shard, shard_bits, bucket_bits, bucket_bytes: 0, code };
        let (geometry, object) = encode(geometry, &pairs, splits);
        put(&geometry.name(), &object)?;
        written += object.len() as u64;
    }
    for name in &names {
        storage.remove(name).map_err(|source| Error::Write { path: storage.locate(name), source })?;
    }
    Ok(written)
}

/// How words are written and how many buckets an object has: as the first object tells, for hashes are evenly spread.
fn common_of(splits: usize, pairs: &[u64], shard_bits: u32) -> (Code, u32) {
    let words = hashes(pairs).count() as u64;
    let bucket_bits = (words / BUCKET_WORDS).max(1).ilog2();
    let mut code = Code::new(splits, words << shard_bits, FALSE_BITS);
    code.fingerprint_bits = code.fingerprint_bits.max(shard_bits + bucket_bits);
    (code, bucket_bits)
}

/// An object: the buckets, each as long as the longest one needs, then the splits.
fn encode(geometry: Geometry, mut pairs: &[u64], splits: &[Batches]) -> (Geometry, Vec<u8>) {
    let (mut bits, mut buckets) = (BitWriter::default(), Vec::new());
    let bucket_shift = HASH_BITS - geometry.shard_bits - geometry.bucket_bits;
    for bucket in 0..1u64 << geometry.bucket_bits {
        let number = (u64::from(geometry.shard) << geometry.bucket_bits) | bucket;
        let is_inside = |pair: &u64| hash_of(*pair) >> bucket_shift == number;
        let (inside, after) = pairs.split_at(pairs.partition_point(is_inside));
        buckets.push(geometry.code.encode(geometry.first_fingerprint(bucket), inside, &mut bits));
        pairs = after;
    }
    let longest = buckets.iter().map(Vec::len).max().unwrap_or_default();
    let bucket_bytes = u32::try_from(longest + size_of::<u32>()).expect("a bucket is a part of 2^22 words");
    let geometry = Geometry { bucket_bytes, ..geometry };
    let mut object = header(MAGIC);
    for mut bucket in buckets {
        bucket.resize(longest, 0);
        append_checked(&mut object, &bucket);
    }
    let numbers = splits.iter().flat_map(|(first, last)| [first.to_le_bytes(), last.to_le_bytes()]);
    append_checked(&mut object, &numbers.flatten().collect::<Vec<u8>>());
    (geometry, object)
}

fn append_checked(object: &mut Vec<u8>, bytes: &[u8]) {
    object.extend_from_slice(bytes);
    object.extend_from_slice(&crc32c::crc32c(bytes).to_le_bytes());
}
