use palisade_index::{Piece, Template};
use palisade_record::{Timestamp, Value};
use proptest::prelude::*;

use super::naive::condition;
use super::templates::Automata;
use super::*;
use crate::language::parse;

/// Texts of the kind that logs have, with room for every slot.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[aAébpd. _=-]{1,3}",
        "[0-9]{1,3}",
        "0[0-9]{1,3}",
        "[0-9a-f]{5,9}",
        "[0-9A-F]{5,9}",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        prop::sample::select(vec![
            "pay",
            "Payments",
            " time ",
            "time-out",
            "runtime",
            "u",
            "Übung ",
            "10.0.0.",
            "x=[1]",
            "error",
            "set",
            "-",
            "0x",
            "K\u{212a}",
            "a b",
            "err",
            "1.5",
            "d out",
            "\n",
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
}

/// A text of a template, by random numbers.
fn fill(template: &Template, mut random: impl FnMut(usize) -> usize) -> String {
    let mut text = String::new();
    for piece in template.pieces() {
        let (digits, count) = match piece {
            Piece::Text(literal) => {
                text.push_str(literal);
                continue;
            }
            Piece::Digits => ("0123456789", 1 + random(4)),
            Piece::LowerHex(count) => ("0123456789abcdef", count),
            Piece::UpperHex(count) => ("0123456789ABCDEF", count),
            Piece::Uuid => ("0123456789abcdef", 36),
        };
        for place in 0..count {
            let is_dash = piece == Piece::Uuid && [8, 13, 18, 23].contains(&place);
            let digit = random(digits.len());
            text.push_str(if is_dash { "-" } else { &digits[digit..=digit] });
        }
    }
    text
}

fn query() -> impl Strategy<Value = String> {
    let condition = condition().prop_map(|condition| condition.to_string());
    let piece = "[aepd0159. -]{1,3}";
    let regexes = vec![
        "/time-?out/",
        "/[0-9]+/",
        "/\\d+ ?[a-f]/",
        "/^pay/",
        "/u[0-9]+$/",
        "/\\btime\\b/",
        "/(?i)PAY/",
        "/[0-9a-f]{5}/",
        "/[0-9]{3}/",
        "/[0-9]{4,}\\b/",
        "/^[^ ]*$/",
        "/a.b/",
        "/\\bset/",
        "/\\B5/",
        "/(1|2)[0-9]*-/",
        "/^\\w+$/",
        "/(?m)^a/",
        "/[0-4]|[5-9]/",
        "/d\\b|\\bp/",
        "/0x[0-9a-f]+/",
        "/(ab?)*0/",
        "/^$/",
        "/(?-u:\\b)1/",
    ];
    prop_oneof![
        2 => condition,
        2 => piece.prop_map(|part| format!("*{part}*")),
        1 => (piece, piece).prop_map(|(one, other)| format!("{one}*{other}")),
        2 => piece.prop_map(|part| format!("\"{part}\"")),
        1 => piece.prop_map(|part| format!("f:\"{part}\"")),
        3 => prop::sample::select(regexes).prop_map(str::to_owned),
        1 => prop::sample::select(regexes_of_fields()).prop_map(str::to_owned),
    ]
}

fn regexes_of_fields() -> Vec<&'static str> {
    vec![
        "f:5",
        "f=5",
        "f:1.5",
        "f:10.0.0.0/8",
        "f>5",
        "f<a",
        "level:error",
        "f:*",
        "f>10.0.0.5",
        "f:p*",
        "f:u*5",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_said_of_a_template_is_true_of_its_texts(
        text in text(),
        query in query(),
        is_message in any::<bool>(),
        mut seed in any::<u64>(),
    ) {
        let Ok(query) = parse(&query.replace("?*", "*")) else { return Ok(()) };
        let Ok(node) = compile(&query.filter, Timestamp::default()) else { return Ok(()) };
        let Some(template) = Template::of(&text) else { return Ok(()) };
        let random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 40).unwrap() % below
        };
        let other = fill(&template, random);
        let mut criteria = Vec::new();
        node.each_criterion(&mut |criterion| criteria.push(criterion.clone()));
        for criterion in criteria {
            let predicate = &criterion.predicate;
            let said = predicate.on_template(&template, is_message, &Automata::default());
            for text in [&text, &other] {
                let holds = predicate.holds(Value::Text(text), is_message, &mut Buffers::default());
                prop_assert!(said != Certainty::Always || holds, "{:?} {:?} {:?}", predicate, template, text);
                prop_assert!(said != Certainty::Never || !holds, "{:?} {:?} {:?}", predicate, template, text);
            }
        }
    }
}

#[track_caller]
fn check(query: &str, text: &str, expected: Certainty) {
    let node = compile(&parse(query).unwrap().filter, Timestamp::default()).unwrap();
    let template = Template::of(text).unwrap();
    let mut said = Vec::new();
    node.each_criterion(&mut |criterion| {
        said.push(criterion.predicate.on_template(&template, true, &Automata::default()));
    });
    assert_eq!(said, [expected], "{query} on {text}");
}

#[test]
fn a_template_decides_most_questions() {
    let text = "retrying call to gateway: attempt 3 after timeout of 18 ms";
    check("timeout", text, Certainty::Always);
    check("\"after timeout\"", text, Certainty::Always);
    check("\"attempt 3\"", text, Certainty::Maybe);
    check("connection", text, Certainty::Never);
    check("time", text, Certainty::Never);
    check("time*", text, Certainty::Always);
    check("*meou*", text, Certainty::Always);
    check("*18*", text, Certainty::Maybe);
    check("*f18*", text, Certainty::Never);
    check("/timeout of [0-9]+ ms/", text, Certainty::Always);
    check("/timeout of \\d{2,} ms$/", text, Certainty::Maybe);
    check("/^retrying .* ms$/", text, Certainty::Always);
    check("/\\bTimeout\\b/i", text, Certainty::Always);
    check("/(reset|refused)/", text, Certainty::Never);
    check("/u[0-9]+/", "user u5251204 seen", Certainty::Always);
    check("/^[a-z ]+$/", text, Certainty::Never);
    check("dead", "id dead01beef23", Certainty::Never);
    check("*dead*", "id dead01beef23", Certainty::Maybe);
}
