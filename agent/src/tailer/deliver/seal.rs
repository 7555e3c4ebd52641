//! When the batches that wait become a request.

use crate::request::Entry;
use crate::tailer::{REQUEST_BYTES_MAX, REQUEST_BYTES_SOON, Tailer};

impl Tailer {
    pub(in crate::tailer) fn seal_when_full(&mut self) {
        let is_free = self.in_flight.is_none() && self.outbox.is_empty();
        let limit = if is_free { REQUEST_BYTES_SOON } else { REQUEST_BYTES_MAX };
        let is_full = self.pending.entries.len() >= palisade_record::limits::REQUEST_BATCHES_MAX;
        if is_full || self.pending.bytes() >= limit.min(self.request_bytes_max) {
            self.seal();
        }
    }

    /// While the line is free, nothing waits for more.
    pub(in crate::tailer) fn seal_when_due(&mut self) {
        if self.in_flight.is_none() && self.outbox.is_empty() && !self.pending.is_empty() {
            self.seal();
        }
    }

    /// A generation must be remembered before its first batch can reach the collector.
    pub(super) fn seal(&mut self) {
        let is_durable = |entry: &Entry| {
            entry.tail.and_then(|id| self.tails[id].as_ref()).is_none_or(|tail| tail.is_durable)
        };
        if !self.pending.entries.iter().all(is_durable) && !self.remember() {
            return;
        }
        match self.pending.seal() {
            Ok(request) => self.outbox.push_back(request),
            Err(error) => self.counters.error(format!("compression: {error}")),
        }
    }
}
