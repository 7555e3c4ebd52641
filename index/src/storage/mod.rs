//! Where objects lie: written once, read in ranges, never changed.

#[cfg(test)]
pub(crate) mod contract;
#[cfg(test)]
mod counting;
mod local;
#[cfg(test)]
mod memory;

#[cfg(test)]
pub(crate) use counting::{CountingStorage, Reads};
pub(crate) use local::LocalStorage;
#[cfg(test)]
pub(crate) use memory::MemoryStorage;

use std::io;
use std::ops::Range;
use std::path::PathBuf;

/// Objects by name. A name is made of the parts `a-z 0-9 . _ -` joined by `/`.
pub(crate) trait ObjectStorage: Send + Sync {
    /// Writes an object and makes it durable. The same name with the same bytes may be written again (a crash may have
    /// come between writing and noting it); an object never changes.
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// Reads a part of an object. A range past its end is an error.
    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>>;

    /// How long an object is.
    fn length(&self, name: &str) -> io::Result<u64>;

    /// The names of all objects that begin so, sorted.
    fn list(&self, prefix: &str) -> io::Result<Vec<String>>;

    /// Removes an object; one that is not there is no error.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// How errors call an object: its path or address.
    fn locate(&self, name: &str) -> PathBuf;
}
