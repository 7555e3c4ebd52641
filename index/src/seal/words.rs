//! The words of a slice, for the index: those of its dictionaries, and those of each block.

use palisade_record::Value;

use crate::column::WordSink;
use crate::split::words::{SliceWords, WordCollector};

/// Collects words of the units of one slice after the other.
#[derive(Default)]
pub(super) struct Collectors {
    dictionaries: WordCollector,
    blocks: Vec<WordCollector>,
    block_count: usize,
}

impl Collectors {
    /// Begins a slice of so many blocks.
    pub(super) fn begin(&mut self, blocks: usize) {
        self.block_count = blocks;
        if self.blocks.len() < blocks {
            self.blocks.resize_with(blocks, WordCollector::default);
        }
    }

    /// The words of the slice.
    pub(super) fn finish(&mut self) -> SliceWords {
        let blocks = self.blocks[..self.block_count].iter_mut().map(WordCollector::finish).collect();
        SliceWords { dictionaries: self.dictionaries.finish(), blocks }
    }
}

impl WordSink for Collectors {
    fn of_block(&mut self, block: usize, value: Value<'_>) {
        match value {
            Value::Integer(number) => self.blocks[block].add_integer(number),
            other => self.blocks[block].add(&other.as_text()),
        }
    }

    fn of_slice(&mut self, value: &str) {
        self.dictionaries.add(value);
    }
}
