//! Answers move what is acknowledged, batch by batch.

use crate::request::{Body, Entry, Request};
use crate::status::add;
use crate::tailer::Tailer;
use crate::transport::{BatchAnswer, Conflict};

impl Tailer {
    pub(super) fn apply(&mut self, request: Request, batches: &[BatchAnswer]) {
        let mut answered: Vec<(&Entry, &BatchAnswer)> = request.entries.iter().zip(batches).collect();
        // What was taken counts before a conflict on another lane gives the file a new number.
        answered.sort_by_key(|(_, answer)| answer.conflict.is_some());
        for (entry, answer) in answered {
            let was_spooled = matches!(request.body, Body::Spool { .. });
            self.settle(entry, was_spooled);
            let Some(id) = entry.tail else {
                continue;
            };
            let Some(tail) = self.tails[id].as_mut() else { continue };
            let lane = &mut tail.lanes[entry.lane];
            let is_current = entry.epoch == lane.epoch;
            if answer.conflict.is_none() && answer.mark >= entry.to {
                if is_current || answer.mark <= lane.queued {
                    let mark = answer.mark.min(lane.queued.max(entry.to));
                    lane.acked = lane.acked.max(mark);
                    lane.queued = lane.queued.max(mark);
                    lane.clean = lane.clean.max(entry.to);
                }
                tail.is_changed = true;
                add(&self.counters.acked_records, u64::from(entry.records));
                add(&self.counters.acked_bytes, u64::from(entry.bytes));
            } else if is_current && answer.conflict == Some(Conflict::Incarnation) {
                self.renumber(id);
            } else if is_current && !self.waits_for_gap(id, Some(entry.lane)) {
                self.rewind(id, entry.lane, answer.mark);
            }
            if request.refusals > 0 {
                self.go_on_after_gap(id, entry.lane);
            }
            self.release_held(id);
        }
        if self.drains_spool {
            self.settle_earlier_run(&request, batches);
        } else {
            self.spool.remove(&request.body, None);
        }
    }

    pub(super) fn settle(&mut self, entry: &Entry, was_spooled: bool) {
        let Some(tail) = entry.tail.and_then(|id| self.tails[id].as_mut()) else { return };
        tail.in_flight = tail.in_flight.saturating_sub(1);
        if was_spooled {
            tail.spooled = tail.spooled.saturating_sub(1);
        } else {
            tail.in_flight_bytes = tail.in_flight_bytes.saturating_sub(u64::from(entry.bytes));
        }
    }

    /// An older generation was acknowledged: newer ones that hold pieces of its last record need not keep them.
    fn release_held(&mut self, id: usize) {
        let Some(tail) = &self.tails[id] else { return };
        let Some(trail) = &self.trails[tail.trail] else { return };
        let mut released = Vec::new();
        for (place, other) in trail.tails.iter().enumerate() {
            let older = &trail.tails[..place];
            let joins = trail.open.iter().flatten().any(|partial| older.contains(&partial.owner));
            if !joins && older.iter().all(|older| self.is_clean(*older)) {
                released.push(*other);
            }
        }
        for other in released {
            if let Some(tail) = &mut self.tails[other] {
                tail.is_changed |= tail.held.take().is_some();
            }
        }
    }

    fn is_clean(&self, id: usize) -> bool {
        self.tails[id].as_ref().is_none_or(|tail| tail.is_clean())
    }
}
