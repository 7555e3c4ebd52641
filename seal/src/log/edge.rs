//! The right edge of a stored log: what it takes to continue it.

use super::append::AppendError;
use super::bundle::Bundle;
use super::checkpoint::Checkpointed;
use super::frontier::{Frontier, fold};
use super::hash::{Hash, leaf_hash};
use super::reader::{TileReader, read_bundle, read_tile};
use super::tile::{TILE_WIDTH, Tile};

/// The hashes of the partial tile of every level, empty where the level has none.
pub(super) fn read_edge(reader: &dyn TileReader, old: &Checkpointed) -> Result<Vec<Vec<Hash>>, AppendError> {
    let mut edge = Vec::new();
    let levels = (0..).take_while(|level| old.size >> (8 * u32::from(*level)) > 0);
    for level in levels {
        let index = old.size >> (8 * u32::from(level)) >> 8;
        let hashes = match Tile::at(old.size, level, index) {
            Some(tile) => read_tile(reader, tile)?.content,
            None => Vec::new(),
        };
        edge.push(hashes);
    }
    let found = fold(&edge_peaks(&edge)).unwrap_or_else(Hash::of_nothing);
    if found != old.root {
        return Err(AppendError::Root { size: old.size, found, expected: old.root });
    }
    Ok(edge)
}

/// The roots of the perfect subtrees of the whole tree, largest first: every level has those of its partial tile.
pub(super) fn edge_peaks(edge: &[Vec<Hash>]) -> Vec<Hash> {
    let mut peaks = Vec::new();
    for hashes in edge.iter().rev() {
        let mut part = Frontier::new();
        hashes.iter().for_each(|hash| part.push(*hash));
        peaks.extend_from_slice(part.peaks());
    }
    peaks
}

/// The entries of the partial bundle, which must be those that the tree has.
pub(super) fn read_edge_entries(
    reader: &dyn TileReader,
    old: &Checkpointed,
    edge: &[Vec<Hash>],
) -> Result<Vec<Vec<u8>>, AppendError> {
    let Some(bundle) = Bundle::at(old.size, old.size / u64::from(TILE_WIDTH)) else { return Ok(Vec::new()) };
    let stored = read_bundle(reader, bundle)?;
    let hashes = edge.first().expect("a log with entries has level 0");
    let first = bundle.index * u64::from(TILE_WIDTH);
    for ((index, entry), hash) in (first..).zip(&stored.content).zip(hashes) {
        if leaf_hash(entry) != *hash {
            return Err(AppendError::Edge { index, path: stored.path });
        }
    }
    Ok(stored.content)
}
