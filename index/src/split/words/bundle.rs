//! tantivy's files inside one object, and the read-only directory that shows them to it.
//!
//! ```text
//! files = count:varint (name:text start:varint length:varint)*
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use palisade_record::wire::{Malformed, Reader, Writer};
use tantivy::HasLen;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, Lock, OwnedBytes, WatchCallback, WatchHandle, WritePtr,
};

use crate::split::footer::HEADER_BYTES;
use palisade_storage::ObjectStorage;

/// Names of files inside a bundle; tantivy's are a hash and an ending.
const NAME_BYTES_MAX: usize = 256;

/// Files that take less together are read at once when they are opened, and kept: tantivy would read most of them in a
/// dozen small pieces.
const KEPT_BYTES_MAX: u64 = 256 << 10;

/// Files and where they are in their object.
pub(super) type Files = BTreeMap<PathBuf, Range<u64>>;

/// Appends files to an object, and where they are to its footer.
pub(super) fn append(files: &[(PathBuf, OwnedBytes)], object: &mut Vec<u8>, footer: &mut Writer) {
    footer.varint(files.len() as u64);
    for (path, bytes) in files {
        footer.text(&path.to_string_lossy());
        footer.varint(object.len() as u64);
        footer.varint(bytes.len() as u64);
        object.extend_from_slice(bytes);
    }
}

/// Where the files are, as a footer says whose content ends at `content_end`.
pub(super) fn read_files(reader: &mut Reader<'_>, content_end: u64) -> Result<Files, Malformed> {
    let count = reader.count(reader.remaining())?;
    let mut files = Files::new();
    for _ in 0..count {
        let name = PathBuf::from(reader.text(NAME_BYTES_MAX)?);
        let (start, length) = (reader.varint()?, reader.varint()?);
        let end = start.checked_add(length).filter(|end| start >= HEADER_BYTES && *end <= content_end);
        files.insert(name, start..end.ok_or_else(|| reader.malformed("file outside of its object"))?);
    }
    Ok(files)
}

/// A directory that cannot be written.
#[derive(Clone)]
pub(super) struct Bundle {
    storage: Arc<dyn ObjectStorage>,
    name: Arc<str>,
    files: Arc<Files>,
    /// What was read when it was opened, and where that begins in the object.
    kept: Option<(u64, OwnedBytes)>,
}

impl Bundle {
    pub(super) fn open(storage: Arc<dyn ObjectStorage>, name: Arc<str>, files: Files) -> io::Result<Self> {
        let start = files.values().map(|range| range.start).min().unwrap_or_default();
        let end = files.values().map(|range| range.end).max().unwrap_or_default();
        let kept = if end - start <= KEPT_BYTES_MAX {
            Some((start, OwnedBytes::new(storage.get(&name, start..end)?)))
        } else {
            None
        };
        Ok(Self { storage, name, files: Arc::new(files), kept })
    }

    fn read(&self, range: Range<u64>) -> io::Result<OwnedBytes> {
        let Some((start, bytes)) = &self.kept else {
            return self.storage.get(&self.name, range).map(OwnedBytes::new);
        };
        let kept = usize::try_from(range.start - start)
            .and_then(|from| Ok(from..usize::try_from(range.end - start)?));
        let kept = kept.ok().filter(|kept| kept.start <= kept.end && kept.end <= bytes.len());
        kept.map(|kept| bytes.slice(kept)).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

impl fmt::Debug for Bundle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Bundle({})", self.name)
    }
}

#[derive(Debug)]
struct BundledFile {
    bundle: Bundle,
    range: Range<u64>,
}

impl HasLen for BundledFile {
    fn len(&self) -> usize {
        usize::try_from(self.range.end - self.range.start).unwrap_or(usize::MAX)
    }
}

impl FileHandle for BundledFile {
    fn read_bytes(&self, range: Range<usize>) -> io::Result<OwnedBytes> {
        let (start, end) = (self.range.start + range.start as u64, self.range.start + range.end as u64);
        self.bundle.read(start..end)
    }
}

impl Directory for Bundle {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        let range = self.files.get(path).ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_owned()))?;
        Ok(Arc::new(BundledFile { bundle: self.clone(), range: range.clone() }))
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        let io_error = Arc::new(io::ErrorKind::ReadOnlyFilesystem.into());
        Err(DeleteError::IoError { io_error, filepath: path.to_owned() })
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        Ok(self.files.contains_key(path))
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let io_error = Arc::new(io::ErrorKind::ReadOnlyFilesystem.into());
        Err(OpenWriteError::IoError { io_error, filepath: path.to_owned() })
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        let range = self.files.get(path).ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_owned()))?;
        self.read(range.clone())
            .map(|bytes| bytes.to_vec())
            .map_err(|error| OpenReadError::IoError { io_error: Arc::new(error), filepath: path.to_owned() })
    }

    fn atomic_write(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, _: &Lock) -> Result<DirectoryLock, LockError> {
        // Locks keep writers apart, and there are none.
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
