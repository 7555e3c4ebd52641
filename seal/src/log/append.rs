//! Makes a log longer: from its right edge and new entries to the objects to store.

use super::bundle::{Bundle, EntryError, encode_bundle};
use super::checkpoint::Checkpointed;
use super::edge::{edge_peaks, read_edge, read_edge_entries};
use super::frontier::Frontier;
use super::hash::{Hash, leaf_hash};
use super::reader::{ReadError, TileReader};
use super::tile::{TILE_WIDTH, Tile, encode_tile};
use super::tree::{SIZE_MAX, root};

/// How many entries one call takes. The new objects stand in memory: 4 GiB at the longest entries.
pub const APPEND_ENTRIES_MAX: usize = 65_536;

const WIDTH: usize = TILE_WIDTH as usize;

/// Why nothing was appended. Nothing is stored in any of these cases.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The right edge of the log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log is not what its last checkpoint says.
    #[error(
        "the tiles at the end of the log give root {found}, but the checkpoint of {size} entries says {expected}; \
         find out what changed with an audit before anything is appended"
    )]
    Root {
        /// How many entries the checkpoint speaks of.
        size: u64,
        /// The root the tiles give.
        found: Hash,
        /// The root the checkpoint says.
        expected: Hash,
    },
    /// The last entries are not those that were hashed.
    #[error(
        "entry {index} in `{path}` does not have the hash that its tile says; find out what changed with an audit \
         before anything is appended"
    )]
    Edge {
        /// Which entry of the log.
        index: u64,
        /// The bundle.
        path: String,
    },
    /// A new entry is too long.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// There are too many entries.
    #[error(
        "{entries} entries do not fit into a log of {size}; \
         append up to {APPEND_ENTRIES_MAX} at a time, up to {SIZE_MAX} in all"
    )]
    Full {
        /// How many were given.
        entries: usize,
        /// How many there are already.
        size: u64,
    },
}

/// What the log is afterwards, and what must be stored before that is signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Appended {
    /// The tree with the new entries.
    pub tree: Checkpointed,
    /// Paths relative to the log, and bytes: bundles first, then tiles from level 0 up; every one of them is new. The
    /// same entries give the same objects, so a second try after a failure stores the same bytes.
    pub objects: Vec<(String, Vec<u8>)>,
}

/// Appends entries to the log in the state `old`, of which only the partial objects at the right edge are read. They are
/// checked against the root: a log that was changed there is not continued.
pub fn append<E: AsRef<[u8]>>(
    reader: &dyn TileReader,
    old: &Checkpointed,
    entries: &[E],
) -> Result<Appended, AppendError> {
    let is_too_large = old.size.checked_add(entries.len() as u64).is_none_or(|size| size > SIZE_MAX);
    if entries.len() > APPEND_ENTRIES_MAX || is_too_large {
        return Err(AppendError::Full { entries: entries.len(), size: old.size });
    }
    // What is too long is told before anything is read.
    for (position, entry) in entries.iter().enumerate() {
        encode_bundle(&[entry]).map_err(|error| EntryError { position, ..error })?;
    }
    let edge = read_edge(reader, old)?;
    if entries.is_empty() {
        return Ok(Appended { tree: *old, objects: Vec::new() });
    }
    let mut objects = Vec::new();
    let mut frontier = Frontier::from_peaks(old.size, edge_peaks(&edge)).expect("the edge has all peaks");

    let before = read_edge_entries(reader, old, &edge)?;
    let before = before.iter().map(Vec::as_slice);
    let all: Vec<&[u8]> = before.chain(entries.iter().map(AsRef::as_ref)).collect();
    let first = old.size / u64::from(TILE_WIDTH);
    for (index, part) in (first..).zip(all.chunks(WIDTH)) {
        objects.push((Bundle { index, width: width(part) }.path(), encode_bundle(part)?));
    }

    let mut fresh: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry.as_ref())).collect();
    fresh.iter().for_each(|leaf| frontier.push(*leaf));
    for level in 0.. {
        if fresh.is_empty() {
            break;
        }
        let mut hashes = edge.get(usize::from(level)).cloned().unwrap_or_default();
        hashes.append(&mut fresh);
        let first = old.size >> (8 * u32::from(level)) >> 8;
        for (index, part) in (first..).zip(hashes.chunks(WIDTH)) {
            objects.push((Tile { level, index, width: width(part) }.path(), encode_tile(part)));
            if part.len() == WIDTH {
                fresh.push(root(part));
            }
        }
    }
    Ok(Appended { tree: Checkpointed { size: frontier.size(), root: frontier.root() }, objects })
}

fn width<T>(part: &[T]) -> u16 {
    u16::try_from(part.len()).expect("parts of a tile have at most 256")
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use proptest::prelude::*;

    use super::*;
    use crate::log::sample::{Objects, Watched, entries, log};
    use crate::log::tree::tests::naive_root;

    fn naive(size: u64) -> Hash {
        naive_root(&entries(0..size).iter().map(|entry| leaf_hash(entry)).collect::<Vec<_>>())
    }

    #[test]
    fn a_log_of_70000_entries_has_the_tiles_of_the_specification() {
        let (objects, states) = log(&[65_536, 4_464]);
        assert_eq!(states[2].root, naive(70_000));
        let full =
            |level| (0..274).filter_map(move |index| Tile::at(70_000, level, index)).map(|tile| tile.path());
        for path in (0..3).flat_map(full) {
            assert!(objects.contains_key(&path), "{path}");
        }
        assert!(objects.contains_key("tile/0/273.p/112"));
        assert!(objects.contains_key("tile/1/001.p/17"));
        assert!(objects.contains_key("tile/2/000.p/1"));
        assert!(objects.contains_key("tile/entries/273.p/112"));
    }

    #[test]
    fn only_the_right_edge_is_read() {
        let (objects, states) = log(&[65_536, 300]);
        let watched = Watched(&objects, RefCell::default());
        append(&watched, &states[2], &entries(0..1)).unwrap();
        let expected = ["tile/0/257.p/44", "tile/1/001.p/1", "tile/2/000.p/1", "tile/entries/257.p/44"];
        assert_eq!(watched.1.into_inner(), expected);
    }

    #[test]
    fn nothing_to_append_changes_nothing() {
        let (objects, states) = log(&[5]);
        let none: [Vec<u8>; 0] = [];
        let appended = append(&objects, &states[1], &none).unwrap();
        assert_eq!(appended, Appended { tree: states[1], objects: Vec::new() });
        let appended = append(&Objects::new(), &Checkpointed::empty(), &none).unwrap();
        assert_eq!(appended.tree, Checkpointed::empty());
    }

    #[test]
    fn a_log_whose_edge_was_changed_is_not_continued() {
        let (objects, states) = log(&[300]);
        for path in ["tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"] {
            let mut changed = objects.clone();
            changed.get_mut(path).unwrap()[5] ^= 1;
            assert!(append(&changed, &states[1], &entries(0..1)).is_err(), "{path}");
            changed.remove(path);
            let error = append(&changed, &states[1], &entries(0..1)).unwrap_err();
            assert!(matches!(error, AppendError::Read(ReadError::Missing { .. })), "{path}: {error}");
        }
        let wrong = Checkpointed { size: 300, root: Hash::of_nothing() };
        assert!(matches!(append(&objects, &wrong, &entries(0..1)), Err(AppendError::Root { .. })));
        let wrong = Checkpointed { size: 0, root: states[1].root };
        assert!(matches!(append(&objects, &wrong, &entries(0..1)), Err(AppendError::Root { .. })));
    }

    #[test]
    fn what_is_too_long_or_too_much_is_refused() {
        let long = [Vec::new(), vec![0; 65_536]];
        let error = append(&Objects::new(), &Checkpointed::empty(), &long).unwrap_err();
        assert!(matches!(error, AppendError::Entry(EntryError { position: 1, bytes: 65_536 })));
        let many = vec![[]; APPEND_ENTRIES_MAX + 1];
        assert!(matches!(
            append::<[u8; 0]>(&Objects::new(), &Checkpointed::empty(), &many),
            Err(AppendError::Full { .. })
        ));
        let full = Checkpointed { size: SIZE_MAX, root: Hash::of_nothing() };
        assert!(matches!(append(&Objects::new(), &full, &[[1]]), Err(AppendError::Full { .. })));
    }

    #[test]
    fn a_full_tile_replaces_a_partial_one_that_was_deleted() {
        let (mut objects, states) = log(&[10, 300]);
        objects.retain(|path, _| !path.ends_with(".p/10"));
        let again = append(&objects, &states[1], &entries(10..310)).unwrap();
        assert_eq!(again.tree, states[2]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn steps_do_not_matter(steps in prop::collection::vec(0_u64..700, 1..6)) {
            let size = steps.iter().sum();
            let (objects, states) = log(&steps);
            prop_assert_eq!(*states.last().unwrap(), Checkpointed { size, root: naive(size) });
            let (at_once, _) = log(&[size]);
            for (path, bytes) in at_once {
                prop_assert_eq!(objects.get(&path), Some(&bytes), "{}", path);
            }
        }
    }
}
