//! The index object of a split is a cache: it is brought near when it is needed, and made again when it is nowhere.

use std::io::ErrorKind;
use std::sync::Arc;

use palisade_storage::{ObjectStorage, Terms};
use tracing::info;

use super::footer::END_BYTES;
use super::read::{Probe, Split};
use super::words::{self, SliceWords, WordCollector, Words, cut, head};
use super::{ObjectDigest, index_name};
use crate::Block;
use crate::error::{Error, Result};

/// Longest index object that is brought near as a whole: from here on its bytes take longer than a second request, at
/// 90 MB/s and 30 ms.
const FETCHED_BYTES_MAX: u64 = 2 << 20;

/// Whether only words with digits decide: they are asked for with one small read each, the others with many.
fn asks_for_digits_alone(probe: &Probe) -> bool {
    match probe {
        Probe::Word(word) => head(cut(word)).is_some(),
        Probe::All(probes) | Probe::OneOf(probes) => probes.iter().all(asks_for_digits_alone),
        Probe::Any | Probe::None => true,
        Probe::Prefix(_) => false,
    }
}

/// Where an index object came from that is near now.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexSource {
    /// It was there, and can be read.
    Near,
    /// From a storage that is farther away.
    Fetched,
    /// From the records of the data object.
    Made,
}

impl Split {
    /// Sees to it that the index object is near and can be read, before somebody waits for it.
    ///
    /// # Errors
    /// When it can neither be fetched nor made, or not be written near.
    pub fn restore_index(&self) -> Result<IndexSource> {
        let (near, name) = (&self.storages().hot, index_name(self.id()));
        let is_near = near.length(&name).is_ok();
        if is_near && Words::open(near.clone(), &name).is_ok() {
            return Ok(IndexSource::Near);
        }
        if let Some(bytes) = self.fetch_index(&name) {
            self.put_index_near(&name, &bytes)?;
            if Words::open(near.clone(), &name).is_ok() {
                return Ok(IndexSource::Fetched);
            }
        }
        self.put_index_near(&name, &self.remade_index()?)?;
        Ok(IndexSource::Made)
    }

    /// It has other bytes than before: were it put before the log tells of it, it would look forged.
    fn remade_index(&self) -> Result<Vec<u8>> {
        let bytes = self.rebuilt_index()?;
        self.cache().tell_of_remade(self.id(), ObjectDigest::of(&bytes))?;
        Ok(bytes)
    }

    fn put_index_near(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let near = &self.storages().hot;
        let stored = near.put(name, bytes, &Terms::pointer());
        stored.map_err(|source| Error::Write { path: near.locate(name), source })?;
        Ok(())
    }

    /// The storage that has the index object near, once it is there.
    pub(super) fn near_index(&self) -> Result<Arc<dyn ObjectStorage>> {
        let (near, name) = (&self.storages().hot, index_name(self.id()));
        let unreadable = |source| Error::Read { path: near.locate(&name), source };
        match near.length(&name) {
            Ok(_) => return Ok(near.clone()),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(unreadable(error)),
            Err(_) => {}
        }
        let bytes = match self.fetch_index(&name) {
            Some(bytes) => bytes,
            None => self.remade_index()?,
        };
        self.put_index_near(&name, &bytes)?;
        Ok(near.clone())
    }

    /// From the far storages; whatever goes wrong there, the index can be made again.
    fn fetch_index(&self, name: &str) -> Option<Vec<u8>> {
        // Made again, it may be longer than it was; what is missing then is one more request.
        let bytes_max = self.summary().index.bytes.max(END_BYTES);
        self.far_storages().find_map(|storage| {
            let (end, length) = storage.end(name, bytes_max).ok()?;
            let mut bytes = match length - end.len() as u64 {
                0 => Vec::new(),
                missing => storage.get(name, 0..missing).ok()?,
            };
            bytes.extend(end);
            info!(split = self.id(), bytes = bytes.len(), "index brought near");
            Some(bytes)
        })
    }

    fn far_storages(&self) -> impl Iterator<Item = &Arc<dyn ObjectStorage>> {
        [&self.storages().warm, &self.storages().cold].into_iter().flatten()
    }

    /// Which blocks can hold a match, asked where the index object lies: when two small reads are cheaper than to bring it
    /// near. `None` when they are not, and when it cannot be read there.
    pub(super) fn asked_far_away(&self, probe: &Probe) -> Option<Vec<bool>> {
        let is_worth_it = self.is_far()
            && self.summary().index.bytes > FETCHED_BYTES_MAX
            && self.words().is_none()
            && asks_for_digits_alone(probe);
        if !is_worth_it {
            return None;
        }
        let name = index_name(self.id());
        if self.far_words().get().is_none() {
            if self.storages().hot.length(&name).is_ok() {
                return None;
            }
            let words = self.far_storages().find_map(|storage| Words::open(storage.clone(), &name).ok())?;
            _ = self.far_words().set(words);
        }
        self.far_words().get()?.candidates(probe).ok()
    }

    /// Makes the index object again from the values of the data object. Its blocks are told the words of shared
    /// dictionaries one by one, so it is larger than the first one, and names fewer blocks.
    pub(crate) fn rebuilt_index(&self) -> Result<Vec<u8>> {
        let mut slices: Vec<SliceWords> = Vec::new();
        let blocks = self.blocks()?;
        let is_same_slice = |left: &Arc<Block>, right: &Arc<Block>| match (left.slice(), right.slice()) {
            (Some(left), Some(right)) => Arc::ptr_eq(left, right),
            _ => false,
        };
        for of_slice in blocks.chunk_by(is_same_slice) {
            let mut words = Vec::with_capacity(of_slice.len());
            for block in of_slice {
                let mut collector = WordCollector::new();
                for info in &block.info().columns {
                    let Some(column) = block.column(&info.name)? else { continue };
                    for position in column.entries().map(|(_, position)| position) {
                        collector.add(&column.value(position as usize).as_text());
                    }
                }
                words.push(collector.finish());
            }
            slices.push(SliceWords { dictionaries: WordCollector::new().finish(), blocks: words });
        }
        info!(split = self.id(), "index made again from the data object");
        words::build(self.id(), &slices.iter().collect::<Vec<_>>())
    }
}
