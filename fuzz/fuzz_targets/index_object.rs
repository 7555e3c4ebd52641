//! Whatever bytes an index object has: it answers or refuses, the same twice.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_index::Probe;
use palisade_index::fuzzing::ask_index_object;
use palisade_record::wire::Writer;

fuzz_target!(|bytes: &[u8]| {
    ask(bytes);
    // Past the trailer and the footer's checksum: the first byte says how much is content, the rest is the footer.
    let Some((share, rest)) = bytes.split_first() else { return };
    let (content, footer) = rest.split_at(rest.len() * usize::from(*share) / 256);
    let mut object = Writer::new();
    object.raw(b"PALI\x03");
    object.raw(content);
    let packed = [&[0], footer].concat();
    object.raw(&packed);
    object.u32(u32::try_from(packed.len()).expect("inputs are short"));
    object.u32(crc32c::crc32c(&packed));
    object.raw(b"\x03PALI");
    ask(object.as_slice());
});

fn ask(bytes: &[u8]) {
    for probe in [Probe::Word("u1067507".to_owned()), Probe::Prefix("time".to_owned())] {
        match (ask_index_object(bytes, &probe), ask_index_object(bytes, &probe)) {
            (Ok(first), Ok(second)) => assert_eq!(first, second),
            (Err(first), Err(second)) => assert_eq!(first.to_string(), second.to_string()),
            (first, second) => panic!("{first:?}, then {second:?}"),
        }
    }
}
