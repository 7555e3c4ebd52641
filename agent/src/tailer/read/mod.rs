//! One file's turn: its bytes become lines, pieces, records, batches.

mod batches;
mod gaps;
mod lines;
mod partials;

use std::time::Duration;

use palisade_record::{Batch, FrameFlags, Timestamp};

use super::{QUANTUM_BYTES, Tailer};
use crate::identity::{HEAD_BYTES_MAX, MARKER_BYTES_MAX};
use crate::tail::{Tail, Trail};

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
        buffer.resize(QUANTUM_BYTES + MARKER_BYTES_MAX, 0);
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
}

/// The smallest offset of a file that a lane still needs.
pub(super) fn needed(id: usize, tail: &Tail, trail: &Trail, lane: usize) -> u64 {
    let open = trail.open[lane].as_ref().filter(|partial| partial.owner == id).map(|partial| partial.first);
    if tail.lanes[lane].is_clean() { open.unwrap_or(tail.position) } else { tail.lanes[lane].clean }
}
