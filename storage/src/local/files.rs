//! Files and directories, as objects need them.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use palisade_disk::{Disk, File};

use crate::Refusal;

/// Objects are compared in pieces of this size, so that a large one is not in memory twice.
const PIECE_BYTES: usize = 1 << 20;

/// The bytes of a range, all of them.
pub(super) fn read(name: &str, file: &dyn File, range: Range<u64>) -> io::Result<Vec<u8>> {
    let past_the_end =
        |length: u64| Refusal::Range { name: name.to_owned(), length, start: range.start, end: range.end };
    let length = file.length()?;
    if range.end > length || range.start > range.end {
        return Err(past_the_end(length).into());
    }
    let wanted = usize::try_from(range.end - range.start).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut bytes = vec![0; wanted];
    if file.read_at(&mut bytes, range.start)? < wanted {
        return Err(past_the_end(file.length()?).into());
    }
    Ok(bytes)
}

/// Whether a file has these bytes.
pub(super) fn is_same(file: &dyn File, bytes: &[u8]) -> io::Result<bool> {
    if file.length()? != bytes.len() as u64 {
        return Ok(false);
    }
    let mut piece = vec![0; PIECE_BYTES.min(bytes.len())];
    let mut offset = 0;
    for expected in bytes.chunks(PIECE_BYTES) {
        let read = file.read_at(&mut piece[..expected.len()], offset)?;
        if piece[..read] != *expected {
            return Ok(false);
        }
        offset += expected.len() as u64;
    }
    Ok(true)
}

/// Whether a directory is there for certain: one that holds a file was made durable before.
pub(super) fn directory_is_known(disk: &dyn Disk, directory: &Path) -> bool {
    disk.list(directory).is_ok_and(|files| !files.is_empty())
}

/// The directories in a directory. The seam of the disk tells files only; directories hold nothing that could be lost.
pub(super) fn folders(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(entry.path());
        }
    }
    Ok(folders)
}
