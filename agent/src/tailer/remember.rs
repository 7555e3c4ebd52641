//! Between the tails and what is remembered of them: in the checkpoint, and at the collector.

use std::collections::HashMap;

use palisade_record::wire::Reader;

use super::Tailer;
use crate::checkpoint::Remembered;
use crate::identity::{Identity, MARKER_BYTES_MAX, Marker};
use crate::status::add;
use crate::tail::{Tail, Trail};
use crate::tailer::read::needed;
use crate::transport::KnownPosition;

/// A generation as the collector knows it.
#[derive(Clone, Debug)]
pub(super) struct KnownGeneration {
    pub(super) number: u64,
    incarnation: u64,
    identity: Identity,
    marks: [Option<u64>; 2],
}

/// The collector's positions by file.
pub(super) fn group(positions: Vec<KnownPosition>) -> HashMap<String, Vec<KnownGeneration>> {
    let mut known: HashMap<String, Vec<KnownGeneration>> = HashMap::new();
    for position in positions {
        // An identity of another version of the agent fits no file; the number is still taken.
        let identity = Identity::decode(&mut Reader::new(&position.identity));
        let identity = identity.unwrap_or(Identity { head_bytes: u64::MAX, ..Identity::default() });
        let lane = position.lane_index();
        let generations = known.entry(position.origin.file.clone()).or_default();
        let same = |known: &&mut KnownGeneration| {
            (known.number, known.incarnation) == (position.generation, position.incarnation)
        };
        match generations.iter_mut().find(same) {
            Some(generation) => generation.marks[lane] = Some(position.mark),
            None => {
                let mut marks = [None; 2];
                marks[lane] = Some(position.mark);
                let (number, incarnation) = (position.generation, position.incarnation);
                generations.push(KnownGeneration { number, incarnation, identity, marks });
            }
        }
    }
    known
}

impl Tailer {
    /// Gives a generation its number: the one the collector knows it by, or the next.
    pub(super) fn assign(&mut self, tail: &mut Tail, trail: &mut Trail) {
        let head = tail.source.as_mut().and_then(|source| source.head().ok()).unwrap_or_default();
        tail.identity.set_head(&head);
        let taken: Vec<u64> =
            trail.tails.iter().flat_map(|id| self.tails.get(*id)).flatten().map(|tail| tail.number).collect();
        let is_free = |known: &&KnownGeneration| {
            !taken.contains(&known.number)
                && !trail.retired.iter().any(|retired| retired.number == known.number)
        };
        let known = self.known.get(&trail.origin.file).into_iter().flatten();
        // Of a number that two files have, each may go on with one channel only: neither gets it.
        let is_whole = |known: &&KnownGeneration| {
            let all = self.known.get(&trail.origin.file).into_iter().flatten();
            all.filter(|other| other.number == known.number).count() == 1
        };
        let fitting = known
            .filter(is_free)
            .filter(is_whole)
            .filter(|known| known.identity.fits_head(&head) && known.identity.head_bytes > 0);
        let best =
            fitting.max_by_key(|known| (known.identity.inode == tail.identity.inode, known.number)).cloned();
        tail.is_changed = true;
        if let Some(known) = best {
            // A channel the collector knows nothing of may have lines anywhere in the file.
            let is_plain = trail.format == crate::settings::Format::Plain;
            let marks = [known.marks[0].unwrap_or(0), known.marks[1].unwrap_or(0)];
            let done = if is_plain { marks[0] } else { marks[0].min(marks[1]) };
            let remembered = Remembered {
                number: known.number,
                incarnation: known.incarnation,
                done,
                acked: marks,
                marker: marker_before(tail, done),
                ..Remembered::default()
            };
            tracing::info!(path = %tail.path.display(), generation = known.number, done, "file is known to the collector");
            tail.resume(&remembered, false);
            return;
        }
        (tail.number, tail.incarnation) = (trail.next_number, rand::random());
        trail.next_number += 1;
        if tail.skips_to_end {
            let size = tail
                .source
                .as_ref()
                .and_then(|source| source.file().metadata().ok())
                .map_or(0, |stat| stat.len());
            tail.position = size;
            tail.marker = marker_before(tail, size);
            for lane in &mut tail.lanes {
                (lane.acked, lane.queued, lane.begin) = (size, size, size);
            }
        }
    }

    /// How a tail is remembered now.
    pub(super) fn memory_of(&self, id: usize, tail: &mut Tail, trail: &Trail) -> Remembered {
        let lanes = needed(id, tail, trail, 0).min(needed(id, tail, trail, 1));
        let done = lanes.min(tail.held.unwrap_or(u64::MAX)).min(tail.position);
        let marker = if done == tail.position { tail.marker } else { marker_before(tail, done) };
        Remembered {
            live: trail.key.clone(),
            number: tail.number,
            incarnation: tail.incarnation,
            path: if tail.path == trail.live {
                trail.key.clone()
            } else {
                tail.path.to_string_lossy().into()
            },
            identity: tail.identity,
            done,
            seen: tail.seen(),
            acked: [tail.lanes[0].acked, tail.lanes[1].acked],
            begin: [tail.lanes[0].begin, tail.lanes[1].begin],
            marker,
            is_complete: false,
        }
    }

    /// Writes all changes into the checkpoint, as one step. Says whether that worked.
    pub(super) fn remember(&mut self) -> bool {
        let (mut changed, mut written) = (Vec::new(), Vec::new());
        for id in 0..self.tails.len() {
            let Some(mut tail) = self.tails[id].take() else { continue };
            if tail.is_changed
                && tail.number != 0
                && let Some(trail) = self.trails[tail.trail].take()
            {
                changed.push(self.memory_of(id, &mut tail, &trail));
                written.push(id);
                self.trails[tail.trail] = Some(trail);
            }
            self.tails[id] = Some(tail);
        }
        let mut retired = std::mem::take(&mut self.newly_retired);
        let settles = self.checkpoint.is_in_doubt() && self.all_numbers_are_written_down();
        if settles {
            self.checkpoint.settle();
        }
        if changed.is_empty() && self.forgotten.is_empty() && retired.is_empty() && !settles {
            return true;
        }
        changed.append(&mut retired);
        let kept: Vec<Remembered> = changed.iter().filter(|changed| changed.is_complete).cloned().collect();
        match self.checkpoint.write(changed, std::mem::take(&mut self.forgotten)) {
            Ok(()) => {
                for id in written {
                    if let Some(tail) = &mut self.tails[id] {
                        (tail.is_changed, tail.is_durable) = (false, true);
                    }
                }
                true
            }
            Err(error) => {
                self.newly_retired = kept;
                tracing::error!(%error, "checkpoint cannot be written; new files wait until it can");
                self.counters.error(format!("checkpoint: {error}"));
                add(&self.counters.checkpoint_failures, 1);
                false
            }
        }
    }
}

impl Tailer {
    /// Whether a next start would give no number twice, without asking the collector.
    fn all_numbers_are_written_down(&self) -> bool {
        let tail_is = |tail: &Tail| if tail.number == 0 { tail.end_polls > 0 } else { tail.is_durable };
        let trail_is = |trail: &Trail| {
            trail.scans > 0 && trail.next_number <= self.checkpoint.newest_number(&trail.key) + 1
        };
        self.scans > 0
            && self.may_read()
            && self.tails.iter().flatten().all(|tail| tail_is(tail))
            && self.trails.iter().flatten().all(|trail| trail_is(trail))
    }
}

/// What stands before an offset.
pub(super) fn marker_before(tail: &mut Tail, offset: u64) -> Marker {
    let length = usize::try_from(offset).unwrap_or(usize::MAX).min(MARKER_BYTES_MAX);
    Marker::at_end_of(&bytes_before(tail, offset, length))
}

/// Whether a file holds before an offset what a marker says.
pub(super) fn fits_marker(tail: &mut Tail, offset: u64, marker: &Marker) -> bool {
    marker.fits(&bytes_before(tail, offset, marker.length()))
}

/// So many bytes before an offset, or none.
fn bytes_before(tail: &mut Tail, offset: u64, length: usize) -> Vec<u8> {
    let Some(start) = offset.checked_sub(length as u64) else { return Vec::new() };
    let mut bytes = vec![0; length];
    let read = tail.source.as_mut().map(|source| source.read_at(&mut bytes, start));
    if matches!(read, Some(Ok(count)) if count == length) { bytes } else { Vec::new() }
}
