//! Whatever was written is read back, and a reader never leaves its bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_record::wire::{Reader, Writer};

fuzz_target!(|bytes: &[u8]| {
    stays_inside(bytes);
    comes_back(bytes);
});

/// The bytes say which reads to try, and are what is read.
fn stays_inside(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    for step in bytes {
        let before = reader.offset();
        let outcome = match step % 8 {
            0 => reader.u8().map(drop),
            1 => reader.u32().map(drop),
            2 => reader.u64().map(drop),
            3 => reader.varint().map(drop),
            4 => reader.signed().map(drop),
            5 => reader.bytes(usize::from(*step)).map(|taken| assert!(taken.len() <= usize::from(*step))),
            6 => reader.text(usize::from(*step)).map(drop),
            _ => reader.count(usize::from(*step)).map(|count| assert!(count <= usize::from(*step))),
        };
        assert!(before <= reader.offset() && reader.offset() + reader.remaining() == bytes.len());
        if let Err(malformed) = outcome {
            assert!(malformed.offset <= bytes.len());
            return;
        }
    }
}

/// The bytes are the values that are written.
fn comes_back(bytes: &[u8]) {
    let numbers = || bytes.chunks_exact(8).filter_map(|chunk| chunk.try_into().ok()).map(u64::from_le_bytes);
    let mut writer = Writer::new();
    for number in numbers() {
        writer.varint(number);
        writer.signed(number.cast_signed());
        writer.u64(number);
    }
    writer.bytes(bytes);
    let written = writer.finish();
    let mut reader = Reader::new(&written);
    for number in numbers() {
        assert_eq!(reader.varint(), Ok(number));
        assert_eq!(reader.signed(), Ok(number.cast_signed()));
        assert_eq!(reader.u64(), Ok(number));
    }
    assert_eq!(reader.bytes(bytes.len()), Ok(bytes));
    assert!(reader.is_at_end());
}
