//! Many texts in one buffer.

use crate::Texts;

/// Texts one after the other, found by position. Like [`Texts`], and all of it is UTF-8.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// From a buffer and the end of each text in it; `None` when the ends do not grow up to the buffer's length, or cut
    /// a character.
    pub fn from_parts(text: String, ends: Vec<u32>) -> Option<Self> {
        let last = ends.last().copied().unwrap_or(0);
        let is_whole = ends.is_sorted()
            && last as usize == text.len()
            && (text.is_ascii() || ends.iter().all(|end| text.is_char_boundary(*end as usize)));
        is_whole.then_some(Self { text, ends })
    }

    /// The same texts; `None` when they are not UTF-8.
    pub fn from_texts(texts: Texts) -> Option<Self> {
        let (bytes, ends) = texts.into_parts();
        Self::from_parts(String::from_utf8(bytes).ok()?, ends)
    }

    /// Appends a text.
    ///
    /// # Panics
    /// When the buffer would pass 4 GiB; blocks are bounded far below.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).expect("blocks are far smaller than 4 GiB"));
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text at `position`.
    pub fn get(&self, position: usize) -> &str {
        let start = if position == 0 { 0 } else { self.ends[position - 1] as usize };
        &self.text[start..self.ends[position] as usize]
    }

    /// All texts in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|position| self.get(position))
    }

    /// All texts without their borders.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where each text ends in [`Strings::as_str`].
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<u32>()
    }
}
