//! The unpublished tail: what is durable in the journal and not yet in a split.
//!
//! Rows wait as they were parsed, and are queried so; when a slice of them has come together it is sealed, that is
//! encoded, on another thread.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use palisade_record::{ByteSize, StreamName};

use crate::chunk::Chunk;
use crate::class::{ClassName, StreamClasses};
use crate::needle::Needles;
use crate::seal::SealedSlice;
use crate::{Block, Snapshot, Split};

/// Bytes of records that are sealed together: enough for dictionaries to pay, few enough that two slices, the one that
/// waits and the one that is being sealed, take little memory.
pub(crate) const SLICE_RAW_BYTES: ByteSize = ByteSize::mib(32);

/// Chunks with fewer rows are joined: a query should not look at one block for every line of a slow source.
const JOINED_ROWS_MAX: usize = 128;

/// Everything a query can see.
#[derive(Default)]
pub(crate) struct Tail {
    classes: StreamClasses,
    waiting: BTreeMap<(StreamName, Box<str>), Vec<Waiting>>,
    waiting_raw_bytes: u64,
    waiting_memory_bytes: u64,
    /// Slices that are being sealed, oldest first.
    sealing: VecDeque<Arc<UnsealedSlice>>,
    sealed: Vec<Arc<SealedSlice>>,
    /// Slices whose split is being written.
    publishing: Vec<Arc<SealedSlice>>,
    is_publishing: bool,
    splits: Vec<Arc<Split>>,
    needles: Option<Arc<Needles>>,
    /// Bytes of records that are in no split and in none that is being made.
    raw_bytes: u64,
    /// When the oldest of them came.
    since: Option<Instant>,
    rows: u64,
    rows_publishing: u64,
    /// How many submissions are inside, of all that were ever made durable.
    pub(crate) applied: u64,
    /// How many of these are in published splits.
    pub(crate) published: u64,
    applied_at_hand_over: u64,
    /// Why the last try to publish failed.
    pub(crate) publish_error: Option<String>,
}

struct Waiting {
    chunk: Arc<Chunk>,
    /// Made when a query comes.
    block: Option<Arc<Block>>,
}

/// Rows of one class that shall be sealed together.
pub(crate) struct UnsealedSlice {
    pub(crate) class: ClassName,
    /// The chunks of each stream and group, in the order in which they arrived.
    pub(crate) groups: Vec<(StreamName, Vec<Arc<Chunk>>)>,
    blocks: Vec<Arc<Block>>,
    memory_bytes: u64,
}

impl UnsealedSlice {
    fn new(class: ClassName) -> Self {
        Self { class, groups: Vec::new(), blocks: Vec::new(), memory_bytes: 0 }
    }
}

impl Tail {
    pub(crate) fn new(splits: Vec<Arc<Split>>, needles: Arc<Needles>, classes: StreamClasses) -> Self {
        Self { classes, splits, needles: Some(needles), ..Self::default() }
    }

    /// Takes in the rows of one submission.
    pub(crate) fn apply(&mut self, chunks: Vec<Arc<Chunk>>) {
        self.applied += 1;
        for chunk in chunks {
            self.rows += chunk.rows.len() as u64;
            self.raw_bytes += chunk.rows.raw_bytes() as u64;
            self.waiting_raw_bytes += chunk.rows.raw_bytes() as u64;
            self.waiting_memory_bytes += chunk.rows.memory_bytes() as u64;
            self.since.get_or_insert_with(Instant::now);
            let group = (chunk.rows.stream().clone(), chunk.rows.group().into());
            let waiting = self.waiting.entry(group).or_default();
            waiting.push(Waiting { chunk, block: None });
            join_small(waiting);
        }
    }

    /// What waits, once it is enough, as a slice for every class; always when `all`. They stay visible until
    /// [`Tail::sealed`].
    pub(crate) fn take_slices(&mut self, all: bool) -> Vec<Arc<UnsealedSlice>> {
        let is_due = all || self.waiting_raw_bytes >= SLICE_RAW_BYTES.as_u64();
        if !is_due || self.waiting.is_empty() {
            return Vec::new();
        }
        self.make_blocks();
        let mut by_class: BTreeMap<ClassName, UnsealedSlice> = BTreeMap::new();
        for ((stream, _), waiting) in std::mem::take(&mut self.waiting) {
            let class = self.classes.of(&stream);
            let slice = by_class.entry(class.clone()).or_insert_with(|| UnsealedSlice::new(class.clone()));
            slice.memory_bytes +=
                waiting.iter().map(|waiting| waiting.chunk.rows.memory_bytes() as u64).sum::<u64>();
            slice.blocks.extend(waiting.iter().filter_map(|waiting| waiting.block.clone()));
            slice.groups.push((stream, waiting.into_iter().map(|waiting| waiting.chunk).collect()));
        }
        (self.waiting_raw_bytes, self.waiting_memory_bytes) = (0, 0);
        let slices: Vec<_> = by_class.into_values().map(Arc::new).collect();
        self.sealing.extend(slices.iter().cloned());
        slices
    }

    /// The slice that was taken first is sealed now.
    pub(crate) fn sealed(&mut self, slice: SealedSlice) {
        self.sealing.pop_front();
        self.sealed.push(Arc::new(slice));
    }

    /// Bytes of records that no split holds or is being made of.
    pub(crate) fn raw_bytes(&self) -> u64 {
        self.raw_bytes
    }

    /// How long the oldest record waits to become part of a split.
    pub(crate) fn waiting_since(&self) -> Option<Instant> {
        self.since
    }

    /// Records that are here since the start of the program have waited before it, too.
    pub(crate) fn has_waited(&mut self, duration: Duration) {
        if let Some(since) = &mut self.since {
            *since = since.checked_sub(duration).unwrap_or(*since);
        }
    }

    /// Whether a split is being made.
    pub(crate) fn is_publishing(&self) -> bool {
        self.is_publishing
    }

    /// Records that are not in splits.
    pub(crate) fn rows(&self) -> u64 {
        self.rows + self.rows_publishing
    }

    /// Memory that everything takes.
    pub(crate) fn memory_bytes(&self) -> u64 {
        let sealing: u64 = self.sealing.iter().map(|slice| slice.memory_bytes).sum();
        let sealed: u64 = self.sealed.iter().chain(&self.publishing).map(|slice| slice.memory_bytes()).sum();
        self.waiting_memory_bytes + sealing + sealed
    }

    /// Needle indexes were made.
    pub(crate) fn set_needles(&mut self, needles: Arc<Needles>) {
        self.needles = Some(needles);
    }

    /// The needle indexes that are known.
    pub(crate) fn needles(&self) -> Option<Arc<Needles>> {
        self.needles.clone()
    }

    /// Puts another split in the place of one; gives the old one.
    pub(crate) fn replace_split(
        &mut self,
        id: &str,
        new: impl FnOnce(&Split) -> Arc<Split>,
    ) -> Option<Arc<Split>> {
        let split = self.splits.iter_mut().find(|split| split.id() == id)?;
        let new = new(split);
        Some(std::mem::replace(split, new))
    }

    /// Takes a split out.
    pub(crate) fn remove_split(&mut self, id: &str) -> Option<Arc<Split>> {
        let at = self.splits.iter().position(|split| split.id() == id)?;
        Some(self.splits.remove(at))
    }

    pub(crate) fn splits(&self) -> &[Arc<Split>] {
        &self.splits
    }

    /// Everything as it is now.
    pub(crate) fn snapshot(&mut self) -> Snapshot {
        self.make_blocks();
        let sealed = self.publishing.iter().chain(&self.sealed).flat_map(|slice| slice.blocks.iter());
        let sealing = self.sealing.iter().flat_map(|slice| slice.blocks.iter());
        let waiting = self.waiting.values().flatten().filter_map(|waiting| waiting.block.as_ref());
        let tail = sealed.chain(sealing).chain(waiting).cloned().collect();
        Snapshot { splits: self.splits.clone(), tail, needles: self.needles.clone() }
    }

    fn make_blocks(&mut self) {
        for waiting in self.waiting.values_mut().flatten() {
            let Waiting { chunk, block } = waiting;
            block.get_or_insert_with(|| Arc::new(chunk.block()));
        }
    }

    /// Everything that was taken in so far is on its way into a split; what comes from now on belongs to the next one.
    pub(crate) fn hand_over(&mut self) {
        self.rows_publishing = std::mem::take(&mut self.rows);
        (self.raw_bytes, self.since) = (0, None);
        self.applied_at_hand_over = self.applied;
        self.is_publishing = true;
    }

    /// Sets apart the sealed slices, to be written into a split. They stay visible until [`Tail::published`].
    pub(crate) fn freeze(&mut self) -> Vec<Arc<SealedSlice>> {
        self.publishing = std::mem::take(&mut self.sealed);
        self.publishing.clone()
    }

    /// The slices that were set apart are now in these splits, or there were none.
    pub(crate) fn published(&mut self, splits: Vec<Arc<Split>>) {
        self.publishing.clear();
        self.rows_publishing = 0;
        self.is_publishing = false;
        self.splits.extend(splits);
        self.published = self.applied_at_hand_over;
        self.publish_error = None;
    }
}

/// Joins the last chunks while they are small and about equally long, so that every row is copied a few times only.
fn join_small(waiting: &mut Vec<Waiting>) {
    while let [.., before, last] = waiting.as_slice() {
        let (first, second) = (before.chunk.rows.len(), last.chunk.rows.len());
        if first + second > JOINED_ROWS_MAX || first > second * 2 {
            break;
        }
        let Some(chunk) = before.chunk.joined(&last.chunk).map(Arc::new) else { break };
        waiting.truncate(waiting.len() - 2);
        waiting.push(Waiting { chunk, block: None });
    }
}
