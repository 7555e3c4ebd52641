//! A packed body unpacks to what was packed, and no body takes more memory than its bounds allow.

#![no_main]
#![allow(dead_code, reason = "the collector uses more of these modules than this target")]

use std::io::Write;

use libfuzzer_sys::fuzz_target;
use palisade_record::limits::{REQUEST_UNPACKED_BYTES_MAX, UNPACK_RATIO_FREE_BYTES, UNPACK_RATIO_MAX};

#[path = "../../collector/src/admission.rs"]
mod admission;
#[path = "../../collector/src/body.rs"]
mod body;
#[path = "../../collector/src/encoding.rs"]
mod encoding;
#[path = "../../collector/src/unpack.rs"]
mod unpack;
#[path = "../../collector/src/unzstd.rs"]
mod unzstd;

use admission::Budget;
use encoding::Encoding;

fuzz_target!(|bytes: &[u8]| {
    for encoding in [Encoding::Identity, Encoding::Gzip, Encoding::Zstd] {
        if let Some(content) = unpacked(encoding, bytes) {
            let bound = (bytes.len() as u64 * UNPACK_RATIO_MAX).max(UNPACK_RATIO_FREE_BYTES.as_u64());
            assert!(content.len() as u64 <= bound.min(REQUEST_UNPACKED_BYTES_MAX.as_u64()));
        }
    }
    assert_eq!(unpacked(Encoding::Identity, bytes).as_deref(), Some(bytes));
    assert_eq!(unpacked(Encoding::Gzip, &gzip(bytes)).as_deref(), Some(bytes));
    let zstd = zstd::bulk::compress(bytes, 1).expect("compressing into memory cannot fail");
    assert_eq!(unpacked(Encoding::Zstd, &zstd).as_deref(), Some(bytes));
});

fn unpacked(encoding: Encoding, packed: &[u8]) -> Option<Vec<u8>> {
    let budget = Budget::new(1 << 30);
    let mut reservation = budget.reserve(0).ok()?;
    let content = unpack::unpack(encoding, &packed.to_vec().into(), &mut reservation).ok()?;
    drop(reservation);
    assert_eq!(budget.used(), 0, "what was reserved is given back");
    Some(content.to_vec())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("compressing into memory cannot fail");
    encoder.finish().expect("compressing into memory cannot fail")
}
