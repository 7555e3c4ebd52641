//! Reads a split.

use std::sync::{Arc, OnceLock};

use palisade_record::Timestamp;

use super::bundle::Bundle;
use super::footer::{self, DATA_MAGIC, read_footer};
use super::words_index::WordsIndex;
use super::write::{SplitSummary, StreamShare};
use super::{data_name, index_name};
use crate::Block;
use crate::block::Source;
use crate::error::{Error, Result};
use crate::storage::ObjectStorage;

/// A question to the index of a split: which blocks can hold a match? The answer may name too many, never too few.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Probe {
    /// Nothing is known: every block.
    Any,
    /// No block at all.
    None,
    /// Blocks in which some value has this word, folded by `palisade_record::words::fold`.
    Word(String),
    /// Blocks in which some value has a word that begins with this, folded.
    Prefix(String),
    /// Blocks that all of these name.
    All(Vec<Probe>),
    /// Blocks that one of these names.
    OneOf(Vec<Probe>),
}

/// A published, immutable unit of records. Its objects are read when they are first needed.
pub struct Split {
    summary: SplitSummary,
    storage: Arc<dyn ObjectStorage>,
    blocks: OnceLock<Vec<Arc<Block>>>,
    words: OnceLock<WordsIndex>,
}

impl Split {
    pub(crate) fn new(summary: SplitSummary, storage: Arc<dyn ObjectStorage>) -> Self {
        Self { summary, storage, blocks: OnceLock::new(), words: OnceLock::new() }
    }

    /// A split of which only the objects are at hand.
    pub(crate) fn unlisted(id: &str, storage: Arc<dyn ObjectStorage>) -> Self {
        let time = Timestamp::default();
        let summary = SplitSummary {
            id: id.to_owned(),
            rows: 0,
            raw_bytes: 0,
            data_bytes: 0,
            index_bytes: 0,
            oldest: time,
            newest: time,
            streams: Vec::new(),
        };
        Self::new(summary, storage)
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.summary.id
    }

    pub(crate) fn summary(&self) -> &SplitSummary {
        &self.summary
    }

    /// The earliest and the latest event time inside, told without reading.
    pub fn span(&self) -> (Timestamp, Timestamp) {
        (self.summary.oldest, self.summary.newest)
    }

    /// Its streams, told without reading.
    pub fn streams(&self) -> &[StreamShare] {
        &self.summary.streams
    }

    /// Its blocks, in the order in which they were written.
    pub fn blocks(&self) -> Result<&[Arc<Block>]> {
        if let Some(blocks) = self.blocks.get() {
            return Ok(blocks);
        }
        let blocks = self.read_blocks()?;
        Ok(self.blocks.get_or_init(|| blocks))
    }

    /// For each block whether it can hold a match.
    pub fn candidates(&self, probe: &Probe) -> Result<Vec<bool>> {
        let blocks = self.blocks()?.len();
        if *probe == Probe::Any {
            return Ok(vec![true; blocks]);
        }
        let words = match self.words.get() {
            Some(words) => words,
            None => {
                let bundle = Bundle::open(self.storage.clone(), &index_name(self.id()))?;
                let words = WordsIndex::open(self.id(), bundle)?;
                self.words.get_or_init(|| words)
            }
        };
        words.candidates(probe, blocks)
    }

    fn read_blocks(&self) -> Result<Vec<Arc<Block>>> {
        let name: Arc<str> = data_name(self.id()).into();
        let (footer, content_end) = read_footer(&*self.storage, &name, DATA_MAGIC)?;
        let listed = footer::decode(&footer, content_end).map_err(|malformed| Error::Damaged {
            path: self.storage.locate(&name),
            offset: malformed.offset as u64,
            problem: format!("footer: {}", malformed.problem),
        })?;
        let block = |listed: footer::Listed| {
            let source =
                Source::Object { storage: self.storage.clone(), name: name.clone(), start: listed.start };
            Arc::new(Block::new(listed.info, listed.arrivals, source))
        };
        Ok(listed.into_iter().map(block).collect())
    }
}

impl std::fmt::Debug for Split {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Split({})", self.id())
    }
}
