//! A cache with a bound, in shards so that threads rarely wait for each other. Its keys are hashes already.
//!
//! Each shard has two generations. What is used moves to the young one; when that is full, the old one is dropped and the young
//! one becomes old. So what was used lately stays, as in a list by time of use, but a hit writes nothing and touches one place
//! in memory instead of five: with ten thousand subjects in turn that is what most of the time went into.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Enough that two of a few dozen threads seldom meet.
const SHARDS: usize = 16;

/// A table has up to twice the room that its entries need, and a key and a byte beside each.
const ROOM: usize = 2;

const KEY_BYTES: usize = size_of::<u128>() + 1;

/// Takes the low half of a key as its hash: keys are hashes under a secret key, nobody can choose them.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 ^= u64::from_le_bytes(word);
        }
    }
}

type Table<V> = HashMap<u128, V, BuildHasherDefault<AsItIs>>;

struct Shard<V> {
    young: Table<V>,
    old: Table<V>,
}

pub(super) struct Cache<V> {
    shards: [Mutex<Shard<V>>; SHARDS],
    generation_entries_max: usize,
}

impl<V: Clone> Cache<V> {
    /// A cache of at most `bytes`, with entries that take `entry_bytes` beside the value itself.
    pub(super) fn new(bytes: usize, entry_bytes: usize) -> Self {
        let shards =
            std::array::from_fn(|_| Mutex::new(Shard { young: Table::default(), old: Table::default() }));
        let each = (size_of::<V>() + KEY_BYTES) * ROOM + entry_bytes;
        Self { shards, generation_entries_max: (bytes / SHARDS / each / 2).max(1) }
    }

    fn shard(&self, key: u128) -> MutexGuard<'_, Shard<V>> {
        let [first, ..] = key.to_be_bytes();
        lock(&self.shards[usize::from(first) % SHARDS])
    }

    pub(super) fn get(&self, key: u128) -> Option<V> {
        let mut shard = self.shard(key);
        if let Some(value) = shard.young.get(&key) {
            return Some(value.clone());
        }
        let value = shard.old.remove(&key)?;
        self.put_in(&mut shard, key, value.clone());
        Some(value)
    }

    pub(super) fn put(&self, key: u128, value: V) {
        let mut shard = self.shard(key);
        shard.old.remove(&key);
        self.put_in(&mut shard, key, value);
    }

    fn put_in(&self, shard: &mut Shard<V>, key: u128, value: V) {
        if shard.young.len() >= self.generation_entries_max && !shard.young.contains_key(&key) {
            std::mem::swap(&mut shard.young, &mut shard.old);
            shard.young.clear();
        }
        shard.young.insert(key, value);
    }

    /// Keeps the entries of which `keep` says so.
    pub(super) fn retain(&self, keep: impl Fn(&V) -> bool) {
        for shard in &self.shards {
            let mut shard = lock(shard);
            shard.young.retain(|_, value| keep(value));
            shard.old.retain(|_, value| keep(value));
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        let count = |shard: &Mutex<Shard<V>>| {
            let shard = lock(shard);
            shard.young.len() + shard.old.len()
        };
        self.shards.iter().map(count).sum()
    }
}

fn lock<V>(shard: &Mutex<Shard<V>>) -> MutexGuard<'_, Shard<V>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cache with room for four entries in each generation of a shard.
    fn small() -> Cache<u128> {
        Cache::new(SHARDS * 8 * ((size_of::<u128>() + KEY_BYTES) * ROOM), 0)
    }

    #[test]
    fn the_bound_holds_and_what_was_used_last_stays() {
        let cache = small();
        for key in 0..1_000_u128 {
            // All of one shard: the first byte is the same.
            cache.put(key, key);
            assert_eq!(cache.get(0), Some(0), "it is used all the time");
            assert!(cache.len() <= 8);
        }
        assert_eq!((cache.get(999), cache.get(998), cache.get(1)), (Some(999), Some(998), None));
    }

    #[test]
    fn a_value_that_is_put_again_replaces_the_one_before_in_either_generation() {
        let cache = small();
        for key in 0..6_u128 {
            cache.put(key, key);
        }
        for key in 0..6_u128 {
            cache.put(key, key + 100);
            assert_eq!(cache.get(key), Some(key + 100));
        }
    }

    #[test]
    fn entries_are_dropped_when_asked() {
        let cache = Cache::new(1 << 20, 4);
        for key in 0..100_u128 {
            cache.put(key << 120, key);
        }
        cache.retain(|value| value % 2 == 0);
        assert_eq!((cache.len(), cache.get(3 << 120), cache.get(4 << 120)), (50, None, Some(4)));
    }
}
