//! The matcher says of random rules and random events what the rules say by definition.

#![cfg(test)]

use palisade_detect::matcher::{explain, matches_naively};
use palisade_detect::pipeline::{Pipeline, read_pipeline};
use palisade_detect::{Detection, JsonEvents, Match, Matcher, Placeholders, RuleSet};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const PIPELINE: &str = "
sources:
    - when: {product: windows, category: a}
      records: [{kind: 1}, {kind: 'x', f|exists: true}]
    - when: {category: b}
      records: {g|contains: b}
fields:
    - names: {f: [ecs.f], g: [user.name]}
prefixes:
    - when: {product: windows}
      names: [data.]
";

fn pipeline() -> Pipeline {
    read_pipeline("pipeline.yml", PIPELINE, &Placeholders::default()).unwrap()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[abAB]{0,4}",
        2 => r"[abB*?\\/é –-]{0,5}",
        1 => Just("10.0.0.7".to_owned()),
        1 => Just("2026-05-04T03:02:01Z".to_owned()),
        1 => Just("%list%".to_owned()),
        1 => "[0-9]{1,2}",
    ]
}

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        6 => text().prop_map(Json::from),
        2 => (0..12i64).prop_map(Json::from),
        1 => Just(json!(1.5)),
        1 => any::<bool>().prop_map(Json::from),
        1 => Just(Json::Null),
    ]
}

/// A key and its value, as JSON, which is YAML too.
fn item() -> impl Strategy<Value = (String, Json)> {
    let field = prop::sample::select(vec!["f", "g", "h h", "kind", "Level"]);
    let words = prop_oneof![
        4 => Just(""), 2 => Just("|contains"), 1 => Just("|startswith"), 1 => Just("|endswith"), 1 => Just("|cased"),
        1 => Just("|contains|all"), 1 => Just("|windash|contains"), 1 => Just("|neq"), 1 => Just("|contains|cased|neq"),
        1 => Just("|base64offset|contains"), 1 => Just("|expand"), 1 => Just("|all"),
    ];
    let plain = (words, prop::collection::vec(scalar(), 1..4)).prop_map(|(modifiers, values)| {
        (modifiers.to_owned(), if values.len() == 1 { values[0].clone() } else { Json::from(values) })
    });
    let regex = prop::sample::select(vec!["ab+", "^a.*b$", "(?i)AB", "[ab]{2}", "b|aa", "aba.?b", ".{4,}"])
        .prop_map(|regex| ("|re".to_owned(), json!(regex)));
    let special = prop_oneof![
        (
            prop::sample::select(vec!["|lt", "|lte", "|gt", "|gte", "|minute", "|hour|gte", "|week|lt"]),
            0..12i64
        )
            .prop_map(|(modifier, number)| (modifier.to_owned(), json!(number))),
        prop::sample::select(vec!["10.0.0.0/8", "10.0.0.7", "::/0"])
            .prop_map(|network| ("|cidr".to_owned(), json!(network))),
        any::<bool>().prop_map(|exists| ("|exists".to_owned(), json!(exists))),
        (
            prop::sample::select(vec!["|fieldref", "|fieldref|contains", "|fieldref|startswith|neq"]),
            prop::sample::select(vec!["f", "g", "h h"])
        )
            .prop_map(|(modifier, other)| (modifier.to_owned(), json!(other))),
    ];
    (field, prop_oneof![4 => plain, 1 => regex, 1 => special])
        .prop_map(|(field, (modifiers, value))| (format!("{field}{modifiers}"), value))
}

fn selection() -> impl Strategy<Value = Json> {
    let map =
        || prop::collection::vec(item(), 1..4).prop_map(|items| Json::Object(items.into_iter().collect()));
    let keywords = || prop::collection::vec(text().prop_map(Json::from), 1..3);
    prop_oneof![
        4 => map(),
        2 => prop::collection::vec(map(), 1..3).prop_map(Json::from),
        1 => keywords().prop_map(Json::from),
        1 => keywords().prop_map(|words| json!({"|all": words})),
    ]
}

fn rule() -> impl Strategy<Value = String> {
    let source = prop::sample::select(vec![
        json!({"product": "windows"}),
        json!({"product": "windows", "category": "a"}),
        json!({"category": "b"}),
        json!({"product": "windows", "category": "b"}),
        json!({"product": "x", "stream": "te*"}),
        json!({"product": "x", "stream": "other"}),
    ]);
    let condition = prop::sample::select(vec![
        "a and b and c",
        "a or b or c",
        "a and not b and not c",
        "not (a or b) or c",
        "1 of them",
        "all of them",
        "not 1 of them",
        "(a or b) and not c",
        "a or not all of them",
    ]);
    (source, condition, selection(), selection(), selection()).prop_map(|(source, condition, a, b, c)| {
        let detection = json!({"a": a, "b": b, "c": c, "condition": condition});
        json!({"title": "t", "logsource": source, "detection": detection}).to_string()
    })
}

fn event() -> impl Strategy<Value = Json> {
    let field = prop::sample::select(vec![
        "f", "g", "h h", "hh", "kind", "ecs.f", "data.f", "data.h h", "username", "Level", "other",
    ]);
    let value = prop_oneof![5 => scalar(), 1 => prop::collection::vec(scalar(), 0..3).prop_map(Json::from)];
    prop::collection::vec((field, value), 0..6)
        .prop_map(|fields| fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn detections(rules: &[String]) -> Vec<Detection> {
    let files: Vec<(String, String)> = rules
        .iter()
        .enumerate()
        .map(|(number, rule)| {
            // Each rule needs an id of its own.
            (format!("{number}.yml"), rule.replacen('{', &format!("{{\"id\":\"r{number}\","), 1))
        })
        .collect();
    let placeholders = Placeholders::new([("list".to_owned(), vec!["a*".to_owned(), "bb".to_owned()])]);
    let set = RuleSet::read(files.iter().map(|(name, text)| (name.as_str(), text.as_str())), &placeholders);
    set.detections.into_iter().map(|(_, detection)| detection).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn the_matcher_says_what_the_rules_say(
        rules in prop::collection::vec(rule(), 1..12),
        objects in prop::collection::vec(event(), 1..12),
    ) {
        let detections = detections(&rules);
        let pipeline = pipeline();
        let events = JsonEvents::from_objects("test", &objects);
        let mut expected = Vec::new();
        for row in 0..objects.len() {
            for (number, detection) in detections.iter().enumerate() {
                let holds = matches_naively(detection, &pipeline, &events, row);
                prop_assert_eq!(explain(detection, &pipeline, &events, row).holds, holds);
                if holds {
                    expected.push(Match { row, detection: number });
                }
            }
        }
        let matcher = Matcher::new(&detections, &pipeline).unwrap();
        prop_assert_eq!(matcher.matches(&events), expected, "{:#?} {:#?}", rules, objects);
    }
}

#[test]
fn most_random_rules_are_rules() {
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let rules: Vec<String> = (0..200).map(|_| rule().new_tree(&mut runner).unwrap().current()).collect();
    assert!(detections(&rules).len() > 60, "{} of 200", detections(&rules).len());
}
