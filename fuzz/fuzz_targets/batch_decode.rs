//! A batch that can be read says the same after it was written again, and trimming keeps what is behind the mark.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_record::Batch;
use palisade_record::batch::VERSION;
use palisade_record::wire::{Reader, Writer};

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    // Past the checksum, which no random bytes have right.
    let mut framed = Writer::new();
    framed.u8(VERSION);
    framed.bytes(bytes);
    framed.u32(crc32c::crc32c(bytes));
    check(framed.as_slice());
});

fn check(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    let Ok(batch) = Batch::decode(&mut reader) else { return };
    assert!(batch.from <= batch.to);
    assert!(batch.frames.is_sorted_by(|left, right| left.offset < right.offset));

    let mut encoded = Vec::new();
    batch.encode(&mut encoded);
    let mut reader = Reader::new(&encoded);
    assert_eq!(Batch::decode(&mut reader).as_ref(), Ok(&batch));
    assert!(reader.is_at_end());

    let mark = batch.from + (batch.to - batch.from) / 2;
    let mut trimmed = batch.clone();
    trimmed.trim(mark);
    let behind = batch.frames.iter().filter(|frame| frame.offset >= mark).count();
    assert_eq!(trimmed.frames.len(), if mark > batch.from { behind } else { batch.frames.len() });
    assert!(
        trimmed
            .frames
            .iter()
            .zip(batch.frames.iter().rev().take(behind).rev())
            .all(|(kept, was)| { trimmed.payload(kept) == batch.payload(was) })
    );
}
