//! Roots and paths of a tree whose leaves are in memory (RFC 6962, 2.1), and which parts of a tree a path is made of.

use std::ops::Range;

use super::frontier::Frontier;
use super::hash::Hash;

/// The most entries a log can have: a hundred thousand a second for 89 years, and small enough that no position of a tile
/// overflows.
pub const SIZE_MAX: u64 = 1 << 48;

/// The root of a tree with these leaves, given as their hashes.
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.push(*leaf);
    }
    frontier.root()
}

/// What proves that the leaf at `index` is in the tree: the hashes beside its way to the root, lowest first. Nothing if
/// the tree has no such leaf.
pub fn inclusion_path(leaves: &[Hash], index: u64) -> Option<Vec<Hash>> {
    let ranges = inclusion_ranges(index, leaves.len() as u64)?;
    Some(ranges.iter().map(|range| root(part(leaves, range))).collect())
}

/// What proves that the tree of the first `old_size` leaves grew into the one of all leaves without a change. Nothing if
/// there are not so many leaves.
pub fn consistency_path(leaves: &[Hash], old_size: u64) -> Option<Vec<Hash>> {
    let ranges = consistency_ranges(old_size, leaves.len() as u64)?;
    Some(ranges.iter().map(|range| root(part(leaves, range))).collect())
}

fn part<'a>(leaves: &'a [Hash], range: &Range<u64>) -> &'a [Hash] {
    let position = |index| usize::try_from(index).expect("it is within a slice");
    &leaves[position(range.start)..position(range.end)]
}

/// Where a tree of `count` leaves, two or more, divides: the largest power of two below their number.
fn left_half(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// The leaves below every hash of an inclusion path.
pub(super) fn inclusion_ranges(index: u64, size: u64) -> Option<Vec<Range<u64>>> {
    if index >= size {
        return None;
    }
    let (mut start, mut end) = (0, size);
    let mut ranges = Vec::new();
    while end - start > 1 {
        let middle = start + left_half(end - start);
        if index < middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(start..middle);
            start = middle;
        }
    }
    ranges.reverse();
    Some(ranges)
}

/// The leaves below every hash of a consistency path. There is nothing to prove from the empty tree, nor from a tree to
/// itself.
pub(super) fn consistency_ranges(old_size: u64, new_size: u64) -> Option<Vec<Range<u64>>> {
    if old_size > new_size {
        return None;
    }
    if old_size == 0 {
        return Some(Vec::new());
    }
    let (mut start, mut end) = (0, new_size);
    let mut ranges = Vec::new();
    while end != old_size {
        let middle = start + left_half(end - start);
        if old_size <= middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(start..middle);
            start = middle;
        }
    }
    // What is left is a whole subtree of both. If it is all of the old tree, its hash is known: the old root.
    if start > 0 {
        ranges.push(start..end);
    }
    ranges.reverse();
    Some(ranges)
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::hash::{leaf_hash, node_hash};

    pub(in crate::log) fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|number| leaf_hash(format!("entry {number}").as_bytes())).collect()
    }

    /// RFC 6962, 2.1, word for word.
    pub(in crate::log) fn naive_root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::of_nothing(),
            [leaf] => *leaf,
            _ => {
                let middle = leaves.len().next_power_of_two() / 2;
                node_hash(naive_root(&leaves[..middle]), naive_root(&leaves[middle..]))
            }
        }
    }

    /// RFC 6962, 2.1.1, word for word.
    fn naive_inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let middle = leaves.len().next_power_of_two() / 2;
        let (left, right) = leaves.split_at(middle);
        let (mut path, beside) = if index < middle {
            (naive_inclusion(index, left), right)
        } else {
            (naive_inclusion(index - middle, right), left)
        };
        path.push(naive_root(beside));
        path
    }

    /// RFC 6962, 2.1.2, word for word.
    fn naive_consistency(old: usize, leaves: &[Hash], is_known: bool) -> Vec<Hash> {
        if old == leaves.len() {
            return if is_known { Vec::new() } else { vec![naive_root(leaves)] };
        }
        let middle = leaves.len().next_power_of_two() / 2;
        let (left, right) = leaves.split_at(middle);
        let (mut path, beside) = if old <= middle {
            (naive_consistency(old, left, is_known), right)
        } else {
            (naive_consistency(old - middle, right, false), left)
        };
        path.push(naive_root(beside));
        path
    }

    /// The entries of the reference tests of google/certificate-transparency.
    pub(in crate::log) fn reference_leaves() -> Vec<Hash> {
        let entries: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        entries.map(leaf_hash).to_vec()
    }

    fn hashes(texts: &[&str]) -> Vec<Hash> {
        texts.iter().map(|text| Hash::from_hex(text).unwrap()).collect()
    }

    #[test]
    fn the_roots_are_those_of_certificate_transparency() {
        let leaves = reference_leaves();
        let roots = hashes(&[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ]);
        for (position, expected) in roots.into_iter().enumerate() {
            assert_eq!(root(&leaves[..=position]), expected, "{position}");
        }
    }

    #[test]
    fn the_paths_are_those_of_certificate_transparency() {
        let leaves = reference_leaves();
        let first_in_eight = hashes(&[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]);
        assert_eq!(inclusion_path(&leaves, 0).unwrap(), first_in_eight);
        assert_eq!(consistency_path(&leaves, 1).unwrap(), first_in_eight);
        let from_six_to_eight = hashes(&[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]);
        assert_eq!(consistency_path(&leaves, 6).unwrap(), from_six_to_eight);
    }

    #[test]
    fn there_is_no_path_for_what_the_tree_does_not_have() {
        assert_eq!(inclusion_path(&leaves(3), 3), None);
        assert_eq!(inclusion_path(&[], 0), None);
        assert_eq!(consistency_path(&leaves(3), 4), None);
        assert_eq!(consistency_path(&leaves(3), 0), Some(Vec::new()));
    }

    proptest! {
        #[test]
        fn roots_and_paths_are_those_of_the_definition(size in 1_usize..400, at in any::<prop::sample::Index>()) {
            let leaves = leaves(size);
            let (index, old) = (at.index(size), at.index(size) + 1);
            prop_assert_eq!(root(&leaves), naive_root(&leaves));
            prop_assert_eq!(inclusion_path(&leaves, index as u64).unwrap(), naive_inclusion(index, &leaves));
            prop_assert_eq!(consistency_path(&leaves, old as u64).unwrap(), naive_consistency(old, &leaves, true));
        }
    }
}
