//! Doors for fuzzing: readers of objects that have no public function of their own, over bytes. Nothing else uses them.

use std::sync::Arc;

use palisade_storage::{MemoryStorage, ObjectStorage, Terms};

use crate::Probe;
use crate::error::Error;
use crate::evidence::Page;
use crate::needle::Needles;
use crate::split::words::Words;

/// A storage in which one object is all there is.
fn with_object(name: &str, bytes: &[u8]) -> Result<Arc<MemoryStorage>, Error> {
    let storage = MemoryStorage::default();
    let stored = storage.put(name, bytes, &Terms::default());
    stored.map_err(|source| Error::Write { path: name.into(), source })?;
    Ok(Arc::new(storage))
}

/// Asks an index object: for each block whether it can hold a match.
///
/// # Errors
/// Where and how the object is damaged.
pub fn ask_index_object(bytes: &[u8], probe: &Probe) -> Result<Vec<bool>, Error> {
    let name = "splits/a.index";
    Words::open(with_object(name, bytes)?, name)?.candidates(probe)
}

/// Asks a needle index that is one object of this name: for each split, told by its first and its last batch, whether
/// it can hold a match.
///
/// # Errors
/// Where and how the object is damaged.
pub fn ask_needle_index(
    name: &str,
    bytes: &[u8],
    probe: &Probe,
    splits: &[(u64, u64)],
) -> Result<Vec<bool>, Error> {
    Needles::list(with_object(name, bytes)?)?.candidates(probe, splits)
}

/// Reads a page of a publishing and writes it again.
///
/// # Errors
/// What is wrong with it.
pub fn read_page(bytes: &[u8]) -> Result<Vec<u8>, palisade_record::wire::Malformed> {
    Page::decode(bytes).map(|page| page.encode())
}
