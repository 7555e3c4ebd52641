//! Checks paths against roots, without the tree (RFC 9162, 2.1.3.2 and 2.1.4.2).

use super::climb::{Climb, Side};
use super::hash::{Hash, node_hash};

/// Why a path proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PathError {
    /// The entry lies outside of the tree.
    #[error("entry {index} is not in a tree of {size} entries; take the proof for the tree it was made for")]
    Outside {
        /// Which entry.
        index: u64,
        /// How many entries the tree has.
        size: u64,
    },
    /// The later tree has fewer entries than the earlier one.
    #[error(
        "the log shrank from {old} to {new} entries; entries were cut off, or the checkpoints are in the wrong order"
    )]
    Shrunk {
        /// The size of the earlier tree.
        old: u64,
        /// The size of the later tree.
        new: u64,
    },
    /// There are too few or too many hashes.
    #[error(
        "the path has {found} hashes, which does not fit these sizes; it was cut, or made for another tree"
    )]
    Length {
        /// How many hashes it has.
        found: usize,
    },
    /// The hashes do not lead to the root.
    #[error("the path does not lead to the root {expected}; the entry, the path or the tree was changed")]
    Root {
        /// The root that was to be reached: for consistency, of the later or the earlier tree.
        expected: Hash,
    },
}

/// Whether `leaf`, the hash of an entry, is entry number `index`, from 0, of the tree with this size and root.
pub fn verify_inclusion(
    leaf: Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: Hash,
) -> Result<(), PathError> {
    if index >= size {
        return Err(PathError::Outside { index, size });
    }
    let mut climb = Climb::new(index, size - 1);
    let mut reached = leaf;
    for hash in path {
        reached = match climb.side().ok_or(PathError::Length { found: path.len() })? {
            Side::Left => node_hash(*hash, reached),
            Side::Right => node_hash(reached, *hash),
        };
    }
    climb.is_at_the_root(path)?;
    if reached == root { Ok(()) } else { Err(PathError::Root { expected: root }) }
}

/// Whether the tree with `old_size` and `old_root` is the beginning of the one with `new_size` and `new_root`.
pub fn verify_consistency(
    old_size: u64,
    old_root: Hash,
    new_size: u64,
    new_root: Hash,
    path: &[Hash],
) -> Result<(), PathError> {
    if old_size > new_size {
        return Err(PathError::Shrunk { old: old_size, new: new_size });
    }
    if old_size == new_size || old_size == 0 {
        if !path.is_empty() {
            return Err(PathError::Length { found: path.len() });
        }
        let expected = if old_size == new_size { new_root } else { Hash::of_nothing() };
        return if old_root == expected { Ok(()) } else { Err(PathError::Root { expected }) };
    }
    // A tree of a power of two is a subtree of the later one, and its root, which is known, is left out of the path.
    let (first, rest) = if old_size.is_power_of_two() {
        (old_root, path)
    } else {
        let (first, rest) = path.split_first().ok_or(PathError::Length { found: 0 })?;
        (*first, rest)
    };
    let mut climb = Climb::new(old_size - 1, new_size - 1);
    climb.skip_right_children();
    let (mut old_reached, mut new_reached) = (first, first);
    for hash in rest {
        match climb.side().ok_or(PathError::Length { found: path.len() })? {
            Side::Left => {
                old_reached = node_hash(*hash, old_reached);
                new_reached = node_hash(*hash, new_reached);
            }
            Side::Right => new_reached = node_hash(new_reached, *hash),
        }
    }
    climb.is_at_the_root(path)?;
    for (reached, expected) in [(old_reached, old_root), (new_reached, new_root)] {
        if reached != expected {
            return Err(PathError::Root { expected });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::log::tree::tests::{leaves, naive_root};
    use crate::log::tree::{consistency_path, inclusion_path};

    #[test]
    fn every_leaf_of_every_small_tree_is_proven() {
        for size in 1..40 {
            let leaves = leaves(size);
            let root = naive_root(&leaves);
            for (index, leaf) in (0..).zip(&leaves) {
                let path = inclusion_path(&leaves, index).unwrap();
                assert_eq!(verify_inclusion(*leaf, index, size as u64, &path, root), Ok(()));
            }
            for old in 0..=size {
                let path = consistency_path(&leaves, old as u64).unwrap();
                let old_root = naive_root(&leaves[..old]);
                assert_eq!(verify_consistency(old as u64, old_root, size as u64, root, &path), Ok(()));
            }
        }
    }

    #[test]
    fn a_log_that_shrank_or_was_replaced_is_told() {
        let (old, new) = (naive_root(&leaves(5)), naive_root(&leaves(4)));
        assert_eq!(verify_consistency(5, old, 4, new, &[]), Err(PathError::Shrunk { old: 5, new: 4 }));
        assert_eq!(verify_consistency(4, old, 4, new, &[]), Err(PathError::Root { expected: new }));
        let nothing = Hash::of_nothing();
        assert_eq!(verify_consistency(0, old, 4, new, &[]), Err(PathError::Root { expected: nothing }));
        assert_eq!(verify_consistency(3, old, 4, new, &[]), Err(PathError::Length { found: 0 }));
    }

    /// Something is changed in a path.
    fn changed(path: &[Hash], way: u8, at: Index, bit: u8) -> Vec<Hash> {
        let mut path = path.to_vec();
        let spare = Hash([bit; 32]);
        match (way % 4, path.is_empty()) {
            (_, true) | (0, _) => path.insert(at.index(path.len() + 1), spare),
            (1, _) => drop(path.remove(at.index(path.len()))),
            (2, _) => path.push(path[at.index(path.len())]),
            _ => {
                let position = at.index(path.len());
                path[position].0[usize::from(bit) % 32] ^= 1 << (bit % 8);
            }
        }
        path
    }

    proptest! {
        #[test]
        fn a_changed_leaf_index_path_or_root_is_not_included(
            size in 1_usize..300, at: Index, way: u8, bit: u8, shift in 1_u64..300,
        ) {
            let leaves = leaves(size);
            let (index, size, root) = (at.index(size) as u64, size as u64, naive_root(&leaves));
            let leaf = leaves[at.index(leaves.len())];
            let path = inclusion_path(&leaves, index).unwrap();
            let verify = |leaf, index, path: &[Hash], root| verify_inclusion(leaf, index, size, path, root);
            let spare = Hash([bit; 32]);
            prop_assert_eq!(verify(leaf, index, &path, root), Ok(()));
            prop_assert!(verify(spare, index, &path, root).is_err());
            prop_assert!(verify(leaf, index + shift, &path, root).is_err());
            prop_assert!(verify(leaf, index.wrapping_sub(shift), &path, root).is_err());
            prop_assert!(verify(leaf, index, &changed(&path, way, at, bit), root).is_err());
            prop_assert!(verify(leaf, index, &path, spare).is_err());
        }

        #[test]
        fn a_changed_path_or_root_is_not_consistent(
            old in 1_usize..300, more in 1_usize..300, at: Index, way: u8, bit: u8,
        ) {
            let leaves = leaves(old + more);
            let (old_root, new_root) = (naive_root(&leaves[..old]), naive_root(&leaves));
            let (old, new) = (old as u64, leaves.len() as u64);
            let path = consistency_path(&leaves, old).unwrap();
            let spare = Hash([bit; 32]);
            prop_assert_eq!(verify_consistency(old, old_root, new, new_root, &path), Ok(()));
            prop_assert!(verify_consistency(old, spare, new, new_root, &path).is_err());
            prop_assert!(verify_consistency(old, old_root, new, spare, &path).is_err());
            let changed = changed(&path, way, at, bit);
            prop_assert!(verify_consistency(old, old_root, new, new_root, &changed).is_err());
        }

        #[test]
        fn the_root_of_another_size_is_not_proven(size in 2_usize..200, at: Index, other: Index) {
            let leaves = leaves(size);
            let (index, other) = (at.index(size), other.index(size - 1) + 1);
            let path = inclusion_path(&leaves, index as u64).unwrap();
            let root = naive_root(&leaves[..other]);
            prop_assert!(verify_inclusion(leaves[index], index as u64, size as u64, &path, root).is_err());
            let path = consistency_path(&leaves, other as u64).unwrap();
            let wrong = naive_root(&leaves[1..]);
            prop_assert!(verify_consistency(other as u64, root, size as u64, wrong, &path).is_err());
        }

        #[test]
        fn arbitrary_paths_never_panic(index: u64, size: u64, length in 0_usize..80) {
            let (path, root) = (vec![Hash([7; 32]); length], Hash([9; 32]));
            prop_assert!(verify_inclusion(Hash::of_nothing(), index, size, &path, root).is_err());
            prop_assert!(verify_consistency(index, root, size, Hash([8; 32]), &path).is_err());
        }
    }
}
