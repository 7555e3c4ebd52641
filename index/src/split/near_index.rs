//! The index object of a split is a cache: it is brought near when it is needed, and made again when it is nowhere.

use std::io::ErrorKind;
use std::sync::Arc;

use palisade_storage::{ObjectStorage, Terms};
use tracing::info;

use super::index_name;
use super::read::Split;
use super::words::{self, SliceWords, WordCollector};
use crate::Block;
use crate::error::{Error, Result};

impl Split {
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
            None => self.rebuilt_index()?,
        };
        let stored = near.put(&name, &bytes, &Terms::pointer());
        stored.map_err(|source| Error::Write { path: near.locate(&name), source })?;
        Ok(near.clone())
    }

    /// From the far storages; whatever goes wrong there, the index can be made again.
    fn fetch_index(&self, name: &str) -> Option<Vec<u8>> {
        let far = [&self.storages().warm, &self.storages().cold];
        far.into_iter().flatten().find_map(|storage| {
            let bytes = storage.get(name, 0..storage.length(name).ok()?).ok()?;
            info!(split = self.id(), bytes = bytes.len(), "index brought near");
            Some(bytes)
        })
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
