//! Texts as they stand.
//!
//! ```text
//! texts = lengths:integers bytes:packed      both behind nothing else; the packed bytes behind their length as a varint
//! ```

use palisade_record::wire::{Malformed, Reader, Writer};

use super::integers::{self, Integers};
use crate::Texts;
use crate::pack::{pack, unpack};

/// Writes texts; their count is not written.
pub(crate) fn encode<'a>(texts: impl Iterator<Item = &'a [u8]>, target: &mut Writer) {
    let (mut lengths, mut bytes) = (Vec::new(), Vec::new());
    for text in texts {
        lengths.push(i64::try_from(text.len()).unwrap_or(i64::MAX));
        bytes.extend_from_slice(text);
    }
    integers::encode(&lengths, target);
    target.bytes(&pack(&bytes));
}

/// Reads `count` texts.
///
/// # Errors
/// When the bytes are not so many texts.
pub(crate) fn decode(reader: &mut Reader<'_>, count: usize) -> Result<Texts, Malformed> {
    let lengths = Integers::decode(reader, count)?;
    let bytes = unpack(reader.bytes(reader.remaining())?)?;
    let (mut ends, mut end) = (Vec::with_capacity(count), 0u32);
    for length in lengths.to_vec() {
        end = u32::try_from(length)
            .ok()
            .and_then(|length| end.checked_add(length))
            .ok_or_else(|| reader.malformed("length of a text"))?;
        ends.push(end);
    }
    Texts::from_parts(bytes, ends).ok_or_else(|| reader.malformed("lengths and bytes of the texts differ"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_come_back(texts in proptest::collection::vec(".{0,20}", 0..60)) {
            let mut writer = Writer::new();
            encode(texts.iter().map(String::as_bytes), &mut writer);
            let mut reader = Reader::new(writer.as_slice());
            let read = decode(&mut reader, texts.len()).unwrap();
            prop_assert!(reader.is_at_end());
            prop_assert!(read.iter().eq(texts.iter().map(String::as_bytes)));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60), count in 0usize..100) {
            _ = decode(&mut Reader::new(&bytes), count);
        }
    }
}
