//! The distinct words without digits of a unit.
//!
//! Unlike words with digits they are told apart by their text, not by a hash: who can choose what is logged must not be
//! able to keep a word out of the index by a second one with the same hash.

use super::hash::word_hash;
use super::hash_table::secret;

/// Slots of the table at first, and again when a unit needed far more.
const SLOT_BITS_MIN: u32 = 10;

/// Tables that grew past this are not kept for the next unit.
const SLOT_BITS_KEPT_MAX: u32 = 15;

/// What parts words in a list of them; it is in no word.
pub(super) const SEPARATOR: char = ' ';

/// Words up to here are their two ends and nothing else.
const ENDS_BYTES: usize = 16;

/// A word by its ends, which may overlap: of words up to 16 bytes they are all of it, of longer ones a hash stands for
/// the rest.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Key {
    first: u64,
    last: u64,
    /// 0 is vacant; words are never empty.
    length: u32,
}

impl Key {
    #[inline]
    fn of(word: &[u8]) -> Self {
        let length = u32::try_from(word.len()).expect("words are cut to 128 bytes");
        let (first, last) = if let (Some(first), Some(last)) = (word.first_chunk(), word.last_chunk()) {
            let rest = if word.len() > ENDS_BYTES { word_hash(word) } else { 0 };
            (u64::from_le_bytes(*first) ^ rest, u64::from_le_bytes(*last))
        } else if let (Some(first), Some(last)) = (word.first_chunk(), word.last_chunk()) {
            (u64::from(u32::from_le_bytes(*first)), u64::from(u32::from_le_bytes(*last)))
        } else {
            (word.iter().fold(0, |bytes, byte| (bytes << 8) | u64::from(*byte)), 0)
        };
        Self { first, last, length }
    }
}

#[derive(Clone, Copy, Default)]
struct Slot {
    key: Key,
    start: u32,
}

/// Words one after the other, and a table that finds them.
pub(super) struct LetterWords {
    text: String,
    count: usize,
    slots: Vec<Slot>,
    slot_bits: u32,
    secrets: [u64; 2],
}

impl Default for LetterWords {
    fn default() -> Self {
        let slots = vec![Slot::default(); 1 << SLOT_BITS_MIN];
        let secrets = [secret(), secret()];
        Self { text: String::new(), count: 0, slots, slot_bits: SLOT_BITS_MIN, secrets }
    }
}

impl LetterWords {
    /// Adds a word, unless it is there.
    ///
    /// # Panics
    /// When the words pass 4 GiB; slices are bounded far below.
    #[inline]
    pub(super) fn add(&mut self, word: &str) {
        let key = Key::of(word.as_bytes());
        let mask = self.slots.len() - 1;
        let mut at = self.place(key);
        while self.slots[at].key.length != 0 {
            if self.slots[at].key == key && (word.len() <= ENDS_BYTES || self.of(self.slots[at]) == word) {
                return;
            }
            at = (at + 1) & mask;
        }
        self.insert(at, key, word);
    }

    fn insert(&mut self, at: usize, key: Key, word: &str) {
        let start = u32::try_from(self.text.len()).expect("the words of a slice take far less than 4 GiB");
        self.text.push_str(word);
        self.slots[at] = Slot { key, start };
        self.count += 1;
        if self.count * 2 > self.slots.len() {
            self.grow();
        }
    }

    #[inline]
    fn place(&self, key: Key) -> usize {
        let [left, right] = self.secrets;
        let mixed =
            (key.first ^ left).wrapping_mul(left) ^ (key.last ^ u64::from(key.length)).rotate_left(32);
        let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(right);
        usize::try_from(mixed >> (64 - self.slot_bits))
            .expect("a table in memory has fewer slots than usize has values")
    }

    fn of(&self, slot: Slot) -> &str {
        &self.text[slot.start as usize..(slot.start + slot.key.length) as usize]
    }

    #[cold]
    fn grow(&mut self) {
        self.slot_bits += 2;
        let slots = std::mem::replace(&mut self.slots, vec![Slot::default(); 1 << self.slot_bits]);
        let mask = self.slots.len() - 1;
        for slot in slots.into_iter().filter(|slot| slot.key.length != 0) {
            let mut at = self.place(slot.key);
            while self.slots[at].key.length != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }

    /// The words, sorted and parted by [`SEPARATOR`]; none are left.
    pub(super) fn take(&mut self) -> Box<str> {
        let filled = self.slots.iter().filter(|slot| slot.key.length != 0);
        let mut words: Vec<&str> = filled.map(|slot| self.of(*slot)).collect();
        words.sort_unstable();
        let mut list = String::with_capacity(self.text.len() + words.len());
        for (position, word) in words.into_iter().enumerate() {
            if position > 0 {
                list.push(SEPARATOR);
            }
            list.push_str(word);
        }
        if self.slot_bits > SLOT_BITS_KEPT_MAX {
            *self = Self::default();
        } else {
            self.text.clear();
            self.count = 0;
            self.slots.fill(Slot::default());
        }
        list.into()
    }
}
