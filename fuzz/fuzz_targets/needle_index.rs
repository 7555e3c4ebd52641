//! Whatever a bucket of a needle index holds, and whatever its name says: it answers for every split or refuses, and never
//! rules out a split for which it does not speak. Partitions of index objects are written alike.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_index::Probe;
use palisade_index::fuzzing::ask_needle_index;
use palisade_record::wire::Writer;

/// The splits of the day, and one behind them.
const SPLITS: [(u64, u64); 4] = [(0, 9), (10, 19), (20, 29), (30, 39)];

fuzz_target!(|bytes: &[u8]| {
    let [fingerprint_bits, rice_bits, members, bucket @ ..] = bytes else { return };
    let name = format!(
        "needles/2026-09-21.0000000000000000-000000000000001d.0-0-0-{}-{fingerprint_bits}-{rice_bits}-{members}",
        bucket.len() + 4
    );
    let mut object = Writer::new();
    object.raw(b"PALN\x02");
    object.raw(bucket);
    object.u32(crc32c::crc32c(bucket));
    let mut list = Writer::new();
    for member in 0..u64::from(*members) {
        list.u64(member * 10);
        list.u64(member * 10 + 9);
    }
    object.raw(list.as_slice());
    object.u32(crc32c::crc32c(list.as_slice()));
    let probe = Probe::Word("u1067507".to_owned());
    let ask = || ask_needle_index(&name, object.as_slice(), &probe, &SPLITS);
    match (ask(), ask()) {
        (Ok(first), Ok(second)) => {
            assert_eq!(first, second);
            assert_eq!(first.len(), SPLITS.len());
            assert!(first[3], "a split of another day was ruled out");
        }
        (Err(first), Err(second)) => assert_eq!(first.to_string(), second.to_string()),
        (first, second) => panic!("{first:?}, then {second:?}"),
    }
});
