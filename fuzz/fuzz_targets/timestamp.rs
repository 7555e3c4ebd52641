//! A time that can be read is printed so that it reads back as the same; spans and moments never overflow.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_record::Timestamp;
use palisade_record::range::{parse_moment, parse_span};

fuzz_target!(|text: &str| {
    if let Some(time) = Timestamp::parse_rfc3339(text) {
        comes_back(time);
    }
    let now = Timestamp::parse_rfc3339("2026-11-21T08:00:00Z").expect("the time is written right");
    if let Ok(time) = parse_moment(text, now) {
        comes_back(time);
    }
    if let Ok(span) = parse_span(text) {
        assert!(now.minus(span) <= now && now <= now.plus(span));
    }
});

fn comes_back(time: Timestamp) {
    // The very first second cannot be told: its whole seconds lie before the earliest time.
    if time.as_nanos() > i64::MIN + 1_000_000_000 {
        assert_eq!(Timestamp::parse_rfc3339(&time.to_string()), Some(time), "{time}");
    }
}
