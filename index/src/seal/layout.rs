//! Which rows become a block: those of one stream and group, in the order in which they arrived.

use std::ops::Range;
use std::sync::Arc;

use palisade_record::{ByteSize, StreamName};

use crate::chunk::Chunk;
use crate::rows::{Reader, RowHead};

/// Rows of a full block: enough for columns to repeat themselves, few enough that a needle costs little to verify.
const BLOCK_ROWS_MAX: usize = 8_192;

/// Bytes of records of a full block, for streams with long ones.
const BLOCK_RAW_BYTES_MAX: ByteSize = ByteSize::mib(4);

/// Groups with fewer rows share blocks: what is said of every block would be longer than what is in it.
const GROUP_ROWS_MIN: usize = 256;

/// Rows of one chunk.
pub(super) struct Part<'a> {
    pub(super) chunk: &'a Arc<Chunk>,
    pub(super) rows: Range<usize>,
    pub(super) reader: Reader<'a>,
}

/// The rows of one block.
pub(super) struct BlockPlan<'a> {
    pub(super) stream: &'a StreamName,
    parts: Vec<Part<'a>>,
}

impl<'a> BlockPlan<'a> {
    /// Chunks, and which of their rows.
    pub(super) fn parts(&self) -> &[Part<'a>] {
        &self.parts
    }

    pub(super) fn field_names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.parts.iter().flat_map(|part| part.chunk.rows.columns().iter().map(|column| column.name()))
    }

    pub(super) fn heads(&self) -> impl Iterator<Item = &'a RowHead> + '_ {
        self.parts.iter().flat_map(|part| &part.chunk.rows.heads()[part.rows.clone()])
    }

    pub(super) fn records(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        self.parts.iter().flat_map(|part| part.rows.clone().map(|row| part.chunk.rows.raw().get(row)))
    }

    pub(super) fn row_count(&self) -> u32 {
        let rows: usize = self.parts.iter().map(|part| part.rows.len()).sum();
        u32::try_from(rows).expect("a block has 8,192 rows at most")
    }

    pub(super) fn raw_bytes(&self) -> u64 {
        self.records().map(|record| record.len() as u64).sum()
    }
}

/// The blocks of a slice, stream by stream and group by group.
pub(super) fn plan(groups: &[(StreamName, Vec<Arc<Chunk>>)]) -> Vec<BlockPlan<'_>> {
    let rows_of = |chunks: &[Arc<Chunk>]| chunks.iter().map(|chunk| chunk.rows.len()).sum::<usize>();
    let mut plans = Vec::new();
    for of_stream in groups.chunk_by(|left, right| left.0 == right.0) {
        let stream = &of_stream[0].0;
        let (large, small): (Vec<_>, Vec<_>) =
            of_stream.iter().partition(|(_, chunks)| rows_of(chunks) >= GROUP_ROWS_MIN);
        for (_, chunks) in large {
            cut(stream, chunks.iter().collect(), &mut plans);
        }
        let mut chunks: Vec<_> = small.iter().flat_map(|(_, chunks)| chunks).collect();
        chunks.sort_by_key(|chunk| chunk.arrivals.first().map(|arrival| arrival.sequence));
        cut(stream, chunks, &mut plans);
    }
    plans
}

/// Cuts rows into blocks of about equally many.
fn cut<'a>(stream: &'a StreamName, chunks: Vec<&'a Arc<Chunk>>, plans: &mut Vec<BlockPlan<'a>>) {
    let rows: usize = chunks.iter().map(|chunk| chunk.rows.len()).sum();
    if rows == 0 {
        return;
    }
    let rows_max = rows.div_ceil(rows.div_ceil(BLOCK_ROWS_MAX));
    let (mut parts, mut count, mut raw_bytes) = (Vec::new(), 0, 0);
    for chunk in chunks {
        let reader = chunk.rows.reader();
        let mut start = 0;
        for row in 0..chunk.rows.len() {
            count += 1;
            raw_bytes += chunk.rows.raw().get(row).len();
            if count == rows_max || raw_bytes >= BLOCK_RAW_BYTES_MAX.as_usize() {
                parts.push(Part { chunk, rows: start..row + 1, reader });
                plans.push(BlockPlan { stream, parts: std::mem::take(&mut parts) });
                (start, count, raw_bytes) = (row + 1, 0, 0);
            }
        }
        if start < chunk.rows.len() {
            parts.push(Part { chunk, rows: start..chunk.rows.len(), reader });
        }
    }
    if !parts.is_empty() {
        plans.push(BlockPlan { stream, parts });
    }
}
