//! A secret of a webhook: refused without repeating it, or read and never printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_detect::deliver::channel::SigningSecret;

fuzz_target!(|text: &str| {
    match SigningSecret::parse(text) {
        Ok(secret) => assert_eq!(format!("{secret:?}"), "SigningSecret(…)"),
        // A part of what every reason says repeats nothing.
        Err(reason) => {
            let usual = SigningSecret::parse("!").expect_err("`!` is no base64");
            assert!(usual.contains(text) || text.len() < 24 || !reason.contains(text));
        }
    }
});
