//! Equal values have equal tokens within a quarter, and are found in all of them.

use std::time::Duration;

use super::*;
use crate::error::Error;
use crate::store::VALUE_LINKS_MAX;

const QUARTER: Duration = Duration::from_secs(92 * 86_400);

fn of_patient<'a>(patient: &'a str, name: &'a str, value: &'a str) -> Protected<'a> {
    let subject = Some(("patient_id", patient));
    Protected { record: &RECORD, name, kind: Kind::Text, subject, value, plaintext: value.as_bytes() }
}

#[test]
fn spellings_of_one_value_have_one_token_and_are_found() {
    let fixture = Fixture::new();
    let first = token_of(&seal(&fixture.keyring, "audit", &patient("P-17", b"P-17")));
    let second = token_of(&seal(&fixture.keyring, "app", &patient(" p-17 ", b" p-17 ")));
    assert_eq!(first, second);
    assert_eq!(fixture.keyring.tokens("patient_id", "P-17 ").unwrap(), [first]);
    assert_eq!(fixture.reopened().tokens("patient_id", "p-17").unwrap(), [first]);
}

#[test]
fn a_token_changes_with_the_quarter_and_all_quarters_are_searched() {
    let fixture = Fixture::new();
    let first = token_of(&seal(&fixture.keyring, "audit", &patient("P-17", b"P-17")));
    fixture.clock.advance(QUARTER);
    let second = token_of(&seal(&fixture.keyring, "audit", &patient("P-17", b"P-17")));
    assert_ne!(first, second);
    let mut both = [first, second];
    both.sort();
    assert_eq!(fixture.keyring.tokens("patient_id", "P-17").unwrap(), both);

    // Somebody who came in the second quarter has no tokens of the first.
    let late = token_of(&seal(&fixture.keyring, "audit", &patient("P-18", b"P-18")));
    assert_eq!(fixture.reopened().tokens("patient_id", "P-18").unwrap(), [late]);
}

#[test]
fn the_values_of_a_record_are_found_by_the_subjects_they_are_linked_to() {
    let fixture = Fixture::new();
    let keyring = &fixture.keyring;
    let one = token_of(&seal(keyring, "audit", &of_patient("P-1", "ward", "North")));
    let two = token_of(&seal(keyring, "audit", &of_patient("P-2", "ward", "north")));
    let three = token_of(&seal(keyring, "audit", &of_patient("P-3", "ward", "south")));
    assert_ne!(one, two, "equality across people cannot be seen");

    let mut north = [one, two];
    north.sort();
    assert_eq!(keyring.tokens("ward", "north").unwrap(), north);
    assert_eq!(fixture.reopened().tokens("ward", "NORTH").unwrap(), north);
    assert_eq!(keyring.tokens("ward", "south").unwrap(), [three]);
    assert_eq!(keyring.subjects_of("ward", "north").unwrap().len(), 2);
}

#[test]
fn a_value_in_a_record_without_subject_is_its_own() {
    let fixture = Fixture::new();
    let alone = Protected { subject: None, ..of_patient("", "email", "a@b.org") };
    let blank = Protected { subject: Some(("patient_id", " ")), ..alone };
    let first = token_of(&seal(&fixture.keyring, "audit", &alone));
    assert_eq!(token_of(&seal(&fixture.keyring, "audit", &blank)), first);
    let linked = token_of(&seal(&fixture.keyring, "audit", &of_patient("P-1", "email", "a@b.org")));
    let mut both = [first, linked];
    both.sort();
    assert_eq!(fixture.keyring.tokens("email", "A@B.org").unwrap(), both);
    assert_eq!(fixture.keyring.subjects_of("email", "a@b.org").unwrap().len(), 2);
}

#[test]
fn what_was_never_sealed_has_no_tokens() {
    let fixture = Fixture::new();
    seal(&fixture.keyring, "audit", &patient("P-17", b"P-17"));
    for (name, value) in [("patient_id", "P-18"), ("email", "P-17"), ("patient_id", ""), ("", "P-17")] {
        assert!(fixture.keyring.tokens(name, value).unwrap().is_empty(), "{name}={value}");
    }
    assert!(Fixture::new().keyring.tokens("patient_id", "P-17").unwrap().is_empty());
}

#[test]
fn a_value_of_too_many_people_says_so() {
    let fixture = Fixture::new();
    let mut sealing = fixture.keyring.begin("audit").unwrap();
    for number in 0..=VALUE_LINKS_MAX {
        let patient = format!("P-{number}");
        sealing.seal(&of_patient(&patient, "city", "Berlin"), &mut Vec::new()).unwrap();
    }
    sealing.finish().unwrap();
    let error = fixture.keyring.tokens("city", "Berlin").unwrap_err();
    assert!(matches!(error, Error::TooCommon { .. }), "{error}");
    assert_eq!(fixture.keyring.tokens("patient_id", "P-4096").unwrap().len(), 1);
}

#[test]
fn a_value_of_one_tenant_is_not_found_by_another() {
    let fixture = Fixture::new();
    let other = open(&fixture.store, &fixture.root, "other", &fixture.clock);
    let here = token_of(&seal(&fixture.keyring, "audit", &patient("P-17", b"P-17")));
    assert!(other.tokens("patient_id", "P-17").unwrap().is_empty());
    assert_ne!(token_of(&seal(&other, "audit", &patient("P-17", b"P-17"))), here);
}
