//! The unpublished tail: what is durable in the journal and not yet in a split, as encoded blocks.
//!
//! Rows wait until they fill a block; a query that comes earlier sees them through *previews*, small blocks that are made
//! for it of the rows that came since the last query.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use palisade_record::{ByteSize, StreamName};

use crate::encode::{Chunk, Part, encode};
use crate::{Block, Snapshot, Split};

/// Rows of a full block: enough for columns to repeat themselves, few enough that a needle costs little to verify.
const BLOCK_ROWS_MAX: usize = 8_192;

/// Bytes of records of a full block, for streams with long ones.
const BLOCK_RAW_BYTES_MAX: ByteSize = ByteSize::mib(4);

/// Previews of one block in the making. Past it they are made into one: reading many small blocks costs more than that.
const PREVIEWS_MAX: usize = 16;

/// Everything a query can see.
#[derive(Default)]
pub(crate) struct Tail {
    pending: BTreeMap<StreamName, Pending>,
    sealed: Vec<Arc<Block>>,
    /// Blocks whose split is being written.
    publishing: Vec<Arc<Block>>,
    is_publishing: bool,
    splits: Vec<Arc<Split>>,
    /// Bytes of records in `pending` and `sealed`.
    raw_bytes: u64,
    /// When the oldest of them came.
    since: Option<Instant>,
    rows: u64,
    /// How many submissions are inside, of all that were ever made durable.
    pub(crate) applied: u64,
    /// How many of these are in published splits.
    pub(crate) published: u64,
    applied_at_freeze: u64,
    /// Why the last try to publish failed.
    pub(crate) publish_error: Option<String>,
}

#[derive(Default)]
struct Pending {
    parts: Vec<Part>,
    rows: usize,
    raw_bytes: usize,
    previews: Vec<Arc<Block>>,
    /// How many of the parts are in previews.
    previewed: usize,
}

impl Tail {
    pub(crate) fn new(splits: Vec<Arc<Split>>) -> Self {
        Self { splits, ..Self::default() }
    }

    /// Takes in the rows of one submission.
    pub(crate) fn apply(&mut self, chunks: &[Arc<Chunk>]) {
        self.applied += 1;
        for chunk in chunks {
            self.rows += chunk.rows.len() as u64;
            self.raw_bytes += chunk.rows.raw_bytes() as u64;
            self.since.get_or_insert_with(Instant::now);
            let pending = self.pending.entry(chunk.rows.stream().clone()).or_default();
            let sealed = pending.take(chunk);
            self.sealed.extend(sealed);
        }
    }

    /// Bytes of records that no split holds or is being made of.
    pub(crate) fn raw_bytes(&self) -> u64 {
        self.raw_bytes
    }

    /// How long the oldest record waits to become part of a split.
    pub(crate) fn waiting_since(&self) -> Option<Instant> {
        self.since
    }

    /// Whether a split is being written.
    pub(crate) fn is_publishing(&self) -> bool {
        self.is_publishing
    }

    /// Records that are not in splits.
    pub(crate) fn rows(&self) -> u64 {
        self.rows + self.publishing.iter().map(|block| u64::from(block.info().rows)).sum::<u64>()
    }

    /// Memory the blocks take, and that of the rows that wait.
    pub(crate) fn memory_bytes(&self) -> u64 {
        let blocks =
            self.sealed.iter().chain(&self.publishing).map(|block| block.memory_bytes()).sum::<u64>();
        // Rows in waiting hold their bytes twice: as they came, and as fields.
        blocks + self.pending.values().map(|pending| pending.raw_bytes as u64 * 2).sum::<u64>()
    }

    pub(crate) fn splits(&self) -> &[Arc<Split>] {
        &self.splits
    }

    /// Everything as it is now.
    pub(crate) fn snapshot(&mut self) -> Snapshot {
        let mut tail: Vec<Arc<Block>> = self.publishing.iter().chain(&self.sealed).cloned().collect();
        for (stream, pending) in &mut self.pending {
            tail.extend(pending.previews(stream).iter().cloned());
        }
        Snapshot { splits: self.splits.clone(), tail }
    }

    /// Sets everything so far apart, to be written into a split. The blocks stay visible until [`Tail::published`].
    pub(crate) fn freeze(&mut self) -> Vec<Arc<Block>> {
        for (stream, pending) in std::mem::take(&mut self.pending) {
            self.sealed.extend(encode(&stream, &pending.parts).map(Arc::new));
        }
        self.publishing = std::mem::take(&mut self.sealed);
        (self.raw_bytes, self.rows, self.since) = (0, 0, None);
        self.applied_at_freeze = self.applied;
        self.is_publishing = true;
        self.publishing.clone()
    }

    /// The blocks that were set apart are now in `split`, or there were none.
    pub(crate) fn published(&mut self, split: Option<Arc<Split>>) {
        self.publishing.clear();
        self.is_publishing = false;
        self.splits.extend(split);
        self.published = self.applied_at_freeze;
        self.publish_error = None;
    }
}

impl Pending {
    /// Blocks of everything that waits.
    fn previews(&mut self, stream: &StreamName) -> &[Arc<Block>] {
        if self.previewed < self.parts.len() {
            if self.previews.len() == PREVIEWS_MAX {
                self.previews.clear();
                self.previewed = 0;
            }
            self.previews.extend(encode(stream, &self.parts[self.previewed..]).map(Arc::new));
            self.previewed = self.parts.len();
        }
        &self.previews
    }

    /// Adds a chunk and returns the blocks that became full.
    fn take(&mut self, chunk: &Arc<Chunk>) -> Vec<Arc<Block>> {
        let mut full = Vec::new();
        let mut start = 0;
        while start < chunk.rows.len() {
            let end = self.room_for(chunk, start);
            self.rows += end - start;
            self.raw_bytes += (start..end).map(|row| chunk.rows.raw.get(row).len()).sum::<usize>();
            self.parts.push(Part { chunk: chunk.clone(), start, end });
            if self.rows >= BLOCK_ROWS_MAX || self.raw_bytes >= BLOCK_RAW_BYTES_MAX.as_usize() {
                full.extend(encode(chunk.rows.stream(), &self.parts).map(Arc::new));
                *self = Self::default();
            }
            start = end;
        }
        full
    }

    /// Up to which row of a chunk this block has room, at least for one.
    fn room_for(&self, chunk: &Chunk, start: usize) -> usize {
        let (mut end, mut raw_bytes) = (start, self.raw_bytes);
        while end < chunk.rows.len() && self.rows + (end - start) < BLOCK_ROWS_MAX {
            raw_bytes += chunk.rows.raw.get(end).len();
            end += 1;
            if raw_bytes >= BLOCK_RAW_BYTES_MAX.as_usize() {
                break;
            }
        }
        end.max(start + 1)
    }
}
