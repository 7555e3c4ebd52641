//! Reading a journal changes nothing and says the same twice; a file cut at any byte gives the groups before the cut.

#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use palisade_index::{JournalReport, inspect_journal};
use palisade_record::wire::Writer;
use tempfile::TempDir;

const HEADER_BYTES: usize = 25;

fuzz_target!(|bytes: &[u8]| {
    inspect(bytes);
    let Some((cut, content)) = bytes.split_first() else { return };
    // A file as the program writes it, of groups with one entry each, and a last one with anything in it.
    let mut file = header();
    let mut ends = vec![file.len()];
    for packed in content.split(|byte| *byte == 0).take(8) {
        file.extend(group(&entry(&zstd_of_nothing(packed.len()))));
        ends.push(file.len());
    }
    let whole = inspect(&file).expect("what was written can be read");
    assert_eq!((whole.groups, whole.torn_bytes), (ends.len() as u64 - 1, 0));

    let length = HEADER_BYTES + (file.len() - HEADER_BYTES) * usize::from(*cut) / 256;
    let report = inspect(&file[..length]).expect("a torn end is not damage");
    let groups = ends.iter().filter(|end| **end <= length).count() - 1;
    assert_eq!((report.groups, report.torn_bytes), (groups as u64, (length - ends[groups]) as u64));

    // Past the checksum.
    file.extend(group(content));
    inspect(&file);
});

fn header() -> Vec<u8> {
    let mut header = Writer::new();
    header.raw(b"PALJ");
    header.u8(2);
    header.u64(7);
    header.u64(0);
    header.u32(crc32c::crc32c(header.as_slice()));
    header.finish()
}

fn group(content: &[u8]) -> Vec<u8> {
    let mut group = Writer::new();
    group.raw(&[0xf0, b'G', b'R', 0x0f]);
    group.u32(u32::try_from(content.len()).expect("inputs are short"));
    group.u32(crc32c::crc32c(content));
    group.raw(content);
    group.finish()
}

fn entry(packed: &[u8]) -> Vec<u8> {
    let mut entry = Writer::new();
    entry.u8(1);
    entry.signed(1_000_000_000);
    entry.bytes(packed);
    entry.finish()
}

/// No batches, in frames of different lengths.
fn zstd_of_nothing(frames: usize) -> Vec<u8> {
    let frame = zstd::bulk::compress(&[], 1).expect("compressing into memory cannot fail");
    frame.repeat(1 + frames % 4)
}

fn inspect(bytes: &[u8]) -> Option<JournalReport> {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| tempfile::tempdir().expect("there is a place for temporary files"));
    let path: PathBuf = folder.path().join("0000000000000007.journal");
    fs::write(&path, bytes).expect("temporary files can be written");
    let (first, second) = (inspect_journal(&path), inspect_journal(&path));
    match (&first, &second) {
        (Ok(first), Ok(second)) => assert_eq!(first, second),
        (Err(first), Err(second)) => assert_eq!(first.to_string(), second.to_string()),
        _ => panic!("{first:?}, then {second:?}"),
    }
    assert_eq!(fs::read(&path).expect("the file is still there"), bytes);
    first.ok()
}
