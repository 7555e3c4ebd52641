//! What is read from far away: counted for everybody, and for the one question that reads.

use std::cell::RefCell;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use palisade_record::Timestamp;
use palisade_storage::{Description, ObjectStorage, Requests, RestoreSpeed, Stored, Terms};

thread_local! {
    /// For whom this thread reads at the moment. Reads happen deep below a question, in whatever block or index it comes
    /// upon; to hand a counter through all of them would change every signature on the way.
    static CURRENT: RefCell<Option<Arc<FarReads>>> = const { RefCell::new(None) };
}

/// Requests to far storages, and the bytes that came. Shared by the threads that work on one question.
#[derive(Default, Debug)]
pub struct FarReads {
    requests: AtomicU64,
    bytes: AtomicU64,
}

impl FarReads {
    /// How many requests.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// How many bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Does some work; what this thread reads from far away meanwhile is counted here too.
    pub fn count<T>(self: &Arc<Self>, work: impl FnOnce() -> T) -> T {
        let before = CURRENT.replace(Some(Arc::clone(self)));
        let _restore = Restore(before);
        work()
    }

    /// For whom this thread counts.
    pub(crate) fn current() -> Option<Arc<Self>> {
        CURRENT.with_borrow(Clone::clone)
    }

    fn add(&self, bytes: u64) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Sets back for whom a thread counts, also after a panic.
struct Restore(Option<Arc<FarReads>>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

/// A far storage whose reads are counted.
pub(crate) struct FarStorage {
    inner: Arc<dyn ObjectStorage>,
    total: Arc<FarReads>,
}

impl FarStorage {
    /// Counts the reads of `inner`, in `total` and for whoever reads.
    pub(crate) fn over(inner: Arc<dyn ObjectStorage>, total: &Arc<FarReads>) -> Arc<dyn ObjectStorage> {
        Arc::new(Self { inner, total: Arc::clone(total) })
    }

    fn count(&self, bytes: usize) {
        self.total.add(bytes as u64);
        CURRENT.with_borrow(|current| {
            if let Some(current) = current {
                current.add(bytes as u64);
            }
        });
    }
}

impl ObjectStorage for FarStorage {
    fn put(&self, name: &str, bytes: &[u8], terms: &Terms) -> io::Result<Stored> {
        self.inner.put(name, bytes, terms)
    }

    fn get(&self, name: &str, range: Range<u64>) -> io::Result<Vec<u8>> {
        let read = self.inner.get(name, range);
        self.count(read.as_ref().map_or(0, Vec::len));
        read
    }

    fn end(&self, name: &str, bytes_max: u64) -> io::Result<(Vec<u8>, u64)> {
        let read = self.inner.end(name, bytes_max);
        self.count(read.as_ref().map_or(0, |(bytes, _)| bytes.len()));
        read
    }

    fn length(&self, name: &str) -> io::Result<u64> {
        self.count(0);
        self.inner.length(name)
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<String>> {
        self.count(0);
        self.inner.list(prefix)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.inner.remove(name)
    }

    fn locate(&self, name: &str) -> PathBuf {
        self.inner.locate(name)
    }

    fn describe(&self, name: &str) -> io::Result<Description> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_storage::MemoryStorage;

    #[test]
    fn counting_keeps_the_contract_and_counts_for_all_and_for_the_one_who_reads() {
        let total = Arc::new(FarReads::default());
        let storage = FarStorage::over(Arc::new(MemoryStorage::default()), &total);
        palisade_storage::contract::holds(&*storage);
        storage.put("a", b"0123", &Terms::default()).unwrap();
        let (before, mine) = ((total.requests(), total.bytes()), Arc::new(FarReads::default()));

        storage.get("a", 0..2).unwrap();
        mine.count(|| storage.end("a", 3)).unwrap();
        storage.get("a", 0..1).unwrap();

        assert_eq!((total.requests() - before.0, total.bytes() - before.1), (3, 6));
        assert_eq!((mine.requests(), mine.bytes()), (1, 3));
    }
}
