//! A journal file cut, torn and damaged.

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
