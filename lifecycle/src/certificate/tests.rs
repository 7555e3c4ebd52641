//! What holds for every text that is read as a certificate.

use proptest::prelude::*;

use super::*;
use crate::Term;

fn certificate() -> Certificate<Erasure> {
    let erased_at = Timestamp::parse_rfc3339("2026-11-01T12:00:00Z").unwrap();
    let facts = Erasure {
        subject: "5f2c9a".to_owned(),
        basis: "GDPR 17(1)(b)".to_owned(),
        requested_by: "ada".to_owned(),
        approved_by: "grace".to_owned(),
        keys_destroyed: 1,
        erased_at,
        backups_kept: Term::days(30),
        complete_on: Erasure::completion(erased_at, Term::days(30)),
        log_entry: 97,
    };
    Certificate::issue(facts).unwrap()
}

proptest! {
    #[test]
    fn a_byte_that_changed_is_refused_or_gives_other_facts_that_hold(
        place in any::<prop::sample::Index>(), byte in b' '..=b'~',
    ) {
        let mut bytes = certificate().to_json().into_bytes();
        let place = place.index(bytes.len());
        prop_assume!(bytes[place] != byte);
        bytes[place] = byte;
        let altered = String::from_utf8(bytes).unwrap();
        if let Ok(read) = Certificate::<Erasure>::from_json(&altered) {
            prop_assert_ne!(&read, &certificate());
            prop_assert_eq!(read.facts().check(), Ok(()));
            prop_assert_eq!(Certificate::from_json(&read.to_json()), Ok(read));
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,60}") {
        _ = Certificate::<Erasure>::from_json(&text);
        _ = Certificate::<Disposal>::from_json(&text);
        _ = serde_json::from_str::<crate::HoldBook>(&text);
    }
}
