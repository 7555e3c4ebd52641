//! One file's turn: its bytes become lines, pieces, records, batches.

use std::time::Duration;

use palisade_record::limits::{BATCH_BYTES_MAX, BATCH_RECORDS_MAX, RECORD_BYTES_MAX};
use palisade_record::{Batch, FrameFlags, Timestamp};

use super::{QUANTUM_BYTES, Tailer};
use crate::identity::{HEAD_BYTES_MAX, TAIL_BYTES_MAX};
use crate::parse::{self, Piece, cri, docker};
use crate::settings::Format;
use crate::status::add;
use crate::tail::{Partial, Tail, Trail};

/// What a turn left behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Turn {
    /// There is more to read now.
    More,
    /// There is nothing more for the moment.
    Idle,
    /// The file needs no turn any more.
    Gone,
}

/// A line without end is searched for its newline instead of being read from its beginning each time it grows.
const RESCAN_BYTES_MAX: u64 = 64 * 1024;

/// The part of a long line that is parsed: a largest record and what a runtime writes before it.
const LINE_HEAD_BYTES_MAX: usize = 1024 * 1024 + 1024;

/// Below this, an open record keeps its pieces even when many are open.
const PARTIAL_SHARE: usize = 2;

/// The lines of one turn on their way into batches.
struct Work<'a> {
    id: usize,
    tail: &'a mut Tail,
    trail: &'a mut Trail,
    building: [Option<Batch>; 2],
    /// Per lane, what was needed of the file when the turn began.
    needed: [u64; 2],
}

/// A line: its bytes or, when it is too long, its head.
#[derive(Clone, Copy)]
struct Line<'a> {
    offset: u64,
    bytes: &'a [u8],
    length: u64,
    span: u64,
    flags: FrameFlags,
}

/// A record that is ready to be put into a batch.
struct Ready<'a> {
    offset: u64,
    span: u64,
    flags: FrameFlags,
    time: Option<Timestamp>,
    payload: &'a [u8],
    original: u64,
}

enum Read {
    Grew,
    End,
    Cut,
    Failed(std::io::Error),
}

impl Tailer {
    pub(super) fn turn(&mut self, id: usize, now: Duration) -> Turn {
        let Some(mut tail) = self.tails[id].take() else { return Turn::Gone };
        let Some(mut trail) = self.trails[tail.trail].take() else { return Turn::Gone };
        let turn = self.turn_of(id, &mut tail, &mut trail, now);
        self.trails[tail.trail] = Some(trail);
        self.tails[id] = Some(tail);
        turn
    }

    fn turn_of(&mut self, id: usize, tail: &mut Tail, trail: &mut Trail, now: Duration) -> Turn {
        let earlier_is_open = trail.tails.iter().take_while(|other| **other != id);
        if earlier_is_open.flat_map(|other| &self.tails[*other]).any(|other| !other.is_sealed) {
            return Turn::Idle;
        }
        if !self.ensure_open(tail) {
            tail.end_polls = tail.end_polls.saturating_add(1);
            return Turn::Idle;
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(QUANTUM_BYTES + TAIL_BYTES_MAX, 0);
        if tail.number == 0 {
            let has_bytes = tail
                .source
                .as_mut()
                .is_some_and(|source| source.read_at(&mut buffer[..1], 0).is_ok_and(|count| count > 0));
            if has_bytes {
                self.assign(tail, trail);
            }
        }
        self.drop_shipped_partials(id, trail);
        let joins = trail.open.iter().flatten().any(|partial| partial.owner != id);
        if joins && tail.held.is_none() {
            tail.held = Some(tail.position);
        }
        let needed = [needed(id, tail, trail, 0), needed(id, tail, trail, 1)];
        let mut work = Work { id, tail, trail, building: [None, None], needed };
        let read = if work.tail.number == 0 { Read::End } else { self.read_lines(&mut work, &mut buffer) };
        self.buffer = buffer;
        let is_at_end = matches!(read, Read::End);
        if is_at_end {
            work.tail.end_polls = work.tail.end_polls.saturating_add(1);
            self.finish_at_end(&mut work, now);
        } else if matches!(read, Read::Grew) {
            work.tail.end_polls = 0;
            work.tail.last_growth = now;
        }
        self.close_batches(&mut work);
        let Work { tail, trail, .. } = work;
        if tail.number != 0
            && tail.identity.head_bytes < HEAD_BYTES_MAX as u64
            && matches!(read, Read::Grew)
            && let Some(head) = tail.source.as_mut().and_then(|source| source.head().ok())
        {
            tail.identity.set_head(&head);
        }
        match read {
            Read::Grew => Turn::More,
            Read::End => {
                let newer = trail.tails.iter().skip_while(|other| **other != id).nth(1).copied();
                if !tail.is_live
                    && tail.end_polls >= 2
                    && !tail.is_sealed
                    && let Some(newer) = newer
                {
                    tail.is_sealed = true;
                    self.make_ready(newer);
                }
                self.rest(id, tail, trail);
                Turn::Idle
            }
            Read::Cut => {
                self.was_cut(id, tail, trail);
                Turn::More
            }
            Read::Failed(error) => {
                tracing::warn!(path = %tail.path.display(), %error, "file cannot be read");
                self.counters.error(format!("{}: {error}", tail.path.display()));
                if tail.source.as_ref().is_some_and(crate::source::Source::is_packed) {
                    // How much it held is unknown; what is known is that at least one more byte was there.
                    let (from, to) = (tail.position, tail.seen().max(tail.position + 1));
                    self.give_up(
                        id,
                        tail,
                        trail,
                        from,
                        to,
                        "packed file cannot be unpacked; its true length is unknown",
                    );
                    tail.is_sealed = true;
                    tail.source = None;
                    self.open_files = self.open_files.saturating_sub(1);
                }
                Turn::Idle
            }
        }
    }

    /// Pieces that were read again at the end of an older file, of a record that was sent before: its other pieces
    /// lie before the place where this file goes on.
    fn drop_shipped_partials(&mut self, id: usize, trail: &mut Trail) {
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

    fn read_lines(&mut self, work: &mut Work<'_>, buffer: &mut [u8]) -> Read {
        let Some(source) = work.tail.source.as_mut() else { return Read::End };
        if work.tail.scanned > RESCAN_BYTES_MAX {
            return self.read_long_line(work, buffer);
        }
        let before = work.tail.marker.len();
        let count = match source.read_at(buffer, work.tail.position - before as u64) {
            Ok(count) => count,
            Err(error) => return Read::Failed(error),
        };
        if count < before || buffer[..before] != work.tail.marker {
            return Read::Cut;
        }
        let data = &buffer[before..count];
        if (data.len() as u64) < work.tail.scanned {
            return Read::Cut;
        }
        if data.len() as u64 == work.tail.scanned {
            return Read::End;
        }
        let start = work.tail.position;
        let mut at = 0;
        while let Some(length) = memchr::memchr(b'\n', &data[at..]) {
            let bytes = &data[at..at + length];
            let (offset, span) = (start + at as u64, length as u64 + 1);
            let line = Line { offset, bytes, length: length as u64, span, flags: FrameFlags::default() };
            self.line(work, line);
            at += length + 1;
            work.tail.position = start + at as u64;
        }
        work.tail.scanned = (data.len() - at) as u64;
        work.tail.set_marker(&data[..at]);
        add(&self.counters.read_bytes, at as u64);
        Read::Grew
    }

    fn read_long_line(&mut self, work: &mut Work<'_>, buffer: &mut [u8]) -> Read {
        let Some(source) = work.tail.source.as_mut() else { return Read::End };
        let end = work.tail.position + work.tail.scanned;
        let count = match source.read_at(buffer, end) {
            Ok(count) => count,
            Err(error) => return Read::Failed(error),
        };
        if count == 0 {
            let size = source.file().metadata().map(|metadata| metadata.len());
            let is_cut = !source.is_packed() && size.is_ok_and(|size| size < end);
            return if is_cut { Read::Cut } else { Read::End };
        }
        match memchr::memchr(b'\n', &buffer[..count]) {
            None => work.tail.scanned += count as u64,
            Some(found) => {
                let length = work.tail.scanned + found as u64;
                if let Err(error) = self.long_line(work, length, length + 1, FrameFlags::default()) {
                    return Read::Failed(error);
                }
            }
        }
        Read::Grew
    }

    /// Takes a line of the given length at the position, of which nothing is in memory.
    fn long_line(
        &mut self,
        work: &mut Work<'_>,
        length: u64,
        span: u64,
        flags: FrameFlags,
    ) -> std::io::Result<()> {
        let Some(source) = work.tail.source.as_mut() else { return Ok(()) };
        let wanted = usize::try_from(length).unwrap_or(usize::MAX).min(LINE_HEAD_BYTES_MAX);
        let mut head = vec![0; wanted];
        let mut filled = 0;
        while filled < wanted {
            match source.read_at(&mut head[filled..], work.tail.position + filled as u64)? {
                0 => break,
                count => filled += count,
            }
        }
        let end = work.tail.position + span;
        let mut last = vec![0; TAIL_BYTES_MAX.min(usize::try_from(span).unwrap_or(TAIL_BYTES_MAX))];
        let last_start = end - last.len() as u64;
        let read = source.read_at(&mut last, last_start)?;
        if filled < wanted || read < last.len() {
            // It was cut this moment; the next look at it will see that.
            work.tail.scanned = 0;
            return Ok(());
        }
        let line = Line { offset: work.tail.position, bytes: &head, length, span, flags };
        self.line(work, line);
        work.tail.position = end;
        work.tail.scanned = 0;
        work.tail.set_marker(&last);
        add(&self.counters.read_bytes, span);
        Ok(())
    }

    fn line(&mut self, work: &mut Work<'_>, line: Line<'_>) {
        let format = *work.tail.format.get_or_insert_with(|| match work.trail.format {
            Format::Auto => {
                // The file's own first line decides, also when reading goes on in its middle.
                let head =
                    work.tail.source.as_mut().and_then(|source| source.head().ok()).unwrap_or_default();
                let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
                match parse::detect(if line.offset == 0 { line.bytes } else { first }) {
                    Format::Plain if work.trail.is_pod => Format::Cri,
                    format => format,
                }
            }
            format => format,
        });
        let missing = line.length - line.bytes.len() as u64;
        let mut scratch = std::mem::take(&mut self.scratch);
        let piece = match format {
            Format::Cri => cri::parse(line.bytes),
            Format::Docker if missing == 0 => docker::parse(line.bytes, &mut scratch),
            Format::Docker => None,
            Format::Plain | Format::Auto => {
                Some(Piece { lane: 0, time: None, is_last: true, payload: line.bytes })
            }
        };
        match piece {
            Some(piece) => self.piece(work, line, piece, missing),
            None => {
                add(&self.counters.malformed_lines, 1);
                // Its writer was interrupted: what was open on the lane that carries this line ends before it.
                self.end_unfinished(work, 0);
                let flags = line.flags.with(FrameFlags::MALFORMED);
                let (offset, span, original) = (line.offset, line.span, line.length);
                let ready = Ready { offset, span, flags, time: None, payload: line.bytes, original };
                self.emit(work, 0, ready);
            }
        }
        self.scratch = scratch;
    }

    fn piece(&mut self, work: &mut Work<'_>, line: Line<'_>, piece: Piece<'_>, missing: u64) {
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
        let partial = work.trail.open[piece.lane].get_or_insert_with(|| Partial {
            owner: work.id,
            first: line.offset,
            span: 0,
            original: 0,
            time: piece.time,
            head: Vec::new(),
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
        let Partial { owner, first, span, original, time, head } = partial;
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
    fn end_unfinished(&mut self, work: &mut Work<'_>, lane: usize) {
        if work.trail.open[lane].is_some() && !opened_later(work, lane) {
            let end = work.tail.position;
            self.complete(work, lane, end, FrameFlags::UNFINISHED);
        }
    }

    fn emit(&mut self, work: &mut Work<'_>, lane: usize, ready: Ready<'_>) {
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

    fn close_batches(&mut self, work: &mut Work<'_>) {
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
    fn queue(&mut self, id: usize, tail: &mut Tail, lane: usize, batch: Batch, needed: u64) {
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

    /// At the end of a file: what is left is a record when nothing will follow it.
    fn finish_at_end(&mut self, work: &mut Work<'_>, now: Duration) {
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

    /// Gives up a range: it is told to the collector as a gap.
    pub(super) fn give_up(
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
        tail.marker.clear();
        tail.is_changed = true;
    }
}

/// The smallest offset of a file that a lane still needs.
pub(super) fn needed(id: usize, tail: &Tail, trail: &Trail, lane: usize) -> u64 {
    let open = trail.open[lane].as_ref().filter(|partial| partial.owner == id).map(|partial| partial.first);
    if tail.lanes[lane].is_clean() { open.unwrap_or(tail.position) } else { tail.lanes[lane].clean }
}

/// Whether the record that is open on a lane began in a newer generation than the one that is read.
fn opened_later(work: &Work<'_>, lane: usize) -> bool {
    let Some(partial) = &work.trail.open[lane] else { return false };
    let place = |id: usize| work.trail.tails.iter().position(|other| *other == id);
    partial.owner != work.id && place(partial.owner) > place(work.id)
}

fn push(batch: &mut Batch, ready: Ready<'_>, counters: &crate::status::Counters) {
    let Ready { offset, span, mut flags, time, mut payload, original } = ready;
    payload = &payload[..payload.len().min(RECORD_BYTES_MAX.as_usize())];
    if (payload.len() as u64) < original {
        flags = flags.with(FrameFlags::TRUNCATED);
        add(&counters.truncated_records, 1);
    }
    batch.push_truncated(offset, span, flags, time, payload, original);
}
