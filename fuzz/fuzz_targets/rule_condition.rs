//! A condition is read or refused, and means the same in parentheses.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_detect::rule::parse_condition;

const NAMES: [&str; 4] = ["a", "b", "filter_x", "_hidden"];
/// Short enough that one more pair of parentheses is never one too many.
const BYTES_MAX: usize = 60;

fuzz_target!(|text: &str| {
    if let Ok(condition) = parse_condition(text, &NAMES)
        && text.len() <= BYTES_MAX
    {
        assert_eq!(parse_condition(&format!("({text})"), &NAMES), Ok(condition), "{text}");
    }
});
