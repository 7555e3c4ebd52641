//! Tiles: where the hashes of a log are stored (c2sp.org/tlog-tiles).
//!
//! A tile of level 0 has the hashes of 256 entries; one of level 1 the roots of 256 tiles of level 0, and so on. At the
//! right edge tiles are partial; their width is part of their path, so that no object ever changes.

use super::hash::{HASH_BYTES, Hash};
use super::tree::SIZE_MAX;

/// How many hashes a full tile has, and how many entries a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// A tile of level 6 has one hash in the largest tree there can be: 256^6 is [`SIZE_MAX`].
pub const LEVEL_MAX: u8 = 6;

/// The highest number of a tile or bundle.
pub(super) const NUMBER_MAX: u64 = SIZE_MAX / 256;

/// Above every directory of tiles and bundles.
const DIRECTORY: &str = "tile/";

/// `tile/` + level + six groups + `.p/255` has 40 bytes; what is longer is not looked at.
const PATH_BYTES_MAX: usize = 48;

/// A tile that is too short or too long.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a tile of {width} hashes has {expected} bytes, not {found}; restore it from a copy")]
pub struct TileError {
    /// How many hashes it should have.
    pub width: u16,
    /// How many bytes it should have.
    pub expected: usize,
    /// How many it has.
    pub found: usize,
}

/// Which tile.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Tile {
    /// How far it is from the entries: each of its hashes stands for 256^level of them.
    pub level: u8,
    /// Its number in its level, from 0.
    pub index: u64,
    /// How many hashes it has: 256, or fewer at the right edge.
    pub width: u16,
}

impl Tile {
    /// The tile as it is in a tree of `size` entries. Nothing if the tree does not reach it.
    pub fn at(size: u64, level: u8, index: u64) -> Option<Self> {
        let hashes = size.checked_shr(8 * u32::from(level))?;
        width_at(hashes, index).map(|width| Self { level, index, width })
    }

    /// The same tile when it will be full.
    pub fn full(self) -> Self {
        Self { width: TILE_WIDTH, ..self }
    }

    /// `tile/<level>/<index>`, and `.p/<width>` for a partial one. Relative to the log.
    pub fn path(&self) -> String {
        format!("{DIRECTORY}{}/{}", self.level, numbered(self.index, self.width))
    }

    /// Reads a path as [`Tile::path`] writes it. Nothing if it is none.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, number) = below_directory(path)?.split_once('/')?;
        let level = level.parse().ok().filter(|level| *level <= LEVEL_MAX)?;
        let (index, width) = parse_numbered(number)?;
        let tile = Self { level, index, width };
        (tile.path() == path).then_some(tile)
    }
}

/// The part of a path that says what kind of object it is, and its number.
pub(super) fn below_directory(path: &str) -> Option<&str> {
    if path.len() > PATH_BYTES_MAX { None } else { path.strip_prefix(DIRECTORY) }
}

/// How wide tile or bundle `index` is where there are so many hashes or entries in a row.
pub(super) fn width_at(count: u64, index: u64) -> Option<u16> {
    let first = index.checked_mul(TILE_WIDTH.into()).filter(|first| *first < count)?;
    Some(u16::try_from((count - first).min(TILE_WIDTH.into())).expect("it is at most 256"))
}

/// The number in groups of three digits, all but the last with an `x`, so that no directory holds more than 2,000 names
/// and no file has the name of a directory: `x001/x234/067`. Then the width, if it is partial.
pub(super) fn numbered(index: u64, width: u16) -> String {
    const GROUP: u64 = 1_000;
    let mut text = format!("{:03}", index % GROUP);
    let mut rest = index / GROUP;
    while rest > 0 {
        text = format!("x{:03}/{text}", rest % GROUP);
        rest /= GROUP;
    }
    if width < TILE_WIDTH {
        text.push_str(&format!(".p/{width}"));
    }
    text
}

/// Reads what [`numbered`] writes, and other spellings: whoever calls it prints the result and compares.
pub(super) fn parse_numbered(text: &str) -> Option<(u64, u16)> {
    let (number, width) = match text.split_once(".p/") {
        Some((number, width)) => {
            (number, width.parse().ok().filter(|width| (1..TILE_WIDTH).contains(width))?)
        }
        None => (text, TILE_WIDTH),
    };
    let digits: String = number.chars().filter(|letter| !matches!(letter, 'x' | '/')).collect();
    let index = digits.parse().ok().filter(|index| *index <= NUMBER_MAX)?;
    Some((index, width))
}

/// A tile as an object: its hashes, one after the other.
pub fn encode_tile(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// Reads a tile of exactly so many hashes.
pub fn decode_tile(bytes: &[u8], width: u16) -> Result<Vec<Hash>, TileError> {
    let expected = usize::from(width) * HASH_BYTES;
    let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
    if bytes.len() != expected || !rest.is_empty() {
        return Err(TileError { width, expected, found: bytes.len() });
    }
    Ok(hashes.iter().copied().map(Hash).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::tree::tests::leaves;

    #[test]
    fn paths_are_those_of_the_specification() {
        let path = |level, index, width| Tile { level, index, width }.path();
        assert_eq!(path(0, 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(path(1, 5, 17), "tile/1/005.p/17");
        assert_eq!(path(0, 1_000, 1), "tile/0/x001/000.p/1");
    }

    #[test]
    fn the_tiles_of_a_tree_are_those_of_the_specification() {
        let width = |size, level, index| Tile::at(size, level, index).map(|tile| tile.width);
        assert_eq!(width(70_000, 0, 272), Some(256));
        assert_eq!(width(70_000, 0, 273), Some(112));
        assert_eq!(width(70_000, 0, 274), None);
        assert_eq!(width(70_000, 1, 0), Some(256));
        assert_eq!(width(70_000, 1, 1), Some(17));
        assert_eq!(width(70_000, 2, 0), Some(1));
        assert_eq!(width(70_000, 3, 0), None);
        assert_eq!((width(256, 0, 0), width(256, 0, 1), width(256, 1, 0)), (Some(256), None, Some(1)));
        assert_eq!((width(u64::MAX, 200, 0), width(9, 0, u64::MAX)), (None, None));
    }

    #[test]
    fn other_spellings_of_a_path_are_refused() {
        assert!(Tile::parse("tile/0/x001/234.p/5").is_some());
        let broken = [
            "tile/0/1234",
            "tile/0/x000/x001/234",
            "tile/0/x001/x234",
            "tile/0/001/234",
            "tile/00/000",
            "tile/+0/000",
            "tile/7/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/05",
            "tile/0/000/",
            "tile/0/",
            "tile/entries/000",
            "/tile/0/000",
            "tile/0/x001/x099/x511/x627/x777",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        ];
        for path in broken {
            assert_eq!(Tile::parse(path), None, "{path}");
        }
    }

    #[test]
    fn a_tile_of_another_length_is_told() {
        let bytes = encode_tile(&leaves(3));
        assert!(decode_tile(&bytes, 3).is_ok());
        for (bytes, width) in [(&bytes[..], 2), (&bytes[..], 4), (&bytes[..95], 3), (&[], 1)] {
            assert!(decode_tile(bytes, width).is_err());
        }
    }

    proptest! {
        #[test]
        fn a_tile_comes_back_from_its_path(level in 0..=LEVEL_MAX, index in 0..=NUMBER_MAX, width in 1..=TILE_WIDTH) {
            let tile = Tile { level, index, width };
            prop_assert_eq!(Tile::parse(&tile.path()), Some(tile));
        }

        #[test]
        fn hashes_come_back_from_a_tile(count in 1_u16..=256) {
            let hashes = leaves(count.into());
            prop_assert_eq!(decode_tile(&encode_tile(&hashes), count), Ok(hashes));
        }

        #[test]
        fn arbitrary_paths_never_panic(text: String, near in "tile/[0-9]{0,2}/(x[0-9]{3}/){0,7}[0-9]{0,4}(.p/[0-9]{0,4})?") {
            prop_assert_eq!(Tile::parse(&text), None);
            if let Some(tile) = Tile::parse(&near) {
                prop_assert_eq!(tile.path(), near);
            }
        }
    }
}
