//! Follows files and hands out requests, one step at a time: no thread, no sleep, no clock of its own, so that tests
//! can walk through every interleaving.

mod deliver;
mod descriptors;
mod read;
mod remember;
mod scan;

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use palisade_disk::SharedDisk;

use crate::checkpoint::{Checkpoint, Condition, Key, Remembered};
use crate::glob::PathGlob;
use crate::request::{Body, Pending, Request};
use crate::safe_open::Opener;
use crate::spool::Spool;
use crate::status::{Counters, set};
use crate::tail::{Tail, Trail};
use crate::transport::KnownPosition;
use crate::{Error, Settings};

pub(crate) use deliver::Job;

/// How much is read from one file before the next has its turn.
const QUANTUM_BYTES: usize = 256 * 1024;

/// Batches are sealed into a request at this size when the line is free, so that they leave soon …
const REQUEST_BYTES_SOON: usize = 1024 * 1024;

/// … and at this size when it is busy anyway.
const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Sealed requests that may wait behind the one on its way: enough to keep the line busy, few enough that a quiet
/// file's line does not wait long behind a noisy file's megabytes.
const WAITING_REQUESTS_MAX: usize = 2;

/// Payload of one file that may be on its way.
const FILE_IN_FLIGHT_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// Work per step, so that answers and shutdown are noticed in between.
const TURNS_PER_STEP_MAX: usize = 64;

/// Everything the agent knows. `now` is the time since its start.
pub(crate) struct Tailer {
    settings: Settings,
    agent: Arc<str>,
    opener: Opener,
    globs: Vec<PathGlob>,
    pub(crate) counters: Arc<Counters>,

    checkpoint: Checkpoint,
    forgotten: Vec<Key>,
    newly_retired: Vec<Remembered>,
    checkpoint_at: Duration,

    trails: Vec<Option<Box<Trail>>>,
    trails_by_path: HashMap<Arc<Path>, usize>,
    tails: Vec<Option<Box<Tail>>>,
    free_tails: Vec<usize>,
    free_trails: Vec<usize>,
    open_files_max: usize,
    open_files: usize,

    /// When idle files are looked at next.
    polls: BinaryHeap<Reverse<(Duration, usize)>>,
    /// Files that have more to read, in turn.
    ready: VecDeque<usize>,
    buffer: Vec<u8>,
    scratch: Vec<u8>,
    partial_bytes: usize,

    scan_at: Duration,
    scan_requested: bool,
    scan_cost: Duration,
    scan_ended: Duration,
    scans: u64,
    pub(crate) watched: HashSet<PathBuf>,
    refused: HashSet<PathBuf>,

    pending: Pending,
    outbox: VecDeque<Request>,
    in_flight: Option<Request>,
    /// Gaps that the collector refuses, and when each is tried again.
    refused_gaps: Vec<(Duration, Request)>,
    asking_positions: bool,
    wants_positions: bool,
    /// Requests of an earlier run are still in the spool; nothing is read before they are delivered.
    drains_spool: bool,
    known: HashMap<String, Vec<remember::KnownGeneration>>,
    not_before: Duration,
    failures: u32,
    away_since: Option<Duration>,
    request_bytes_max: usize,
    prefers_live: bool,
    spool: Spool,
    quarantine: PathBuf,
    disk: SharedDisk,
    quarantined: u64,

    finishing: bool,
    stopping: bool,
    is_drained: bool,
}

impl Tailer {
    /// Reads the state directory; opens no log file yet.
    pub(crate) fn new(settings: Settings, disk: SharedDisk, counters: Arc<Counters>) -> Result<Self, Error> {
        let state = |source| Error::State { path: settings.state_dir.clone(), source };
        let mut globs = Vec::new();
        for files in &settings.files {
            globs.push(PathGlob::parse(&files.glob).map_err(Error::Setting)?);
        }
        let mut roots = settings.link_roots.clone();
        roots.extend(settings.pods.iter().map(|pods| pods.root.clone()));
        roots.extend(globs.iter().map(|glob| glob.base.clone()));
        let (checkpoint, condition) = Checkpoint::load(disk.clone(), &settings.state_dir).map_err(state)?;
        let quarantine = settings.state_dir.join("quarantine");
        let (spool, outbox) = Spool::open(
            disk.clone(),
            settings.state_dir.join("spool"),
            settings.spool_bytes.as_u64(),
            &quarantine,
        )
        .map_err(state)?;
        Ok(Self {
            agent: settings.agent.as_str().into(),
            opener: Opener { roots },
            globs,
            counters,
            checkpoint,
            forgotten: Vec::new(),
            newly_retired: Vec::new(),
            checkpoint_at: Duration::ZERO,
            trails: Vec::new(),
            trails_by_path: HashMap::new(),
            tails: Vec::new(),
            free_tails: Vec::new(),
            free_trails: Vec::new(),
            open_files_max: usize::MAX,
            open_files: 0,
            polls: BinaryHeap::new(),
            ready: VecDeque::new(),
            buffer: Vec::new(),
            scratch: Vec::new(),
            partial_bytes: 0,
            scan_at: Duration::ZERO,
            scan_requested: false,
            scan_cost: Duration::ZERO,
            scan_ended: Duration::ZERO,
            scans: 0,
            watched: HashSet::new(),
            refused: HashSet::new(),
            pending: Pending::default(),
            drains_spool: !outbox.is_empty(),
            outbox,
            in_flight: None,
            refused_gaps: Vec::new(),
            asking_positions: false,
            wants_positions: condition == Condition::Doubtful,
            known: HashMap::new(),
            not_before: Duration::ZERO,
            failures: 0,
            away_since: None,
            request_bytes_max: REQUEST_BYTES_MAX,
            prefers_live: false,
            spool,
            quarantine,
            disk,
            quarantined: 0,
            finishing: false,
            stopping: false,
            is_drained: false,
            settings,
        })
    }

    /// Bounds how many log files are open at once.
    pub(crate) fn limit_open_files(&mut self, open_files_max: usize) {
        self.open_files_max = open_files_max.max(8);
    }

    /// Something changed in the folders.
    pub(crate) fn request_scan(&mut self) {
        self.scan_requested = true;
    }

    /// From now on what is left at the end of files is a record, with or without newline.
    pub(crate) fn finish_files(&mut self) {
        self.finishing = true;
    }

    /// Reads no more; what was read is still delivered.
    pub(crate) fn stop_reading(&mut self) {
        self.stopping = true;
    }

    /// Writes down what was acknowledged, for the next start.
    pub(crate) fn end(&mut self) {
        self.remember();
        self.show();
    }

    /// Whether nothing that was read waits for an answer.
    pub(crate) fn is_delivered(&self) -> bool {
        self.pending.is_empty()
            && self.outbox.is_empty()
            && self.in_flight.is_none()
            && self.refused_gaps.is_empty()
    }

    /// Whether every file was read to its end and all of it was acknowledged, as of the last step.
    pub(crate) fn is_drained(&self) -> bool {
        self.is_drained
    }

    /// Does what is due and says when to come again at the latest.
    pub(crate) fn step(&mut self, now: Duration) -> Duration {
        let mut next = now + self.settings.pace.scan;
        let mut held_back = 0;
        if !self.stopping {
            self.scan_when_due(now);
            next = next.min(self.scan_at);
            if self.may_read() {
                self.poll_due_files(now);
                held_back = self.read_ready_files(now);
            }
            if let Some(Reverse((at, _))) = self.polls.peek() {
                next = next.min(*at);
            }
            if self.ready.len() > held_back && self.has_room() {
                next = now;
            }
        }
        self.seal_when_due();
        self.spool_when_away(now);
        if now >= self.checkpoint_at {
            self.checkpoint_at = now + self.settings.pace.checkpoint;
            self.remember();
        }
        self.is_drained = self.is_delivered() && self.ready.is_empty() && self.all_files_are_done();
        self.show();
        if let Some(at) = self.next_job_at().filter(|at| *at > now) {
            next = next.min(at);
        }
        next.max(now)
    }

    /// Nothing is read before it is known what the collector already has.
    fn may_read(&self) -> bool {
        !self.wants_positions && !self.drains_spool
    }

    fn has_room(&self) -> bool {
        let memory = self.memory_bytes() + 2 * QUANTUM_BYTES;
        let waiting = self.outbox.iter().filter(|request| matches!(request.body, Body::Memory(_))).count();
        waiting < WAITING_REQUESTS_MAX && memory < self.settings.memory_bytes.as_usize()
    }

    fn memory_bytes(&self) -> usize {
        let requests =
            self.outbox.iter().chain(&self.in_flight).chain(self.refused_gaps.iter().map(|(_, gap)| gap));
        let requests = requests.map(Request::memory_bytes).sum::<usize>();
        requests + self.pending.bytes() + self.partial_bytes + self.buffer.len()
    }

    fn poll_due_files(&mut self, now: Duration) {
        while let Some(Reverse((at, id))) = self.polls.peek().copied() {
            if at > now {
                break;
            }
            self.polls.pop();
            if self.tails[id].as_ref().is_some_and(|tail| tail.next_poll == at) {
                self.make_ready(id);
            }
        }
    }

    fn make_ready(&mut self, id: usize) {
        if let Some(Some(tail)) = self.tails.get_mut(id)
            && !tail.is_queued
        {
            tail.is_queued = true;
            self.ready.push_back(id);
        }
    }

    /// How many files are ready and wait for an answer of the collector, which wakes whoever sleeps.
    fn read_ready_files(&mut self, now: Duration) -> usize {
        let mut held_back = Vec::new();
        for _ in 0..TURNS_PER_STEP_MAX.max(self.ready.len()) {
            if !self.has_room() {
                break;
            }
            let Some(id) = self.ready.pop_front() else { break };
            let waits_for_gap = self.waits_for_gap(id, None);
            let Some(tail) = self.tails[id].as_mut() else { continue };
            if waits_for_gap {
                // It has its turn when the gap is taken.
                tail.is_queued = false;
                continue;
            }
            let is_full = tail.in_flight_bytes >= FILE_IN_FLIGHT_BYTES_MAX;
            if is_full || (tail.spooled > 0 && self.away_since.is_none()) {
                held_back.push(id);
                continue;
            }
            tail.is_queued = false;
            match self.turn(id, now) {
                read::Turn::More => self.make_ready(id),
                read::Turn::Idle => self.poll_later(id, now),
                read::Turn::Gone => {}
            }
            self.seal_when_full();
        }
        let count = held_back.len();
        self.ready.extend(held_back);
        count
    }

    fn poll_later(&mut self, id: usize, now: Duration) {
        let Some(tail) = &self.tails[id] else { return };
        let pace = self.settings.pace;
        let is_hot = now.saturating_sub(tail.last_growth) < Duration::from_secs(1)
            || (!tail.is_live && !tail.is_sealed);
        let files = u32::try_from(self.tails.len()).unwrap_or(u32::MAX);
        let share = Duration::from_secs(1) * files / pace.polls_per_second_max.max(1);
        let wait = if is_hot { pace.hot.max(share) } else { pace.idle.max(share) };
        // An earlier entry of this file in the heap is void from now on.
        let at = now + wait.min(pace.idle_max);
        if let Some(tail) = &mut self.tails[id]
            && (tail.next_poll <= now || tail.next_poll > at)
        {
            tail.next_poll = at;
            self.polls.push(Reverse((at, id)));
        }
    }

    fn all_files_are_done(&self) -> bool {
        let tail_is_done = |tail: &Tail| {
            tail.is_clean()
                && tail.in_flight == 0
                && tail.end_polls > 0
                && (tail.scanned == 0 || !self.finishing)
        };
        let trail_is_done = |trail: &Trail| trail.open.iter().all(Option::is_none);
        self.scans > 0
            && self.may_read()
            && self.tails.iter().flatten().all(|tail| tail_is_done(tail))
            && self.trails.iter().flatten().all(|trail| trail_is_done(trail))
    }

    fn show(&self) {
        let counters = &self.counters;
        set(&counters.files, (self.tails.len() - self.free_tails.len()) as u64);
        set(&counters.open_files, self.open_files as u64);
        let waiting = self.outbox.len() + self.in_flight.iter().len() + self.refused_gaps.len();
        set(&counters.waiting_requests, waiting as u64);
        set(&counters.memory_bytes, self.memory_bytes() as u64);
        set(&counters.spool_bytes, self.spool.bytes());
    }

    /// The positions at the collector arrived, or did not.
    pub(crate) fn learn_positions(&mut self, positions: Vec<KnownPosition>) {
        self.wants_positions = false;
        self.known = remember::group(positions);
        for trail in self.trails.iter_mut().flatten() {
            let known = self.known.get(&trail.origin.file).into_iter().flatten();
            let newest = known.map(|known| known.number).max().unwrap_or(0);
            trail.next_number = trail.next_number.max(newest + 1);
        }
    }
}
