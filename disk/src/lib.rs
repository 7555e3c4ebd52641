//! The file system behind a seam.
//!
//! Everything Palisade must not lose goes through [`Disk`]: the journal, the agent's checkpoint and spool, the
//! objects of splits. [`RealDisk`] is the operating system's; [`SimulatedDisk`] keeps apart what was written and what
//! was synced, fails when it is told to, and forgets what a power cut would forget.

mod real;
mod replace;
mod simulated;

#[cfg(test)]
mod contract;

pub use real::RealDisk;
pub use replace::replace_file;
pub use simulated::{Fault, SimulatedDisk};

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the program may do with files that it must not lose.
///
/// Names are durable apart from contents: a file that was created, renamed or removed is so after a power cut only
/// once [`Disk::sync_directory`] was called for its directory; its bytes only once [`File::sync`] was called.
pub trait Disk: Send + Sync {
    /// Creates a file, or empties the one that is there, and opens it for reading and writing.
    fn create(&self, path: &Path) -> io::Result<Box<dyn File>>;

    /// Opens a file that is there, for reading and writing.
    fn open(&self, path: &Path) -> io::Result<Box<dyn File>>;

    /// Opens a file that is there, for reading only.
    fn open_to_read(&self, path: &Path) -> io::Result<Box<dyn File>>;

    /// Gives a file another name in one step; a file of that name is replaced.
    fn rename(&self, source: &Path, target: &Path) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// The files (not the directories) in a directory, sorted by name; nothing when it does not exist.
    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>>;

    /// Makes a directory and its parents, readable by its owner alone.
    fn create_directory(&self, directory: &Path) -> io::Result<()>;

    /// Makes the names in a directory durable.
    fn sync_directory(&self, directory: &Path) -> io::Result<()>;
}

/// An open file.
pub trait File: Send + Sync {
    /// Reads at an offset until the buffer is full or the file ends; says how much.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes all bytes at an offset; a hole before it reads as zeros.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// The length.
    fn length(&self) -> io::Result<u64>;

    /// Cuts or extends the file.
    fn truncate(&self, length: u64) -> io::Result<()>;

    /// Makes the bytes and the length durable. After an error nothing is known about them: the file must not be
    /// trusted any more, and above all the call must not be repeated in the hope of a better answer.
    fn sync(&self) -> io::Result<()>;
}

/// A disk that can be shared.
pub type SharedDisk = Arc<dyn Disk>;

/// Reads a whole file of at most `bytes_max` bytes.
pub fn read_file(disk: &dyn Disk, path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let file = disk.open_to_read(path)?;
    let length = file.length()?;
    if length > bytes_max {
        let problem =
            format!("{} is {length} bytes long, more than the {bytes_max} it may have", path.display());
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
    }
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
    let read = file.read_at(&mut bytes, 0)?;
    bytes.truncate(read);
    Ok(bytes)
}
