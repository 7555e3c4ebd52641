//! A storage that stops answering after some requests, as one does whose caller is killed.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use palisade_record::Timestamp;
use palisade_storage::{Description, MemoryStorage, ObjectStorage, Requests, RestoreSpeed, Stored, Terms};

/// When storages that share it stop.
pub(super) struct Fuse {
    left: AtomicU64,
    blown: AtomicBool,
}

impl Fuse {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { left: AtomicU64::new(u64::MAX), blown: AtomicBool::new(false) })
    }

    pub(super) fn fail_after(&self, requests: u64) {
        self.left.store(requests, Ordering::Relaxed);
    }

    /// Tells whether anything failed since.
    pub(super) fn work_again(&self) -> bool {
        self.left.store(u64::MAX, Ordering::Relaxed);
        self.blown.swap(false, Ordering::Relaxed)
    }

    fn request(&self) -> io::Result<()> {
        let take = |left: u64| left.checked_sub(1);
        if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
            return Ok(());
        }
        self.blown.store(true, Ordering::Relaxed);
        Err(io::Error::new(io::ErrorKind::TimedOut, "the store does not answer"))
    }
}

/// A storage behind a fuse.
pub(super) struct FailingStorage {
    pub(super) inner: Arc<MemoryStorage>,
    pub(super) fuse: Arc<Fuse>,
}

impl FailingStorage {
    /// More than a split needs from being archived to being gone.
    pub(super) const REQUESTS_OF_A_LIFE: u64 = 16;
}

impl ObjectStorage for FailingStorage {
    fn put(&self, name: &str, bytes: &[u8], terms: &Terms) -> io::Result<Stored> {
        self.fuse.request()?;
        self.inner.put(name, bytes, terms)
    }

    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        self.fuse.request()?;
        self.inner.get(name, range)
    }

    fn end(&self, name: &str, bytes_max: u64) -> io::Result<(Vec<u8>, u64)> {
        self.fuse.request()?;
        self.inner.end(name, bytes_max)
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        self.fuse.request()?;
        self.inner.length(name)
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<String>> {
        self.fuse.request()?;
        self.inner.list(prefix)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.fuse.request()?;
        self.inner.remove(name)
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.inner.locate(name)
    }

    fn describe(&self, name: &str) -> io::Result<Description> {
        self.fuse.request()?;
        self.inner.describe(name)
    }

    fn extend(&self, name: &str, until: Timestamp) -> io::Result<()> {
        self.fuse.request()?;
        self.inner.extend(name, until)
    }

    fn hold(&self, name: &str, on: bool) -> io::Result<()> {
        self.fuse.request()?;
        self.inner.hold(name, on)
    }

    fn restore(&self, name: &str, days: u32, speed: RestoreSpeed) -> io::Result<()> {
        self.fuse.request()?;
        self.inner.restore(name, days, speed)
    }

    fn requests(&self) -> Requests {
        self.inner.requests()
    }
}
