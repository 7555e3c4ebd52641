//! Whatever bytes a data object has: it is read or refused, the same twice, and what is read adds up.

#![no_main]

use std::fs;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use palisade_index::inspect_split;
use palisade_record::wire::Writer;
use tempfile::TempDir;

fuzz_target!(|bytes: &[u8]| {
    inspect(bytes);
    // Past the trailer and the footer's checksum: the first byte says how much is content, the rest is the footer.
    let Some((share, rest)) = bytes.split_first() else { return };
    let (content, footer) = rest.split_at(rest.len() * usize::from(*share) / 256);
    let mut object = Writer::new();
    object.raw(b"PALD\x01");
    object.raw(content);
    let mut packed = vec![0];
    packed.extend_from_slice(footer);
    object.raw(&packed);
    object.u32(u32::try_from(packed.len()).expect("inputs are short"));
    object.u32(crc32c::crc32c(&packed));
    object.raw(b"\x01PALD");
    inspect(object.as_slice());
});

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
            let fields =
                first.blocks.iter().flat_map(|block| block.fields.iter().map(move |field| (block, field)));
            fields.for_each(|(_, (name, _))| assert!(name.len() <= 512));
        }
        (Err(first), Err(second)) => assert_eq!(first.to_string(), second.to_string()),
        (first, second) => panic!("{first:?}, then {second:?}"),
    }
}
