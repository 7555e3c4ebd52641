//! Distinct hashes, while they are collected.

use std::hash::{BuildHasher, RandomState};

/// Slots of the table at first, and again when a unit needed far more.
const SLOT_BITS_MIN: u32 = 14;

/// Tables that grew past this are not kept for the next unit: clearing them would cost more than building them.
const SLOT_BITS_KEPT_MAX: u32 = 17;

/// An odd number that nobody outside can know or choose. What is logged decides the words, and must not decide where in
/// a table they fall.
pub(super) fn secret() -> u64 {
    RandomState::new().hash_one(0) | 1
}

/// Distinct hashes in the order in which they came, and a table that finds them.
pub(super) struct Hashes {
    found: Vec<u64>,
    /// 0 is vacant.
    slots: Vec<u64>,
    slot_bits: u32,
    secret: u64,
}

impl Default for Hashes {
    fn default() -> Self {
        let slots = vec![0; 1 << SLOT_BITS_MIN];
        Self { found: Vec::new(), slots, slot_bits: SLOT_BITS_MIN, secret: secret() }
    }
}

impl Hashes {
    /// Notes a hash; says whether it was not known.
    #[inline]
    pub(super) fn add(&mut self, hash: u64) -> bool {
        if hash == 0 {
            // It would look like a vacant slot. It is one word in 10¹³, and doubles are dropped at the end.
            self.found.push(hash);
            return true;
        }
        let mask = self.slots.len() - 1;
        let mut slot = self.place(hash);
        while self.slots[slot] != 0 {
            if self.slots[slot] == hash {
                return false;
            }
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = hash;
        self.found.push(hash);
        if self.found.len() * 2 > self.slots.len() {
            self.grow();
        }
        true
    }

    #[inline]
    fn place(&self, hash: u64) -> usize {
        usize::try_from(hash.wrapping_mul(self.secret) >> (64 - self.slot_bits))
            .expect("a table in memory has fewer slots than usize has values")
    }

    #[cold]
    fn grow(&mut self) {
        self.slot_bits += 2;
        self.slots.clear();
        self.slots.resize(1 << self.slot_bits, 0);
        let mask = self.slots.len() - 1;
        for position in 0..self.found.len() {
            let hash = self.found[position];
            if hash != 0 {
                let mut slot = self.place(hash);
                while self.slots[slot] != 0 {
                    slot = (slot + 1) & mask;
                }
                self.slots[slot] = hash;
            }
        }
    }

    /// Shows all hashes, ascending, and forgets them.
    pub(super) fn take<T>(&mut self, show: impl FnOnce(&[u64]) -> T) -> T {
        self.found.sort_unstable();
        self.found.dedup();
        let shown = show(&self.found);
        if self.slot_bits > SLOT_BITS_KEPT_MAX {
            *self = Self::default();
        } else {
            self.found.clear();
            self.slots.fill(0);
        }
        shown
    }
}
