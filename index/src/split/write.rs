//! Writes a split.

use std::collections::BTreeMap;
use std::sync::Arc;

use palisade_record::{StreamName, Timestamp};
use palisade_seal::log::{Frontier, Hash, leaf_hash};
use palisade_storage::{ObjectStorage, Terms};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::footer::{DATA_MAGIC, append_footer, header};
use super::words::SliceWords;
use super::{VocabularyBuilder, contents, data_name, id_of, index_name, words};
use crate::Block;
use crate::class::ClassName;
use crate::error::{Error, Result};
use crate::pack::pack;
use crate::seal::SealedSlice;

/// An object as bytes: how many, and their hash.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ObjectDigest {
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 over them.
    pub sha256: Hash,
}

impl ObjectDigest {
    /// What these bytes are.
    pub fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, sha256: Hash(Sha256::digest(bytes).into()) }
    }
}

/// What is known of a split without reading it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SplitSummary {
    /// Its name: the first and the last batch inside, and its class.
    pub id: String,
    /// The class of all its records.
    pub class: ClassName,
    /// How many records.
    pub rows: u64,
    /// Bytes of the records as they came.
    pub raw_bytes: u64,
    /// The data object.
    pub data: ObjectDigest,
    /// The index object as it was first made.
    pub index: ObjectDigest,
    /// The root of the tree whose entries are the roots of its blocks.
    pub root: Hash,
    /// How many blocks.
    pub blocks: u64,
    /// The earliest event time.
    pub oldest: Timestamp,
    /// The latest event time.
    pub newest: Timestamp,
    /// When the first of its batches was received.
    pub first_received: Timestamp,
    /// When the last of its batches was received.
    pub last_received: Timestamp,
    /// How much of it belongs to which stream.
    pub streams: Vec<StreamShare>,
}

impl SplitSummary {
    /// What is known of a split of which only the name is.
    pub(crate) fn unknown(id: &str) -> Self {
        let (none, time) = (ObjectDigest { bytes: 0, sha256: Hash::of_nothing() }, Timestamp::default());
        Self {
            id: id.to_owned(),
            class: ClassName::standard(),
            rows: 0,
            raw_bytes: 0,
            data: none,
            index: none,
            root: Hash::of_nothing(),
            blocks: 0,
            oldest: time,
            newest: time,
            first_received: time,
            last_received: time,
            streams: Vec::new(),
        }
    }
}

/// How much of a split, or of the tail, belongs to a stream.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
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

/// Of what a split is made: slices of one class, with what they share.
#[derive(Clone, Copy)]
pub(crate) struct Content<'a> {
    pub(crate) class: &'a ClassName,
    pub(crate) slices: &'a [Arc<SealedSlice>],
    pub(crate) vocabulary: &'a VocabularyBuilder,
}

/// Puts both objects of a split; there must be one slice at least, with a block. The same content gives the same name and
/// the same bytes, so that a crash between putting and noting in the catalog does no harm.
pub(crate) fn write(storage: &dyn ObjectStorage, content: Content<'_>) -> Result<SplitSummary> {
    let Content { class, slices, vocabulary } = content;
    let blocks: Vec<Arc<Block>> = slices.iter().flat_map(|slice| slice.blocks.iter().cloned()).collect();
    let sequences = || blocks.iter().map(|block| block.sequences());
    let first = sequences().map(|range| range.start).min().unwrap_or(0);
    let last = sequences().map(|range| range.end).max().unwrap_or(1) - 1;
    let id = id_of(first, last, class);

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
    let data = put(storage, &data_name(&id), &data, &Terms::default())?;

    let words: Vec<&SliceWords> = slices.iter().map(|slice| &slice.words).collect();
    // Made a second time it has other bytes: the library underneath names its parts at random.
    let index = put(storage, &index_name(&id), &words::build(&id, &words)?, &Terms::pointer())?;
    Ok(summarise(id, class, &blocks, data, index))
}

fn put(storage: &dyn ObjectStorage, name: &str, bytes: &[u8], terms: &Terms) -> Result<ObjectDigest> {
    let stored = storage.put(name, bytes, terms);
    let stored = stored.map_err(|source| Error::Write { path: storage.locate(name), source })?;
    Ok(ObjectDigest { bytes: bytes.len() as u64, sha256: Hash(stored.sha256) })
}

/// The root of a split: of the tree whose entries are the roots of its blocks.
pub(crate) fn root_of(blocks: &[Arc<Block>]) -> Hash {
    let mut tree = Frontier::new();
    blocks.iter().for_each(|block| tree.push(leaf_hash(&block.info().root.0)));
    tree.root()
}

fn summarise(
    id: String,
    class: &ClassName,
    blocks: &[Arc<Block>],
    data: ObjectDigest,
    index: ObjectDigest,
) -> SplitSummary {
    let streams = shares(blocks.iter().map(Arc::as_ref));
    let received =
        || blocks.iter().flat_map(|block| block.batches().iter()).map(|arrival| arrival.received_at);
    SplitSummary {
        id,
        class: class.clone(),
        rows: streams.iter().map(|stream| stream.rows).sum(),
        raw_bytes: streams.iter().map(|stream| stream.raw_bytes).sum(),
        data,
        index,
        root: root_of(blocks),
        blocks: blocks.len() as u64,
        oldest: streams.iter().map(|stream| stream.oldest).min().unwrap_or_default(),
        newest: streams.iter().map(|stream| stream.newest).max().unwrap_or_default(),
        first_received: received().min().unwrap_or_default(),
        last_received: received().max().unwrap_or_default(),
        streams,
    }
}
