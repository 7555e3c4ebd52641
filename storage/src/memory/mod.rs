//! Objects in memory, for tests; the strictest of all: it has versions, locks, holds and archives, and refuses what others
//! may let pass. What an intruder would do, and what time does to an archive, it does when it is told to.

mod intruder;
mod object;

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use palisade_record::{Clock, SystemClock, Timestamp};
use sha2::{Digest, Sha256};

use crate::description::check_removable;
use crate::requests::{Counters, Operation};
use crate::{
    Cover, Description, Lock, ObjectStorage, Refusal, Requests, RestoreSpeed, RestoreState, StorageClass,
    Stored, Terms, name,
};
use object::{Object, Version};

/// Objects in memory.
pub struct MemoryStorage {
    objects: Mutex<BTreeMap<String, Object>>,
    clock: Arc<dyn Clock>,
    counters: Counters,
}

impl Default for MemoryStorage {
    fn default() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }
}

impl MemoryStorage {
    /// An empty storage that judges locks and restores by this clock.
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self { objects: Mutex::default(), clock, counters: Counters::default() }
    }

    fn objects(&self) -> MutexGuard<'_, BTreeMap<String, Object>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the version that a name means.
    fn with<T>(
        &self,
        operation: Operation,
        name: &str,
        work: impl FnOnce(&mut Version, Cover) -> Result<T, Refusal>,
    ) -> io::Result<T> {
        self.counters.count(operation);
        let done = name::check(name).and_then(|(plain, pin)| {
            let mut objects = self.objects();
            let missing = || Refusal::Missing { name: name.to_owned() };
            let object = objects.get_mut(plain).ok_or_else(missing)?;
            let (version, cover) = object.find(pin).ok_or_else(missing)?;
            work(version, cover)
        });
        Ok(self.counters.result(done)?)
    }

    fn read(&self, name: &str, range: impl FnOnce(u64) -> Range<u64>) -> io::Result<(Vec<u8>, u64)> {
        let now = self.clock.now();
        let read = self.with(Operation::Get, name, |version, _| {
            let state = version.state(now);
            if !state.is_readable() {
                let underway = state == RestoreState::Underway;
                return Err(Refusal::Archived { name: name.to_owned(), underway });
            }
            let length = version.bytes.len() as u64;
            let Range { start, end } = range(length);
            let place = usize::try_from(start).ok().zip(usize::try_from(end).ok());
            let bytes = place.and_then(|(start, end)| version.bytes.get(start..end));
            let bytes = bytes.ok_or_else(|| Refusal::Range { name: name.to_owned(), length, start, end })?;
            Ok((bytes.to_vec(), length))
        })?;
        self.counters.read(read.0.len());
        Ok(read)
    }

    fn write(&self, name: &str, bytes: &[u8], terms: &Terms) -> Result<Stored, Refusal> {
        name::check_unpinned(name)?;
        terms.check(name)?;
        let now = self.clock.now();
        if let Some(lock) = terms.lock.filter(|lock| lock.until <= now) {
            return Err(Refusal::PastLock { name: name.to_owned(), lock });
        }
        let mut objects = self.objects();
        let object = objects.entry(name.to_owned()).or_default();
        match object.find(None) {
            Some((known, _)) if known.bytes == bytes => {
                known.lock = match (known.lock, terms.lock) {
                    (Some(known), Some(wanted)) => Some(known.and(wanted)),
                    (known, wanted) => known.or(wanted),
                };
                return Ok(known.stored());
            }
            Some(_) if !terms.replace => return Err(Refusal::Changed { name: name.to_owned() }),
            _ => {}
        }
        self.counters.written(bytes.len());
        Ok(object.push(bytes, terms.lock, terms.class.clone()))
    }

    fn delete(&self, name: &str) -> Result<(), Refusal> {
        let (plain, pin) = name::check(name)?;
        let now = self.clock.now();
        let mut objects = self.objects();
        let Some(object) = objects.get_mut(plain) else { return Ok(()) };
        let is_meant = |version: &Version| pin.is_none_or(|pin| version.id == pin);
        for version in object.versions.iter().filter(|version| is_meant(version)) {
            check_removable(name, version.lock, version.held, now)?;
        }
        object.versions.retain(|version| !is_meant(version));
        if object.versions.is_empty() {
            objects.remove(plain);
        }
        Ok(())
    }
}

impl ObjectStorage for MemoryStorage {
    fn put(&self, name: &str, bytes: &[u8], terms: &Terms) -> io::Result<Stored> {
        self.counters.count(Operation::Put);
        Ok(self.counters.result(self.write(name, bytes, terms))?)
    }

    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        self.read(name, |_| range).map(|(bytes, _)| bytes)
    }

    fn end(&self, name: &str, bytes_max: u64) -> io::Result<(Vec<u8>, u64)> {
        self.read(name, |length| length.saturating_sub(bytes_max)..length)
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        self.with(Operation::Head, name, |version, _| Ok(version.bytes.len() as u64))
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<String>> {
        self.counters.count(Operation::List);
        self.counters.result(name::check_prefix(prefix))?;
        let mut objects = self.objects();
        let named = objects.iter_mut().filter(|(name, _)| name.starts_with(prefix));
        Ok(named.filter_map(|(name, object)| object.find(None).map(|_| name.clone())).collect())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.counters.count(Operation::Remove);
        Ok(self.counters.result(self.delete(name))?)
    }

    fn locate(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("memory:{name}"))
    }

    fn describe(&self, name: &str) -> io::Result<Description> {
        let now = self.clock.now();
        self.with(Operation::Head, name, |version, cover| {
            Ok(Description {
                length: version.bytes.len() as u64,
                sha256: Some(Sha256::digest(&version.bytes).into()),
                version: Some(version.id.clone()),
                lock: version.lock,
                held: version.held,
                class: version.class.clone(),
                restore: version.state(now),
                modified: None,
                cover,
            })
        })
    }

    fn extend(&self, name: &str, until: Timestamp) -> io::Result<()> {
        self.with(Operation::Lock, name, |version, _| {
            let lock = version.lock.ok_or_else(|| Refusal::NoLock { name: name.to_owned() })?;
            version.lock = Some(lock.and(Lock { until, ..lock }));
            Ok(())
        })
    }

    fn hold(&self, name: &str, on: bool) -> io::Result<()> {
        self.with(Operation::Lock, name, |version, _| {
            version.held = on;
            Ok(())
        })
    }

    fn restore(&self, name: &str, days: u32, speed: RestoreSpeed) -> io::Result<()> {
        let now = self.clock.now();
        self.with(Operation::Restore, name, |version, _| {
            let is_too_fast = version.class == StorageClass::DeepArchive && speed == RestoreSpeed::Expedited;
            if days == 0 || is_too_fast {
                return Err(Refusal::Restore { name: name.to_owned(), days, speed });
            }
            version.begin_restore(days, now);
            Ok(())
        })
    }

    fn requests(&self) -> Requests {
        self.counters.so_far()
    }
}

#[cfg(test)]
mod tests;
