//! Numbers and byte strings as they lie in batches, journal entries and splits: little-endian, lengths and counts
//! as LEB128 varints.

use thiserror::Error;

/// Appends values to a buffer.
#[derive(Default, Debug)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty buffer with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes) }
    }

    /// What was written so far.
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes
    }

    /// How much was written so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The finished buffer.
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Four bytes.
    pub fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Eight bytes.
    pub fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// One to ten bytes, fewer for smaller numbers.
    pub fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.bytes.push(value.to_le_bytes()[0]);
    }

    /// A signed varint, zigzag: numbers near zero are short.
    pub fn signed(&mut self, value: i64) {
        self.varint((value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned());
    }

    /// The length, then the bytes.
    pub fn bytes(&mut self, value: &[u8]) {
        self.varint(value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    /// The length, then the text.
    pub fn text(&mut self, value: &str) {
        self.bytes(value.as_bytes());
    }

    /// The bytes alone; the reader must know how many there are.
    pub fn raw(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
    }
}

/// Bytes that are not what their format says.
#[derive(Error, Clone, PartialEq, Eq, Debug)]
#[error("at byte {offset}: {problem}")]
pub struct Malformed {
    /// Where in the bytes that were given to the reader.
    pub offset: usize,
    /// What is wrong there.
    pub problem: &'static str,
}

/// Takes values off the front of a byte string; never reads past its end and never panics.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    /// Reads from the first byte on.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// How far it has read.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// How much is left.
    pub fn remaining(&self) -> usize {
        self.bytes.len() - self.offset
    }

    /// Whether all was read.
    pub fn is_at_end(&self) -> bool {
        self.remaining() == 0
    }

    /// An error at the present place.
    pub fn malformed(&self, problem: &'static str) -> Malformed {
        Malformed { offset: self.offset, problem }
    }

    /// So many bytes.
    pub fn raw(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        match self.bytes[self.offset..].get(..count) {
            Some(taken) => {
                self.offset += count;
                Ok(taken)
            }
            None => Err(self.malformed("cut short")),
        }
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.raw(1)?[0])
    }

    /// Four bytes.
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        let mut value = [0; 4];
        value.copy_from_slice(self.raw(4)?);
        Ok(u32::from_le_bytes(value))
    }

    /// Eight bytes.
    pub fn u64(&mut self) -> Result<u64, Malformed> {
        let mut value = [0; 8];
        value.copy_from_slice(self.raw(8)?);
        Ok(u64::from_le_bytes(value))
    }

    /// A varint of at most 64 bits.
    pub fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            if shift == 63 && byte > 1 {
                return Err(self.malformed("number larger than 64 bits"));
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.malformed("number larger than 64 bits"))
    }

    /// A signed varint.
    pub fn signed(&mut self) -> Result<i64, Malformed> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    /// A varint that counts things of which each needs at least one byte of what is left, and that is at most `max`.
    pub fn count(&mut self, max: usize) -> Result<usize, Malformed> {
        let count = self.varint()?;
        match usize::try_from(count) {
            Ok(count) if count <= max => Ok(count),
            _ => Err(self.malformed("count larger than allowed")),
        }
    }

    /// A length and so many bytes, at most `max`.
    pub fn bytes(&mut self, max: usize) -> Result<&'a [u8], Malformed> {
        let length = self.count(max)?;
        self.raw(length)
    }

    /// A length and so many bytes of UTF-8, at most `max`.
    pub fn text(&mut self, max: usize) -> Result<&'a str, Malformed> {
        let start = self.offset;
        let bytes = self.bytes(max)?;
        std::str::from_utf8(bytes).map_err(|_| Malformed { offset: start, problem: "text is not UTF-8" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_and_texts_come_back(number in any::<u64>(), signed in any::<i64>(), text in ".{0,50}") {
            let mut writer = Writer::new();
            writer.varint(number);
            writer.signed(signed);
            writer.text(&text);
            writer.u32(7);
            let bytes = writer.finish();

            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.varint().unwrap(), number);
            prop_assert_eq!(reader.signed().unwrap(), signed);
            prop_assert_eq!(reader.text(1_000).unwrap(), text);
            prop_assert_eq!(reader.u32().unwrap(), 7);
            prop_assert!(reader.is_at_end());
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut reader = Reader::new(&bytes);
            while reader.varint().and_then(|_| reader.text(16).map(|_| ())).is_ok() {}
        }
    }
}
