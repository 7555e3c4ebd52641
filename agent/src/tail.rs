//! One generation of one file, and the name it is found under.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use palisade_record::{Batch, Channel, Lane, Origin, StreamName, Timestamp};

use crate::checkpoint::Remembered;
use crate::identity::{Identity, Marker};
use crate::settings::Format;
use crate::source::Source;

/// What is known of one lane of a file. Offsets: `acked ≤ queued`; records before `begin` belong to an earlier
/// generation, records before `queued` were sent already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LaneState {
    pub(crate) acked: u64,
    pub(crate) queued: u64,
    pub(crate) begin: u64,
    /// While batches are on their way: nothing before this offset is still needed.
    pub(crate) clean: u64,
    pub(crate) epoch: u32,
}

impl LaneState {
    pub(crate) fn is_clean(&self) -> bool {
        self.acked >= self.queued
    }
}

/// One generation: one file from its creation to its deletion or truncation.
pub(crate) struct Tail {
    pub(crate) trail: usize,
    /// Zero until the first byte is read: only then a number is given.
    pub(crate) number: u64,
    pub(crate) incarnation: u64,
    pub(crate) is_durable: bool,
    pub(crate) is_changed: bool,
    pub(crate) identity: Identity,
    pub(crate) path: Arc<Path>,
    pub(crate) source: Option<Source>,
    pub(crate) format: Option<Format>,
    /// The first byte that was not parsed: always the beginning of a line.
    pub(crate) position: u64,
    /// So many bytes after the position hold no newline.
    pub(crate) scanned: u64,
    /// What stands before the position.
    pub(crate) marker: Marker,
    /// The file's times of modification and change at the last look at its end, added: a sum moves with either.
    pub(crate) changed: i64,
    pub(crate) lanes: [LaneState; 2],
    /// Pieces of a record of an earlier generation begin here; needed until that record is acknowledged.
    pub(crate) held: Option<u64>,
    pub(crate) is_live: bool,
    pub(crate) is_deleted: bool,
    /// A newer generation may be read: this one was at its end twice.
    pub(crate) is_sealed: bool,
    pub(crate) end_polls: u8,
    pub(crate) is_queued: bool,
    pub(crate) next_poll: Duration,
    pub(crate) last_growth: Duration,
    /// Payload bytes that were queued and not yet answered.
    pub(crate) in_flight_bytes: u64,
    /// Batches that were queued and not yet answered.
    pub(crate) in_flight: u32,
    pub(crate) spooled: u32,
    /// It was there when the agent started, and the agent was told to begin at the end of such files.
    pub(crate) skips_to_end: bool,
}

impl Tail {
    pub(crate) fn new(trail: usize, path: Arc<Path>, identity: Identity, source: Option<Source>) -> Self {
        Self {
            trail,
            number: 0,
            incarnation: 0,
            is_durable: false,
            is_changed: false,
            identity,
            path,
            source,
            format: None,
            position: 0,
            scanned: 0,
            marker: Marker::default(),
            changed: 0,
            lanes: [LaneState::default(); 2],
            held: None,
            is_live: false,
            is_deleted: false,
            is_sealed: false,
            end_polls: 0,
            is_queued: false,
            next_poll: Duration::ZERO,
            last_growth: Duration::ZERO,
            in_flight_bytes: 0,
            in_flight: 0,
            spooled: 0,
            skips_to_end: false,
        }
    }

    /// Goes on where the checkpoint or the collector says.
    pub(crate) fn resume(&mut self, remembered: &Remembered, is_durable: bool) {
        (self.number, self.incarnation) = (remembered.number, remembered.incarnation);
        (self.position, self.scanned) = (remembered.done, 0);
        self.marker = remembered.marker;
        self.is_durable = is_durable;
        self.is_changed = true;
        for (index, lane) in self.lanes.iter_mut().enumerate() {
            let acked = remembered.acked[index];
            (lane.acked, lane.queued, lane.begin) = (acked, acked, remembered.begin[index]);
        }
    }

    /// Everything that was parsed was acknowledged.
    pub(crate) fn is_clean(&self) -> bool {
        self.lanes.iter().all(LaneState::is_clean)
    }

    /// The end of what is known of the file.
    pub(crate) fn seen(&self) -> u64 {
        self.position + self.scanned
    }

    /// Reads again from an earlier offset.
    pub(crate) fn go_back(&mut self, offset: u64) {
        if offset < self.position {
            (self.position, self.scanned, self.end_polls) = (offset, 0, 0);
            self.is_sealed = false;
            self.marker = Marker::default();
        }
    }
}

/// A record whose pieces are still arriving.
#[derive(Debug)]
pub(crate) struct Partial {
    /// The tail in which it began; the record belongs to that generation, wherever it ends.
    pub(crate) owner: usize,
    pub(crate) first: u64,
    pub(crate) span: u64,
    pub(crate) original: u64,
    pub(crate) time: Option<Timestamp>,
    pub(crate) head: Vec<u8>,
}

/// A name under which files are written, one after the other.
pub(crate) struct Trail {
    pub(crate) live: Arc<Path>,
    /// The live path as text: the key in the checkpoint.
    pub(crate) key: Arc<str>,
    /// Without channel.
    pub(crate) origin: Arc<Origin>,
    /// The same for standard error; made when first needed.
    pub(crate) second_origin: Option<Arc<Origin>>,
    pub(crate) stream: StreamName,
    pub(crate) zone: String,
    pub(crate) format: Format,
    pub(crate) is_pod: bool,
    /// Oldest first.
    pub(crate) tails: Vec<usize>,
    /// Per lane; rare.
    pub(crate) open: [Option<Box<Partial>>; 2],
    /// Generations that need nothing any more but whose files are still there.
    pub(crate) retired: Vec<Remembered>,
    /// Generations of the checkpoint whose files were not found yet.
    pub(crate) unclaimed: Vec<Remembered>,
    /// Inodes of files beside the live one that are copies or older than the agent's interest.
    pub(crate) ignored: Vec<u64>,
    pub(crate) packed_seen: Vec<PathBuf>,
    pub(crate) next_number: u64,
    /// The container will not write any more.
    pub(crate) is_finished: bool,
    /// A file of it could not be opened in the last scan: nothing is given up for lost.
    pub(crate) is_obstructed: bool,
    pub(crate) scans: u64,
}

impl Trail {
    /// A path that is shared with the trail's own when it is the same: most files are live.
    pub(crate) fn shared(&self, path: &Path) -> Arc<Path> {
        if *self.live == *path { self.live.clone() } else { path.into() }
    }

    /// An empty batch of a lane of a tail of this trail.
    pub(crate) fn batch(&mut self, agent: &Arc<str>, tail: &Tail, lane: usize) -> Batch {
        let channel = match (tail.format.unwrap_or(self.format), lane) {
            (Format::Plain, _) => Channel::Plain,
            (_, 0) => Channel::Stdout,
            _ => Channel::Stderr,
        };
        let origin = if channel == self.origin.channel {
            self.origin.clone()
        } else if let Some(origin) = self.second_origin.as_ref().filter(|origin| origin.channel == channel) {
            origin.clone()
        } else {
            let origin = Arc::new(Origin { channel, ..(*self.origin).clone() });
            self.second_origin = Some(origin.clone());
            origin
        };
        let lane_id = Lane { agent: agent.clone(), origin, generation: tail.number };
        let from = tail.lanes[lane].queued;
        let mut batch =
            Batch::new(lane_id, tail.incarnation, tail.identity.encode(), self.stream.clone(), from);
        batch.zone.clone_from(&self.zone);
        batch
    }
}
