//! Gaps that the collector refuses: each is tried again after a pause of its own, while all other files go on.

use std::time::Duration;

use super::backoff::pause_after;
use crate::request::Request;
use crate::status::add;
use crate::tailer::Tailer;

impl Tailer {
    /// Keeps a gap that was refused. Nothing can be told in its place, so the file waits until it is taken.
    pub(super) fn keep_gap(&mut self, mut request: Request, problem: &str, now: Duration) {
        add(&self.counters.failed_requests, 1);
        // The collector is there and answers.
        self.succeed();
        if request.refusals == 0 {
            tracing::error!(problem, "collector refuses to be told of a gap; its file waits, others go on");
            self.counters.error(format!("collector refused a gap: {problem}"));
        }
        if self.drains_spool {
            // Reading begins before its range, finds the same bytes, and can wait without holding back other files.
            self.drains_spool = !self.outbox.is_empty();
            return;
        }
        let at = now + pause_after(request.refusals);
        request.refusals = request.refusals.saturating_add(1);
        self.refused_gaps.push((at, request));
    }

    /// A refused gap whose time has come.
    pub(super) fn due_gap(&mut self, now: Duration) -> Option<Request> {
        let place = self.refused_gaps.iter().position(|(at, _)| *at <= now)?;
        Some(self.refused_gaps.remove(place).1)
    }

    /// Whether a refused gap of a file, or of one lane of it, must be taken first.
    pub(in crate::tailer) fn waits_for_gap(&self, id: usize, lane: Option<usize>) -> bool {
        let mut entries = self.refused_gaps.iter().flat_map(|(_, gap)| &gap.entries);
        entries.any(|entry| entry.tail == Some(id) && lane.is_none_or(|lane| lane == entry.lane))
    }

    /// A gap was answered at last: what was sent behind it in the meantime was not taken, and is read again.
    pub(super) fn go_on_after_gap(&mut self, id: usize, lane: usize) {
        let behind = self.tails[id].as_ref().map(|tail| tail.lanes[lane]).filter(|lane| !lane.is_clean());
        if let Some(behind) = behind {
            self.rewind(id, lane, behind.acked);
        }
        self.make_ready(id);
    }
}
