//! Objects in memory, for tests; the strictest of all: it refuses what others may let pass.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::ObjectStorage;

#[derive(Default)]
pub(crate) struct MemoryStorage(Mutex<BTreeMap<String, Vec<u8>>>);

impl ObjectStorage for MemoryStorage {
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-/".contains(&byte);
        assert!(name.bytes().all(allowed) && !name.contains(".."), "{name} is not a name of an object");
        let mut objects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = objects.entry(name.to_owned()).or_insert_with(|| bytes.to_vec());
        assert!(known == bytes, "{name} would change");
        Ok(())
    }

    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        let objects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = objects.get(name).ok_or(io::ErrorKind::NotFound)?;
        let range = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        bytes.get(range).map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        let objects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        objects.get(name).map(|bytes| bytes.len() as u64).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<String>> {
        let objects = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(objects.keys().filter(|name| name.starts_with(prefix)).cloned().collect())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        Ok(())
    }

    fn locate(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("memory:{name}"))
    }
}

#[test]
fn memory_keeps_the_contract() {
    crate::storage::contract::holds(&MemoryStorage::default());
}
