//! The address of a storage: refused with a reason, or read; never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_storage::s3::Address;

fuzz_target!(|text: &str| {
    match Address::parse(text) {
        Ok(address) => assert!(!address.bucket.is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
