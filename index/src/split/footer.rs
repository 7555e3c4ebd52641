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
const TRAILER_BYTES: u64 = 13;

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

/// Reads and checks the footer of an object; says also where it begins, which is where all else must end.
pub(crate) fn read_footer(storage: &dyn ObjectStorage, name: &str, magic: [u8; 4]) -> Result<(Vec<u8>, u64)> {
    let path = storage.locate(name);
    let unreadable = |source| Error::Read { path: path.clone(), source };
    let damaged =
        |offset, problem: &str| Error::Damaged { path: path.clone(), offset, problem: problem.to_owned() };
    let length = storage.length(name).map_err(unreadable)?;
    if length < HEADER_BYTES + TRAILER_BYTES {
        return Err(damaged(length, "too short to be an object"));
    }
    let trailer_start = length - TRAILER_BYTES;
    let trailer = storage.get(name, trailer_start..length).map_err(unreadable)?;
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
    let packed = storage.get(name, start..trailer_start).map_err(unreadable)?;
    if crc32c::crc32c(&packed) != checksum {
        return Err(damaged(start, "footer does not match its checksum"));
    }
    let footer = unpack(&packed).map_err(|malformed| damaged(start, malformed.problem))?;
    Ok((footer, start))
}
