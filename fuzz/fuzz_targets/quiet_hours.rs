//! Hours in which a channel sleeps: refused with a reason, or the same however often they are read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_detect::deliver::policy::QuietHours;

fuzz_target!(|text: (&str, &str)| {
    let (hours, zone) = text;
    match QuietHours::parse(hours, zone) {
        Ok(quiet) => assert_eq!(QuietHours::parse(hours, zone), Ok(quiet)),
        Err(reason) => assert!(!reason.is_empty()),
    }
});
