//! Objects as files of a directory.
//!
//! It keeps what it is given, and honours locks and holds: it refuses to remove or replace what is under one. But it is
//! **not** WORM: whoever may write to the directory can remove anything, locks included, and nothing tells of it. What a
//! regulator asks for needs a store that protects objects from its own users.

mod files;
mod sidecar;

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use palisade_disk::{File, SharedDisk, replace_file};
use palisade_record::{Clock, SystemClock, Timestamp};
use sha2::{Digest, Sha256};

use crate::description::check_removable;
use crate::requests::{Counters, Operation};
use crate::{
    Cover, Description, Lock, ObjectStorage, Refusal, Requests, RestoreSpeed, RestoreState, Stored, Terms,
    name,
};
use files::{directory_is_known, folders, is_same, read};
use sidecar::Sidecar;

/// A directory of objects.
pub struct LocalStorage {
    disk: SharedDisk,
    root: PathBuf,
    clock: Arc<dyn Clock>,
    counters: Counters,
}

impl LocalStorage {
    /// Objects in the directory `root`, which is made when it is not there.
    pub fn open(disk: SharedDisk, root: &Path) -> io::Result<Self> {
        disk.create_directory(root)?;
        let clock = Arc::new(SystemClock);
        Ok(Self { disk, root: root.to_owned(), clock, counters: Counters::default() })
    }

    /// Judges locks by another clock than the machine's.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// The path of an object that is to be read or described.
    fn path(&self, name: &str) -> io::Result<PathBuf> {
        match name::check(name)? {
            (plain, None) => Ok(self.root.join(plain)),
            (_, Some(_)) => Err(Refusal::NoVersions { name: name.to_owned() }.into()),
        }
    }

    fn open_object(&self, name: &str) -> io::Result<Box<dyn File>> {
        self.disk.open_to_read(&self.path(name)?)
    }

    fn write(&self, name: &str, bytes: &[u8], terms: &Terms) -> io::Result<Stored> {
        let path = self.root.join(name::check_unpinned(name)?);
        terms.check(name)?;
        let stored = Stored { version: None, sha256: Sha256::digest(bytes).into() };
        match self.disk.open_to_read(&path) {
            Ok(known) if is_same(&*known, bytes)? => {
                self.strengthen(name, &path, terms)?;
                return Ok(stored);
            }
            Ok(_) if terms.replace => self.check_removable(name, &path)?,
            Ok(_) => return Err(Refusal::Changed { name: name.to_owned() }.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let directory = path.parent().unwrap_or(&self.root);
        if !directory_is_known(&*self.disk, directory) {
            self.disk.create_directory(directory)?;
            for made in directory.ancestors().take_while(|path| *path != self.root).filter_map(Path::parent) {
                self.disk.sync_directory(made)?;
            }
        }
        // The lock first: a crash between the two leaves a lock on nothing, which does no harm.
        self.strengthen(name, &path, terms)?;
        replace_file(&*self.disk, &path, bytes)?;
        self.counters.written(bytes.len());
        Ok(stored)
    }

    /// Lets the sidecar say at least what the terms ask for; without a lock and a class of its own there is none.
    fn strengthen(&self, name: &str, path: &Path, terms: &Terms) -> io::Result<()> {
        if terms.lock.is_none() && terms.class == crate::StorageClass::default() {
            return Ok(());
        }
        let known = Sidecar::read(&*self.disk, path)?;
        let mut wanted = known.clone();
        wanted.class = terms.class.clone();
        if let Some(lock) = terms.lock {
            if lock.until <= self.clock.now() {
                return Err(Refusal::PastLock { name: name.to_owned(), lock }.into());
            }
            wanted.lock = Some(known.lock.map_or(lock, |known| known.and(lock)));
        }
        if wanted == known { Ok(()) } else { wanted.write(&*self.disk, path) }
    }

    fn check_removable(&self, name: &str, path: &Path) -> io::Result<()> {
        let sidecar = Sidecar::read(&*self.disk, path)?;
        Ok(check_removable(name, sidecar.lock, sidecar.held, self.clock.now())?)
    }

    /// Changes the sidecar of an object that is there.
    fn amend(&self, name: &str, change: impl FnOnce(&mut Sidecar) -> Result<(), Refusal>) -> io::Result<()> {
        self.counters.count(Operation::Lock);
        let path = self.path(name)?;
        self.disk.open_to_read(&path)?;
        let known = Sidecar::read(&*self.disk, &path)?;
        let mut wanted = known.clone();
        change(&mut wanted)?;
        if wanted == known { Ok(()) } else { wanted.write(&*self.disk, &path) }
    }

    fn names_below(&self, folder: &str, prefix: &str, names: &mut Vec<String>) -> io::Result<()> {
        let directory = self.root.join(folder);
        let named = |path: &Path| {
            let last = path.file_name()?.to_str()?;
            Some(if folder.is_empty() { last.to_owned() } else { format!("{folder}/{last}") })
        };
        let files = self.disk.list(&directory)?;
        let objects = files.iter().filter_map(|path| named(path));
        // Sidecars and files that were about to take a place have no names of objects.
        names.extend(objects.filter(|name| name.starts_with(prefix) && name::is_name(name)));
        for path in folders(&directory)? {
            let Some(below) = named(&path).filter(|name| name::is_name(name)) else { continue };
            if below.starts_with(prefix) || prefix.starts_with(&format!("{below}/")) {
                self.names_below(&below, prefix, names)?;
            }
        }
        Ok(())
    }

    fn delete(&self, name: &str) -> io::Result<()> {
        let path = match self.path(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            path => path?,
        };
        self.check_removable(name, &path)?;
        match self.disk.remove(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(()) => Sidecar::remove(&*self.disk, &path),
        }
    }
}

impl ObjectStorage for LocalStorage {
    fn put(&self, name: &str, bytes: &[u8], terms: &Terms) -> io::Result<Stored> {
        self.counters.count(Operation::Put);
        self.counters.result(self.write(name, bytes, terms))
    }

    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        self.counters.count(Operation::Get);
        let bytes = self.open_object(name).and_then(|file| read(name, &*file, range));
        self.counters.result(bytes).inspect(|bytes| self.counters.read(bytes.len()))
    }

    fn end(&self, name: &str, bytes_max: u64) -> io::Result<(Vec<u8>, u64)> {
        self.counters.count(Operation::Get);
        let end = self.open_object(name).and_then(|file| {
            let length = file.length()?;
            Ok((read(name, &*file, length.saturating_sub(bytes_max)..length)?, length))
        });
        self.counters.result(end).inspect(|(bytes, _)| self.counters.read(bytes.len()))
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        self.counters.count(Operation::Head);
        self.counters.result(self.open_object(name).and_then(|file| file.length()))
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<String>> {
        self.counters.count(Operation::List);
        name::check_prefix(prefix)?;
        let folder = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut names = Vec::new();
        self.counters.result(self.names_below(folder, prefix, &mut names))?;
        names.sort_unstable();
        Ok(names)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.counters.count(Operation::Remove);
        self.counters.result(self.delete(name))
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn describe(&self, name: &str) -> io::Result<Description> {
        self.counters.count(Operation::Head);
        let known = self
            .open_object(name)
            .and_then(|file| Ok((file.length()?, Sidecar::read(&*self.disk, &self.path(name)?)?)));
        let (length, sidecar) = self.counters.result(known)?;
        Ok(Description {
            length,
            sha256: None,
            version: None,
            lock: sidecar.lock,
            held: sidecar.held,
            class: sidecar.class,
            restore: RestoreState::Online,
            modified: None,
            cover: Cover::Nothing,
        })
    }

    fn extend(&self, name: &str, until: Timestamp) -> io::Result<()> {
        let extended = self.amend(name, |sidecar| {
            let lock = sidecar.lock.ok_or_else(|| Refusal::NoLock { name: name.to_owned() })?;
            sidecar.lock = Some(lock.and(Lock { until, ..lock }));
            Ok(())
        });
        self.counters.result(extended)
    }

    fn hold(&self, name: &str, on: bool) -> io::Result<()> {
        let held = self.amend(name, |sidecar| {
            sidecar.held = on;
            Ok(())
        });
        self.counters.result(held)
    }

    /// Files are always readable.
    fn restore(&self, name: &str, days: u32, speed: RestoreSpeed) -> io::Result<()> {
        self.counters.count(Operation::Restore);
        if days == 0 {
            return Err(Refusal::Restore { name: name.to_owned(), days, speed }.into());
        }
        self.counters.result(self.open_object(name).map(|_| ()))
    }

    fn requests(&self) -> Requests {
        self.counters.so_far()
    }
}

#[cfg(test)]
mod tests;
