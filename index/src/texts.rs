//! Many byte strings in one buffer.

/// Byte strings one after the other, found by position.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Texts {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Texts {
    /// No strings.
    pub fn new() -> Self {
        Self::default()
    }

    /// From a buffer and the end of each string in it; `None` when the ends do not grow up to the buffer's length.
    pub fn from_parts(bytes: Vec<u8>, ends: Vec<u32>) -> Option<Self> {
        let last = ends.last().copied().unwrap_or(0);
        (ends.is_sorted() && last as usize == bytes.len()).then_some(Self { bytes, ends })
    }

    /// Appends a string.
    ///
    /// # Panics
    /// When the buffer would pass 4 GiB; blocks are bounded far below.
    pub fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(u32::try_from(self.bytes.len()).expect("blocks are far smaller than 4 GiB"));
    }

    /// Appends all strings of another buffer.
    ///
    /// # Panics
    /// When the buffer would pass 4 GiB.
    pub fn append(&mut self, other: &Self) {
        let before = u32::try_from(self.bytes.len()).expect("blocks are far smaller than 4 GiB");
        self.bytes.extend_from_slice(&other.bytes);
        assert!(u32::try_from(self.bytes.len()).is_ok(), "blocks are far smaller than 4 GiB");
        self.ends.extend(other.ends.iter().map(|end| end + before));
    }

    /// Memory the strings take.
    pub fn memory_bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<u32>()
    }

    /// The buffer, and the end of each string in it.
    pub(crate) fn into_parts(self) -> (Vec<u8>, Vec<u32>) {
        (self.bytes, self.ends)
    }

    /// How many strings there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All strings without their borders.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where each string ends in [`Texts::as_bytes`].
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// The string at `position`.
    pub fn get(&self, position: usize) -> &[u8] {
        let start = if position == 0 { 0 } else { self.ends[position - 1] as usize };
        &self.bytes[start..self.ends[position] as usize]
    }

    /// All strings in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|position| self.get(position))
    }
}
