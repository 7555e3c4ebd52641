//! What the slices of a split share: the templates of its texts and the shapes of its records.

use std::sync::Arc;

use palisade_record::wire::{Malformed, Reader, Writer};

use crate::cache::{Cache, Cached, Owner};
use crate::encoding::{TemplateDictionary, Templates};
use crate::error::{Error, Result};
use crate::pack::unpack;
use crate::shape::ShapeDictionary;
use palisade_storage::ObjectStorage;

/// Templates and shapes, by number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vocabulary {
    pub(crate) templates: Arc<Templates>,
    pub(crate) shapes: Arc<ShapeDictionary>,
}

/// The vocabulary of a split that is being made; it grows slice by slice.
#[derive(Debug, Default)]
pub(crate) struct VocabularyBuilder {
    pub(crate) templates: TemplateDictionary,
    pub(crate) shapes: ShapeDictionary,
}

impl VocabularyBuilder {
    /// What there is now, for readers.
    pub(crate) fn vocabulary(&self) -> Vocabulary {
        Vocabulary {
            templates: Arc::new(self.templates.templates().clone()),
            shapes: Arc::new(self.shapes.clone()),
        }
    }

    /// `vocabulary = templates shapes`
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.templates.encode_from(0, &mut writer);
        self.shapes.encode_from(0, &mut writer);
        writer.finish()
    }
}

impl Vocabulary {
    fn decode(bytes: &[u8]) -> std::result::Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let (mut templates, mut shapes) = (Templates::default(), ShapeDictionary::default());
        templates.extend_decode(&mut reader)?;
        shapes.extend_decode(&mut reader)?;
        if !reader.is_at_end() {
            return Err(reader.malformed("bytes after the last shape"));
        }
        Ok(Self { templates: Arc::new(templates), shapes: Arc::new(shapes) })
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.templates.memory_bytes() + self.shapes.memory_bytes()
    }
}

/// Where a vocabulary is.
pub(crate) enum VocabularySource {
    /// In memory, because its split is being made.
    Memory(Arc<Vocabulary>),
    /// In an object.
    Object(Arc<StoredVocabulary>),
}

/// A vocabulary inside of an object.
pub(crate) struct StoredVocabulary {
    pub(crate) storage: Arc<dyn ObjectStorage>,
    pub(crate) name: Arc<str>,
    pub(crate) start: u64,
    pub(crate) length: u32,
    pub(crate) crc32c: u32,
    pub(crate) owner: Owner,
}

impl VocabularySource {
    pub(crate) fn get(&self, cache: &Cache) -> Result<Arc<Vocabulary>> {
        let stored = match self {
            Self::Memory(vocabulary) => return Ok(Arc::clone(vocabulary)),
            Self::Object(stored) => stored,
        };
        let read = || stored.read().map(|vocabulary| Cached::Vocabulary(Arc::new(vocabulary)));
        match cache.get(stored.owner, 0, read)? {
            Cached::Vocabulary(vocabulary) => Ok(vocabulary),
            _ => Err(stored.damaged("another part of the split stands here")),
        }
    }
}

impl StoredVocabulary {
    /// Keeps it when it is among the bytes that stand before `end` in the object. It is nearly always asked for, and
    /// stands before the footer.
    pub(crate) fn keep(&self, before: &[u8], end: u64, cache: &Cache) {
        let start = self.start.checked_sub(end.saturating_sub(before.len() as u64));
        let start = start.and_then(|start| usize::try_from(start).ok());
        let bytes = start.and_then(|start| before.get(start..)?.get(..self.length as usize));
        // What is damaged is told when it is asked for.
        if let Some(Ok(vocabulary)) = bytes.map(|bytes| self.decode(bytes)) {
            cache.put(self.owner, 0, Cached::Vocabulary(Arc::new(vocabulary)));
        }
    }

    fn read(&self) -> Result<Vocabulary> {
        let bytes = self
            .storage
            .get(&self.name, self.start..self.start + u64::from(self.length))
            .map_err(|source| Error::Read { path: self.storage.locate(&self.name), source })?;
        self.decode(&bytes)
    }

    fn decode(&self, bytes: &[u8]) -> Result<Vocabulary> {
        if crc32c::crc32c(bytes) != self.crc32c {
            return Err(self.damaged("does not match its checksum"));
        }
        let decoded = unpack(bytes).and_then(|bytes| Vocabulary::decode(&bytes));
        decoded.map_err(|malformed| self.damaged(malformed.problem))
    }

    fn damaged(&self, problem: &str) -> Error {
        let path = self.storage.locate(&self.name);
        Error::Damaged { path, offset: self.start, problem: format!("vocabulary: {problem}") }
    }
}
