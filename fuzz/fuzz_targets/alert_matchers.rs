//! Conditions on alerts: refused with a reason, or what is printed reads back as the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_detect::deliver::policy::Matchers;

fuzz_target!(|text: &str| {
    match text.parse::<Matchers>() {
        Ok(matchers) => {
            // Quotes and escapes make it longer; past the bound of what people write it need not be read again.
            let printed = matchers.to_string();
            if printed.len() <= palisade_detect::deliver::policy::MATCHERS_BYTES_MAX {
                assert_eq!(printed.parse::<Matchers>(), Ok(matchers));
            }
        }
        Err(reason) => assert!(!reason.is_empty()),
    }
});
