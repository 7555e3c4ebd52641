//! What the threads of the index and its callers see together.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, broadcast};

use crate::Block;
use crate::arrivals::{Held, Queue};
use crate::marks::Marks;
use crate::receipts::Receipts;
use crate::tail::Tail;

/// Blocks that a follower may be behind before it loses some, which it is told.
const FOLLOW_BLOCKS_MAX: usize = 256;

/// What the threads and the callers see together.
pub(crate) struct Shared {
    pub(crate) tail: Mutex<Tail>,
    /// Told whenever the tail's counters move.
    pub(crate) moved: Condvar,
    /// Told whenever the tail takes less memory.
    pub(crate) room: Notify,
    pub(crate) marks: Mutex<Marks>,
    receipts: Mutex<Receipts>,
    /// What the reader of arrivals gets, and what it has not read yet.
    pub(crate) arrivals: Queue,
    held: Mutex<Held>,
    pub(crate) follow: broadcast::Sender<Arc<Block>>,
    stopped: Mutex<Option<PathBuf>>,
    rotation_failed: AtomicBool,
    pub(crate) publish_asked: AtomicU64,
    pub(crate) durable: AtomicU64,
    pub(crate) records: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) syncs: AtomicU64,
    pub(crate) journal_bytes: AtomicU64,
}

impl Shared {
    pub(crate) fn new(tail: Tail, marks: Marks, receipts: Receipts, held: Held, next_sequence: u64) -> Self {
        let durable = AtomicU64::new(tail.applied);
        Self {
            tail: Mutex::new(tail),
            moved: Condvar::new(),
            room: Notify::new(),
            marks: Mutex::new(marks),
            receipts: Mutex::new(receipts),
            arrivals: Queue::new(next_sequence),
            held: Mutex::new(held),
            follow: broadcast::Sender::new(FOLLOW_BLOCKS_MAX),
            stopped: Mutex::default(),
            rotation_failed: AtomicBool::new(false),
            publish_asked: AtomicU64::new(0),
            durable,
            records: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            syncs: AtomicU64::new(0),
            journal_bytes: AtomicU64::new(0),
        }
    }

    pub(crate) fn tail(&self) -> MutexGuard<'_, Tail> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn receipts(&self) -> MutexGuard<'_, Receipts> {
        self.receipts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The journal file whose sync failed, if one did.
    pub(crate) fn stopped(&self) -> Option<PathBuf> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn stop(&self, path: &Path) {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(path.to_owned());
    }

    pub(crate) fn rotation_failed(&self, error: &std::io::Error) {
        self.rotation_failed.store(true, Ordering::SeqCst);
        self.publish_failed(format!("a new journal file cannot be created: {error}"));
    }

    pub(crate) fn publish_failed(&self, problem: String) {
        self.tail().publish_error = Some(problem);
        self.moved.notify_all();
    }

    pub(crate) fn take_rotation_failure(&self) -> bool {
        self.rotation_failed.swap(false, Ordering::SeqCst)
    }

    pub(crate) fn count_sync(&self, journal_bytes: u64) {
        self.syncs.fetch_add(1, Ordering::Relaxed);
        self.journal_bytes.store(journal_bytes, Ordering::Relaxed);
    }

    pub(crate) fn count_durable(&self, records: u64, bytes: u64) {
        self.records.fetch_add(records, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.durable.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether someone waits for everything to be in splits.
    pub(crate) fn publish_is_asked(&self) -> bool {
        self.publish_asked.load(Ordering::SeqCst) > 0
    }
}
