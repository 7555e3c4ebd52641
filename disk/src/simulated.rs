//! A disk in memory that loses what a real one may lose.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Disk, File};

/// What goes wrong, at the operation whose turn it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The power fails before the operation, and nothing works until [`SimulatedDisk::power_on`].
    PowerCut,
    /// The operation fails as it does on a full disk; a write may have happened in part.
    Full,
    /// The operation fails as it does on a broken disk. After a failed sync the unsynced bytes are gone, as on Linux.
    Broken,
}

/// A disk in memory that keeps apart what was written and what was synced. Clones share the disk.
///
/// It is stricter than a real one: after a power cut nothing survives that was not synced, or, of unsynced bytes
/// written past the synced end, just the first half: a torn write.
#[derive(Clone, Default)]
pub struct SimulatedDisk(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// What a program sees now.
    names: BTreeMap<PathBuf, usize>,
    /// What is found after a power cut.
    durable_names: BTreeMap<PathBuf, usize>,
    directories: BTreeSet<PathBuf>,
    files: Vec<Content>,
    operations: u64,
    fault: Option<(u64, Fault)>,
    is_off: bool,
}

#[derive(Clone, Default)]
struct Content {
    written: Vec<u8>,
    synced: Vec<u8>,
}

impl SimulatedDisk {
    /// An empty disk.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many changing operations were asked for so far. Reading is not counted.
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Lets the changing operation with this number, counted from the disk's beginning, go wrong.
    pub fn fail_at(&self, operation: u64, fault: Fault) {
        self.state().fault = Some((operation, fault));
    }

    /// Cuts the power now.
    pub fn power_off(&self) {
        self.state().is_off = true;
    }

    /// Whether the power is off.
    pub fn is_off(&self) -> bool {
        self.state().is_off
    }

    /// The machine comes back with what survived. Files that were open before must not be used any more.
    pub fn power_on(&self) {
        let mut state = self.state();
        state.names = state.durable_names.clone();
        for content in &mut state.files {
            let torn_end =
                content.synced.len() + content.written.len().saturating_sub(content.synced.len()) / 2;
            let torn_tail = content.written.get(content.synced.len()..torn_end).unwrap_or_default().to_vec();
            content.written.clone_from(&content.synced);
            content.written.extend(torn_tail);
            content.synced.clone_from(&content.written);
        }
        (state.is_off, state.fault) = (false, None);
    }

    /// The process died, not the machine: it starts again and finds everything that was written, synced or not.
    pub fn start_again(&self) {
        let mut state = self.state();
        (state.is_off, state.fault) = (false, None);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open_content(&self, path: &Path) -> io::Result<Box<dyn File>> {
        let state = self.state();
        state.check_power()?;
        let content = *state.names.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(SimulatedFile { disk: self.clone(), content }))
    }
}

impl State {
    fn check_power(&self) -> io::Result<()> {
        if self.is_off { Err(io::Error::other("the power is off")) } else { Ok(()) }
    }

    /// Counts a changing operation and says whether it fails.
    fn begin(&mut self) -> Result<(), (Fault, io::Error)> {
        self.check_power().map_err(|error| (Fault::PowerCut, error))?;
        self.operations += 1;
        match self.fault {
            Some((at, fault)) if at == self.operations => Err((fault, self.fail(fault))),
            _ => Ok(()),
        }
    }

    fn fail(&mut self, fault: Fault) -> io::Error {
        match fault {
            Fault::PowerCut => {
                self.is_off = true;
                io::Error::other("the power is off")
            }
            Fault::Full => io::ErrorKind::StorageFull.into(),
            Fault::Broken => io::Error::other("input/output error"),
        }
    }

    fn check_parent(&self, path: &Path) -> io::Result<()> {
        match path.parent() {
            Some(parent) if !self.directories.contains(parent) => Err(io::ErrorKind::NotFound.into()),
            _ => Ok(()),
        }
    }
}

impl Disk for SimulatedDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn File>> {
        let mut state = self.state();
        state.begin().map_err(|(_, error)| error)?;
        state.check_parent(path)?;
        let content = match state.names.get(path) {
            Some(content) => *content,
            None => {
                state.files.push(Content::default());
                let content = state.files.len() - 1;
                state.names.insert(path.to_owned(), content);
                content
            }
        };
        state.files[content].written.clear();
        Ok(Box::new(SimulatedFile { disk: self.clone(), content }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn File>> {
        self.open_content(path)
    }

    fn open_to_read(&self, path: &Path) -> io::Result<Box<dyn File>> {
        self.open_content(path)
    }

    fn rename(&self, source: &Path, target: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.begin().map_err(|(_, error)| error)?;
        let content = state.names.remove(source).ok_or(io::ErrorKind::NotFound)?;
        state.names.insert(target.to_owned(), content);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.begin().map_err(|(_, error)| error)?;
        state.names.remove(path).map(|_| ()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        let state = self.state();
        state.check_power()?;
        Ok(state.names.keys().filter(|path| path.parent() == Some(directory)).cloned().collect())
    }

    fn create_directory(&self, directory: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.begin().map_err(|(_, error)| error)?;
        state.directories.extend(directory.ancestors().map(Path::to_owned));
        Ok(())
    }

    fn sync_directory(&self, directory: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.begin().map_err(|(_, error)| error)?;
        let is_inside = |path: &Path| path.parent() == Some(directory);
        let State { names, durable_names, .. } = &mut *state;
        durable_names.retain(|path, _| !is_inside(path));
        durable_names
            .extend(names.iter().filter(|(path, _)| is_inside(path)).map(|(path, id)| (path.clone(), *id)));
        Ok(())
    }
}

struct SimulatedFile {
    disk: SimulatedDisk,
    content: usize,
}

impl File for SimulatedFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let state = self.disk.state();
        state.check_power()?;
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let available = state.files[self.content].written.get(offset..).unwrap_or_default();
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        Ok(count)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        let (bytes, outcome) = match state.begin() {
            Ok(()) => (bytes, Ok(())),
            Err((Fault::PowerCut, error)) => return Err(error),
            Err((_, error)) => (&bytes[..bytes.len() / 2], Err(error)),
        };
        let offset = usize::try_from(offset).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let written = &mut state.files[self.content].written;
        if written.len() < offset + bytes.len() {
            written.resize(offset + bytes.len(), 0);
        }
        written[offset..offset + bytes.len()].copy_from_slice(bytes);
        outcome
    }

    fn length(&self) -> io::Result<u64> {
        let state = self.disk.state();
        state.check_power()?;
        Ok(state.files[self.content].written.len() as u64)
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        state.begin().map_err(|(_, error)| error)?;
        let length = usize::try_from(length).map_err(|_| io::ErrorKind::FileTooLarge)?;
        state.files[self.content].written.resize(length, 0);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.state();
        if let Err((fault, error)) = state.begin() {
            if fault != Fault::PowerCut {
                let content = &mut state.files[self.content];
                content.written.clone_from(&content.synced);
            }
            return Err(error);
        }
        let content = &mut state.files[self.content];
        content.synced.clone_from(&content.written);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{read_file, replace_file};

    fn disk_with_directory() -> SimulatedDisk {
        let disk = SimulatedDisk::new();
        disk.create_directory(Path::new("/d")).unwrap();
        disk
    }

    #[test]
    fn the_simulated_disk_keeps_the_contract() {
        crate::contract::holds(&SimulatedDisk::new(), Path::new("/root"));
    }

    #[test]
    fn a_power_cut_forgets_what_was_not_synced_and_tears_what_was_being_written() {
        let disk = disk_with_directory();
        let file = disk.create(Path::new("/d/a")).unwrap();
        file.write_at(b"safe", 0).unwrap();
        file.sync().unwrap();
        disk.sync_directory(Path::new("/d")).unwrap();
        file.write_at(b"lost", 4).unwrap();
        disk.create(Path::new("/d/b")).unwrap().sync().unwrap();

        disk.power_off();
        assert!(file.sync().is_err());
        disk.power_on();

        assert_eq!(read_file(&disk, Path::new("/d/a"), 100).unwrap(), b"safelo");
        assert!(disk.open(Path::new("/d/b")).is_err(), "its directory was not synced");
    }

    #[test]
    fn a_replaced_file_is_whole_after_a_power_cut_at_any_operation() {
        for cut in 1.. {
            let disk = disk_with_directory();
            replace_file(&disk, Path::new("/d/a"), b"old content").unwrap();
            let before = disk.operations();
            disk.fail_at(before + cut, Fault::PowerCut);

            let outcome = replace_file(&disk, Path::new("/d/a"), b"new");
            disk.power_off();
            disk.power_on();

            let content = read_file(&disk, Path::new("/d/a"), 100).unwrap();
            if outcome.is_ok() {
                assert_eq!(content, b"new");
                return;
            }
            assert!(content == b"old content" || content == b"new", "{content:?}");
        }
    }

    #[test]
    fn a_failed_sync_loses_the_bytes_although_a_second_one_succeeds() {
        let disk = disk_with_directory();
        let file = disk.create(Path::new("/d/a")).unwrap();
        file.write_at(b"bytes", 0).unwrap();
        disk.fail_at(disk.operations() + 1, Fault::Broken);

        assert!(file.sync().is_err());
        assert!(file.sync().is_ok());

        assert_eq!(file.length().unwrap(), 0);
    }
}
