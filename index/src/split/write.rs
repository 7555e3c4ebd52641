//! Writes a split.

use std::collections::BTreeMap;
use std::sync::Arc;

use palisade_record::{StreamName, Timestamp};

use super::footer::{DATA_MAGIC, append_footer, header};
use super::words::SliceWords;
use super::{VocabularyBuilder, contents, data_name, index_name, words};
use crate::Block;
use crate::error::{Error, Result};
use crate::pack::pack;
use crate::seal::SealedSlice;
use crate::storage::ObjectStorage;

/// What the catalog keeps of a split.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct SplitSummary {
    /// Its name: the first and the last batch inside.
    pub(crate) id: String,
    pub(crate) rows: u64,
    pub(crate) raw_bytes: u64,
    pub(crate) data_bytes: u64,
    pub(crate) index_bytes: u64,
    pub(crate) oldest: Timestamp,
    pub(crate) newest: Timestamp,
    pub(crate) streams: Vec<StreamShare>,
}

/// How much of a split, or of the tail, belongs to a stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StreamShare {
    /// Which stream.
    pub stream: StreamName,
    /// How many records.
    pub rows: u64,
    /// Bytes of the records as they came.
    pub raw_bytes: u64,
    /// The earliest event time.
    pub oldest: Timestamp,
    /// The latest event time.
    pub newest: Timestamp,
}

/// The shares of streams in some blocks.
pub(crate) fn shares<'a>(blocks: impl Iterator<Item = &'a Block>) -> Vec<StreamShare> {
    let mut shares: BTreeMap<&StreamName, StreamShare> = BTreeMap::new();
    for info in blocks.map(Block::info) {
        let share = shares.entry(&info.stream).or_insert_with(|| StreamShare {
            stream: info.stream.clone(),
            rows: 0,
            raw_bytes: 0,
            oldest: info.oldest,
            newest: info.newest,
        });
        share.rows += u64::from(info.rows);
        share.raw_bytes += info.raw_bytes;
        share.oldest = share.oldest.min(info.oldest);
        share.newest = share.newest.max(info.newest);
    }
    shares.into_values().collect()
}

/// Puts both objects of a split of these slices; there must be one at least, with a block. The same slices give the same
/// name and the same bytes, so that a crash between putting and noting in the catalog does no harm.
pub(crate) fn write(
    storage: &dyn ObjectStorage,
    slices: &[Arc<SealedSlice>],
    vocabulary: &VocabularyBuilder,
) -> Result<SplitSummary> {
    let blocks: Vec<Arc<Block>> = slices.iter().flat_map(|slice| slice.blocks.iter().cloned()).collect();
    let sequences = || blocks.iter().map(|block| block.sequences());
    let first = sequences().map(|range| range.start).min().unwrap_or(0);
    let last = sequences().map(|range| range.end).max().unwrap_or(1) - 1;
    let id = format!("{first:016x}-{last:016x}");

    let mut data = header(DATA_MAGIC);
    let mut placed = Vec::with_capacity(slices.len());
    for slice in slices {
        placed.push((data.len() as u64, slice.as_ref()));
        data.extend_from_slice(&slice.slice.packed()?);
    }
    let start = data.len() as u64;
    let packed = pack(&vocabulary.encode());
    data.extend_from_slice(&packed);
    let length = u32::try_from(packed.len()).expect("a vocabulary is bounded far below 4 GiB");
    let contents = contents::encode(&placed, (start, length, crc32c::crc32c(&packed)));
    append_footer(&mut data, DATA_MAGIC, &contents);
    put(storage, &data_name(&id), &data)?;
    let data_bytes = data.len() as u64;
    drop(data);

    let words: Vec<&SliceWords> = slices.iter().map(|slice| &slice.words).collect();
    let index = words::build(&id, &words)?;
    put(storage, &index_name(&id), &index)?;
    Ok(summarise(id, &blocks, data_bytes, index.len() as u64))
}

fn put(storage: &dyn ObjectStorage, name: &str, bytes: &[u8]) -> Result<()> {
    storage.put(name, bytes).map_err(|source| Error::Write { path: storage.locate(name), source })
}

fn summarise(id: String, blocks: &[Arc<Block>], data_bytes: u64, index_bytes: u64) -> SplitSummary {
    let streams = shares(blocks.iter().map(Arc::as_ref));
    SplitSummary {
        id,
        rows: streams.iter().map(|stream| stream.rows).sum(),
        raw_bytes: streams.iter().map(|stream| stream.raw_bytes).sum(),
        data_bytes,
        index_bytes,
        oldest: streams.iter().map(|stream| stream.oldest).min().unwrap_or_default(),
        newest: streams.iter().map(|stream| stream.newest).max().unwrap_or_default(),
        streams,
    }
}
