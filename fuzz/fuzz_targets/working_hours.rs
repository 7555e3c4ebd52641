//! Hours of work: refused with a reason, or the same however often they are read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_detect::profile::WorkingHours;

fuzz_target!(|text: (&str, Vec<String>, &str)| {
    let (hours, days, zone) = text;
    match WorkingHours::parse(hours, &days, zone) {
        Ok(working) => assert_eq!(WorkingHours::parse(hours, &days, zone), Ok(working)),
        Err(reason) => assert!(!reason.is_empty()),
    }
});
