//! The dictionary of a field that blocks of one slice share.
//!
//! ```text
//! dictionary = is_folded:u8 sorted_texts       is_folded: 1 when no value would change by folding
//! ```

use std::sync::OnceLock;

use palisade_record::wire::{Malformed, Reader, Writer};

use crate::encoding::sorted_texts::{self, SortedTexts};
use crate::strings::Strings;

/// The values of a field that blocks of one slice share: distinct, sorted by their bytes.
#[derive(Debug)]
pub struct SliceDictionary {
    texts: SortedTexts,
    is_folded: bool,
    /// All values; made when one is asked for by its position.
    whole: OnceLock<Strings>,
}

/// The dictionary of these values, which are distinct and sorted.
pub(super) fn encode(values: &[&str]) -> Vec<u8> {
    let mut writer = Writer::new();
    let is_folded = |value: &&str| value.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    writer.u8(u8::from(values.iter().all(is_folded)));
    sorted_texts::encode(values, &mut writer);
    writer.finish()
}

impl SliceDictionary {
    pub(crate) fn decode(bytes: &[u8], count: u32) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let is_folded = reader.u8()? == 1;
        let texts = SortedTexts::decode(&mut reader, count as usize)?;
        Ok(Self { texts, is_folded, whole: OnceLock::new() })
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All values.
    pub fn strings(&self) -> &Strings {
        self.whole.get_or_init(|| self.texts.to_strings())
    }

    /// Whether folding would change none of the values, so that a folded text is found as it is.
    pub fn is_folded(&self) -> bool {
        self.is_folded
    }

    /// The position of a value; reads those only that it is compared with.
    pub fn find(&self, value: &str) -> Option<usize> {
        self.texts.find(value)
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        // Made whole, a value has about so many bytes; that is counted from the beginning.
        const VALUE_BYTES: usize = 32;
        self.len() * VALUE_BYTES * 2
    }
}
