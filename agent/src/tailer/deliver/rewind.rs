//! The collector has less than was sent, or other bytes under the same number: files are sent again.

use crate::status::add;
use crate::tailer::Tailer;

impl Tailer {
    /// Sends a lane again from `mark`, from the file.
    pub(super) fn rewind(&mut self, id: usize, lane: usize, mark: u64) {
        add(&self.counters.rewinds, 1);
        let Some(mut tail) = self.tails[id].take() else { return };
        let state = &mut tail.lanes[lane];
        if mark < state.acked {
            // It had said that this was durable.
            add(&self.counters.invariant_violations, 1);
            tracing::error!(path = %tail.path.display(), mark, acked = state.acked, "collector lost what it had acknowledged");
        }
        let lost_to = state.queued;
        state.epoch += 1;
        (state.queued, state.acked) = (mark, mark.min(state.acked.max(mark)));
        tail.is_changed = true;
        let from = mark.min(tail.position);
        let trail_id = tail.trail;
        if let Some(mut trail) = self.trails[trail_id].take() {
            // Pieces of open records will be read again; drop them, so that none is counted twice.
            let owners: Vec<(usize, u64)> = trail
                .open
                .iter_mut()
                .filter_map(Option::take)
                .map(|partial| {
                    self.partial_bytes = self.partial_bytes.saturating_sub(partial.head.len());
                    (partial.owner, partial.first)
                })
                .collect();
            if tail.source.is_none() && !self.ensure_open(&mut tail) {
                self.give_up(
                    id,
                    &mut tail,
                    &mut trail,
                    mark,
                    lost_to,
                    "the file was gone when it had to be sent again",
                );
            } else {
                let own = owners.iter().filter(|(owner, _)| *owner == id).map(|(_, first)| *first);
                tail.go_back(own.fold(from, u64::min));
            }
            for other in trail.tails.iter().filter(|other| **other != id) {
                if let Some(tail) = &mut self.tails[*other] {
                    let first =
                        owners.iter().filter(|(owner, _)| owner == other).map(|(_, first)| *first).min();
                    tail.go_back(first.unwrap_or(u64::MAX).min(tail.held.unwrap_or(u64::MAX)));
                }
            }
            let again = trail.tails.clone();
            self.trails[trail_id] = Some(trail);
            self.tails[id] = Some(tail);
            for other in again {
                self.make_ready(other);
            }
            return;
        }
        self.tails[id] = Some(tail);
    }

    /// The number belongs to another file: ask what the collector has, then take it or another number.
    pub(super) fn renumber(&mut self, id: usize) {
        let Some(tail) = &self.tails[id] else { return };
        let (acked, number, trail) = (tail.lanes.map(|lane| lane.acked), tail.number, tail.trail);
        tracing::warn!(path = %tail.path.display(), generation = number, "generation number is taken; asking for positions");
        for (lane, mark) in acked.into_iter().enumerate() {
            self.rewind(id, lane, mark);
        }
        if let (Some(tail), Some(trail)) = (&mut self.tails[id], &mut self.trails[trail]) {
            self.forgotten.push((trail.key.clone(), number));
            (tail.number, tail.is_durable) = (0, false);
            trail.next_number = trail.next_number.max(number + 1);
        }
        self.wants_positions = true;
    }
}
