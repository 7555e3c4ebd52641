//! Whatever bytes a data object has: it is read or refused, the same twice, and what is read adds up.

#![no_main]

use std::fs;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use palisade_index::inspect_split;
use palisade_record::wire::Writer;
use tempfile::TempDir;

const HEADER: &[u8; 5] = b"PALD\x03";

fuzz_target!(|bytes: &[u8]| {
    inspect(bytes);
    let Some((first, rest)) = bytes.split_first() else { return };
    // Past the trailer and the footer's checksum: the first byte says how much is content, the rest is the footer.
    let (content, footer) = rest.split_at(rest.len() * usize::from(*first) / 256);
    inspect(&object(content, footer));
    // Past every checksum and the footer: the first byte is the number of rows, the rest is cut into sections.
    inspect(&object_of_sections(*first, rest));
});

fn object(content: &[u8], footer: &[u8]) -> Vec<u8> {
    let mut object = Writer::new();
    object.raw(HEADER);
    object.raw(content);
    let packed = as_it_is(footer);
    object.raw(&packed);
    object.u32(u32::try_from(packed.len()).expect("inputs are short"));
    object.u32(crc32c::crc32c(&packed));
    object.raw(b"\x03PALD");
    object.finish()
}

fn as_it_is(bytes: &[u8]) -> Vec<u8> {
    [&[0], bytes].concat()
}

/// An object of one block with one field `f`. Each of the first five sections has its length before it, the sixth is the
/// rest: column, dictionary, vocabulary, shapes, places, times.
fn object_of_sections(rows: u8, bytes: &[u8]) -> Vec<u8> {
    let mut rest = bytes;
    let mut next = |is_last: bool| -> Vec<u8> {
        let (length, behind) = rest.split_first().map_or((0, rest), |(length, behind)| (*length, behind));
        let length = if is_last { behind.len() } else { usize::from(length).min(behind.len()) };
        let (section, after) = behind.split_at(length);
        rest = after;
        as_it_is(section)
    };
    let [column, dictionary, vocabulary, shapes, places, times] =
        [false, false, false, false, false, true].map(&mut next);

    let slice = [&times[..], &places, &shapes, &dictionary, &column].concat();
    let mut start = 0;
    let mut section = |footer: &mut Writer, bytes: &[u8]| {
        footer.varint(start);
        footer.varint(bytes.len() as u64);
        footer.u32(crc32c::crc32c(bytes));
        start += bytes.len() as u64;
    };
    let mut described = Writer::new();
    for bytes in [&times, &places, &shapes] {
        section(&mut described, bytes);
    }
    let mut footer = Writer::new();
    footer.varint(1); // a lane whose parts are empty
    footer.raw(&[0; 8]);
    footer.u8(0);
    footer.varint(0);
    footer.varint(1); // an arrival
    footer.raw(&[0, 0, 0]);
    footer.varint(1); // a name
    footer.text("f");
    footer.varint((HEADER.len() + slice.len()) as u64);
    footer.varint(vocabulary.len() as u64);
    footer.u32(crc32c::crc32c(&vocabulary));
    footer.varint(1); // a slice
    footer.varint(HEADER.len() as u64);
    footer.varint(slice.len() as u64);
    footer.varint(1); // a dictionary
    footer.varint(0);
    footer.varint(u64::from(rows));
    section(&mut footer, &dictionary);
    footer.varint(1); // a block
    footer.raw(&[1, 0]);
    footer.varint(u64::from(rows));
    footer.raw(&[0, 0, 0]);
    footer.text("app");
    footer.raw(described.as_slice());
    footer.raw(&[0; 32]); // the root, which only a verification looks at
    footer.varint(1); // a column
    footer.raw(&[0, 1, 0, 0]);
    section(&mut footer, &column);
    object(&[&slice[..], &vocabulary].concat(), footer.as_slice())
}

fn inspect(bytes: &[u8]) {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        fs::create_dir(folder.path().join("splits")).expect("folders can be made there");
        folder
    });
    let path = folder.path().join("splits/0000000000000000-0000000000000000.data");
    fs::write(&path, bytes).expect("temporary files can be written");
    match (inspect_split(&path), inspect_split(&path)) {
        (Ok(first), Ok(second)) => {
            assert_eq!(first, second);
            assert_eq!(first.rows, first.blocks.iter().map(|block| u64::from(block.rows)).sum::<u64>());
            let mut fields = first.blocks.iter().flat_map(|block| &block.fields);
            assert!(fields.all(|(name, _)| name.len() <= 512));
        }
        (Err(first), Err(second)) => assert_eq!(first.to_string(), second.to_string()),
        (first, second) => panic!("{first:?}, then {second:?}"),
    }
}
