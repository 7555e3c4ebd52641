//! Reads a split.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use palisade_record::Timestamp;
use palisade_storage::ObjectStorage;

use super::contents::{self, ListedBlock};
use super::footer::{DATA_MAGIC, ObjectEnd, read_end};
use super::vocabulary::StoredVocabulary;
use super::words::Words;
use super::write::{SplitSummary, StreamShare};
use super::{VocabularySource, data_name, index_name, sequences_of};
use crate::Block;
use crate::cache::{Cache, Owner};
use crate::copies::Copies;
use crate::error::{Error, Result};
use crate::inspect::PartReport;
use crate::slice::{Slice, Source};
use crate::storages::Storages;

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

/// Counts questions to indexes, so that the longest unused one is known. It orders nothing else.
static QUESTIONS: AtomicU64 = AtomicU64::new(1);

/// A published, immutable unit of records. Its objects are read when they are first needed.
pub struct Split {
    summary: SplitSummary,
    /// The storage in which its data object is nearest, and the object's name there.
    data: (Arc<dyn ObjectStorage>, Arc<str>),
    storages: Storages,
    copies: Copies,
    blocks: OnceLock<Vec<Arc<Block>>>,
    words: OnceLock<Words>,
    /// The same, read where it lies far away.
    far_words: OnceLock<Words>,
    index_used: AtomicU64,
    cache: Arc<Cache>,
}

impl Split {
    pub(crate) fn new(summary: SplitSummary, copies: Copies, storages: Storages, cache: Arc<Cache>) -> Self {
        let data = storages.nearest(&data_name(&summary.id), &copies);
        let (blocks, words, far_words) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let index_used = AtomicU64::new(0);
        Self { summary, data, storages, copies, blocks, words, far_words, index_used, cache }
    }

    /// A split of which only the objects are at hand.
    pub(crate) fn unlisted(id: &str, storage: Arc<dyn ObjectStorage>) -> Self {
        let summary = SplitSummary::unknown(id);
        Self::new(summary, Copies::fresh(), Storages::near(storage), Arc::new(Cache::none()))
    }

    /// Its name.
    pub fn id(&self) -> &str {
        &self.summary.id
    }

    /// The numbers of the batches from the first to the last of which records are inside.
    pub fn batch_range(&self) -> Option<Range<u64>> {
        self.batches().and_then(|(first, last)| Some(first..last.checked_add(1)?))
    }

    /// What is known of it without reading.
    pub fn summary(&self) -> &SplitSummary {
        &self.summary
    }

    /// Where its data object is.
    pub fn copies(&self) -> &Copies {
        &self.copies
    }

    /// Whether its data object is read from far away.
    pub fn is_far(&self) -> bool {
        self.storages.is_far(&self.copies)
    }

    /// The words of its index object, unless they were not read yet.
    pub(super) fn words(&self) -> Option<&Words> {
        self.words.get()
    }

    pub(super) fn cache(&self) -> &Cache {
        &self.cache
    }

    pub(super) fn far_words(&self) -> &OnceLock<Words> {
        &self.far_words
    }

    /// The name of its data object, in every storage.
    pub fn data_name(&self) -> String {
        data_name(self.id())
    }

    /// The name of its index object, in every storage.
    pub fn index_name(&self) -> String {
        index_name(self.id())
    }

    /// When its index was last asked, counted in questions to all splits; 0 for not since the start.
    pub fn index_used(&self) -> u64 {
        self.index_used.load(Ordering::Relaxed)
    }

    /// Goes on from where the same split, with other copies, was.
    pub(crate) fn used_like(self, other: &Self) -> Self {
        self.index_used.store(other.index_used(), Ordering::Relaxed);
        self
    }

    pub(crate) fn storages(&self) -> &Storages {
        &self.storages
    }

    /// The numbers of its first and its last batch, by its name.
    pub(crate) fn batches(&self) -> Option<(u64, u64)> {
        let sequences = sequences_of(&data_name(self.id()))?;
        Some((sequences.start, sequences.end - 1))
    }

    /// The number of its first batch: splits stand in the order in which their records arrived.
    pub fn first_batch(&self) -> u64 {
        self.batches().map_or(0, |(first, _)| first)
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
        self.index_used.store(QUESTIONS.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        let candidates = match self.asked_far_away(probe) {
            Some(candidates) => candidates,
            None => self.asked_near(probe)?,
        };
        if candidates.len() == blocks {
            return Ok(candidates);
        }
        let path = self.storages.hot.locate(&index_name(self.id()));
        let problem = format!("it knows {} blocks, the data object has {blocks}", candidates.len());
        Err(Error::Damaged { path, offset: 0, problem })
    }

    fn asked_near(&self, probe: &Probe) -> Result<Vec<bool>> {
        let words = match self.words.get() {
            Some(words) => words,
            None => {
                let words = Words::open(self.near_index()?, &index_name(self.id()))?;
                self.words.get_or_init(|| words)
            }
        };
        match words.candidates(probe) {
            // The index was evicted after it was opened: it comes back.
            Err(Error::Read { source, .. }) if source.kind() == ErrorKind::NotFound => {
                Words::open(self.near_index()?, &index_name(self.id()))?.candidates(probe)
            }
            candidates => candidates,
        }
    }

    /// What the bytes of the data object are spent on, most first.
    pub(crate) fn parts(&self) -> Result<Vec<PartReport>> {
        let mut sums: BTreeMap<(&'static str, String), (u64, u64)> = BTreeMap::new();
        let mut add = |kind, name: &str, bytes| {
            let sum = sums.entry((kind, name.to_owned())).or_default();
            *sum = (sum.0 + 1, sum.1 + bytes);
        };
        let mut last: Option<&Arc<Slice>> = None;
        for block in self.blocks()? {
            block.parts().for_each(|(kind, name, bytes)| add(kind, name, bytes));
            let Some(slice) = block.slice() else { continue };
            if last.is_none_or(|last| !Arc::ptr_eq(last, slice)) {
                for dictionary in &slice.dictionaries {
                    add("dictionary", &dictionary.field, u64::from(dictionary.section.length));
                }
                if let (None, VocabularySource::Object(vocabulary)) = (last, &slice.vocabulary) {
                    add("vocabulary", "", u64::from(vocabulary.length));
                }
                last = Some(slice);
            }
        }
        let (storage, name) = &self.data;
        let length = storage.length(name);
        let length = length.map_err(|source| Error::Read { path: storage.locate(name), source })?;
        let told: u64 = sums.values().map(|(_, bytes)| bytes).sum();
        sums.insert(("footer", String::new()), (1, length.saturating_sub(told)));
        let part =
            |((kind, name), (sections, packed_bytes))| PartReport { kind, name, sections, packed_bytes };
        let mut parts: Vec<PartReport> = sums.into_iter().map(part).collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.packed_bytes));
        Ok(parts)
    }

    fn read_blocks(&self) -> Result<Vec<Arc<Block>>> {
        let (storage, name) = &self.data;
        let ObjectEnd { footer, content_end, before } = read_end(&**storage, name, DATA_MAGIC)?;
        let is_far = self.is_far();
        let contents = contents::decode(&footer, content_end).map_err(|malformed| Error::Damaged {
            path: storage.locate(name),
            offset: content_end,
            problem: format!("footer, unpacked, at {}: {}", malformed.offset, malformed.problem),
        })?;
        let (start, length, crc32c) = contents.vocabulary;
        let storage = || storage.clone();
        let vocabulary = Arc::new(StoredVocabulary {
            storage: storage(),
            name: name.clone(),
            start,
            length,
            crc32c,
            owner: Owner::new(),
        });
        if is_far {
            vocabulary.keep(&before, content_end, &self.cache);
        }
        let at_hand = content_end - before.len() as u64;
        let mut blocks = Vec::new();
        for listed in contents.slices {
            let slice = Arc::new(Slice {
                source: Source::Object {
                    storage: storage(),
                    name: name.clone(),
                    start: listed.start,
                    far: is_far.then(Owner::new),
                },
                length: listed.length,
                dictionaries: listed.dictionaries,
                vocabulary: VocabularySource::Object(vocabulary.clone()),
                cache: self.cache.clone(),
                owner: Owner::new(),
            });
            let block = |block: ListedBlock| {
                Arc::new(Block::sealed(block.info, block.arrivals, slice.clone(), block.sections))
            };
            let first = blocks.len();
            blocks.extend(listed.blocks.into_iter().map(block));
            if is_far {
                slice.keep(&before, at_hand, &blocks[first..]);
            }
        }
        Ok(blocks)
    }
}

impl std::fmt::Debug for Split {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Split({})", self.id())
    }
}
