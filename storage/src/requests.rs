//! What was asked of a store, for `/metrics` and for estimates.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// Requests since the storage was opened; what the client repeats by itself is not counted again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Requests {
    /// Objects and parts of objects written, and multipart uploads begun, ended or given up.
    pub puts: u64,
    /// Ranges read.
    pub gets: u64,
    /// Questions for what an object is.
    pub heads: u64,
    /// Pages of names.
    pub lists: u64,
    /// Versions removed.
    pub removes: u64,
    /// Locks extended, holds set or released.
    pub locks: u64,
    /// Restores asked for.
    pub restores: u64,
    /// Calls that ended with an error, refusals included.
    pub failed: u64,
    /// Bytes read.
    pub bytes_read: u64,
    /// Bytes written.
    pub bytes_written: u64,
}

/// The kinds of requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Operation {
    Put,
    Get,
    Head,
    List,
    Remove,
    Lock,
    Restore,
}

/// Counts requests; shared by threads. The numbers are for people: none of them orders anything else.
#[derive(Default, Debug)]
pub(crate) struct Counters {
    kinds: [AtomicU64; 7],
    failed: AtomicU64,
    bytes_read: AtomicU64,
    bytes_written: AtomicU64,
}

impl Counters {
    fn kind(&self, operation: Operation) -> &AtomicU64 {
        let [put, get, head, list, remove, lock, restore] = &self.kinds;
        match operation {
            Operation::Put => put,
            Operation::Get => get,
            Operation::Head => head,
            Operation::List => list,
            Operation::Remove => remove,
            Operation::Lock => lock,
            Operation::Restore => restore,
        }
    }

    pub(crate) fn count(&self, operation: Operation) {
        self.kind(operation).fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self, bytes: usize) {
        self.bytes_read.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn written(&self, bytes: usize) {
        self.bytes_written.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Counts an error on its way out.
    pub(crate) fn result<T, E>(&self, result: Result<T, E>) -> Result<T, E> {
        if result.is_err() {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
        result
    }

    pub(crate) fn so_far(&self) -> Requests {
        let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let kind = |operation| number(self.kind(operation));
        Requests {
            puts: kind(Operation::Put),
            gets: kind(Operation::Get),
            heads: kind(Operation::Head),
            lists: kind(Operation::List),
            removes: kind(Operation::Remove),
            locks: kind(Operation::Lock),
            restores: kind(Operation::Restore),
            failed: number(&self.failed),
            bytes_read: number(&self.bytes_read),
            bytes_written: number(&self.bytes_written),
        }
    }
}
