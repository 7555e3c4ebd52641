//! Envelopes in whatever bytes: what is found is found again alone, in its place, and nothing else is taken for one. What
//! detectors find in a text is in it.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use palisade_seal::detector::Builtin;
use palisade_seal::policy::{Policy, Protection};
use palisade_seal::{Envelope, envelopes};

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let mut protection =
        Protection { stream: "audit".into(), fields: vec!["patient_id".into()], ..Protection::default() };
    protection.detectors.builtin = Builtin::ALL.map(|builtin| builtin.name().to_owned()).into();
    protection.detectors.named_values = true;
    Policy::new(&protection).expect("it can be protected")
});

fuzz_target!(|bytes: &[u8]| {
    let mut end = 0;
    for found in envelopes(bytes) {
        assert!(end <= found.range.start && found.range.end <= bytes.len());
        end = found.range.end;
        let alone = Envelope::parse(&bytes[found.range.clone()]).expect("it was found");
        assert_eq!((alone.token, alone.kind, alone.body()), (found.token, found.kind, found.body()));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let mut found = Vec::new();
        POLICY.detectors().find(text, &mut found);
        assert!(found.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start));
        assert!(found.iter().all(|found| text.get(found.range.clone()).is_some()));
    }
});
