//! An object that was read once, to be decoded from memory.

use std::io;
use std::ops::Range;
use std::path::PathBuf;

use palisade_record::Timestamp;
use palisade_storage::{Description, ObjectStorage, Requests, RestoreSpeed, Stored, Terms, split_pin};

/// A storage with one object, which is only read.
pub(super) struct HeldObject {
    name: String,
    bytes: Vec<u8>,
}

impl HeldObject {
    /// The name may have a version.
    pub(super) fn new(name: &str, bytes: Vec<u8>) -> Self {
        Self { name: split_pin(name).0.to_owned(), bytes }
    }

    fn all(&self, name: &str) -> io::Result<&[u8]> {
        if name == self.name { Ok(&self.bytes) } else { Err(io::ErrorKind::NotFound.into()) }
    }
}

/// Nothing is written to it.
fn refused<T>() -> io::Result<T> {
    Err(io::ErrorKind::ReadOnlyFilesystem.into())
}

impl ObjectStorage for HeldObject {
    fn put(&self, _: &str, _: &[u8], _: &Terms) -> io::Result<Stored> {
        refused()
    }

    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        let place = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
        let bytes = self.all(name)?;
        let part = place.and_then(|(start, end)| bytes.get(start..end));
        part.map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn end(&self, name: &str, bytes_max: u64) -> io::Result<(Vec<u8>, u64)> {
        let length = self.length(name)?;
        Ok((self.get(name, length.saturating_sub(bytes_max)..length)?, length))
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        Ok(self.all(name)?.len() as u64)
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<String>> {
        Ok(self.name.starts_with(prefix).then(|| self.name.clone()).into_iter().collect())
    }

    fn remove(&self, _: &str) -> io::Result<()> {
        refused()
    }

    fn locate(&self, name: &str) -> PathBuf {
        name.into()
    }

    fn describe(&self, _: &str) -> io::Result<Description> {
        refused()
    }

    fn extend(&self, _: &str, _: Timestamp) -> io::Result<()> {
        refused()
    }

    fn hold(&self, _: &str, _: bool) -> io::Result<()> {
        refused()
    }

    fn restore(&self, _: &str, _: u32, _: RestoreSpeed) -> io::Result<()> {
        refused()
    }

    fn requests(&self) -> Requests {
        Requests::default()
    }
}
