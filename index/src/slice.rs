//! A slice: blocks that were sealed together and share dictionaries. Its sections lie one after the other, field by
//! field, so that one field of all its blocks is one range.

use std::path::PathBuf;
use std::sync::Arc;

use palisade_record::wire::Malformed;

use crate::Block;
use crate::cache::{Cache, Cached, Owner};
use crate::column::SliceDictionary;
use crate::error::{Error, Result};
use crate::pack::unpack;
use crate::split::{Vocabulary, VocabularySource};
use palisade_storage::ObjectStorage;

/// A packed part of a slice.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Section {
    /// Counted from the slice's beginning.
    pub(crate) start: u32,
    pub(crate) length: u32,
    pub(crate) crc32c: u32,
}

/// A dictionary of a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct DictionaryInfo {
    pub(crate) field: Box<str>,
    pub(crate) values: u32,
    pub(crate) section: Section,
}

/// Where the bytes of a slice are.
pub(crate) enum Source {
    /// A slice of the tail.
    Memory(Arc<[u8]>),
    /// A part of an object. Of a far one the sections stay in the cache as they are stored, each under its start: two
    /// parts of a column are often read one after the other, and what lies between wanted ones came for nothing.
    Object { storage: Arc<dyn ObjectStorage>, name: Arc<str>, start: u64, far: Option<Owner> },
}

/// What the blocks of a slice share.
pub(crate) struct Slice {
    pub(crate) source: Source,
    /// How many bytes its sections have.
    pub(crate) length: u32,
    /// Sorted by field.
    pub(crate) dictionaries: Vec<DictionaryInfo>,
    pub(crate) vocabulary: VocabularySource,
    pub(crate) cache: Arc<Cache>,
    pub(crate) owner: Owner,
}

impl Slice {
    /// A section, unpacked.
    pub(crate) fn read(&self, section: Section) -> Result<Vec<u8>> {
        let unpacked = match &self.source {
            Source::Memory(bytes) => {
                let start = section.start as usize;
                unpack(&bytes[start..start + section.length as usize])
            }
            Source::Object { storage, name, start, far } => {
                let start = start + u64::from(section.start);
                let read = || {
                    let bytes = storage.get(name, start..start + u64::from(section.length));
                    let bytes = bytes.map_err(|source| Error::Read { path: storage.locate(name), source })?;
                    Ok::<_, Error>(Cached::Packed(bytes.into()))
                };
                let bytes = match far {
                    Some(far) => self.cache.get(*far, section.start, read)?,
                    None => read()?,
                };
                let Cached::Packed(bytes) = bytes else {
                    let malformed = Malformed { offset: 0, problem: "another part of the slice stands here" };
                    return Err(self.damaged(section, &malformed));
                };
                if crc32c::crc32c(&bytes) != section.crc32c {
                    let malformed = Malformed { offset: 0, problem: "does not match its checksum" };
                    return Err(self.damaged(section, &malformed));
                }
                unpack(&bytes)
            }
        };
        unpacked.map_err(|malformed| self.damaged(section, &malformed))
    }

    /// Keeps those sections of a far slice that are among `bytes`, which stand at `start` in the object: of a small object
    /// everything came with its end.
    pub(crate) fn keep(&self, bytes: &[u8], start: u64, blocks: &[Arc<Block>]) {
        let Source::Object { start: of_slice, far: Some(far), .. } = &self.source else { return };
        let of_blocks = blocks.iter().flat_map(|block| block.all_sections());
        for section in of_blocks.chain(self.dictionaries.iter().map(|dictionary| dictionary.section)) {
            let place = (of_slice + u64::from(section.start)).checked_sub(start);
            let place = place.and_then(|place| usize::try_from(place).ok());
            if let Some(packed) = place.and_then(|place| bytes.get(place..)?.get(..section.length as usize)) {
                self.cache.put(*far, section.start, Cached::Packed(packed.into()));
            }
        }
    }

    pub(crate) fn damaged(&self, section: Section, malformed: &Malformed) -> Error {
        let (path, start) = match &self.source {
            Source::Memory(_) => (PathBuf::from("(memory)"), 0),
            Source::Object { storage, name, start, .. } => (storage.locate(name), *start),
        };
        Error::Damaged {
            path,
            offset: start + u64::from(section.start),
            problem: malformed.problem.to_owned(),
        }
    }

    /// The section of a field's dictionary, unless that is in memory.
    pub(crate) fn dictionary_to_read(&self, field: &str) -> Option<Section> {
        let found = self.dictionaries.binary_search_by(|info| info.field.as_ref().cmp(field)).ok()?;
        let part = u32::try_from(found).unwrap_or(u32::MAX);
        (!self.cache.has(self.owner, part)).then_some(self.dictionaries[found].section)
    }

    /// The dictionary of a field; `None` when the slice has none of it.
    pub(crate) fn dictionary(&self, field: &str) -> Result<Option<Arc<SliceDictionary>>> {
        let Ok(found) = self.dictionaries.binary_search_by(|info| info.field.as_ref().cmp(field)) else {
            return Ok(None);
        };
        let info = &self.dictionaries[found];
        let read = || {
            let bytes = self.read(info.section)?;
            let dictionary = SliceDictionary::decode(&bytes, info.values)
                .map_err(|malformed| self.damaged(info.section, &malformed))?;
            Ok::<_, Error>(Cached::Dictionary(Arc::new(dictionary)))
        };
        match self.cache.get(self.owner, u32::try_from(found).unwrap_or(u32::MAX), read)? {
            Cached::Dictionary(dictionary) => Ok(Some(dictionary)),
            _ => Ok(None),
        }
    }

    /// The templates and shapes of the split.
    pub(crate) fn vocabulary(&self) -> Result<Arc<Vocabulary>> {
        self.vocabulary.get(&self.cache)
    }

    /// All bytes, as they are stored.
    pub(crate) fn packed(&self) -> Result<Vec<u8>> {
        match &self.source {
            Source::Memory(bytes) => Ok(bytes.to_vec()),
            Source::Object { storage, name, start, .. } => storage
                .get(name, *start..*start + u64::from(self.length))
                .map_err(|source| Error::Read { path: storage.locate(name), source }),
        }
    }

    /// Memory that the slice's bytes take.
    pub(crate) fn memory_bytes(&self) -> u64 {
        match &self.source {
            Source::Memory(bytes) => bytes.len() as u64,
            Source::Object { .. } => 0,
        }
    }
}
