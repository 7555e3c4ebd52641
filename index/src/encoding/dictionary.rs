//! The templates of a split: they grow slice by slice, and a template keeps its number.
//!
//! ```text
//! part = bytes, packed: count:varint length:varint* skeleton*      what one slice added
//! ```

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::template::{SKELETON_BYTES_MAX, Template};
use crate::pack::{pack_densely, unpack};

/// Most templates of a split: with 0, their numbers fit into 16 bits. Texts past that are kept as they stand: so many
/// kinds of messages are none.
const TEMPLATES_MAX: usize = 65_535;

/// Most bytes of all skeletons of a split: with [`TEMPLATES_MAX`] it bounds what a reader keeps in memory.
pub(crate) const SKELETONS_BYTES_MAX: usize = 16 << 20;

/// The templates of a split, by number. Number 0 is none of them: a text as it stands.
#[derive(Clone, Default, Debug)]
pub(crate) struct Templates {
    templates: Vec<Arc<Template>>,
    bytes: usize,
}

impl Templates {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.templates.len()
    }

    /// The template with a number, from 1 on.
    pub(crate) fn get(&self, id: u32) -> Option<&Arc<Template>> {
        self.templates.get((id as usize).checked_sub(1)?)
    }

    /// Memory that they take, about.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.bytes * 2 + self.templates.len() * size_of::<Template>()
    }

    /// Adds what the next slice added.
    ///
    /// # Errors
    /// When the bytes are no part of a dictionary, or the dictionary would pass its bounds.
    pub(crate) fn extend_decode(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        let part = unpack(reader.bytes(reader.remaining())?)?;
        let mut reader = Reader::new(&part);
        let count = reader.count((TEMPLATES_MAX - self.templates.len()).min(reader.remaining()))?;
        let mut lengths = Vec::with_capacity(count);
        for _ in 0..count {
            lengths.push(reader.count(SKELETON_BYTES_MAX)?);
        }
        for length in lengths {
            let template = Template::from_skeleton(reader.raw(length)?)
                .ok_or_else(|| reader.malformed("not the skeleton of a template"))?;
            self.bytes += length;
            if self.bytes > SKELETONS_BYTES_MAX {
                return Err(reader.malformed("more templates than a split may have"));
            }
            self.templates.push(Arc::new(template));
        }
        Ok(())
    }
}

/// The templates of a split that is being written.
#[derive(Default, Debug)]
pub(crate) struct TemplateDictionary {
    templates: Templates,
    skeletons: Vec<Arc<[u8]>>,
    ids: HashMap<Arc<[u8]>, u32, FixedState>,
}

impl TemplateDictionary {
    /// How many templates there are; the next one gets this number plus one.
    pub(crate) fn len(&self) -> usize {
        self.templates.len()
    }

    /// What readers need: a copy of the present state, which shares the templates.
    pub(crate) fn templates(&self) -> &Templates {
        &self.templates
    }

    /// The number of a skeleton that is known.
    pub(crate) fn id_of(&self, skeleton: &[u8]) -> Option<u32> {
        self.ids.get(skeleton).copied()
    }

    /// The number of a skeleton, a new one if need be; 0 when the dictionary is full.
    pub(crate) fn intern(&mut self, skeleton: &[u8]) -> u32 {
        if let Some(id) = self.id_of(skeleton) {
            return id;
        }
        let bytes = self.templates.bytes + skeleton.len();
        if self.len() == TEMPLATES_MAX || bytes > SKELETONS_BYTES_MAX {
            return 0;
        }
        let (Some(template), Ok(id)) = (Template::from_skeleton(skeleton), u32::try_from(self.len() + 1))
        else {
            return 0;
        };
        self.templates.templates.push(Arc::new(template));
        self.templates.bytes = bytes;
        let skeleton: Arc<[u8]> = skeleton.into();
        self.skeletons.push(skeleton.clone());
        self.ids.insert(skeleton, id);
        id
    }

    /// Writes the templates that were added when there were `known` of them.
    pub(crate) fn encode_from(&self, known: usize, target: &mut Writer) {
        let added = &self.skeletons[known.min(self.len())..];
        let mut part = Writer::new();
        part.varint(added.len() as u64);
        for skeleton in added {
            part.varint(skeleton.len() as u64);
        }
        for skeleton in added {
            part.raw(skeleton);
        }
        target.bytes(&pack_densely(part.as_slice()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_dictionary_grows_slice_by_slice_and_is_read_back() {
        let mut dictionary = TemplateDictionary::default();
        let mut first = Writer::new();
        assert_eq!(dictionary.intern(b"user \xff logged in"), 1);
        dictionary.encode_from(0, &mut first);
        let mut second = Writer::new();
        assert_eq!(dictionary.intern(b"id \xfe\x20"), 2);
        assert_eq!(dictionary.intern(b"user \xff logged in"), 1);
        dictionary.encode_from(1, &mut second);

        let mut read = Templates::default();
        read.extend_decode(&mut Reader::new(first.as_slice())).unwrap();
        read.extend_decode(&mut Reader::new(second.as_slice())).unwrap();
        assert_eq!(read.len(), 2);
        for id in 1..=2 {
            assert_eq!(read.get(id), dictionary.templates().get(id));
        }
        assert_eq!(read.get(0), None);
        assert_eq!(read.get(3), None);
    }

    #[test]
    fn a_full_dictionary_gives_the_number_of_texts_as_they_stand() {
        let mut dictionary = TemplateDictionary::default();
        for number in 0..TEMPLATES_MAX {
            assert_ne!(dictionary.intern(format!("kind {number}").as_bytes()), 0);
        }
        assert_eq!(dictionary.intern(b"one more"), 0);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            _ = Templates::default().extend_decode(&mut Reader::new(&bytes));
        }
    }
}
