//! Whatever bytes a page of a publishing has: it is refused, or says the same when it is written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_index::fuzzing::read_page;

fuzz_target!(|bytes: &[u8]| {
    read(bytes);
    // Past the checksum.
    let mut page = [b"PALP\x01", bytes].concat();
    page.extend_from_slice(&crc32c::crc32c(&page).to_le_bytes());
    read(&page);
});

fn read(bytes: &[u8]) {
    if let Ok(again) = read_page(bytes) {
        assert_eq!(read_page(&again), Ok(again));
    }
}
