//! Doors for fuzzing: readers of objects that have no public function of their own, over bytes. Nothing else uses them.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::Probe;
use crate::error::Error;
use crate::needle::Needles;
use crate::split::words::Words;
use crate::storage::ObjectStorage;

/// One object that is all there is.
struct OneObject {
    name: String,
    bytes: Vec<u8>,
}

impl ObjectStorage for OneObject {
    fn put(&self, _: &str, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        let place = |place| usize::try_from(place).map_err(|_| io::ErrorKind::UnexpectedEof);
        let range = place(range.start)?..place(range.end)?;
        let bytes = self.bytes.get(range).filter(|_| name == self.name);
        bytes.map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn length(&self, _: &str) -> io::Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<String>> {
        Ok(self.name.starts_with(prefix).then(|| self.name.clone()).into_iter().collect())
    }

    fn remove(&self, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn locate(&self, name: &str) -> PathBuf {
        name.into()
    }
}

/// Asks an index object: for each block whether it can hold a match.
///
/// # Errors
/// Where and how the object is damaged.
pub fn ask_index_object(bytes: &[u8], probe: &Probe) -> Result<Vec<bool>, Error> {
    let name = "splits/a.index".to_owned();
    let storage = OneObject { name: name.clone(), bytes: bytes.to_vec() };
    Words::open(Arc::new(storage), &name)?.candidates(probe)
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
    let storage = OneObject { name: name.to_owned(), bytes: bytes.to_vec() };
    Needles::list(Arc::new(storage))?.candidates(probe, splits)
}
