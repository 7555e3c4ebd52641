//! Entry bundles: where the entries of a log are stored (c2sp.org/tlog-tiles, log entries).

use super::tile::{TILE_WIDTH, below_directory, numbered, parse_numbered, width_at};

/// The longest entry: its length stands before it in two bytes.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;

/// The bytes of an entry's length.
pub(super) const LENGTH_BYTES: usize = 2;

/// What stands for the level in the paths of bundles.
const ENTRIES: &str = "entries/";

/// An entry that fits no bundle.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "entry {position} has {bytes} bytes, but an entry has at most {ENTRY_BYTES_MAX}; \
     put what is long into an object of its own, and its hash into the entry"
)]
pub struct EntryError {
    /// Which of the given entries, from 0.
    pub position: usize,
    /// How long it is.
    pub bytes: usize,
}

/// A bundle that does not have the entries it should.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BundleError {
    /// It ends early.
    #[error("the bundle ends within entry {position}, which begins at byte {at}; restore it from a copy")]
    Short {
        /// Which entry of the bundle, from 0.
        position: u16,
        /// The first byte of this entry's length.
        at: usize,
    },
    /// It goes on after its last entry.
    #[error("the bundle goes on after its last entry, from byte {at}; restore it from a copy")]
    Long {
        /// The first byte too many.
        at: usize,
    },
}

/// Which bundle.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Bundle {
    /// Its number, from 0. It has the entries whose hashes are in the tile of level 0 with this number.
    pub index: u64,
    /// How many entries it has: 256, or fewer at the right edge.
    pub width: u16,
}

impl Bundle {
    /// The bundle as it is in a log of `size` entries. Nothing if the log does not reach it.
    pub fn at(size: u64, index: u64) -> Option<Self> {
        width_at(size, index).map(|width| Self { index, width })
    }

    /// The same bundle when it will be full.
    pub fn full(self) -> Self {
        Self { width: TILE_WIDTH, ..self }
    }

    /// `tile/entries/<index>`, and `.p/<width>` for a partial one. Relative to the log.
    pub fn path(&self) -> String {
        format!("tile/{ENTRIES}{}", numbered(self.index, self.width))
    }

    /// Reads a path as [`Bundle::path`] writes it. Nothing if it is none.
    pub fn parse(path: &str) -> Option<Self> {
        let (index, width) = parse_numbered(below_directory(path)?.strip_prefix(ENTRIES)?)?;
        let bundle = Self { index, width };
        (bundle.path() == path).then_some(bundle)
    }
}

/// A bundle as an object: before every entry its length, big-endian.
pub fn encode_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, EntryError> {
    let mut bytes = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| EntryError { position, bytes: entry.len() })?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// Reads a bundle of exactly so many entries.
pub fn decode_bundle(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::with_capacity(width.into());
    let mut rest = bytes;
    for position in 0..width {
        let short = BundleError::Short { position, at: bytes.len() - rest.len() };
        let (length, after) = rest.split_first_chunk::<LENGTH_BYTES>().ok_or(short)?;
        let (entry, after) = after.split_at_checked(u16::from_be_bytes(*length).into()).ok_or(short)?;
        entries.push(entry);
        rest = after;
    }
    if rest.is_empty() { Ok(entries) } else { Err(BundleError::Long { at: bytes.len() - rest.len() }) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::tile::NUMBER_MAX;

    #[test]
    fn a_bundle_has_lengths_and_entries() {
        assert_eq!(encode_bundle(&["ab", "", "c"]), Ok(b"\0\x02ab\0\0\0\x01c".to_vec()));
        assert_eq!(Bundle { index: 1_234_067, width: 8 }.path(), "tile/entries/x001/x234/067.p/8");
        assert_eq!(Bundle::at(257, 1), Some(Bundle { index: 1, width: 1 }));
        assert_eq!(Bundle::at(256, 1), None);
    }

    #[test]
    fn an_entry_may_have_65535_bytes_and_no_more() {
        let mut entries = [vec![1; 10], vec![2; ENTRY_BYTES_MAX]];
        assert_eq!(encode_bundle(&entries).unwrap().len(), 2 + 10 + 2 + 65_535);
        entries[1].push(2);
        assert_eq!(encode_bundle(&entries), Err(EntryError { position: 1, bytes: 65_536 }));
    }

    #[test]
    fn a_bundle_that_is_too_short_or_too_long_is_told_where() {
        let bytes = encode_bundle(&["ab", "cd"]).unwrap();
        for end in 4..8 {
            assert_eq!(decode_bundle(&bytes[..end], 2), Err(BundleError::Short { position: 1, at: 4 }));
        }
        assert_eq!(decode_bundle(&bytes, 1), Err(BundleError::Long { at: 4 }));
        assert_eq!(decode_bundle(&bytes, 3), Err(BundleError::Short { position: 2, at: 8 }));
    }

    proptest! {
        #[test]
        fn entries_come_back_from_a_bundle(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..=256)) {
            let bytes = encode_bundle(&entries).unwrap();
            let width = u16::try_from(entries.len()).unwrap();
            prop_assert_eq!(decode_bundle(&bytes, width).unwrap(), entries);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>, width in 0_u16..=256, path: String) {
            if let Ok(entries) = decode_bundle(&bytes, width) {
                prop_assert_eq!(encode_bundle(&entries).unwrap(), bytes);
            }
            prop_assert_eq!(Bundle::parse(&path), None);
        }

        #[test]
        fn a_bundle_comes_back_from_its_path(index in 0..=NUMBER_MAX, width in 1_u16..=256) {
            let bundle = Bundle { index, width };
            prop_assert_eq!(Bundle::parse(&bundle.path()), Some(bundle));
        }
    }
}
