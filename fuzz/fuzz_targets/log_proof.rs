//! Whatever a proof says: it is refused, or says the same when it is written again, and proves nothing.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use palisade_index::verify_record;
use palisade_seal::log::{Proof, SigningKey, VerifyingKey};

static KEYS: LazyLock<[VerifyingKey; 1]> = LazyLock::new(|| {
    let key = SigningKey::from_secret("palisade.log/fuzz", &[1; 32]).expect("the name is one");
    [key.verifying_key().clone()]
});

fuzz_target!(|input: (&[u8], &[u8], &[u8])| {
    let (record, entry, proof) = input;
    if let Ok(parsed) = Proof::parse(proof) {
        assert_eq!(Proof::parse(parsed.to_string().as_bytes()), Ok(parsed));
    }
    assert!(verify_record(record, entry, proof, &*KEYS).is_err());
});
