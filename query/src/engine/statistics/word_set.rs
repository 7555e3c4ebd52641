//! A set of hashes.

/// Words that are hashes already: their high bits are their place, so that a set tells its words nearly in order, and
/// adding them to another one walks through its memory from one end to the other. Open addressing, at most half full.
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

    /// Makes room for so many words more. Words that come in order would else crowd at the beginning of a set that is too
    /// small for them.
    pub(super) fn reserve(&mut self, more: usize) {
        let places = ((self.len + more + 1) * 2).next_power_of_two().max(PLACES_MIN);
        if places > self.places.len() {
            self.grow_to(places);
        }
    }

    /// Where the word is, or would be.
    fn place_of(&self, word: u64) -> usize {
        let mask = self.places.len() - 1;
        let high = word >> (u64::BITS - self.places.len().trailing_zeros());
        let mut place = usize::try_from(high).unwrap_or(0) & mask;
        while self.places[place] != 0 && self.places[place] != word {
            place = (place + 1) & mask;
        }
        place
    }

    fn grow(&mut self) {
        self.grow_to((self.places.len() * 2).max(PLACES_MIN));
    }

    fn grow_to(&mut self, places: usize) {
        let words = std::mem::replace(&mut self.places, vec![0; places]);
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
