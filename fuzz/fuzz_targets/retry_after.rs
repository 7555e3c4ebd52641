//! `Retry-After`: nothing, or a wait; plain numbers are themselves.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use palisade_detect::deliver::http::parse_retry_after;
use palisade_record::Timestamp;

fuzz_target!(|text: &str| {
    let now = Timestamp::parse_rfc3339("2026-11-21T12:00:00Z").expect("the time is written right");
    let wait = parse_retry_after(text, now);
    if let Ok(seconds) = text.parse::<u64>() {
        assert!(wait == Some(Duration::from_secs(seconds)) || text.starts_with('+'));
    }
});
