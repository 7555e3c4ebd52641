//! What makes a record safe: an append-only log of batches, the source of truth until they are in a split.
//!
//! ```text
//! file   = magic:4 version:u8 number:u64 first:u64 crc32c:u32 group*     first: the number of its first batch
//! group  = magic:4 length:u32 crc32c:u32 entry*             written with one write and made durable with one sync
//! entry  = flags:u8 received_at:signed packed:bytes         zstd of batches as they cross the network
//! ```
//! The next group is written only after the last one is durable. So only the last group of the last file can be torn by
//! a crash; it was never acknowledged and is cut. Damage anywhere else is an error that names file and offset.

mod entry;
mod read;
mod write;

pub(crate) use entry::{Entry, pack};
pub(crate) use read::{FILE_BYTES_MAX, Header, first_batch, read_bytes, read_file};
pub(crate) use write::{JournalFile, WriteError};

use std::path::{Path, PathBuf};

pub(crate) const FILE_MAGIC: [u8; 4] = *b"PALJ";
pub(crate) const GROUP_MAGIC: [u8; 4] = [0xf0, b'G', b'R', 0x0f];
/// Files of version 1 do not tell the number of their first batch; they are read, and not written any more.
pub(crate) const VERSION: u8 = 2;
pub(crate) const FILE_HEADER_BYTES: u64 = 25;
const FILE_HEADER_BYTES_OF_1: usize = 17;
pub(crate) const GROUP_HEADER_BYTES: u64 = 12;

/// Largest group: the batches of a few full requests.
pub(crate) const GROUP_BYTES_MAX: u64 = 1 << 30;

/// The path of a journal file.
pub(crate) fn file_path(directory: &Path, number: u64) -> PathBuf {
    directory.join(format!("{number:016x}.journal"))
}

/// The number of a journal file, from its path.
pub(crate) fn file_number(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?.strip_suffix(".journal")?;
    (name.len() == 16).then(|| u64::from_str_radix(name, 16).ok()).flatten()
}
