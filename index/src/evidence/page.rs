//! What one publishing changed in the catalog, as an object beside the splits: with all pages a lost catalog is made again.
//!
//! ```text
//! name  = publications/FIRST-NEXT            numbers of batches in 16 hexadecimal digits
//! page  = magic:4 version:u8 body crc32c:u32
//! body  = journal_file:varint next_sequence:varint entries marks
//! entries = count:varint (length:varint bytes)*
//! marks = count:varint (lane incarnation:u64 identity:bytes mark:varint)*
//! ```

use std::ops::Range;

use palisade_record::Lane;
use palisade_record::limits::IDENTITY_BYTES_MAX;
use palisade_record::wire::{Malformed, Reader, Writer};
use palisade_seal::log::ENTRY_BYTES_MAX;

use crate::Mark;
use crate::catalog::JournalPosition;

/// Where pages lie.
pub(crate) const FOLDER: &str = "publications/";
const MAGIC: [u8; 4] = *b"PALP";
const VERSION: u8 = 1;

/// One publishing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Page {
    /// Where the journal counts after it.
    pub(crate) after: JournalPosition,
    /// The log entries.
    pub(crate) entries: Vec<Vec<u8>>,
    /// The lanes that moved, and how far.
    pub(crate) marks: Vec<Mark>,
}

/// The name of the page of a publishing of the batches from `first` on, up to `next`.
pub(crate) fn page_name(first: u64, next: u64) -> String {
    format!("{FOLDER}{first:016x}-{next:016x}")
}

/// The numbers of the batches of a page, from its name.
pub fn page_range(name: &str) -> Option<Range<u64>> {
    let (first, next) = name.strip_prefix(FOLDER)?.split_once('-')?;
    let number = |text| u64::from_str_radix(text, 16).ok();
    Some(number(first)?..number(next)?)
}

impl Page {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.raw(&MAGIC);
        writer.u8(VERSION);
        writer.varint(self.after.file);
        writer.varint(self.after.next_sequence);
        writer.varint(self.entries.len() as u64);
        self.entries.iter().for_each(|entry| writer.bytes(entry));
        writer.varint(self.marks.len() as u64);
        for mark in &self.marks {
            mark.lane.encode(&mut writer);
            writer.u64(mark.incarnation);
            writer.bytes(&mark.identity);
            writer.varint(mark.mark);
        }
        let checksum = crc32c::crc32c(writer.as_slice());
        writer.u32(checksum);
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let refuse = |problem| Malformed { offset: 0, problem };
        let (content, checksum) = bytes.split_last_chunk().ok_or_else(|| refuse("too short to be a page"))?;
        if crc32c::crc32c(content) != u32::from_le_bytes(*checksum) {
            return Err(refuse("page does not match its checksum"));
        }
        let mut reader = Reader::new(content);
        if reader.raw(MAGIC.len())? != MAGIC || reader.u8()? != VERSION {
            return Err(reader.malformed("not a page of version 1"));
        }
        let after = JournalPosition { file: reader.varint()?, next_sequence: reader.varint()? };
        let count = reader.count(reader.remaining())?;
        let mut entries = Vec::with_capacity(count);
        for _ in 0..count {
            entries.push(reader.bytes(ENTRY_BYTES_MAX)?.to_vec());
        }
        let count = reader.count(reader.remaining())?;
        let mut marks = Vec::with_capacity(count);
        for _ in 0..count {
            let lane = Lane::decode(&mut reader)?;
            let incarnation = reader.u64()?;
            let identity = reader.bytes(IDENTITY_BYTES_MAX)?.to_vec();
            marks.push(Mark { lane, incarnation, identity, mark: reader.varint()? });
        }
        if reader.is_at_end() {
            Ok(Self { after, entries, marks })
        } else {
            Err(reader.malformed("bytes after the last mark"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_record::Origin;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn page() -> Page {
        let lane = Lane { agent: "a".into(), origin: Arc::new(Origin::default()), generation: 3 };
        let mark = Mark { lane, incarnation: u64::MAX, identity: vec![1, 2], mark: 900 };
        let after = JournalPosition { file: 4, next_sequence: 77 };
        Page { after, entries: vec![b"{}".to_vec(), Vec::new()], marks: vec![mark] }
    }

    #[test]
    fn a_page_comes_back_and_its_name_tells_its_range() {
        assert_eq!(Page::decode(&page().encode()).unwrap(), page());
        assert_eq!(page_range(&page_name(3, 77)), Some(3..77));
        assert_eq!(page_range("publications/x"), None);
    }

    proptest! {
        #[test]
        fn a_changed_byte_is_told(at in any::<proptest::sample::Index>(), by in 1u8..) {
            let mut bytes = page().encode();
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            prop_assert!(Page::decode(&bytes).is_err());
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            _ = Page::decode(&bytes);
        }
    }
}
