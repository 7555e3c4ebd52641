//! Requests that the collector does not take: they are cut down, taken apart, and at last put aside.

use std::sync::Arc;
use std::time::Duration;

use palisade_disk::replace_file;

use crate::request::{self, Body, Request};
use crate::status::add;
use crate::tailer::Tailer;

/// Requests that were refused for their size are cut down to this at the smallest.
const REQUEST_BYTES_MIN: usize = 64 * 1024;

impl Tailer {
    pub(super) fn memory_body(&self, request: &Request) -> Option<Arc<Vec<u8>>> {
        match &request.body {
            Body::Memory(body) => Some(body.clone()),
            Body::Spool { path, .. } => self.spool.read(path).ok().map(Arc::new),
        }
    }

    /// Puts smaller requests in the place of one.
    fn replace(&mut self, request: &Request, parts: Vec<Request>) {
        let was_spooled = matches!(request.body, Body::Spool { .. });
        let before = request.entries.len();
        let after = parts.iter().map(|part| part.entries.len()).sum::<usize>();
        for entry in &request.entries {
            if let Some(tail) = entry.tail.and_then(|id| self.tails[id].as_mut()) {
                tail.spooled -= u32::from(was_spooled).min(tail.spooled);
                if was_spooled {
                    tail.in_flight_bytes += u64::from(entry.bytes);
                }
                // Halving a single batch makes two of it.
                tail.in_flight += u32::try_from(after - before.min(after)).unwrap_or(0);
            }
        }
        if was_spooled && !self.drains_spool {
            self.spool.remove(&request.body, None);
        }
        for part in parts.into_iter().rev() {
            self.outbox.push_front(part);
        }
    }

    pub(super) fn make_smaller(&mut self, request: Request, now: Duration) {
        add(&self.counters.failed_requests, 1);
        self.request_bytes_max = (self.request_bytes_max / 2).max(REQUEST_BYTES_MIN);
        let parts = self.memory_body(&request).and_then(|body| request::halve(&request, &body));
        match parts {
            Some(parts) => self.replace(&request, parts),
            None => self.put_aside(request, "too large, however small", now),
        }
    }

    /// The collector calls a request bad: keep it for people to look at, and find out which batch it is.
    pub(super) fn put_aside(&mut self, request: Request, problem: &str, now: Duration) {
        let body = self.memory_body(&request);
        if body.as_ref().is_some_and(|body| request::is_gap(&request, body)) {
            self.keep_gap(request, problem, now);
            return;
        }
        add(&self.counters.failed_requests, 1);
        self.counters.error(format!("collector refused a request: {problem}"));
        self.wait(None, now);
        let Some(body) = body else {
            self.outbox.push_front(request);
            return;
        };
        if request.entries.len() > 1
            && let Some(parts) = request::isolate(&request, &body)
        {
            self.not_before = now;
            self.replace(&request, parts);
            return;
        }
        self.quarantined += 1;
        let name = format!("refused-{:08x}-{}", crc32c::crc32c(&body), self.quarantined);
        let path = self.quarantine.join(name);
        // Only what is kept may be given up.
        let kept = replace_file(self.disk.as_ref(), &path, &body);
        let reason = format!("refused by the collector: {problem}");
        let gap = request::gap_instead(&request, &body, &reason);
        match (kept, gap) {
            (Ok(()), Some(gap)) => {
                tracing::error!(path = %path.display(), problem, "collector refused a batch; it is kept in the quarantine");
                add(&self.counters.quarantined, 1);
                if let Some(entry) = request.entries.first() {
                    add(&self.counters.gaps, 1);
                    add(&self.counters.gap_bytes, entry.to - entry.from);
                }
                self.replace(&request, vec![gap]);
            }
            (kept, _) => {
                tracing::error!(?kept, "refused batch cannot be kept; trying again");
                self.outbox.push_front(request);
            }
        }
    }
}
