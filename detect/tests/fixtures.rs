//! A few rules and events of our own, in every form in which Windows events come.

#![cfg(test)]

use std::path::Path;

use palisade_detect::library::read_rules;
use palisade_detect::matcher::{explain, matches_naively};
use palisade_detect::pipeline::builtin;
use palisade_detect::{JsonEvents, Matcher, Placeholders, RuleSet};
use serde_json::Value as Json;

#[test]
fn every_event_is_found_by_the_rules_that_it_names_and_no_others() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let files = read_rules(&[fixtures.join("rules")]).unwrap();
    let texts = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let set = RuleSet::read(texts, &Placeholders::default());
    let text = std::fs::read_to_string(fixtures.join("events/events.json")).unwrap();
    let cases: Vec<Json> = serde_json::from_str(&text).unwrap();
    let events = JsonEvents::from_objects("windows", cases.iter().map(|case| &case["event"]));
    let matcher = Matcher::new(set.detections.iter().map(|(_, detection)| detection), builtin()).unwrap();
    let matches = matcher.matches(&events);
    for (row, case) in cases.iter().enumerate() {
        let expected: Vec<&str> =
            case["fires"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        let found: Vec<&str> = matches
            .iter()
            .filter(|found| found.row == row)
            .map(|found| set.detections[found.detection].0.id.0.as_str())
            .collect();
        assert_eq!(found, expected, "{case}");
        for (header, detection) in &set.detections {
            let holds = expected.contains(&header.id.0.as_str());
            assert_eq!(matches_naively(detection, builtin(), &events, row), holds, "{} {case}", header.title);
            assert_eq!(explain(detection, builtin(), &events, row).holds, holds);
        }
    }
}

#[test]
fn an_explanation_says_which_item_was_missing() {
    let rule = "title: t\nid: i\nlogsource: {product: windows, category: process_creation}\ndetection:\n  s:\n    Image|endswith: x.exe\n    CommandLine|contains: y\n  condition: s\n";
    let set = RuleSet::read([("r.yml", rule)], &Placeholders::default());
    let event = serde_json::json!({"Channel": "Security", "EventID": 4688, "NewProcessName": "C:\\x.exe", "CommandLine": "z"});
    let events = JsonEvents::from_objects("windows", [&event]);
    let why = explain(&set.detections[0].1, builtin(), &events, 0);
    assert!(why.is_of_source && !why.holds);
    let items = &why.search.selections[0].items;
    assert_eq!((items[0].holds, items[0].line), (true, 6));
    assert_eq!((items[1].holds, items[1].values.as_slice()), (false, &["z".to_owned()][..]));
}
