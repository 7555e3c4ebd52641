//! Counts what is read of another storage, and what that would take from far away; for tests.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use palisade_record::Timestamp;

use crate::{Description, ObjectStorage, Requests, RestoreSpeed, Stored, Terms};

/// What was read so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reads {
    /// Ranges of objects.
    pub reads: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Questions for names, lengths and descriptions.
    pub questions: u64,
}

impl Reads {
    /// How long these take one after the other, when each costs a latency and bytes come at a rate. Nobody waits for
    /// it: a test that slept would be slow, and no surer.
    pub fn far_away(&self, latency: Duration, bytes_per_second: u64) -> Duration {
        let times = u32::try_from(self.reads + self.questions).unwrap_or(u32::MAX);
        let nanos = u128::from(self.bytes) * 1_000_000_000 / u128::from(bytes_per_second.max(1));
        latency * times + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// A storage that counts.
pub struct CountingStorage<S> {
    inner: S,
    reads: AtomicU64,
    bytes: AtomicU64,
    questions: AtomicU64,
}

impl<S> CountingStorage<S> {
    /// Counts what is read of `inner`.
    pub fn new(inner: S) -> Self {
        Self { inner, reads: AtomicU64::new(0), bytes: AtomicU64::new(0), questions: AtomicU64::new(0) }
    }

    /// The storage below.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// What was read since the last call.
    pub fn take(&self) -> Reads {
        let take = |counter: &AtomicU64| counter.swap(0, Ordering::Relaxed);
        Reads { reads: take(&self.reads), bytes: take(&self.bytes), questions: take(&self.questions) }
    }

    fn read(&self, bytes: u64) {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn asked(&self) {
        self.questions.fetch_add(1, Ordering::Relaxed);
    }
}

impl<S: ObjectStorage> ObjectStorage for CountingStorage<S> {
    fn put(&self, name: &str, bytes: &[u8], terms: &Terms) -> io::Result<Stored> {
        self.inner.put(name, bytes, terms)
    }

    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        self.read(range.end.saturating_sub(range.start));
        self.inner.get(name, range)
    }

    fn end(&self, name: &str, bytes_max: u64) -> io::Result<(Vec<u8>, u64)> {
        let (bytes, length) = self.inner.end(name, bytes_max)?;
        self.read(bytes.len() as u64);
        Ok((bytes, length))
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        self.asked();
        self.inner.length(name)
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<String>> {
        self.asked();
        self.inner.list(prefix)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.inner.remove(name)
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.inner.locate(name)
    }

    fn describe(&self, name: &str) -> io::Result<Description> {
        self.asked();
        self.inner.describe(name)
    }

    fn extend(&self, name: &str, until: Timestamp) -> io::Result<()> {
        self.inner.extend(name, until)
    }

    fn hold(&self, name: &str, on: bool) -> io::Result<()> {
        self.inner.hold(name, on)
    }

    fn restore(&self, name: &str, days: u32, speed: RestoreSpeed) -> io::Result<()> {
        self.inner.restore(name, days, speed)
    }

    fn requests(&self) -> Requests {
        self.inner.requests()
    }
}

#[test]
fn counting_keeps_the_contract_and_counts() {
    let storage = CountingStorage::new(crate::MemoryStorage::default());
    crate::contract::holds(&storage);
    storage.put("a", b"0123", &Terms::default()).unwrap();
    _ = storage.take();

    storage.get("a", 1..3).unwrap();
    storage.length("a").unwrap();

    let reads = storage.take();
    assert_eq!(reads, Reads { reads: 1, bytes: 2, questions: 1 });
    assert_eq!(reads.far_away(Duration::from_millis(30), 100), Duration::from_millis(80));
    assert_eq!(storage.take(), Reads::default());
    storage.end("a", 3).unwrap();
    assert_eq!(storage.take(), Reads { reads: 1, bytes: 3, questions: 0 });
}
