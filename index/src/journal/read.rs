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
mod tests {
    use super::*;
    use crate::journal::{JournalFile, file_path};
    use palisade_disk::{Fault, SimulatedDisk};
    use palisade_record::Timestamp;
    use proptest::prelude::*;

    const DIRECTORY: &str = "/journal";

    fn entry(packed: &[u8]) -> Entry<'_> {
        Entry { received_at: Timestamp::from_nanos(7), positioned: true, packed }
    }

    fn disk() -> SimulatedDisk {
        let disk = SimulatedDisk::new();
        disk.create_directory(Path::new(DIRECTORY)).unwrap();
        disk
    }

    fn read(disk: &SimulatedDisk) -> Result<(Vec<Vec<u8>>, FileReport)> {
        let mut entries = Vec::new();
        let report = read_file(disk, &file_path(Path::new(DIRECTORY), 1), true, |_, entry| {
            entries.push(entry.packed.to_vec());
            Ok(())
        })?;
        Ok((entries, report))
    }

    fn written() -> (SimulatedDisk, Vec<u8>) {
        let disk = disk();
        let mut journal = JournalFile::create(&disk, Path::new(DIRECTORY), 1, 0).unwrap();
        journal.append(&[entry(b"one"), entry(b"two")]).unwrap();
        journal.append(&[entry(b"three")]).unwrap();
        let bytes = read_whole(&disk, journal.path(), 1_000).unwrap();
        (disk, bytes)
    }

    #[test]
    fn what_was_acknowledged_survives_a_power_cut_at_any_operation() {
        for cut in 1.. {
            let disk = disk();
            disk.fail_at(disk.operations() + cut, Fault::PowerCut);
            let mut acknowledged = Vec::new();
            let outcome = (|| {
                let mut journal = JournalFile::create(&disk, Path::new(DIRECTORY), 1, 0).map_err(|_| ())?;
                for text in [&b"one"[..], b"two", b"three"] {
                    journal.append(&[entry(text)]).map_err(|_| ())?;
                    acknowledged.push(text.to_vec());
                }
                Ok::<(), ()>(())
            })();
            disk.power_off();
            disk.power_on();

            let found = read(&disk).map(|(entries, _)| entries).unwrap_or_default();
            assert!(found.starts_with(&acknowledged), "cut {cut}: {found:?} lacks some of {acknowledged:?}");
            if outcome.is_ok() {
                return;
            }
        }
    }

    #[test]
    fn a_full_disk_leaves_the_file_as_it_was_and_writing_goes_on_later() {
        let disk = disk();
        let mut journal = JournalFile::create(&disk, Path::new(DIRECTORY), 1, 0).unwrap();
        journal.append(&[entry(b"one")]).unwrap();
        disk.fail_at(disk.operations() + 1, Fault::Full);

        assert!(matches!(journal.append(&[entry(b"two")]), Err(crate::journal::WriteError::NotWritten(_))));
        journal.append(&[entry(b"three")]).unwrap();

        assert_eq!(read(&disk).unwrap().0, [b"one".to_vec(), b"three".to_vec()]);
    }

    #[test]
    fn a_failed_sync_is_never_taken_for_success() {
        let disk = disk();
        let mut journal = JournalFile::create(&disk, Path::new(DIRECTORY), 1, 0).unwrap();
        disk.fail_at(disk.operations() + 2, Fault::Broken);

        assert!(matches!(journal.append(&[entry(b"one")]), Err(crate::journal::WriteError::Lost(_))));
    }

    #[test]
    fn damage_before_a_good_group_is_told_and_not_cut() {
        let (disk, mut bytes) = written();
        let position = usize::try_from(FILE_HEADER_BYTES + GROUP_HEADER_BYTES).unwrap() + 2;
        bytes[position] ^= 1;
        disk.create(&file_path(Path::new(DIRECTORY), 1)).unwrap().write_at(&bytes, 0).unwrap();

        let error = read(&disk).unwrap_err().to_string();
        assert!(error.contains("0000000000000001.journal is damaged at byte 25"), "{error}");
    }

    #[test]
    fn a_file_of_version_1_is_read_and_tells_no_first_batch() {
        let (_, written) = written();
        let groups = &written[usize::try_from(FILE_HEADER_BYTES).unwrap()..];
        let mut old = [&FILE_MAGIC[..], &[1], &1_u64.to_le_bytes()].concat();
        old.extend(crc32c::crc32c(&old).to_le_bytes());
        old.extend(groups);

        let mut entries = 0;
        let take = |header: &Header, _: Entry<'_>| {
            entries += 1;
            assert_eq!((header.number, header.first), (1, None));
            Ok(())
        };
        let report = read_bytes(&old, Path::new("old"), false, take).unwrap();
        assert_eq!((entries, report.whole_bytes), (3, old.len() as u64));
    }

    proptest! {
        #[test]
        fn a_cut_file_gives_a_beginning_of_what_was_written(length in 0usize..118) {
            let (disk, bytes) = written();
            let cut = &bytes[..length.min(bytes.len())];
            disk.create(&file_path(Path::new(DIRECTORY), 1)).unwrap().write_at(cut, 0).unwrap();

            let (entries, _) = read(&disk).unwrap();
            prop_assert!([&b"one"[..], b"two", b"three"].iter().zip(&entries).all(|(expected, found)| found == expected));
        }

        #[test]
        fn a_flipped_byte_never_gives_wrong_entries(position in 0usize..118, flip in 1u8..) {
            let (disk, mut bytes) = written();
            let position = position % bytes.len();
            bytes[position] ^= flip;
            disk.create(&file_path(Path::new(DIRECTORY), 1)).unwrap().write_at(&bytes, 0).unwrap();

            if let Ok((entries, _)) = read(&disk) {
                prop_assert!([&b"one"[..], b"two", b"three"].iter().zip(&entries).all(|(expected, found)| found == expected));
            }
        }
    }
}
