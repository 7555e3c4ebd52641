//! What detectors find, and what they leave alone.

use proptest::prelude::*;

use super::*;

fn detectors() -> Detectors {
    let settings = DetectorSettings {
        builtin: Builtin::ALL.iter().map(|builtin| builtin.name().to_owned()).collect(),
        patterns: vec![UserPattern { name: "case".into(), regex: r"\bCASE-[0-9]{4}\b".into() }],
        named_values: true,
    };
    Detectors::new(&settings, &["patient_id".into(), "patient".into(), "user.email".into()]).unwrap()
}

fn found(text: &str) -> Vec<(&'static str, String)> {
    let detectors = detectors();
    let mut found = Vec::new();
    detectors.find(text, &mut found);
    found
        .iter()
        .map(|found| {
            let known =
                ["card", "email", "iban", "us-ssn", "phone", "case", "patient_id", "patient", "user.email"];
            let name = known.into_iter().find(|name| *name == found.name).unwrap();
            (name, text[found.range.clone()].to_owned())
        })
        .collect()
}

fn check(text: &str, expected: &[(&'static str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    assert_eq!(found(text), expected, "in {text}");
}

#[test]
fn card_numbers_are_found_however_they_are_written() {
    for card in [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111.1111.1111",
        "5500005555555559",
        "2223003122003222",
        "340000000000009",
        "3400 000000 00009",
        "30000000000004",
        "6011000000000004",
        "3528000700000000",
        "6200000000000005",
        "4222222222222",
    ] {
        check(&format!("paid with {card}, thanks"), &[("card", card)]);
        check(card, &[("card", card)]);
    }
    check("on 2026-11-25 4111 1111 1111 1111 12:00", &[("card", "4111 1111 1111 1111")]);
    check("pan=4111111111111111;exp=1229", &[("card", "4111111111111111")]);
    check(
        "4111111111111111 and 5500005555555559",
        &[("card", "4111111111111111"), ("card", "5500005555555559")],
    );
}

#[test]
fn other_long_numbers_are_not_cards() {
    for text in [
        "4111111111111112",
        "1764072000000000000",
        "1764072000000",
        "took 0.4111111111111111 s",
        "a4111111111111111",
        "4111111111111111b",
        "41111111111111111111",
        "9999999999999995",
        "4111-1111 1111-1111",
        "41111111 11111111",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736",
        "550e8400-e29b-41d4-a716-446655440000",
        "10.0.0.1:8080 2026-11-25T12:00:00.123456789Z",
        "0000000000000000",
    ] {
        check(text, &[]);
    }
}

#[test]
fn e_mail_addresses_are_found_without_what_stands_around_them() {
    for (text, address) in [
        ("from ada@example.org", "ada@example.org"),
        ("<Ada.Lovelace+x@mail.example.co.uk>.", "Ada.Lovelace+x@mail.example.co.uk"),
        ("?to=ada@example.org&x=1", "ada@example.org"),
        ("'ada@example.org'", "ada@example.org"),
        ("mailto:ada@example.org.", "ada@example.org"),
        ("q=ada%40example.org&x", "ada%40example.org"),
        ("é ada@example.xn--p1ai!", "ada@example.xn--p1ai"),
        ("a@b.de", "a@b.de"),
    ] {
        check(text, &[("email", address)]);
    }
    for text in
        ["user@host", "root@10.0.0.1", "@example.org", "a@.org", "a@b..org", "a@b.c", "50% @ 3", "%40"]
    {
        check(text, &[]);
    }
}

#[test]
fn account_numbers_with_a_right_checksum_are_found() {
    for iban in [
        "DE89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "GB29NWBK60161331926819",
        "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S",
        "FR1420041010050500013M02606",
    ] {
        check(&format!("to {iban}."), &[("iban", iban)]);
    }
    for text in [
        "DE89370400440532013001",
        "XX89370400440532013000",
        "DE8937040044053201300",
        "ADE89370400440532013000",
    ] {
        check(text, &[]);
    }
}

#[test]
fn social_security_numbers_are_found_unless_they_were_never_given_out() {
    check("ssn 078-05-1120.", &[("us-ssn", "078-05-1120")]);
    for text in [
        "000-12-3456",
        "666-12-3456",
        "900-12-3456",
        "123-00-4567",
        "123-45-0000",
        "123-45-67890",
        "1-123-45-6789",
        "123-45-6789-0",
        "078051120",
    ] {
        check(text, &[]);
    }
}

#[test]
fn telephone_numbers_are_found_where_they_can_be_told() {
    for number in ["+49 30 1234567", "+1-212-555-0142", "+442079460958", "(212) 555-0142", "212-555-0142"] {
        check(&format!("call {number} now"), &[("phone", number)]);
    }
    for text in [
        "2026-11-25T08:02:00+02:00",
        "12:00+0200",
        "112-555-0142",
        "212-055-0142",
        "10.200.300.4000",
        "a+491234567890",
    ] {
        check(text, &[]);
    }
}

#[test]
fn values_beside_the_name_of_a_protected_field_are_found() {
    for text in [
        "login patient_id=P-17 ok",
        "login patient_id: P-17, ok",
        "Patient-ID=P-17",
        r#"{"patient_id":"P-17","x":1}"#,
        r#"{"patient_id" : "P-17"}"#,
        r#"body: {\"patient_id\":\"P-17\"}"#,
        "GET /x?a=1&patient_id=P-17&b=2",
        "request.patient_id='P-17'",
        "if patient_id == P-17",
    ] {
        check(text, &[("patient_id", "P-17")]);
    }
    check(r#"patient_id="P \" 17""#, &[("patient_id", r#"P \" 17"#)]);
    check("patient.name=Ada x", &[("patient", "Ada")]);
    check(r#"x {"patient":{"name":"A}da"},"y":1}"#, &[("patient", r#"{"name":"A}da"}"#)]);
    check("patient_id=\"P-17", &[("patient_id", "P-17")]);
    check("user.email=somebody", &[("user.email", "somebody")]);
    check("patient_id=Müller&x", &[("patient_id", "Müller")]);
    for text in [
        "patient_id",
        "patient_id=",
        "patient_id= ",
        "impatient_id=1",
        "patient_id::new",
        "patient_id:null",
        "email=somebody",
        "12:00:00",
    ] {
        check(text, &[]);
    }
}

#[test]
fn patterns_of_the_operator_are_found() {
    check("see CASE-1234 and CASE-12345", &[("case", "CASE-1234")]);
}

#[test]
fn what_two_detectors_found_in_one_place_is_one() {
    check("patient_id=4111111111111111", &[("patient_id", "4111111111111111")]);
    check("patient_id=ada@example.org", &[("patient_id", "ada@example.org")]);
    check(
        "patient_id=1 078-05-1120 a@b.org",
        &[("patient_id", "1"), ("us-ssn", "078-05-1120"), ("email", "a@b.org")],
    );
}

#[test]
fn settings_that_cannot_work_are_refused_with_the_reason() {
    let refused = |settings: DetectorSettings| Detectors::new(&settings, &[]).unwrap_err().to_string();
    let unknown = DetectorSettings { builtin: vec!["cards".into()], ..DetectorSettings::default() };
    assert!(refused(unknown).contains("there are `card`"));
    let pattern = |name: &str, regex: &str| {
        let patterns = vec![UserPattern { name: name.into(), regex: regex.into() }];
        refused(DetectorSettings { patterns, ..DetectorSettings::default() })
    };
    assert!(pattern("x", "(").contains("unclosed group"));
    assert!(pattern("x", "a*").contains("empty text"));
    assert!(pattern("x", "(a{1000}){1000}").contains("size limit"));
    assert!(pattern("", "a").contains("1 to 64 letters"));
    assert!(pattern("a b", "a").contains("1 to 64 letters"));
    assert!(pattern("x", &"a".repeat(5_000)).contains("4096"));
}

#[test]
fn no_detectors_find_nothing() {
    let none = Detectors::new(&DetectorSettings::default(), &["patient_id".into()]).unwrap();
    let mut found = vec![Found { range: 0..1, name: "left from before" }];
    none.find("patient_id=4111111111111111 a@b.org", &mut found);
    assert!(none.is_empty() && found.is_empty());
}

proptest! {
    #[test]
    fn finds_lie_on_letters_in_order_and_apart(text in "([0-9]{1,5}[- .]?|[a-é@=:\"\\\\{} +%]|patient_id=|DE89|\\(){0,40}") {
        let detectors = detectors();
        let mut found = Vec::new();
        detectors.find(&text, &mut found);
        let mut end = 0;
        for found in &found {
            prop_assert!(found.range.start >= end && found.range.end > found.range.start);
            prop_assert!(text.get(found.range.clone()).is_some());
            end = found.range.end;
        }
    }

    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        detectors().find(&text, &mut Vec::new());
    }

    #[test]
    fn a_card_number_is_found_in_any_text_around_it(before in "[a-z ,]{0,20}", after in "[a-z ,]{0,20}") {
        let text = format!("{before} 4111111111111111 {after}");
        prop_assert!(found(&text).contains(&("card", "4111111111111111".to_owned())));
    }
}
