//! Counts what is read of another storage, and what that would take from far away; for tests.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::ObjectStorage;

/// What was read so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Reads {
    /// Ranges of objects.
    pub(crate) reads: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// Questions for names and lengths.
    pub(crate) questions: u64,
}

impl Reads {
    /// How long these take one after the other, when each costs a latency and bytes come at a rate. Nobody waits for
    /// it: a test that slept would be slow, and no surer.
    pub(crate) fn far_away(&self, latency: Duration, bytes_per_second: u64) -> Duration {
        let times = u32::try_from(self.reads + self.questions).unwrap_or(u32::MAX);
        let nanos = u128::from(self.bytes) * 1_000_000_000 / u128::from(bytes_per_second);
        latency * times + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// A storage that counts.
pub(crate) struct CountingStorage<S> {
    inner: S,
    reads: AtomicU64,
    bytes: AtomicU64,
    questions: AtomicU64,
}

impl<S> CountingStorage<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner, reads: AtomicU64::new(0), bytes: AtomicU64::new(0), questions: AtomicU64::new(0) }
    }

    /// What was read since the last call.
    pub(crate) fn take(&self) -> Reads {
        let take = |counter: &AtomicU64| counter.swap(0, Ordering::Relaxed);
        Reads { reads: take(&self.reads), bytes: take(&self.bytes), questions: take(&self.questions) }
    }
}

impl<S: ObjectStorage> ObjectStorage for CountingStorage<S> {
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.inner.put(name, bytes)
    }

    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(range.end - range.start, Ordering::Relaxed);
        self.inner.get(name, range)
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        self.questions.fetch_add(1, Ordering::Relaxed);
        self.inner.length(name)
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<String>> {
        self.questions.fetch_add(1, Ordering::Relaxed);
        self.inner.list(prefix)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.inner.remove(name)
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.inner.locate(name)
    }
}

#[test]
fn counting_keeps_the_contract_and_counts() {
    let storage = CountingStorage::new(super::MemoryStorage::default());
    super::contract::holds(&storage);
    storage.put("a", b"0123").unwrap();
    _ = storage.take();

    storage.get("a", 1..3).unwrap();
    storage.length("a").unwrap();

    let reads = storage.take();
    assert_eq!(reads, Reads { reads: 1, bytes: 2, questions: 1 });
    assert_eq!(reads.far_away(Duration::from_millis(30), 100), Duration::from_millis(80));
    assert_eq!(storage.take(), Reads::default());
}
