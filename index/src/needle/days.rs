//! Which days have a needle index, where it lies, and what it says of a word.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::ops::Range;
use std::sync::Arc;

use tracing::warn;

use super::geometry::{Batches, FOLDER, Geometry, MEMBER_BYTES};
use crate::error::{Error, Result};
use crate::split::words::checked;
use crate::storages::Storages;
use palisade_storage::ObjectStorage;

/// The needle index of a day.
#[derive(Clone)]
pub(super) struct Day {
    first: Geometry,
    /// The others, if one object was not enough.
    others: Arc<[Geometry]>,
    is_near: bool,
}

impl Day {
    pub(super) fn batches(&self) -> Batches {
        self.first.batches
    }

    /// Whether it was in the near storage when that was listed.
    pub(super) fn is_near(&self) -> bool {
        self.is_near
    }

    fn shard(&self, hash: u64) -> &Geometry {
        match self.first.shard_of(hash) {
            0 => &self.first,
            other => &self.others[other - 1],
        }
    }
}

/// All days.
pub(super) struct Days {
    near: Arc<dyn ObjectStorage>,
    far: Option<Arc<dyn ObjectStorage>>,
    is_far_listed: bool,
    /// By their last batch.
    days: BTreeMap<u64, Day>,
}

impl Days {
    /// Lists them, near and far.
    pub(super) fn list(storages: &Storages) -> Result<Self> {
        let (near, far) = (storages.hot.clone(), storages.cold.clone());
        Self { near, far, is_far_listed: false, days: BTreeMap::new() }.listed_again()
    }

    /// Lists the near ones again, and the far ones unless they were. What came to be far since then was near before, so it
    /// is known; what is not near any more is found far when it is read.
    pub(super) fn listed_again(&self) -> Result<Self> {
        let mut days = self.days.clone();
        let mut is_far_listed = self.is_far_listed;
        if let Some(far) = self.far.as_ref().filter(|_| !is_far_listed) {
            match list(&**far, false) {
                Ok(found) => {
                    days.extend(found);
                    is_far_listed = true;
                }
                Err(problem) => {
                    warn!(%problem, "needle indexes cannot be listed; until they are, every far split is asked itself");
                }
            }
        }
        // Near ones last: they are read near.
        days.extend(list(&*self.near, true)?);
        Ok(Self { near: self.near.clone(), far: self.far.clone(), is_far_listed, days })
    }

    pub(super) fn is_complete(&self) -> bool {
        self.is_far_listed || self.far.is_none()
    }

    pub(super) fn covered(&self) -> impl Iterator<Item = Batches> {
        self.days.values().map(Day::batches)
    }

    /// The day whose needle index speaks for a split.
    pub(super) fn of(&self, (first, last): Batches) -> Option<&Day> {
        let (_, day) = self.days.range(last..).next()?;
        (day.batches().0 <= first).then_some(day)
    }

    /// The splits of a day that have a word.
    pub(super) fn splits_with(&self, day: &Day, hash: u64) -> Result<Vec<Batches>> {
        let shard = day.shard(hash);
        let bucket = shard.bucket_of(hash);
        let bytes = self.read(day, shard, shard.bucket(bucket))?;
        let mut having = Vec::new();
        shard
            .code
            .find(shard.first_fingerprint(bucket), &bytes, hash, |split| having.push(split as usize))
            .ok_or_else(|| self.damaged(shard, shard.bucket(bucket).start, "bucket is not what its name says"))?;
        if having.is_empty() {
            return Ok(Vec::new());
        }
        if shard.code.units == 1 {
            return Ok(vec![shard.batches]);
        }
        let members = self.read(day, shard, shard.members())?;
        let (members, _) = members.as_chunks::<MEMBER_BYTES>();
        let number =
            |bytes: &[u8]| bytes.iter().rev().fold(0, |number, byte| (number << 8) | u64::from(*byte));
        let batches = |member: &[u8; MEMBER_BYTES]| (number(&member[..8]), number(&member[8..]));
        Ok(having.into_iter().filter_map(|split| members.get(split)).map(batches).collect())
    }

    /// Reads a part that ends with its checksum.
    fn read(&self, day: &Day, shard: &Geometry, range: Range<u64>) -> Result<Vec<u8>> {
        let name = shard.name();
        let far = self.far.as_ref();
        let (storage, bytes) = match far.filter(|_| !day.is_near) {
            Some(far) => (far, far.get(&name, range.clone())),
            None => match (self.near.get(&name, range.clone()), far) {
                // It was moved away since it was listed.
                (Err(error), Some(far)) if error.kind() == ErrorKind::NotFound => {
                    (far, far.get(&name, range.clone()))
                }
                (bytes, _) => (&self.near, bytes),
            },
        };
        let bytes = bytes.map_err(|source| Error::Read { path: storage.locate(&name), source })?;
        let content = checked(&bytes);
        let content =
            content.ok_or_else(|| self.damaged(shard, range.start, "does not match its checksum"))?;
        Ok(content.to_vec())
    }

    fn damaged(&self, shard: &Geometry, offset: u64, problem: &str) -> Error {
        Error::Damaged { path: self.near.locate(&shard.name()), offset, problem: problem.to_owned() }
    }
}

/// The whole needle indexes of a storage, by their last batch.
fn list(storage: &dyn ObjectStorage, is_near: bool) -> Result<Vec<(u64, Day)>> {
    let names = storage.list(FOLDER);
    let names = names.map_err(|source| Error::Read { path: storage.locate(FOLDER), source })?;
    let mut found: BTreeMap<(Batches, u32), Vec<Geometry>> = BTreeMap::new();
    for geometry in names.iter().filter_map(|name| Geometry::parse(name)) {
        found.entry((geometry.batches, geometry.shard_bits)).or_default().push(geometry);
    }
    let day = |(((_, last), shard_bits), mut shards): ((Batches, u32), Vec<Geometry>)| {
        shards.sort_by_key(|geometry| geometry.shard);
        shards.dedup_by_key(|geometry| geometry.shard);
        let is_whole = shards.len() == 1 << shard_bits;
        let mut shards = shards.into_iter();
        let first = shards.next().filter(|_| is_whole)?;
        Some((last, Day { first, others: shards.collect(), is_near }))
    };
    Ok(found.into_iter().filter_map(day).collect())
}
