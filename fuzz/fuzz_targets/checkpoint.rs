//! Whatever a signed note or a checkpoint says: it is refused, or says the same when it is written again. Nobody's
//! signature is believed.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use palisade_seal::log::{Checkpoint, Note, SigningKey, VerifyingKey};

static KEY: LazyLock<VerifyingKey> = LazyLock::new(|| {
    let key = SigningKey::from_secret("palisade.log/fuzz", &[1; 32]).expect("the name is one");
    key.verifying_key().clone()
});

fuzz_target!(|bytes: &[u8]| {
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
    }
    let text = String::from_utf8_lossy(bytes);
    if let Ok(checkpoint) = Checkpoint::parse(&text) {
        assert_eq!(checkpoint.text(), text);
    }
    assert!(Checkpoint::verify(bytes, KEY.name(), std::slice::from_ref(&*KEY)).is_err());
    if let Ok(key) = text.parse::<VerifyingKey>() {
        assert_eq!(key.to_string().parse(), Ok(key));
    }
});
