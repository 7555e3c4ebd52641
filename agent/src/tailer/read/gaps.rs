//! Bytes that cannot be shipped are told to the collector as a gap.

use super::{Work, needed};
use crate::identity::Marker;
use crate::status::add;
use crate::tail::{Tail, Trail};
use crate::tailer::Tailer;

impl Tailer {
    /// Gives up a range: it is told to the collector as a gap.
    pub(in crate::tailer) fn give_up(
        &mut self,
        id: usize,
        tail: &mut Tail,
        trail: &mut Trail,
        from: u64,
        to: u64,
        reason: &str,
    ) {
        if tail.number == 0 {
            self.assign(tail, trail);
        }
        let needed = [needed(id, tail, trail, 0), needed(id, tail, trail, 1)];
        let mut work = Work { id, tail, trail, building: [None, None], needed };
        for lane in 0..2 {
            if work.trail.open[lane].as_ref().is_some_and(|partial| partial.owner == id) {
                self.end_unfinished(&mut work, lane);
            }
        }
        self.close_batches(&mut work);
        let Work { tail, trail, .. } = work;
        let from = from.max(tail.lanes[0].queued);
        if from < to {
            tracing::error!(path = %tail.path.display(), from, to, reason, "bytes of a file are lost");
            if tail.lanes[0].queued < from {
                let mut silent = trail.batch(&self.agent, tail, 0);
                silent.to = from;
                self.queue(id, tail, 0, silent, from);
            }
            let mut gap = trail.batch(&self.agent, tail, 0);
            (gap.to, gap.gap) = (to, Some(reason.to_owned()));
            self.queue(id, tail, 0, gap, from);
            add(&self.counters.gaps, 1);
            add(&self.counters.gap_bytes, to - from);
        }
        (tail.position, tail.scanned) = (to.max(tail.position), 0);
        tail.marker = Marker::default();
        tail.is_changed = true;
    }
}
