//! Any text is a file of rules or is refused on a line that it has; what was read can be compiled, and the matcher says of an event
//! what the rules say by definition.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade_detect::matcher::matches_naively;
use palisade_detect::pipeline::builtin;
use palisade_detect::{JsonEvents, Match, Matcher, Placeholders, RuleSet};
use serde_json::json;

fuzz_target!(|text: &str| {
    let set = RuleSet::read([("rule.yml", text)], &Placeholders::default());
    for problem in &set.problems {
        assert!(problem.line as usize <= lines(text) + 1, "{problem}");
    }
    let Ok(matcher) = Matcher::new(set.detections.iter().map(|(_, detection)| detection), builtin()) else {
        return;
    };
    let events = JsonEvents::from_objects(
        "fuzz",
        &[
            json!({"EventID": 1, "Channel": "Security", "Image": "C:\\a.exe", "CommandLine": "a -b /c", "User": ["x", "y"]}),
            json!({"a": 1, "b": "2026-05-04T03:02:01Z", "c": "10.0.0.1", "d": "", "field": null, "message": text}),
        ],
    );
    let mut expected = Vec::new();
    for row in 0..2 {
        for (number, (_, detection)) in set.detections.iter().enumerate() {
            if matches_naively(detection, builtin(), &events, row) {
                expected.push(Match { row, detection: number });
            }
        }
    }
    assert_eq!(matcher.matches(&events), expected);
});

/// How many lines a text has at most: to YAML a carriage return alone ends one too.
fn lines(text: &str) -> usize {
    text.matches(['\n', '\r']).count() + 1
}
