//! Proofs from tiles: only those that a proof needs are read.

use std::ops::Range;

use super::bundle::Bundle;
use super::hash::Hash;
use super::reader::{ReadError, TileReader, Tiles, read_bundle};
use super::tile::TILE_WIDTH;
use super::tree::{SIZE_MAX, consistency_ranges, inclusion_ranges};

/// The inclusion path of entry `index`, from 0, in the log of `size` entries. Tiles are taken at their word: check the
/// path with [`verify_inclusion`](super::verify_inclusion) before it is given to anybody.
pub fn prove_inclusion(reader: &dyn TileReader, size: u64, index: u64) -> Result<Vec<Hash>, ReadError> {
    let ranges = inclusion_ranges(index, size).filter(|_| size <= SIZE_MAX);
    hashes(reader, size, ranges.ok_or(ReadError::Outside { wanted: index, size })?)
}

/// The consistency path from the log of `old_size` entries to that of `new_size`. Empty if one of them is empty or both
/// are the same. Tiles are taken at their word: check the path with
/// [`verify_consistency`](super::verify_consistency).
pub fn prove_consistency(
    reader: &dyn TileReader,
    old_size: u64,
    new_size: u64,
) -> Result<Vec<Hash>, ReadError> {
    prove_consistency_within(reader, old_size, new_size, new_size)
}

/// Like [`prove_consistency`], with the tiles of a log that grew to `size` entries since: the partial tiles of the time
/// between may be gone.
pub(super) fn prove_consistency_within(
    reader: &dyn TileReader,
    old_size: u64,
    new_size: u64,
    size: u64,
) -> Result<Vec<Hash>, ReadError> {
    let outside = ReadError::Outside { wanted: old_size.max(new_size), size };
    let ranges = consistency_ranges(old_size, new_size).filter(|_| new_size <= size && size <= SIZE_MAX);
    hashes(reader, size, ranges.ok_or(outside)?)
}

fn hashes(reader: &dyn TileReader, size: u64, ranges: Vec<Range<u64>>) -> Result<Vec<Hash>, ReadError> {
    let mut tiles = Tiles::new(reader, size);
    ranges.into_iter().map(|range| tiles.range(range)).collect()
}

/// The entries with these numbers, from 0, in a log of `size` entries; those beyond its end are left out. Bundles are read
/// one after the other, as the iterator comes to them, and taken at their word. Ends after an error.
pub fn entries(reader: &dyn TileReader, size: u64, range: Range<u64>) -> Entries<'_> {
    let size = size.min(SIZE_MAX);
    Entries { reader, size, next: range.start, end: range.end.min(size), read: Vec::new().into_iter() }
}

/// See [`entries`].
pub struct Entries<'a> {
    reader: &'a dyn TileReader,
    size: u64,
    next: u64,
    end: u64,
    /// What is left of the bundle with the next entry.
    read: std::vec::IntoIter<Vec<u8>>,
}

impl Iterator for Entries<'_> {
    type Item = Result<Vec<u8>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        if self.read.len() == 0 {
            let bundle = Bundle::at(self.size, self.next / u64::from(TILE_WIDTH))?;
            match read_bundle(self.reader, bundle) {
                Ok(stored) => self.read = stored.content.into_iter(),
                Err(error) => {
                    self.end = self.next;
                    return Some(Err(error));
                }
            }
            let skipped = self.next % u64::from(TILE_WIDTH);
            (0..skipped).for_each(|_| drop(self.read.next()));
        }
        self.next += 1;
        self.read.next().map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::log::hash::leaf_hash;
    use crate::log::sample::{Watched, entries as some_entries, log};
    use crate::log::tree::{consistency_path, inclusion_path};
    use crate::log::verify::{verify_consistency, verify_inclusion};

    fn leaves(size: u64) -> Vec<Hash> {
        some_entries(0..size).iter().map(|entry| leaf_hash(entry)).collect()
    }

    #[test]
    fn a_proof_in_a_log_of_three_levels_reads_four_tiles() {
        let (objects, states) = log(&[65_536, 300]);
        let watched = Watched(&objects, RefCell::default());
        let path = prove_inclusion(&watched, states[2].size, 12_345).unwrap();
        let leaf = leaf_hash(&some_entries(12_345..12_346)[0]);
        assert_eq!(verify_inclusion(leaf, 12_345, states[2].size, &path, states[2].root), Ok(()));
        let read = watched.1.into_inner();
        assert_eq!(read, ["tile/0/048", "tile/1/000", "tile/1/001.p/1", "tile/0/257.p/44"]);
    }

    #[test]
    fn what_is_outside_of_the_log_is_not_proven() {
        let (objects, _) = log(&[3]);
        assert!(matches!(prove_inclusion(&objects, 3, 3), Err(ReadError::Outside { .. })));
        assert!(matches!(prove_inclusion(&objects, u64::MAX, 3), Err(ReadError::Outside { .. })));
        assert!(matches!(prove_consistency(&objects, 4, 3), Err(ReadError::Outside { .. })));
        assert!(matches!(prove_consistency(&objects, 1, u64::MAX), Err(ReadError::Outside { .. })));
        assert!(matches!(prove_inclusion(&objects, 9, 3), Err(ReadError::Missing { .. })));
        assert_eq!(entries(&objects, 3, 3..9).count(), 0);
        assert_eq!(entries(&objects, u64::MAX, u64::MAX - 1..u64::MAX).count(), 0);
    }

    #[test]
    fn a_missing_bundle_ends_the_entries_with_an_error() {
        let (mut objects, _) = log(&[600]);
        objects.remove("tile/entries/001");
        let read: Vec<_> = entries(&objects, 600, 250..600).collect();
        assert_eq!(read.len(), 7);
        assert!(matches!(&read[6], Err(ReadError::Missing { path }) if path == "tile/entries/001"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn proofs_from_tiles_are_those_of_the_tree_in_memory(
            steps in prop::collection::vec(1_u64..700, 1..4), index: Index, old: Index,
        ) {
            let (objects, states) = log(&steps);
            let new = *states.last().unwrap();
            let leaves = leaves(new.size);
            let index = index.index(leaves.len()) as u64;
            let path = prove_inclusion(&objects, new.size, index).unwrap();
            prop_assert_eq!(Some(path), inclusion_path(&leaves, index));
            let old = old.index(leaves.len() + 1) as u64;
            let path = prove_consistency(&objects, old, new.size).unwrap();
            prop_assert_eq!(Some(path), consistency_path(&leaves, old));
            for old in states {
                let path = prove_consistency(&objects, old.size, new.size).unwrap();
                prop_assert_eq!(verify_consistency(old.size, old.root, new.size, new.root, &path), Ok(()));
            }
        }

        #[test]
        fn entries_are_read_in_any_range(size in 1_u64..800, start in 0_u64..900, length in 0_u64..600) {
            let (objects, _) = log(&[size]);
            let read: Vec<_> = entries(&objects, size, start..start + length).map(Result::unwrap).collect();
            let expected = some_entries(start.min(size)..(start + length).min(size));
            prop_assert_eq!(read, expected);
        }
    }
}
