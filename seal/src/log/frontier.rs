//! A tree that only grows and forgets its leaves: all it takes to know the root after every entry.

use super::hash::{Hash, node_hash};

/// The right edge of a Merkle tree: the roots of its perfect subtrees, largest first. There is one for every bit that is
/// set in the size, so at most 64 hashes stand in memory, whatever the size.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Continues a tree of `size` leaves from the roots of its perfect subtrees, largest first. Nothing if their number
    /// does not fit the size.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (u32::try_from(peaks.len()) == Ok(size.count_ones())).then_some(Self { size, peaks })
    }

    /// Adds the hash of a leaf at the end. Costs one node on average.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // Every trailing bit that is set is a subtree that the new leaf completes to one of twice its size.
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("there is a peak for every bit of the size");
            hash = node_hash(left, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, largest first: with the size, all that [`Frontier::from_peaks`] needs.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// The root of the tree as it is now.
    pub fn root(&self) -> Hash {
        fold(&self.peaks).unwrap_or_else(Hash::of_nothing)
    }
}

/// The root over the roots of perfect subtrees that lie side by side, largest first. Nothing for none.
pub(super) fn fold(peaks: &[Hash]) -> Option<Hash> {
    peaks.iter().rev().copied().reduce(|right, left| node_hash(left, right))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::hash::leaf_hash;
    use crate::log::tree::tests::{leaves, naive_root};

    #[test]
    fn every_root_on_the_way_is_that_of_the_naive_tree() {
        let leaves = leaves(300);
        let mut frontier = Frontier::new();
        assert_eq!(frontier.root(), Hash::of_nothing());
        for (position, leaf) in leaves.iter().enumerate() {
            frontier.push(*leaf);
            assert_eq!(frontier.root(), naive_root(&leaves[..=position]), "{position}");
        }
        assert_eq!(frontier.size(), 300);
        assert_eq!(frontier.peaks().len(), 4);
    }

    #[test]
    fn peaks_that_do_not_fit_the_size_are_refused() {
        assert!(Frontier::from_peaks(3, vec![leaf_hash(b"one")]).is_none());
        assert!(Frontier::from_peaks(0, vec![]).is_some());
    }

    proptest! {
        #[test]
        fn a_tree_continues_from_its_peaks(before in 0_usize..600, after in 0_usize..600) {
            let leaves = leaves(before + after);
            let mut first = Frontier::new();
            leaves[..before].iter().for_each(|leaf| first.push(*leaf));
            let mut second = Frontier::from_peaks(first.size(), first.peaks().to_vec()).unwrap();
            leaves[before..].iter().for_each(|leaf| second.push(*leaf));
            prop_assert_eq!(second.root(), naive_root(&leaves));
        }
    }
}
