//! How far a search has come, for who waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use palisade_index::FarReads;
use serde::Serialize;

/// How often somebody who waits is told, while nothing else comes: it looks alive, and costs nothing.
pub(crate) const PROGRESS_EVERY: Duration = Duration::from_millis(300);

/// Counts while a search runs, from its threads. Shared with who tells of it.
#[derive(Default)]
pub(crate) struct Progress {
    splits: AtomicU64,
    done: AtomicU64,
    bytes: AtomicU64,
    pub(crate) far: Arc<FarReads>,
}

/// How far it has come at a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Come {
    /// Splits that are opened, or known to hold no match.
    pub(crate) splits_done: u64,
    /// Splits that could hold a match when it began.
    pub(crate) splits: u64,
    /// Bytes of the records that were looked at.
    pub(crate) bytes: u64,
    /// Requests to far storages.
    pub(crate) far_requests: u64,
    /// Bytes read from far storages.
    pub(crate) far_bytes: u64,
}

impl Progress {
    pub(crate) fn begin(&self, splits: usize) {
        self.splits.store(splits as u64, Ordering::Relaxed);
    }

    pub(crate) fn splits_done(&self, count: usize) {
        self.done.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn looked_at(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A line that tells of it; no record looks like that.
    pub(crate) fn line(&self) -> String {
        serde_json::json!({ "progress": self.come() }).to_string()
    }

    fn come(&self) -> Come {
        let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Come {
            splits_done: number(&self.done),
            splits: number(&self.splits),
            bytes: number(&self.bytes),
            far_requests: self.far.requests(),
            far_bytes: self.far.bytes(),
        }
    }
}
