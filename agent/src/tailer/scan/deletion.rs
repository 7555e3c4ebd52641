//! Deleted files that are still open, and how much space they may take.

use crate::source::Source;
use crate::status::set;
use crate::tailer::Tailer;

impl Tailer {
    /// Bounds the space that deleted files take because they are still open.
    pub(super) fn shed_deleted(&mut self) {
        let mut lag = 0;
        let mut held: Vec<(u64, usize, u64)> = Vec::new();
        for (id, tail) in self.tails.iter().enumerate() {
            let Some(tail) = tail else { continue };
            let Some(Source::Plain(file)) = &tail.source else { continue };
            if !tail.is_deleted && tail.is_live && tail.end_polls > 0 {
                continue;
            }
            let size = file.metadata().map_or(0, |stat| stat.len());
            let unread = size.saturating_sub(tail.position);
            lag += unread;
            if tail.is_deleted && unread > 0 {
                held.push((unread, id, size));
            }
        }
        set(&self.counters.lag_bytes, lag);
        let mut total: u64 = held.iter().map(|(unread, ..)| unread).sum();
        held.sort_unstable();
        while total > self.settings.deleted_bytes.as_u64() && self.may_read() {
            let Some((unread, id, size)) = held.pop() else { break };
            total -= unread;
            let Some(mut tail) = self.tails[id].take() else { continue };
            if let Some(mut trail) = self.trails[tail.trail].take() {
                let from = tail.position;
                self.give_up(
                    id,
                    &mut tail,
                    &mut trail,
                    from,
                    size,
                    "deleted files held more unread bytes than allowed",
                );
                self.trails[tail.trail] = Some(trail);
            }
            self.tails[id] = Some(tail);
        }
        set(&self.counters.deleted_bytes, total);
    }
}
