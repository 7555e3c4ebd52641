//! Asks needle indexes.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::geometry::{Batches, FOLDER, Geometry, MEMBER_BYTES};
use crate::error::{Error, Result};
use crate::split::Probe;
use crate::split::words::{checked, cut, head, word_hash};
use palisade_storage::ObjectStorage;

/// Shorter words are counters, ports and parts of addresses: every day has them in most splits.
const WORD_BYTES_MIN: usize = 6;

/// Fewer splits of a day than this are asked themselves; it costs no more.
const SPLITS_MIN: usize = 2;

/// The objects of one needle index, by shard.
struct Day {
    shards: Vec<Geometry>,
}

/// All needle indexes of a storage.
pub(crate) struct Needles {
    storage: Arc<dyn ObjectStorage>,
    /// By their last batch.
    days: BTreeMap<u64, Day>,
}

impl Needles {
    /// Lists the needle indexes that are whole; reads none.
    pub(crate) fn list(storage: Arc<dyn ObjectStorage>) -> Result<Self> {
        let names = storage.list(FOLDER);
        let names = names.map_err(|source| Error::Read { path: storage.locate(FOLDER), source })?;
        let mut found: BTreeMap<(Batches, u32), Vec<Geometry>> = BTreeMap::new();
        for geometry in names.iter().filter_map(|name| Geometry::parse(name)) {
            found.entry((geometry.batches, geometry.shard_bits)).or_default().push(geometry);
        }
        let mut days = BTreeMap::new();
        for (((_, last), shard_bits), mut shards) in found {
            shards.sort_by_key(|geometry| geometry.shard);
            shards.dedup_by_key(|geometry| geometry.shard);
            if shards.len() == 1 << shard_bits {
                days.insert(last, Day { shards });
            }
        }
        Ok(Self { storage, days })
    }

    /// The batches that needle indexes speak for, of each from the first to the last.
    pub(crate) fn covered(&self) -> impl Iterator<Item = Batches> {
        self.days.values().filter_map(|day| day.shards.first()).map(|shard| shard.batches)
    }

    /// For each of these splits whether it can hold what is asked for. Reads once for each word with digits and day of
    /// which there are several splits, twice where the word is found.
    pub(crate) fn candidates(&self, probe: &Probe, splits: &[Batches]) -> Result<Vec<bool>> {
        Ok(match probe {
            Probe::None => vec![false; splits.len()],
            Probe::Word(word) => self.having(cut(word), splits)?,
            Probe::Any | Probe::Prefix(_) => vec![true; splits.len()],
            Probe::All(probes) => {
                let mut all = vec![true; splits.len()];
                for probe in probes {
                    // What one word rules out is not asked for the next.
                    let left: Vec<usize> = (0..splits.len()).filter(|split| all[*split]).collect();
                    let asked: Vec<Batches> = left.iter().map(|split| splits[*split]).collect();
                    let found = self.candidates(probe, &asked)?;
                    left.iter().zip(found).for_each(|(split, found)| all[*split] = found);
                }
                all
            }
            Probe::OneOf(probes) => {
                let mut any = vec![false; splits.len()];
                for probe in probes {
                    let found = self.candidates(probe, splits)?;
                    any.iter_mut().zip(found).for_each(|(any, found)| *any |= found);
                }
                any
            }
        })
    }

    fn having(&self, word: &str, splits: &[Batches]) -> Result<Vec<bool>> {
        let mut found = vec![true; splits.len()];
        if head(word).is_none() || word.len() < WORD_BYTES_MIN {
            return Ok(found);
        }
        let hash = word_hash(word.as_bytes());
        let mut of_day: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (position, split) in splits.iter().enumerate() {
            if let Some(last) = self.day_of(*split) {
                of_day.entry(last).or_default().push(position);
            }
        }
        for (last, positions) in of_day {
            if positions.len() < SPLITS_MIN {
                continue;
            }
            let having = self.splits_with(&self.days[&last], hash)?;
            for position in positions {
                // Splits that were joined since then overlap those that were listed.
                let (first, last) = splits[position];
                found[position] = having.iter().any(|(start, end)| *start <= last && first <= *end);
            }
        }
        Ok(found)
    }

    /// The day whose needle index speaks for a split.
    fn day_of(&self, (first, last): Batches) -> Option<u64> {
        let (key, day) = self.days.range(last..).next()?;
        (day.shards.first()?.batches.0 <= first).then_some(*key)
    }

    fn splits_with(&self, day: &Day, hash: u64) -> Result<Vec<Batches>> {
        let shard = &day.shards[day.shards.first().map_or(0, |shard| shard.shard_of(hash))];
        let bucket = shard.bucket_of(hash);
        let bytes = self.read(shard, shard.bucket(bucket))?;
        let mut having = Vec::new();
        shard
            .code
            .find(shard.first_fingerprint(bucket), &bytes, hash, |split| having.push(split as usize))
            .ok_or_else(|| self.damaged(shard, shard.bucket(bucket).start, "bucket is not what its name says"))?;
        if having.is_empty() {
            return Ok(Vec::new());
        }
        let members = self.read(shard, shard.members())?;
        let (members, _) = members.as_chunks::<MEMBER_BYTES>();
        let number =
            |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte));
        let batches = |member: &[u8; MEMBER_BYTES]| (number(&member[..8]), number(&member[8..]));
        Ok(having.into_iter().filter_map(|split| members.get(split)).map(batches).collect())
    }

    /// Reads a part that ends with its checksum.
    fn read(&self, shard: &Geometry, range: Range<u64>) -> Result<Vec<u8>> {
        let name = shard.name();
        let bytes = self.storage.get(&name, range.clone());
        let bytes = bytes.map_err(|source| Error::Read { path: self.storage.locate(&name), source })?;
        let content = checked(&bytes);
        let content =
            content.ok_or_else(|| self.damaged(shard, range.start, "does not match its checksum"))?;
        Ok(content.to_vec())
    }

    fn damaged(&self, shard: &Geometry, offset: u64, problem: &str) -> Error {
        Error::Damaged { path: self.storage.locate(&shard.name()), offset, problem: problem.to_owned() }
    }
}
