//! Pieces are joined to records, also over a rotation, and what will not be finished is ended.

use std::time::Duration;

use palisade_record::FrameFlags;
use palisade_record::limits::RECORD_BYTES_MAX;

use super::batches::push;
use super::{Line, Ready, Work, needed};
use crate::parse::Piece;
use crate::tail::{Partial, Trail};
use crate::tailer::Tailer;

/// Below this, an open record keeps its pieces even when many are open.
const PARTIAL_SHARE: usize = 2;

impl Tailer {
    /// Pieces that were read again at the end of an older file, of a record that was sent before: its other pieces
    /// lie before the place where this file goes on.
    pub(super) fn drop_shipped_partials(&mut self, id: usize, trail: &mut Trail) {
        for lane in 0..2 {
            let Some(partial) = trail.open[lane].as_ref().filter(|partial| partial.owner != id) else {
                continue;
            };
            let owner = self.tails[partial.owner].as_ref();
            if owner.is_none_or(|owner| owner.lanes[lane].queued > partial.first) {
                self.partial_bytes = self.partial_bytes.saturating_sub(partial.head.len());
                trail.open[lane] = None;
            }
        }
    }

    pub(super) fn piece(&mut self, work: &mut Work<'_>, line: Line<'_>, piece: Piece<'_>, missing: u64) {
        let is_last = piece.is_last || line.flags.contains(FrameFlags::UNFINISHED);
        let original = piece.payload.len() as u64 + missing;
        let opened_later = opened_later(work, piece.lane);
        if opened_later || (work.trail.open[piece.lane].is_none() && is_last) {
            let Line { offset, span, mut flags, .. } = line;
            if !is_last {
                // A late writer of a rotated file; the record that is open now is of the newer file.
                flags = flags.with(FrameFlags::UNFINISHED);
            }
            let ready = Ready { offset, span, flags, time: piece.time, payload: piece.payload, original };
            self.emit(work, piece.lane, ready);
            return;
        }
        let room = self.settings.memory_bytes.as_usize() / PARTIAL_SHARE;
        let partial = work.trail.open[piece.lane].get_or_insert_with(|| {
            Box::new(Partial {
                owner: work.id,
                first: line.offset,
                span: 0,
                original: 0,
                time: piece.time,
                head: Vec::new(),
            })
        });
        // Once a piece could not be kept whole, later ones are not kept either: the head stays contiguous.
        let is_whole = partial.head.len() as u64 == partial.original;
        let free = RECORD_BYTES_MAX.as_usize() - partial.head.len();
        if is_whole && self.partial_bytes < room {
            let kept = &piece.payload[..piece.payload.len().min(free)];
            partial.head.extend_from_slice(kept);
            self.partial_bytes += kept.len();
        }
        partial.span += line.span;
        partial.original += original;
        if is_last {
            self.complete(work, piece.lane, line.offset + line.span, line.flags);
        }
    }

    /// The open record of a lane is whole; `end` is where its last piece ends in this file.
    fn complete(&mut self, work: &mut Work<'_>, lane: usize, end: u64, flags: FrameFlags) {
        let Some(partial) = work.trail.open[lane].take() else { return };
        self.partial_bytes = self.partial_bytes.saturating_sub(partial.head.len());
        let Partial { owner, first, span, original, time, head } = *partial;
        let ready = Ready { offset: first, span, flags, time, payload: &head, original };
        if owner == work.id {
            self.emit(work, lane, ready);
            return;
        }
        // It began in an older generation and is sent with that one; this lane begins after its last piece.
        if end > work.tail.lanes[lane].begin {
            work.tail.lanes[lane].begin = end;
            work.tail.is_changed = true;
        }
        if work.building[lane].is_none() {
            work.building[lane] = Some(work.trail.batch(&self.agent, work.tail, lane));
        }
        // Generations that held nothing but pieces of it are told to the collector too, as ranges without records:
        // without a checkpoint, that is how they are known to be done.
        let between = work.trail.tails.iter().copied().skip_while(|other| *other != owner).skip(1);
        for other in between.take_while(|other| *other != work.id).collect::<Vec<_>>() {
            let Some(mut middle) = self.tails[other].take() else { continue };
            if middle.number != 0 && middle.lanes[lane].queued < middle.position {
                let mut silent = work.trail.batch(&self.agent, &middle, lane);
                silent.to = middle.position;
                middle.lanes[lane].begin = middle.position;
                middle.is_changed = true;
                let needed = needed(other, &middle, work.trail, lane);
                self.queue(other, &mut middle, lane, silent, needed);
            }
            self.tails[other] = Some(middle);
        }
        let Some(mut older) = self.tails[owner].take() else { return };
        let state = older.lanes[lane];
        if first >= state.queued.max(state.begin) {
            let mut batch = work.trail.batch(&self.agent, &older, lane);
            push(&mut batch, ready, &self.counters);
            batch.to = older.position;
            self.queue(owner, &mut older, lane, batch, first);
        }
        self.tails[owner] = Some(older);
    }

    /// The rest of the open record of a lane will not come.
    pub(super) fn end_unfinished(&mut self, work: &mut Work<'_>, lane: usize) {
        if work.trail.open[lane].is_some() && !opened_later(work, lane) {
            let end = work.tail.position;
            self.complete(work, lane, end, FrameFlags::UNFINISHED);
        }
    }

    /// At the end of a file: what is left is a record when nothing will follow it.
    pub(super) fn finish_at_end(&mut self, work: &mut Work<'_>, now: Duration) {
        let quiet = now.saturating_sub(work.tail.last_growth) >= self.settings.pace.late_writer;
        let is_newest = work.trail.tails.last() == Some(&work.id);
        let will_not_grow = !work.tail.is_live && work.tail.end_polls >= 2 && (quiet || self.finishing);
        let container_ended = work.trail.is_finished && work.tail.end_polls >= 2;
        let is_last_call = self.finishing && work.tail.end_polls >= 2;
        let rest = work.tail.scanned;
        if rest > 0
            && (will_not_grow || container_ended || is_last_call)
            && let Err(error) = self.long_line(work, rest, rest, FrameFlags::UNFINISHED)
        {
            tracing::warn!(path = %work.tail.path.display(), %error, "file cannot be read");
        }
        if is_newest && (container_ended || is_last_call || (work.tail.is_deleted && will_not_grow)) {
            self.end_unfinished(work, 0);
            self.end_unfinished(work, 1);
        }
    }
}

/// Whether the record that is open on a lane began in a newer generation than the one that is read.
fn opened_later(work: &Work<'_>, lane: usize) -> bool {
    let Some(partial) = &work.trail.open[lane] else { return false };
    let place = |id: usize| work.trail.tails.iter().position(|other| *other == id);
    partial.owner != work.id && place(partial.owner) > place(work.id)
}
