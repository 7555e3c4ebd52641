//! Reads tiles and bundles from wherever they are stored.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::ops::Range;

use super::bundle::{Bundle, BundleError, decode_bundle};
use super::frontier::fold;
use super::hash::Hash;
use super::tile::{TILE_WIDTH, Tile, decode_tile};
use super::tree::root;

/// Where the objects of a log are.
pub trait TileReader {
    /// The whole object at a path relative to the log, such as `tile/0/000`. If there is none, the error's kind must be
    /// [`io::ErrorKind::NotFound`].
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
}

/// A log in memory.
impl TileReader for BTreeMap<String, Vec<u8>> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// Why an object of a log says nothing.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not there.
    #[error("`{path}` is missing; restore it from a copy of the log")]
    Missing {
        /// Its path in the log.
        path: String,
    },
    /// It could not be read.
    #[error("`{path}` cannot be read: {source}; try again when its storage answers")]
    Unreadable {
        /// Its path in the log.
        path: String,
        /// What the storage said.
        source: io::Error,
    },
    /// It does not have the length, or the entries, that it must have.
    #[error("`{path}`: {problem}")]
    Malformed {
        /// Its path in the log.
        path: String,
        /// The bytes that are missing or too many.
        range: Range<u64>,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// The log does not reach so far.
    #[error("there is no {wanted} in a log of {size} entries; ask for one of the entries before")]
    Outside {
        /// Which entry, or which earlier size.
        wanted: u64,
        /// The size of the log.
        size: u64,
    },
}

/// What lies at a path.
pub(super) struct Stored<T> {
    /// Where it was found. In place of a partial object this can be the full one.
    pub(super) path: String,
    pub(super) content: T,
}

/// Reads a partial object, or the full one that replaced it, or a full one. Tells whether it is the full one.
fn fetch(reader: &dyn TileReader, path: String, full: String) -> Result<(Stored<Vec<u8>>, bool), ReadError> {
    let missing = match reader.read(&path) {
        Ok(content) => {
            let is_full = path == full;
            return Ok((Stored { path, content }, is_full));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => ReadError::Missing { path },
        Err(source) => return Err(ReadError::Unreadable { path, source }),
    };
    // Partial objects may be deleted as soon as the full one is there.
    match reader.read(&full) {
        Ok(content) => Ok((Stored { path: full, content }, true)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing),
        Err(source) => Err(ReadError::Unreadable { path: full, source }),
    }
}

/// The hashes of a tile: as many as it is wide, even if the object found has more.
pub(super) fn read_tile(reader: &dyn TileReader, tile: Tile) -> Result<Stored<Vec<Hash>>, ReadError> {
    let (Stored { path, content }, is_full) = fetch(reader, tile.path(), tile.full().path())?;
    let width = if is_full { TILE_WIDTH } else { tile.width };
    match decode_tile(&content, width) {
        Ok(mut hashes) => {
            hashes.truncate(tile.width.into());
            Ok(Stored { path, content: hashes })
        }
        Err(error) => {
            let (found, expected) = (error.found as u64, error.expected as u64);
            let range = found.min(expected)..found.max(expected);
            Err(ReadError::Malformed { path, range, problem: error.to_string() })
        }
    }
}

/// The entries of a bundle: as many as it is wide, even if the object found has more.
pub(super) fn read_bundle(
    reader: &dyn TileReader,
    bundle: Bundle,
) -> Result<Stored<Vec<Vec<u8>>>, ReadError> {
    let (Stored { path, content }, is_full) = fetch(reader, bundle.path(), bundle.full().path())?;
    let width = if is_full { TILE_WIDTH } else { bundle.width };
    match decode_bundle(&content, width) {
        Ok(entries) => {
            let entries = entries.into_iter().take(bundle.width.into()).map(<[u8]>::to_vec).collect();
            Ok(Stored { path, content: entries })
        }
        Err(error) => {
            let (BundleError::Short { at, .. } | BundleError::Long { at }) = error;
            let range = at as u64..content.len() as u64;
            Err(ReadError::Malformed { path, range, problem: error.to_string() })
        }
    }
}

/// The tiles of a tree of a given size, each read once. What they say is not checked: whoever asks checks against a root.
pub(super) struct Tiles<'a> {
    reader: &'a dyn TileReader,
    size: u64,
    /// A proof touches at most two tiles of each level, so this stays small.
    read: HashMap<(u8, u64), Vec<Hash>>,
}

impl<'a> Tiles<'a> {
    pub(super) fn new(reader: &'a dyn TileReader, size: u64) -> Self {
        Self { reader, size, read: HashMap::new() }
    }

    /// The root over a range of entries that is a node of a tree.
    pub(super) fn range(&mut self, range: Range<u64>) -> Result<Hash, ReadError> {
        let Range { mut start, end } = range;
        let mut peaks = Vec::new();
        while start < end {
            // The range is a node, so its beginning is a multiple of every power of two within it.
            let height = (end - start).ilog2();
            peaks.push(self.subtree(start, height)?);
            start += 1 << height;
        }
        Ok(fold(&peaks).unwrap_or_else(Hash::of_nothing))
    }

    /// The root of the perfect subtree of 2^`height` entries from `start` on.
    fn subtree(&mut self, start: u64, height: u32) -> Result<Hash, ReadError> {
        let level = u8::try_from(height / 8).expect("a height is below 64");
        let (first, count) = (start >> (8 * level), 1_usize << (height % 8));
        let (index, within) = (first / u64::from(TILE_WIDTH), first % u64::from(TILE_WIDTH));
        let within = usize::try_from(within).expect("it is below 256");
        let outside = || ReadError::Outside { wanted: start, size: self.size };
        if !self.read.contains_key(&(level, index)) {
            let tile = Tile::at(self.size, level, index).ok_or_else(outside)?;
            self.read.insert((level, index), read_tile(self.reader, tile)?.content);
        }
        let hashes = self.read[&(level, index)].get(within..within + count);
        hashes.map(root).ok_or_else(outside)
    }
}
