//! What others do to objects, for tests: intruders, lifecycle rules, and time.

use super::MemoryStorage;
use crate::{StorageClass, Stored};

impl MemoryStorage {
    /// An intruder with the right to write puts other bytes under a name, as a new version.
    pub fn overwrite(&self, name: &str, bytes: &[u8]) -> Stored {
        self.objects().entry(name.to_owned()).or_default().push(bytes, None, StorageClass::Standard)
    }

    /// An intruder with the right to delete puts a delete marker on a name.
    pub fn mark_deleted(&self, name: &str) {
        self.objects().entry(name.to_owned()).or_default().mark_deleted();
    }

    /// An intruder with the disks changes the bytes of the newest version, past all locks.
    ///
    /// # Panics
    ///
    /// When there is no such object.
    pub fn tamper(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut objects = self.objects();
        let version = objects.get_mut(name).and_then(|object| object.versions.last_mut());
        change(&mut version.expect("the test put it there").bytes);
    }

    /// An intruder with the disks, or a fire: the object and all its versions are gone, past all locks.
    pub fn lose(&self, name: &str) {
        self.objects().remove(name);
    }

    /// A lifecycle rule moves the newest version to a class.
    ///
    /// # Panics
    ///
    /// When there is no such object.
    pub fn transition(&self, name: &str, class: StorageClass) {
        let mut objects = self.objects();
        let version = objects.get_mut(name).and_then(|object| object.versions.last_mut());
        version.expect("the test put it there").place(class);
    }

    /// All restores under way are done now; says how many there were.
    pub fn finish_restores(&self) -> usize {
        let now = self.clock.now();
        let mut objects = self.objects();
        objects
            .values_mut()
            .flat_map(|object| &mut object.versions)
            .filter_map(|version| version.finish(now))
            .count()
    }
}
