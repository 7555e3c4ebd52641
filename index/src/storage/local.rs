//! Objects as files of a directory. It keeps what it is given, but protects nothing from the machine's owner.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use palisade_disk::{Disk, SharedDisk, replace_file};

use super::ObjectStorage;

/// A directory of objects.
pub(crate) struct LocalStorage {
    disk: SharedDisk,
    root: PathBuf,
}

impl LocalStorage {
    /// Objects in the directory `root`, which is made when it is not there.
    pub(crate) fn open(disk: SharedDisk, root: &Path) -> io::Result<Self> {
        disk.create_directory(root)?;
        Ok(Self { disk, root: root.to_owned() })
    }
}

impl ObjectStorage for LocalStorage {
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.locate(name);
        let directory = path.parent().unwrap_or(&self.root);
        if !directory_is_known(&*self.disk, directory) {
            self.disk.create_directory(directory)?;
            if let Some(parent) = directory.parent() {
                self.disk.sync_directory(parent)?;
            }
        }
        replace_file(&*self.disk, &path, bytes)
    }

    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        let file = self.disk.open_to_read(&self.locate(name))?;
        let length = usize::try_from(range.end.saturating_sub(range.start))
            .map_err(|_| io::ErrorKind::InvalidInput)?;
        let mut bytes = vec![0; length];
        if file.read_at(&mut bytes, range.start)? < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(bytes)
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        self.disk.open_to_read(&self.locate(name))?.length()
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<String>> {
        let (folder, start) = prefix.rsplit_once('/').unwrap_or(("", prefix));
        let mut names = Vec::new();
        for path in self.disk.list(&self.root.join(folder))? {
            let Some(file) = path.file_name().and_then(|name| name.to_str()) else { continue };
            if file.starts_with(start) {
                names.push(if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") });
            }
        }
        Ok(names)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        match self.disk.remove(&self.locate(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

/// Whether a directory is there for certain: one that holds a file was made durable before.
fn directory_is_known(disk: &dyn Disk, directory: &Path) -> bool {
    disk.list(directory).is_ok_and(|files| !files.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_disk::{RealDisk, SimulatedDisk};
    use std::sync::Arc;

    #[test]
    fn a_directory_keeps_the_contract() {
        let directory = tempfile::tempdir().unwrap();
        crate::storage::contract::holds(&LocalStorage::open(Arc::new(RealDisk), directory.path()).unwrap());
    }

    #[test]
    fn an_object_that_was_written_survives_a_power_cut() {
        let disk = SimulatedDisk::new();
        let storage = LocalStorage::open(Arc::new(disk.clone()), Path::new("/objects")).unwrap();

        storage.put("splits/a.data", b"evidence").unwrap();
        disk.power_off();
        disk.power_on();

        assert_eq!(storage.get("splits/a.data", 0..8).unwrap(), b"evidence");
    }
}
