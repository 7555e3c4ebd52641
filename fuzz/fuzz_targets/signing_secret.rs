//! A secret of a webhook: refused without repeating it, or read and never printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_detect::deliver::channel::SigningSecret;

fuzz_target!(|text: &str| {
    match SigningSecret::parse(text) {
        Ok(secret) => assert_eq!(format!("{secret:?}"), "SigningSecret(…)"),
        // Short ones can be words of the reason by chance.
        Err(reason) => assert!(text.len() < 24 || !reason.contains(text)),
    }
});
