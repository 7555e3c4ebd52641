//! Envelopes open where they were made, and nowhere else.

use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::error::UnsealError;
use crate::{envelopes, mask};

#[test]
fn the_exact_bytes_of_a_record_come_back() {
    let fixture = Fixture::new();
    let keyring = &fixture.keyring;
    let mut sealing = keyring.begin("audit").unwrap();
    let subject = Some(("patient_id", "P-17"));
    let mut stored = br#"{"patient_id": ""#.to_vec();
    let mut value = |name, kind, value, plaintext: &[u8], stored: &mut Vec<u8>| {
        let protected = Protected { record: &RECORD, name, kind, subject, value, plaintext };
        sealing.seal(&protected, stored).unwrap();
    };
    value("patient_id", Kind::Json, "P-17", br#""P-\u0031\u0037""#, &mut stored);
    stored.extend_from_slice(br#"", "age" :  ""#);
    value("age", Kind::Json, "1e1", b"1e1", &mut stored);
    stored.extend_from_slice(b"\", \"note\":\"mail \xff ");
    value("email", Kind::Text, "a@b.org", b"A@b.org", &mut stored);
    stored.extend_from_slice(br#" <sealed:x> <"}"#);
    sealing.finish().unwrap();

    let original = b"{\"patient_id\": \"P-\\u0031\\u0037\", \"age\" :  1e1, \"note\":\"mail \xff A@b.org <sealed:x> <\"}";
    let record = keyring.unseal_record("audit", &RECORD, &stored).unwrap();
    assert_eq!(record.bytes.as_slice(), original);
    assert_eq!((record.opened, record.erased, record.refused), (3, 0, 0));
    let reopened = fixture.reopened().unseal_record("audit", &RECORD, &stored).unwrap();
    assert_eq!(reopened.bytes.as_slice(), original);
}

#[test]
fn a_whole_record_without_subject_or_value_can_be_sealed() {
    let fixture = Fixture::new();
    let whole = |plaintext| Protected {
        record: &RECORD,
        name: "record",
        kind: Kind::Record,
        subject: None,
        value: "",
        plaintext,
    };
    let first = seal(&fixture.keyring, "audit", &whole(b"not { json".as_slice()));
    let second = seal(&fixture.keyring, "audit", &whole(b"nor this".as_slice()));

    let record = fixture.keyring.unseal_record("audit", &RECORD, &first).unwrap();
    assert_eq!(record.bytes.as_slice(), b"not { json");
    let padded = [first.as_slice(), b" "].concat();
    let record = fixture.keyring.unseal_record("audit", &RECORD, &padded).unwrap();
    assert_eq!((record.opened, record.refused), (0, 1), "it is not the whole record");
    assert_eq!(crate::Envelope::parse(&first).unwrap().key, crate::Envelope::parse(&second).unwrap().key);
    assert!(fixture.keyring.tokens("record", "").unwrap().is_empty());
}

#[test]
fn an_envelope_that_was_moved_is_told() {
    let fixture = Fixture::new();
    let keyring = &fixture.keyring;
    let subject = Some(("patient_id", "P-17"));
    let base = Protected {
        record: &RECORD,
        name: "name",
        kind: Kind::Text,
        subject,
        value: "Ada",
        plaintext: b"Ada",
    };
    let envelope = seal(keyring, "audit", &base);
    seal(keyring, "app", &Protected { name: "other", ..base });
    let refused = |keyring: &Keyring, stream, record, names: &[&str]| {
        let result = keyring.unseal(stream, record, names.iter().copied(), &envelope);
        matches!(result, Err(UnsealError::Tampered | UnsealError::UnknownKey))
    };

    assert!(keyring.unseal("audit", &RECORD, [], &envelope).is_ok());
    assert!(refused(keyring, "audit", &[8; 16], &["name"]), "another record");
    assert!(refused(keyring, "app", &RECORD, &["name"]), "another stream");
    let tenant = open(&fixture.store, &fixture.root, "other", &fixture.clock);
    assert!(refused(&tenant, "audit", &RECORD, &["name"]), "another tenant");

    // The same value under another name: what is in one field cannot stand in the other.
    let other = seal(keyring, "audit", &Protected { name: "nickname", ..base });
    let unsealed = keyring.unseal("audit", &RECORD, [], &other).unwrap();
    assert_eq!(&*unsealed.name, "nickname");
}

#[test]
fn a_token_or_kind_that_was_exchanged_is_told() {
    let fixture = Fixture::new();
    let one = String::from_utf8(seal(&fixture.keyring, "audit", &patient("P-17", b"P-17"))).unwrap();
    let two = String::from_utf8(seal(&fixture.keyring, "audit", &patient("P-18", b"P-18"))).unwrap();
    let token = |text: &str| text[8..40].to_owned();
    let swapped = one.replace(&token(&one), &token(&two));
    let envelope = crate::Envelope::parse(one.as_bytes()).unwrap();
    let mut body = envelope.decoded().unwrap();
    assert_eq!(body[1], 2);
    body[1] = 1;
    let mut kind = Vec::new();
    crate::envelope::write(envelope.token, &body, &mut kind);
    let kind = String::from_utf8(kind).unwrap();
    for text in [swapped, kind] {
        let result = fixture.keyring.unseal("audit", &RECORD, [], text.as_bytes());
        assert!(matches!(result, Err(UnsealError::Tampered)), "{result:?}");
    }
}

#[test]
fn what_a_sender_made_up_is_left_as_it_is() {
    let fixture = Fixture::new();
    let copied = seal(&fixture.keyring, "audit", &patient("P-17", b"P-17"));
    let mut made_up = Vec::new();
    let body = crate::envelope::header(Kind::Text, crate::KeyId::draw(), crate::SessionId::draw(), 1);
    crate::envelope::write(token_of(&copied), &[body.as_slice(), &[0; 20]].concat(), &mut made_up);
    let raw = [copied.as_slice(), b" and ", &made_up].concat();
    let record = fixture.keyring.unseal_record("audit", &[9; 16], &raw).unwrap();
    assert_eq!(record.bytes.as_slice(), raw.as_slice());
    assert_eq!((record.opened, record.erased, record.refused), (0, 0, 2));
}

#[test]
fn a_nonce_is_never_used_twice_under_a_subkey() {
    let fixture = Fixture::new();
    let seen = std::sync::Mutex::new(HashSet::new());
    for run in 0..3 {
        let keyring = fixture.reopened();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let envelope = seal(&keyring, "audit", &patient("P-17", b"P-17"));
                        let envelope = crate::Envelope::parse(&envelope).unwrap();
                        let fresh = seen.lock().unwrap().insert((envelope.session, envelope.counter));
                        assert!(fresh, "run {run}: counter {} again", envelope.counter);
                    }
                });
            }
        });
    }
    assert_eq!(seen.lock().unwrap().len(), 600);
    assert_eq!(fixture.store.counts("default").unwrap().sessions, 3);
}

#[test]
fn a_run_that_used_its_counters_up_seals_nothing_more() {
    let fixture = Fixture::new();
    let end = crate::cipher::COUNTER_END;
    fixture.keyring.counter.store(end - 1, std::sync::atomic::Ordering::Relaxed);
    let last = seal(&fixture.keyring, "audit", &patient("P-17", b"P-17"));
    assert_eq!(crate::Envelope::parse(&last).unwrap().counter, end - 1);
    assert!(fixture.keyring.unseal("audit", &RECORD, [], &last).is_ok());
    let mut out = Vec::new();
    let mut sealing = fixture.keyring.begin("audit").unwrap();
    let result = sealing.seal(&patient("P-17", b"P-17"), &mut out);
    assert!(matches!(result, Err(crate::Error::Exhausted)));
    assert!(out.is_empty());
}

#[test]
fn a_value_longer_than_a_record_is_refused() {
    let fixture = Fixture::new();
    let long = vec![b'x'; crate::envelope::PLAINTEXT_BYTES_MAX + 1];
    let mut sealing = fixture.keyring.begin("audit").unwrap();
    let mut out = Vec::new();
    assert!(sealing.seal(&patient("P-17", &long), &mut out).is_err());
    sealing.seal(&patient("P-17", &long[1..]), &mut out).unwrap();
    sealing.finish().unwrap();
    assert_eq!(fixture.keyring.unseal("audit", &RECORD, [], &out).unwrap().plaintext.as_slice(), &long[1..]);
}

#[test]
fn people_see_a_mask_of_what_they_may_not_read() {
    let fixture = Fixture::new();
    let envelope = seal(&fixture.keyring, "audit", &patient("P-17", b"P-17"));
    let mask = mask(token_of(&envelope));
    assert_eq!(mask.chars().count(), "<sealed:01234567…>".chars().count());
    assert!(String::from_utf8(envelope).unwrap().starts_with(mask.trim_end_matches("…>")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_between_any_bytes_come_back(
        pieces in proptest::collection::vec((any::<Vec<u8>>(), any::<Vec<u8>>(), "[a-c ]{0,3}"), 0..5),
    ) {
        let fixture = Fixture::new();
        let mut sealing = fixture.keyring.begin("audit").unwrap();
        let (mut stored, mut original) = (Vec::new(), Vec::new());
        for (before, plaintext, value) in &pieces {
            stored.extend_from_slice(before);
            original.extend_from_slice(before);
            sealing.seal(&patient(value, plaintext), &mut stored).unwrap();
            original.extend_from_slice(plaintext);
        }
        sealing.finish().unwrap();
        prop_assert_eq!(envelopes(&stored).count(), pieces.len());
        let record = fixture.keyring.unseal_record("audit", &RECORD, &stored).unwrap();
        prop_assert_eq!(record.bytes.as_slice(), original.as_slice());
    }

    #[test]
    fn a_flipped_bit_in_an_envelope_never_gives_other_bytes(at in 0_usize..120, bit in 0_u8..8) {
        let fixture = Fixture::new();
        let mut envelope = seal(&fixture.keyring, "audit", &patient("P-17", b"P-17 was here"));
        let at = at % envelope.len();
        envelope[at] ^= 1 << bit;
        prop_assert!(fixture.keyring.unseal("audit", &RECORD, ["patient_id"], &envelope).is_err());
    }
}
