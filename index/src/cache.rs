//! Decoded parts of blocks that were used lately, within a bound of bytes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use lru::LruCache;
use palisade_record::ByteSize;

use crate::column::SliceDictionary;
use crate::error::Result;
use crate::placement::Placement;
use crate::rebuild::Shapes;
use crate::split::{ObjectDigest, Vocabulary};
use crate::{Column, TemplateIds};

/// Parts of the cache, each with its own lock, so that threads seldom wait for each other.
const SHARDS: usize = 4;

/// What a cached thing belongs to. Numbers are never used again while the program runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Owner(u64);

impl Owner {
    /// A new one.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Something decoded.
#[derive(Clone, Debug)]
pub(crate) enum Cached {
    Column(Arc<Column>),
    /// Nothing for a column whose texts are not stored by template.
    TemplateIds(Option<Arc<TemplateIds>>),
    Times(Arc<Vec<i64>>),
    Places(Arc<Placement>),
    Shapes(Arc<Shapes>),
    Dictionary(Arc<SliceDictionary>),
    Vocabulary(Arc<Vocabulary>),
    /// A section of a far slice, as it is stored.
    Packed(Arc<[u8]>),
}

impl Cached {
    fn memory_bytes(&self) -> usize {
        match self {
            Self::Column(column) => column.memory_bytes(),
            Self::TemplateIds(ids) => size_of::<Self>() + ids.as_ref().map_or(0, |ids| ids.memory_bytes()),
            Self::Times(times) => times.len() * size_of::<i64>(),
            Self::Places(places) => places.memory_bytes(),
            Self::Shapes(shapes) => shapes.memory_bytes(),
            Self::Dictionary(dictionary) => dictionary.memory_bytes(),
            Self::Vocabulary(vocabulary) => vocabulary.memory_bytes(),
            Self::Packed(bytes) => bytes.len(),
        }
    }
}

struct Shard {
    entries: LruCache<(Owner, u32), (Cached, usize)>,
    bytes: usize,
}

/// Numbers about the cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CacheStatistics {
    /// Bytes it may take.
    pub bytes_max: u64,
    /// Bytes it takes.
    pub bytes: u64,
    /// Parts that were found in it since the start.
    pub hits_total: u64,
    /// Parts that were not, and were read.
    pub misses_total: u64,
}

/// Hears of an index object that was made again, before it is put: by its split and what it is.
pub(crate) type Remade = Box<dyn Fn(&str, ObjectDigest) -> Result<()> + Send + Sync>;

/// The cache, and what else all splits share.
pub(crate) struct Cache {
    remade: OnceLock<Remade>,
    shards: Vec<Mutex<Shard>>,
    shard_bytes_max: usize,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Cache {
    pub(crate) fn new(size: ByteSize) -> Self {
        let shard = || Mutex::new(Shard { entries: LruCache::unbounded(), bytes: 0 });
        Self {
            remade: OnceLock::new(),
            shards: (0..SHARDS).map(|_| shard()).collect(),
            shard_bytes_max: size.as_usize() / SHARDS,
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// A cache that keeps nothing.
    pub(crate) fn none() -> Self {
        Self::new(ByteSize::bytes(0))
    }

    /// From now on somebody hears of index objects that are made again.
    pub(crate) fn hear_of_remade(&self, remade: Remade) {
        // There is one index for a cache.
        _ = self.remade.set(remade);
    }

    /// Tells of an index object that is made again and not put yet.
    pub(crate) fn tell_of_remade(&self, split: &str, index: ObjectDigest) -> Result<()> {
        self.remade.get().map_or(Ok(()), |remade| remade(split, index))
    }

    /// The part `part` of `owner`: from the cache, or else read.
    pub(crate) fn get<E>(
        &self,
        owner: Owner,
        part: u32,
        read: impl FnOnce() -> std::result::Result<Cached, E>,
    ) -> std::result::Result<Cached, E> {
        if let Some((found, _)) = self.shard(owner, part).entries.get(&(owner, part)) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(found.clone());
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let value = read()?;
        self.put(owner, part, value.clone());
        Ok(value)
    }

    /// Keeps the part `part` of `owner`.
    pub(crate) fn put(&self, owner: Owner, part: u32, value: Cached) {
        let bytes = value.memory_bytes();
        // What is larger than its part of the cache is used once and let go.
        if bytes > self.shard_bytes_max {
            return;
        }
        let mut shard = self.shard(owner, part);
        if let Some((_, before)) = shard.entries.put((owner, part), (value, bytes)) {
            shard.bytes -= before;
        }
        shard.bytes += bytes;
        while shard.bytes > self.shard_bytes_max
            && let Some((_, (_, bytes))) = shard.entries.pop_lru()
        {
            shard.bytes -= bytes;
        }
    }

    /// Whether the part `part` of `owner` is here.
    pub(crate) fn has(&self, owner: Owner, part: u32) -> bool {
        self.shard(owner, part).entries.contains(&(owner, part))
    }

    fn shard(&self, owner: Owner, part: u32) -> MutexGuard<'_, Shard> {
        let mixed = owner.0.wrapping_mul(31).wrapping_add(u64::from(part));
        let shard = &self.shards[usize::try_from(mixed % SHARDS as u64).unwrap_or(0)];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn statistics(&self) -> CacheStatistics {
        let bytes = |shard: &Mutex<Shard>| shard.lock().unwrap_or_else(PoisonError::into_inner).bytes as u64;
        CacheStatistics {
            bytes_max: (self.shard_bytes_max * SHARDS) as u64,
            bytes: self.shards.iter().map(bytes).sum(),
            hits_total: self.hits.load(Ordering::Relaxed),
            misses_total: self.misses.load(Ordering::Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(count: usize) -> std::result::Result<Cached, ()> {
        Ok(Cached::Times(Arc::new(vec![0; count])))
    }

    #[test]
    fn what_was_read_is_not_read_again_while_there_is_room() {
        let cache = Cache::new(ByteSize::kib(64));
        let owner = Owner::new();
        cache.get(owner, 1, || times(100)).unwrap();
        cache.get(owner, 1, || Err::<Cached, _>("read twice")).unwrap();
        assert!(cache.get(Owner::new(), 1, || Err::<Cached, _>("of another block")).is_err());
        assert_eq!((cache.statistics().hits_total, cache.statistics().misses_total), (1, 2));
    }

    #[test]
    fn the_bound_holds_whatever_comes() {
        let cache = Cache::new(ByteSize::kib(64));
        for part in 0..1_000 {
            cache.get(Owner::new(), part, || times(part as usize)).unwrap();
            assert!(cache.statistics().bytes <= ByteSize::kib(64).as_u64());
        }
    }
}
