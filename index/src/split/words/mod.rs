//! The index object of a split: which of its blocks can have which words.
//!
//! *Units* are the blocks of a split and, before them, the dictionaries that the blocks of each of its slices share.
//! A block can have a word when it or the dictionaries of its slice have it.

mod bundle;
mod collect;
mod fingerprints;
mod hash;
mod hash_sets;
mod hash_table;
mod letters;
mod rice;
mod unit;
mod vocabulary;

#[cfg(test)]
mod tests;

use std::sync::{Arc, OnceLock};

use palisade_record::wire::{Malformed, Reader, Writer};

use self::bundle::{Bundle, Files};
use self::collect::head_word;
use self::hash_sets::Layout;
use self::vocabulary::Vocabulary;
use super::Probe;
use super::footer::{INDEX_MAGIC, append_footer, header, read_footer};
use crate::error::{Error, Result};
use palisade_storage::ObjectStorage;

pub(crate) use self::collect::{WordCollector, cut, head};
pub(crate) use self::fingerprints::{Code, UNITS_MAX, hash_of, hashes, pair};
pub(crate) use self::hash::{HASH_BITS, word_hash};
pub(crate) use self::hash_sets::checked;
pub(crate) use self::rice::{BitReader, BitWriter, rice_bits};
pub(crate) use self::unit::UnitWords;

/// The words of a slice.
pub(crate) struct SliceWords {
    /// Of the dictionaries that its blocks share.
    pub(crate) dictionaries: UnitWords,
    /// Of each block, without those of the dictionaries.
    pub(crate) blocks: Vec<UnitWords>,
}

impl SliceWords {
    /// Memory that they take while they wait for their split.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.blocks.iter().chain([&self.dictionaries]).map(UnitWords::memory_bytes).sum()
    }
}

/// The index object of a split with these slices. Blocks are numbered in their order, slice after slice.
pub(crate) fn build(split: &str, slices: &[&SliceWords]) -> Result<Vec<u8>> {
    let dictionaries = slices.iter().map(|slice| &slice.dictionaries);
    let units: Vec<&UnitWords> = dictionaries.chain(slices.iter().flat_map(|slice| &slice.blocks)).collect();
    assert!(units.len() <= UNITS_MAX, "a split is published long before it has {UNITS_MAX} blocks");
    let files = vocabulary::build(&units).map_err(|source| tantivy_error(split, source))?;
    let (sets, layout) = hash_sets::build(&units);

    let (mut object, mut footer) = (header(INDEX_MAGIC), Writer::new());
    footer.varint(slices.len() as u64);
    slices.iter().for_each(|slice| footer.varint(slice.blocks.len() as u64));
    bundle::append(&files, &mut object, &mut footer);
    footer.varint(object.len() as u64);
    layout.encode(&mut footer);
    object.extend_from_slice(&sets);
    append_footer(&mut object, INDEX_MAGIC, footer.as_slice());
    Ok(object)
}

/// The index object of a split, open for questions.
pub(crate) struct Words {
    storage: Arc<dyn ObjectStorage>,
    name: Arc<str>,
    /// The slice of each block.
    slices: Vec<usize>,
    slice_count: usize,
    files: Files,
    /// Opened at the first question for a word without digits.
    vocabulary: OnceLock<Vocabulary>,
    sets_start: u64,
    layout: Layout,
}

impl Words {
    /// Reads the footer of the object `name`, nothing else.
    pub(crate) fn open(storage: Arc<dyn ObjectStorage>, name: &str) -> Result<Self> {
        let (footer, content_end) = read_footer(&*storage, name, INDEX_MAGIC)?;
        let path = storage.locate(name);
        let malformed = |malformed: Malformed| Error::Damaged {
            path: path.clone(),
            offset: malformed.offset as u64,
            problem: format!("footer: {}", malformed.problem),
        };
        let mut reader = Reader::new(&footer);
        let (slice_count, slices) = read_slices(&mut reader).map_err(malformed)?;
        let files = bundle::read_files(&mut reader, content_end).map_err(malformed)?;
        let (sets_start, layout) = read_sets(&mut reader, content_end).map_err(malformed)?;
        if layout.units() != slice_count + slices.len() {
            return Err(malformed(reader.malformed("words of more or fewer units than there are")));
        }
        let vocabulary = OnceLock::new();
        Ok(Self { storage, name: name.into(), slices, slice_count, files, vocabulary, sets_start, layout })
    }

    fn vocabulary(&self) -> Result<&Vocabulary> {
        if let Some(vocabulary) = self.vocabulary.get() {
            return Ok(vocabulary);
        }
        let bundle = Bundle::open(self.storage.clone(), self.name.clone(), self.files.clone());
        let bundle =
            bundle.map_err(|source| Error::Read { path: self.storage.locate(&self.name), source })?;
        let vocabulary = Vocabulary::open(bundle).map_err(|source| tantivy_error(&self.name, source))?;
        Ok(self.vocabulary.get_or_init(|| vocabulary))
    }

    /// For each block whether it can hold what is asked for.
    pub(crate) fn candidates(&self, probe: &Probe) -> Result<Vec<bool>> {
        Ok(match probe {
            Probe::Any => vec![true; self.slices.len()],
            Probe::None => vec![false; self.slices.len()],
            Probe::Word(word) => self.blocks(|found| self.find(cut(word), found))?,
            Probe::Prefix(start) => self.blocks(|found| self.find_prefix(cut(start), found))?,
            Probe::All(probes) => {
                let mut all = vec![true; self.slices.len()];
                for probe in probes {
                    if !all.contains(&true) {
                        break;
                    }
                    let found = self.candidates(probe)?;
                    all.iter_mut().zip(found).for_each(|(all, found)| *all &= found);
                }
                all
            }
            Probe::OneOf(probes) => {
                let mut any = vec![false; self.slices.len()];
                for probe in probes {
                    let found = self.candidates(probe)?;
                    any.iter_mut().zip(found).for_each(|(any, found)| *any |= found);
                }
                any
            }
        })
    }

    /// Asks the units for a word; says which blocks it can be in.
    fn blocks(&self, ask: impl FnOnce(&mut [bool]) -> Result<()>) -> Result<Vec<bool>> {
        let mut units = vec![false; self.slice_count + self.slices.len()];
        ask(&mut units)?;
        let (dictionaries, blocks) = units.split_at(self.slice_count);
        Ok(self.slices.iter().zip(blocks).map(|(slice, block)| *block || dictionaries[*slice]).collect())
    }

    fn find(&self, word: &str, found: &mut [bool]) -> Result<()> {
        if head(word).is_none() {
            let answer = self.vocabulary()?.find(word, found);
            return answer.map_err(|source| tantivy_error(&self.name, source));
        }
        let hash = word_hash(word.as_bytes());
        let range = self.layout.range(hash);
        let range = self.sets_start + range.start..self.sets_start + range.end;
        let path = || self.storage.locate(&self.name);
        let partition = self.storage.get(&self.name, range.clone());
        let partition = partition.map_err(|source| Error::Read { path: path(), source })?;
        self.layout.find(&partition, hash, found).map_err(|problem| Error::Damaged {
            path: path(),
            offset: range.start,
            problem: problem.to_owned(),
        })
    }

    fn find_prefix(&self, start: &str, found: &mut [bool]) -> Result<()> {
        let answer = match head(start) {
            None => self.vocabulary()?.find_prefix(start, found),
            Some(head) => {
                let mut word = String::new();
                head_word(head, &mut word);
                self.vocabulary()?.find(&word, found)
            }
        };
        answer.map_err(|source| tantivy_error(&self.name, source))
    }
}

fn tantivy_error(name: &str, source: tantivy::TantivyError) -> Error {
    Error::Tantivy { split: name.to_owned(), source: Box::new(source) }
}

fn read_slices(reader: &mut Reader<'_>) -> std::result::Result<(usize, Vec<usize>), Malformed> {
    let slice_count = reader.count(reader.remaining())?;
    let mut slices = Vec::new();
    for slice in 0..slice_count {
        let blocks = reader.count(UNITS_MAX - slices.len())?;
        slices.resize(slices.len() + blocks, slice);
    }
    Ok((slice_count, slices))
}

fn read_sets(reader: &mut Reader<'_>, content_end: u64) -> std::result::Result<(u64, Layout), Malformed> {
    let start = reader.varint()?;
    let layout = Layout::decode(reader)?;
    match start.checked_add(layout.length()) {
        Some(end) if end <= content_end && reader.is_at_end() => Ok((start, layout)),
        _ => Err(reader.malformed("words outside of their object")),
    }
}
