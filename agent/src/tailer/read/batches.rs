//! Records are put into batches, and batches into the next request.

use palisade_record::limits::{BATCH_BYTES_MAX, BATCH_RECORDS_MAX, RECORD_BYTES_MAX};
use palisade_record::{Batch, FrameFlags};

use super::{Ready, Work};
use crate::status::{Counters, add};
use crate::tail::Tail;
use crate::tailer::Tailer;

impl Tailer {
    pub(super) fn emit(&mut self, work: &mut Work<'_>, lane: usize, ready: Ready<'_>) {
        let state = work.tail.lanes[lane];
        if ready.offset < state.queued.max(state.begin) {
            return;
        }
        let is_full = work.building[lane].as_ref().is_some_and(|batch| {
            batch.frames.len() >= BATCH_RECORDS_MAX
                || batch.payloads.len() + ready.payload.len() > BATCH_BYTES_MAX.as_usize()
        });
        if is_full && let Some(mut batch) = work.building[lane].take() {
            batch.to = ready.offset;
            self.queue(work.id, work.tail, lane, batch, work.needed[lane]);
        }
        let batch = match &mut work.building[lane] {
            Some(batch) => batch,
            empty => empty.insert(work.trail.batch(&self.agent, work.tail, lane)),
        };
        push(batch, ready, &self.counters);
    }

    pub(super) fn close_batches(&mut self, work: &mut Work<'_>) {
        for lane in 0..2 {
            let Some(mut batch) = work.building[lane].take() else { continue };
            batch.to = match &work.trail.open[lane] {
                Some(partial) if partial.owner == work.id => partial.first,
                _ => work.tail.position,
            };
            self.queue(work.id, work.tail, lane, batch, work.needed[lane]);
        }
    }

    /// Puts a batch into the next request.
    pub(super) fn queue(&mut self, id: usize, tail: &mut Tail, lane: usize, batch: Batch, needed: u64) {
        let state = &mut tail.lanes[lane];
        if batch.to <= batch.from {
            return;
        }
        if state.is_clean() {
            state.clean = needed;
        }
        state.queued = batch.to;
        let epoch = state.epoch;
        tail.in_flight += 1;
        tail.in_flight_bytes += batch.payloads.len() as u64;
        add(&self.counters.records, batch.frames.len() as u64);
        self.pending.push(&batch, id, lane, epoch);
    }
}

pub(super) fn push(batch: &mut Batch, ready: Ready<'_>, counters: &Counters) {
    let Ready { offset, span, mut flags, time, mut payload, original } = ready;
    payload = &payload[..payload.len().min(RECORD_BYTES_MAX.as_usize())];
    if (payload.len() as u64) < original {
        flags = flags.with(FrameFlags::TRUNCATED);
        add(&counters.truncated_records, 1);
    }
    batch.push_truncated(offset, span, flags, time, payload, original);
}
