//! tantivy's files inside one object, and the read-only directory that shows them to it.
//!
//! ```text
//! index footer (packed) = count:varint (name:text start:varint length:varint)*
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

use super::footer::{HEADER_BYTES, INDEX_MAGIC, append_footer, header, read_footer};
use crate::error::{Error, Result};
use crate::storage::ObjectStorage;

/// Names of files inside a bundle; tantivy's are a hash and an ending.
const NAME_BYTES_MAX: usize = 256;

/// The object that holds these files.
pub(crate) fn write(files: &[(PathBuf, OwnedBytes)]) -> Vec<u8> {
    let mut object = header(INDEX_MAGIC);
    let mut footer = Writer::new();
    footer.varint(files.len() as u64);
    for (path, bytes) in files {
        footer.text(&path.to_string_lossy());
        footer.varint(object.len() as u64);
        footer.varint(bytes.len() as u64);
        object.extend_from_slice(bytes);
    }
    append_footer(&mut object, INDEX_MAGIC, footer.as_slice());
    object
}

/// A directory that cannot be written.
#[derive(Clone)]
pub(crate) struct Bundle {
    storage: Arc<dyn ObjectStorage>,
    name: Arc<str>,
    files: Arc<BTreeMap<PathBuf, Range<u64>>>,
}

impl Bundle {
    pub(crate) fn open(storage: Arc<dyn ObjectStorage>, name: &str) -> Result<Self> {
        let (footer, content_end) = read_footer(&*storage, name, INDEX_MAGIC)?;
        let files = read_files(&footer, content_end).map_err(|malformed| Error::Damaged {
            path: storage.locate(name),
            offset: malformed.offset as u64,
            problem: format!("footer: {}", malformed.problem),
        })?;
        Ok(Self { storage, name: name.into(), files: Arc::new(files) })
    }
}

fn read_files(
    footer: &[u8],
    content_end: u64,
) -> std::result::Result<BTreeMap<PathBuf, Range<u64>>, Malformed> {
    let mut reader = Reader::new(footer);
    let count = reader.count(reader.remaining())?;
    let mut files = BTreeMap::new();
    for _ in 0..count {
        let name = PathBuf::from(reader.text(NAME_BYTES_MAX)?);
        let (start, length) = (reader.varint()?, reader.varint()?);
        let end = start.checked_add(length).filter(|end| start >= HEADER_BYTES && *end <= content_end);
        files.insert(name, start..end.ok_or_else(|| reader.malformed("file outside of its object"))?);
    }
    Ok(files)
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
        self.bundle.storage.get(&self.bundle.name, start..end).map(OwnedBytes::new)
    }
}

impl Directory for Bundle {
    fn get_file_handle(&self, path: &Path) -> std::result::Result<Arc<dyn FileHandle>, OpenReadError> {
        let range = self.files.get(path).ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_owned()))?;
        Ok(Arc::new(BundledFile { bundle: self.clone(), range: range.clone() }))
    }

    fn delete(&self, path: &Path) -> std::result::Result<(), DeleteError> {
        let io_error = Arc::new(io::ErrorKind::ReadOnlyFilesystem.into());
        Err(DeleteError::IoError { io_error, filepath: path.to_owned() })
    }

    fn exists(&self, path: &Path) -> std::result::Result<bool, OpenReadError> {
        Ok(self.files.contains_key(path))
    }

    fn open_write(&self, path: &Path) -> std::result::Result<WritePtr, OpenWriteError> {
        let io_error = Arc::new(io::ErrorKind::ReadOnlyFilesystem.into());
        Err(OpenWriteError::IoError { io_error, filepath: path.to_owned() })
    }

    fn atomic_read(&self, path: &Path) -> std::result::Result<Vec<u8>, OpenReadError> {
        let range = self.files.get(path).ok_or_else(|| OpenReadError::FileDoesNotExist(path.to_owned()))?;
        self.storage
            .get(&self.name, range.clone())
            .map_err(|error| OpenReadError::IoError { io_error: Arc::new(error), filepath: path.to_owned() })
    }

    fn atomic_write(&self, _: &Path, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    fn acquire_lock(&self, _: &Lock) -> std::result::Result<DirectoryLock, LockError> {
        // Locks keep writers apart, and there are none.
        Ok(DirectoryLock::from(Box::new(())))
    }

    fn watch(&self, _: WatchCallback) -> tantivy::Result<WatchHandle> {
        Ok(WatchHandle::empty())
    }
}
