//! The end of an object: where everything else in it is.
//!
//! ```text
//! object  = magic:4 version:u8 content footer trailer
//! trailer = footer_length:u32 footer_crc32c:u32 version:u8 magic:4
//! ```

use palisade_record::wire::{Malformed, Reader};

use crate::error::{Error, Result};
use crate::pack::{pack, unpack};
use palisade_storage::ObjectStorage;

/// The one version of both objects.
pub(crate) const VERSION: u8 = 3;
pub(crate) const DATA_MAGIC: [u8; 4] = *b"PALD";
pub(crate) const INDEX_MAGIC: [u8; 4] = *b"PALI";
pub(crate) const HEADER_BYTES: u64 = 5;
const TRAILER_LENGTH: usize = 13;
const TRAILER_BYTES: u64 = TRAILER_LENGTH as u64;

/// So much of the end of an object is read at once: the footers of most, and often what stands before them. From far away
/// it costs no more than the trailer alone.
pub(crate) const END_BYTES: u64 = 64 << 10;

/// Largest footer. A split of the largest size with the widest records stays far below.
const FOOTER_BYTES_MAX: u64 = 256 << 20;

/// What an object begins with.
pub(crate) fn header(magic: [u8; 4]) -> Vec<u8> {
    let mut bytes = magic.to_vec();
    bytes.push(VERSION);
    bytes
}

/// Appends a footer and the trailer that finds it.
pub(crate) fn append_footer(object: &mut Vec<u8>, magic: [u8; 4], footer: &[u8]) {
    let packed = pack(footer);
    let length = u32::try_from(packed.len()).expect("footers are far smaller than 4 GiB");
    object.extend_from_slice(&packed);
    object.extend_from_slice(&length.to_le_bytes());
    object.extend_from_slice(&crc32c::crc32c(&packed).to_le_bytes());
    object.push(VERSION);
    object.extend_from_slice(&magic);
}

/// The end of an object.
pub(crate) struct ObjectEnd {
    pub(crate) footer: Vec<u8>,
    /// Where the footer begins, which is where all else must end.
    pub(crate) content_end: u64,
    /// The last bytes of the content, that came with the footer.
    pub(crate) before: Vec<u8>,
}

/// Reads and checks the footer of an object; says also where it begins.
pub(crate) fn read_footer(storage: &dyn ObjectStorage, name: &str, magic: [u8; 4]) -> Result<(Vec<u8>, u64)> {
    read_end(storage, name, magic).map(|end| (end.footer, end.content_end))
}

/// Reads and checks the end of an object: one request, two when the footer is larger than most.
pub(crate) fn read_end(storage: &dyn ObjectStorage, name: &str, magic: [u8; 4]) -> Result<ObjectEnd> {
    let path = storage.locate(name);
    let unreadable = |source| Error::Read { path: path.clone(), source };
    let damaged =
        |offset, problem: &str| Error::Damaged { path: path.clone(), offset, problem: problem.to_owned() };
    let (mut bytes, length) = storage.end(name, END_BYTES).map_err(unreadable)?;
    if length < HEADER_BYTES + TRAILER_BYTES || bytes.len() as u64 != length.min(END_BYTES) {
        return Err(damaged(length, "too short to be an object"));
    }
    let trailer_start = length - TRAILER_BYTES;
    let trailer = bytes.split_off(bytes.len() - TRAILER_LENGTH);
    if trailer[9..] != magic {
        return Err(damaged(trailer_start + 9, "does not end as such an object does; it may be cut short"));
    }
    if trailer[8] != VERSION {
        return Err(Error::Version { path, found: trailer[8], known: VERSION });
    }
    let mut reader = Reader::new(&trailer);
    let as_damage =
        |malformed: Malformed| damaged(trailer_start + malformed.offset as u64, malformed.problem);
    let footer_length = u64::from(reader.u32().map_err(as_damage)?);
    let checksum = reader.u32().map_err(as_damage)?;
    if footer_length > FOOTER_BYTES_MAX || footer_length > trailer_start - HEADER_BYTES {
        return Err(damaged(trailer_start, "length of the footer is impossible"));
    }
    let start = trailer_start - footer_length;
    let at_hand = trailer_start - bytes.len() as u64;
    if start < at_hand {
        let mut missing = storage.get(name, start..at_hand).map_err(unreadable)?;
        missing.append(&mut bytes);
        bytes = missing;
    }
    let footer_length = usize::try_from(footer_length).unwrap_or(usize::MAX);
    let packed = bytes.split_off(bytes.len() - footer_length.min(bytes.len()));
    if crc32c::crc32c(&packed) != checksum {
        return Err(damaged(start, "footer does not match its checksum"));
    }
    let footer = unpack(&packed).map_err(|malformed| damaged(start, malformed.problem))?;
    Ok(ObjectEnd { footer, content_end: start, before: bytes })
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_storage::{CountingStorage, MemoryStorage, Reads, Terms};

    #[test]
    fn the_end_is_one_read_unless_the_footer_is_larger_than_most() {
        let storage = CountingStorage::new(MemoryStorage::default());
        let mut drawn = 1u32;
        let mut noise = |count: usize| -> Vec<u8> {
            let mut next = || {
                drawn = drawn.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                drawn.to_be_bytes()[0]
            };
            (0..count).map(|_| next()).collect()
        };
        for (footer_bytes, reads) in [(10, 1), (50_000, 1), (200_000, 2)] {
            let (name, content, footer) = (footer_bytes.to_string(), noise(100_000), noise(footer_bytes));
            let mut object = header(DATA_MAGIC);
            object.extend_from_slice(&content);
            append_footer(&mut object, DATA_MAGIC, &footer);
            storage.put(&name, &object, &Terms::default()).unwrap();
            _ = storage.take();

            let end = read_end(&storage, &name, DATA_MAGIC).unwrap();

            assert_eq!(storage.take().reads, reads);
            assert!(end.footer == footer && end.content_end == HEADER_BYTES + 100_000);
            assert!(object[..usize::try_from(end.content_end).unwrap()].ends_with(&end.before));
        }
        assert_eq!(storage.take(), Reads::default());
    }
}
