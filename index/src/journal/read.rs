//! Reads a journal file after a restart.

use std::path::Path;

use memchr::memmem;
use palisade_disk::{Disk, read_file as read_whole};
use palisade_record::wire::Reader;

use super::{
    Entry, FILE_HEADER_BYTES, FILE_HEADER_BYTES_OF_1, FILE_MAGIC, GROUP_BYTES_MAX, GROUP_HEADER_BYTES,
    GROUP_MAGIC, VERSION,
};
use crate::error::{Error, Result};

/// A journal file is rotated far below this.
pub(crate) const FILE_BYTES_MAX: u64 = 4 << 30;

/// What a file says of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Header {
    /// The number in its name.
    pub(crate) number: u64,
    /// The number of its first batch; files of version 1 do not tell.
    pub(crate) first: Option<u64>,
    length: usize,
}

/// What reading a file found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct FileReport {
    /// None when a crash came before the file was begun.
    pub(crate) header: Option<Header>,
    pub(crate) groups: u64,
    pub(crate) entries: u64,
    /// Up to here the file is whole; less than a header when a crash came before the file was begun.
    pub(crate) whole_bytes: u64,
    /// Bytes behind it: a group that a crash cut short before it was acknowledged.
    pub(crate) torn_bytes: u64,
}

/// Hands every entry of a file to `take`, in order. In the last file a torn last group is left out; elsewhere it is
/// damage.
pub(crate) fn read_file(
    disk: &dyn Disk,
    path: &Path,
    is_last: bool,
    take: impl FnMut(&Header, Entry<'_>) -> std::result::Result<(), String>,
) -> Result<FileReport> {
    let bytes = read_whole(disk, path, FILE_BYTES_MAX)
        .map_err(|source| Error::Read { path: path.to_owned(), source })?;
    read_bytes(&bytes, path, is_last, take)
}

/// The number of the first batch of a file, when it can be read and tells it.
pub(crate) fn first_batch(disk: &dyn Disk, path: &Path) -> Option<u64> {
    let mut header = vec![0; usize::try_from(FILE_HEADER_BYTES).ok()?];
    let read = disk.open(path).and_then(|file| file.read_at(&mut header, 0)).ok()?;
    read_header(header.get(..read)?).ok()?.first
}

/// The same with bytes that are in memory; `path` is how errors call them.
pub(crate) fn read_bytes(
    bytes: &[u8],
    path: &Path,
    is_last: bool,
    mut take: impl FnMut(&Header, Entry<'_>) -> std::result::Result<(), String>,
) -> Result<FileReport> {
    let damaged = |offset: usize, problem: String| Error::Damaged {
        path: path.to_owned(),
        offset: offset as u64,
        problem,
    };
    let mut report = FileReport { whole_bytes: bytes.len() as u64, ..FileReport::default() };
    let header = match read_header(bytes) {
        Ok(header) => header,
        // The very first thing written to a file; a crash before its first sync leaves it torn, and nothing behind it.
        Err(_) if is_last && find_group(bytes, 0).is_none() => {
            (report.whole_bytes, report.torn_bytes) = (0, bytes.len() as u64);
            return Ok(report);
        }
        Err((offset, problem)) => return Err(damaged(offset, problem.to_owned())),
    };
    if bytes[4] > VERSION {
        return Err(Error::Version { path: path.to_owned(), found: bytes[4], known: VERSION });
    }
    report.header = Some(header);
    let mut offset = header.length;
    while offset < bytes.len() {
        let Some(content) = group_at(bytes, offset) else {
            if is_last && find_group(bytes, offset + 1).is_none() {
                (report.whole_bytes, report.torn_bytes) = (offset as u64, (bytes.len() - offset) as u64);
                return Ok(report);
            }
            return Err(damaged(offset, "group does not match its checksum".to_owned()));
        };
        let start = offset + usize::try_from(GROUP_HEADER_BYTES).unwrap_or(0);
        let mut reader = Reader::new(content);
        while !reader.is_at_end() {
            let at = start + reader.offset();
            let entry = Entry::decode(&mut reader)
                .map_err(|error| damaged(start + error.offset, error.problem.to_owned()))?;
            take(&header, entry).map_err(|problem| damaged(at, problem))?;
            report.entries += 1;
        }
        report.groups += 1;
        offset = start + content.len();
    }
    Ok(report)
}

fn read_header(bytes: &[u8]) -> std::result::Result<Header, (usize, &'static str)> {
    let is_of_1 = bytes.get(4) == Some(&1);
    let length =
        if is_of_1 { FILE_HEADER_BYTES_OF_1 } else { usize::try_from(FILE_HEADER_BYTES).unwrap_or(0) };
    let Some(header) = bytes.get(..length) else {
        return Err((bytes.len(), "cut short in its header"));
    };
    if header[..4] != FILE_MAGIC {
        return Err((0, "not a journal file"));
    }
    let (checked, checksum) = header.split_at(length - 4);
    if checksum != crc32c::crc32c(checked).to_le_bytes() {
        return Err((4, "header does not match its checksum"));
    }
    let mut reader = Reader::new(&checked[5..]);
    let cut_short = |_| (5, "cut short in its header");
    let number = reader.u64().map_err(cut_short)?;
    let first = if is_of_1 { None } else { Some(reader.u64().map_err(cut_short)?) };
    Ok(Header { number, first, length })
}

/// The content of the whole and undamaged group at `offset`.
fn group_at(bytes: &[u8], offset: usize) -> Option<&[u8]> {
    let mut reader = Reader::new(bytes.get(offset..)?);
    if reader.raw(4).ok()? != GROUP_MAGIC {
        return None;
    }
    let (length, checksum) = (reader.u32().ok()?, reader.u32().ok()?);
    if u64::from(length) > GROUP_BYTES_MAX {
        return None;
    }
    let content = reader.raw(length as usize).ok()?;
    (crc32c::crc32c(content) == checksum).then_some(content)
}

/// Whether an undamaged group begins anywhere from `offset` on: then what is before it was once durable.
fn find_group(bytes: &[u8], offset: usize) -> Option<usize> {
    let rest = bytes.get(offset..)?;
    memmem::find_iter(rest, &GROUP_MAGIC)
        .map(|found| offset + found)
        .find(|found| group_at(bytes, *found).is_some())
}

#[cfg(test)]
mod tests;
