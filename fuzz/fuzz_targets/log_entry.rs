//! Whatever bytes an entry of the log has: it is refused, or says the same when it is written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_index::{Entry, RecordPath};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(entry) = Entry::parse(bytes) {
        assert_eq!(Entry::parse(&entry.to_bytes()), Ok(entry));
    }
    _ = RecordPath::parse(bytes);
});
