//! A set of hashes.

/// Words that are hashes already: their low bits are their place. Open addressing, at most half full.
#[derive(Clone, Debug, Default)]
pub(super) struct WordSet {
    /// Zero is an empty place.
    places: Vec<u64>,
    len: usize,
}

/// Places of the smallest set that holds anything.
const PLACES_MIN: usize = 8;

impl WordSet {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Memory in use.
    pub(super) fn heap_bytes(&self) -> usize {
        self.places.len() * size_of::<u64>()
    }

    /// Adds a word; whether it was new. Zero is taken for one.
    pub(super) fn insert(&mut self, word: u64) -> bool {
        if self.len * 2 >= self.places.len() {
            self.grow();
        }
        let word = word.max(1);
        let place = self.place_of(word);
        if self.places[place] == word {
            return false;
        }
        self.places[place] = word;
        self.len += 1;
        true
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.places.iter().copied().filter(|word| *word != 0)
    }

    /// Where the word is, or would be.
    fn place_of(&self, word: u64) -> usize {
        let mask = self.places.len() - 1;
        // Only the lowest bits count, however many a machine's word has.
        #[expect(clippy::cast_possible_truncation, reason = "the mask takes the lowest bits")]
        let mut place = word as usize & mask;
        while self.places[place] != 0 && self.places[place] != word {
            place = (place + 1) & mask;
        }
        place
    }

    fn grow(&mut self) {
        let larger = (self.places.len() * 2).max(PLACES_MIN);
        let words = std::mem::replace(&mut self.places, vec![0; larger]);
        for word in words.into_iter().filter(|word| *word != 0) {
            let place = self.place_of(word);
            self.places[place] = word;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    proptest! {
        #[test]
        fn a_set_knows_what_was_put_into_it(words in proptest::collection::vec(0u64..200, 0..300)) {
            let (mut set, mut known) = (WordSet::default(), HashSet::new());
            for word in words {
                prop_assert_eq!(set.insert(word), known.insert(word.max(1)));
            }
            prop_assert_eq!(set.len(), known.len());
            prop_assert_eq!(set.iter().collect::<HashSet<_>>(), known);
        }
    }
}
