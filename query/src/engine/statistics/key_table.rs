//! Finds groups by the bytes of their keys.

/// Keys in the order in which they came, each with the hash it was found by.
#[derive(Debug, Default)]
pub(super) struct KeyTable {
    /// The number of a key and one more; zero is an empty place. At most half full.
    places: Vec<u32>,
    hashes: Vec<u64>,
    /// Where each key ends in `bytes`.
    ends: Vec<usize>,
    bytes: Vec<u8>,
}

/// Places of the smallest table that holds anything.
const PLACES_MIN: usize = 16;

impl KeyTable {
    /// Memory of one key beside its bytes.
    pub(super) const ENTRY_BYTES: usize = 2 * size_of::<u32>() + size_of::<u64>() + size_of::<usize>();

    pub(super) fn hash(&self, number: usize) -> u64 {
        self.hashes[number]
    }

    pub(super) fn key(&self, number: usize) -> &[u8] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[number]]
    }

    /// The number of a key, and whether it is new.
    pub(super) fn find_or_insert(&mut self, hash: u64, key: &[u8]) -> (usize, bool) {
        if self.hashes.len() * 2 >= self.places.len() {
            self.grow();
        }
        let mask = self.places.len() - 1;
        let mut place = first_place(hash, mask);
        loop {
            match self.places[place] {
                0 => break,
                taken => {
                    let number = taken as usize - 1;
                    if self.hashes[number] == hash && self.key(number) == key {
                        return (number, false);
                    }
                }
            }
            place = (place + 1) & mask;
        }
        self.hashes.push(hash);
        self.bytes.extend_from_slice(key);
        self.ends.push(self.bytes.len());
        self.places[place] =
            u32::try_from(self.hashes.len()).expect("groups are bounded far below four thousand million");
        (self.hashes.len() - 1, true)
    }

    fn grow(&mut self) {
        let larger = (self.places.len() * 2).max(PLACES_MIN);
        self.places = vec![0; larger];
        let mask = larger - 1;
        for (number, hash) in (1u32..).zip(&self.hashes) {
            let mut place = first_place(*hash, mask);
            while self.places[place] != 0 {
                place = (place + 1) & mask;
            }
            self.places[place] = number;
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the mask takes the lowest bits")]
fn first_place(hash: u64, mask: usize) -> usize {
    hash as usize & mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_are_found_again_also_when_hashes_collide(keys in proptest::collection::vec("[ab]{0,4}", 0..100)) {
            let mut table = KeyTable::default();
            let mut known: Vec<String> = Vec::new();
            for key in keys {
                let (number, is_new) = table.find_or_insert(key.len() as u64, key.as_bytes());
                let expected = known.iter().position(|known| *known == key);
                prop_assert_eq!(is_new, expected.is_none());
                prop_assert_eq!(number, expected.unwrap_or(known.len()));
                prop_assert_eq!(table.key(number), key.as_bytes());
                if is_new {
                    known.push(key);
                }
            }
            prop_assert_eq!(table.hashes.len(), known.len());
        }
    }
}
