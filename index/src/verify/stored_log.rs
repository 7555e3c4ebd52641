//! Tiles and bundles as they lie in a storage: each where a checkpoint says that one must be, none where none can be.
//!
//! An audit of the newest checkpoint reads the objects of the newest state. Partial ones of earlier states stay beside
//! them; they are judged here, against the larger ones, which the audit has judged.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use palisade_seal::log::{
    Bundle, Checkpoint, ENTRY_BYTES_MAX, HASH_BYTES, TILE_WIDTH, Tile, TileReader, decode_bundle,
};
use palisade_storage::ObjectStorage;

use super::findings::Findings;
use super::log::levels;
use crate::evidence::{LOG, checkpoint_name};

/// The longest bundle, and a byte more by which a longer object is known.
const OBJECT_BYTES_MAX: u64 = 256 * (ENTRY_BYTES_MAX as u64 + 2) + 1;

/// Objects that are kept in memory: proofs between checkpoints ask for the same few of the newest state.
const KEPT_MAX: usize = 64;

/// Objects longer than this are not kept.
const KEPT_BYTES_MAX: usize = 64 << 10;

/// Below this lie tiles and bundles.
const TILES: &str = "tile/";

/// The log in a storage, read within bounds.
pub(super) struct StoredLog<'a> {
    storage: &'a dyn ObjectStorage,
    kept: Mutex<HashMap<String, Vec<u8>>>,
}

impl<'a> StoredLog<'a> {
    pub(super) fn new(storage: &'a dyn ObjectStorage) -> Self {
        Self { storage, kept: Mutex::default() }
    }
}

impl TileReader for StoredLog<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = kept().get(path) {
            return Ok(bytes.clone());
        }
        let name = format!("{LOG}{path}");
        let length = self.storage.length(&name)?;
        let bytes = self.storage.get(&name, 0..length.min(OBJECT_BYTES_MAX))?;
        if bytes.len() <= KEPT_BYTES_MAX {
            let mut kept = kept();
            if kept.len() >= KEPT_MAX {
                kept.clear();
            }
            kept.insert(path.to_owned(), bytes.clone());
        }
        Ok(bytes)
    }
}

/// A tile or a bundle.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Part {
    Tile(Tile),
    Bundle(Bundle),
}

impl Part {
    fn parse(path: &str) -> Option<Self> {
        Bundle::parse(path).map(Self::Bundle).or_else(|| Tile::parse(path).map(Self::Tile))
    }

    fn path(self) -> String {
        match self {
            Self::Tile(tile) => tile.path(),
            Self::Bundle(bundle) => bundle.path(),
        }
    }

    fn width(self) -> u16 {
        match self {
            Self::Tile(tile) => tile.width,
            Self::Bundle(bundle) => bundle.width,
        }
    }

    /// The same as it is in a log of so many entries.
    fn within(self, size: u64) -> Option<Self> {
        match self {
            Self::Tile(tile) => Tile::at(size, tile.level, tile.index).map(Self::Tile),
            Self::Bundle(bundle) => Bundle::at(size, bundle.index).map(Self::Bundle),
        }
    }

    /// The size of the log at which it is the newest of its kind, for entries and their hashes.
    fn log_size(self) -> Option<u64> {
        let (index, width) = match self {
            Self::Tile(Tile { level: 0, index, width }) | Self::Bundle(Bundle { index, width }) => {
                (index, width)
            }
            Self::Tile(_) => return None,
        };
        Some(index * u64::from(TILE_WIDTH) + u64::from(width))
    }
}

/// The partial objects at the right edge of a log.
fn edge(size: u64) -> Vec<Part> {
    let tile = |level: u8| {
        let index = (size >> (8 * u32::from(level))) / u64::from(TILE_WIDTH);
        Tile::at(size, level, index).map(Part::Tile)
    };
    let bundle = Bundle::at(size, size / u64::from(TILE_WIDTH)).map(Part::Bundle);
    levels().filter_map(tile).chain(bundle).collect()
}

/// Checks the names below `log/tile/`, and the partial objects of all checkpoints but the newest.
pub(super) fn audit_names(reader: &StoredLog<'_>, checkpoints: &[Checkpoint], findings: &mut Findings) {
    let Some(newest) = checkpoints.last().map(|checkpoint| checkpoint.tree.size) else { return };
    let names = match reader.storage.list(&format!("{LOG}{TILES}")) {
        Ok(names) => names,
        Err(error) => return findings.unreadable(format!("{LOG}{TILES}"), &error),
    };
    let expected: BTreeSet<Part> =
        checkpoints.iter().flat_map(|checkpoint| edge(checkpoint.tree.size)).collect();
    let mut found = BTreeSet::new();
    for name in names {
        match name.strip_prefix(LOG).and_then(Part::parse) {
            None => findings.tampered(&name, "no tile and no bundle of entries has such a name"),
            Some(part) => {
                stray(part, &name, newest, &expected, findings);
                found.insert(part);
            }
        }
    }
    for part in &expected {
        let is_newest = part.within(newest) == Some(*part);
        match (found.contains(part), is_newest) {
            // The audit has read those.
            (true, true) => {}
            (true, false) => earlier(reader, *part, newest, findings),
            (false, _) => {
                let problem = "it is not there although there is the checkpoint for which it was written";
                findings.incomplete(format!("{LOG}{}", part.path()), problem);
            }
        }
    }
}

/// Tells of an object for which no checkpoint was seen.
fn stray(part: Part, name: &str, newest: u64, expected: &BTreeSet<Part>, findings: &mut Findings) {
    let is_full = part.width() == TILE_WIDTH;
    let larger = part.within(newest);
    if expected.contains(&part) || (is_full && larger == Some(part)) {
        return;
    }
    let is_within = larger.is_some_and(|larger| larger.width() > part.width());
    match part.log_size() {
        Some(size) if is_within => {
            let problem = format!("it is not there although `{name}` was written for it");
            findings.incomplete(checkpoint_name(size), problem);
        }
        Some(size) => {
            let problem = format!(
                "it belongs to a log of {size} entries, but the newest checkpoint has {newest}: one is missing, or the \
                program ended before it was signed; start the server, which signs it again"
            );
            findings.incomplete(name, problem);
        }
        None => findings.incomplete(name, format!("no checkpoint up to {newest} entries has such a tile")),
    }
}

/// A partial object of an earlier state must be the beginning of the one that came after it.
fn earlier(reader: &StoredLog<'_>, part: Part, newest: u64, findings: &mut Findings) {
    let name = format!("{LOG}{}", part.path());
    let Some(larger) = part.within(newest) else { return };
    let (bytes, whole) = match (reader.read(&part.path()), reader.read(&larger.path())) {
        (Ok(bytes), Ok(whole)) => (bytes, whole),
        (Err(error), _) => return findings.unreadable(name, &error),
        // That one was told by the audit.
        (_, Err(_)) => return,
    };
    let is_whole = match part {
        Part::Tile(tile) => bytes.len() == usize::from(tile.width) * HASH_BYTES,
        Part::Bundle(bundle) => decode_bundle(&bytes, bundle.width).is_ok(),
    };
    if is_whole && whole.starts_with(&bytes) {
        return;
    }
    let first = bytes.iter().zip(&whole).position(|(one, other)| one != other).unwrap_or(bytes.len());
    let range = first as u64..(bytes.len() as u64).max(first as u64 + 1);
    findings.tampered_at(name, range, format!("it is not the beginning of `{LOG}{}`", larger.path()));
}
