//! What rules mean: one small rule and one small event for every sentence of the specification.

#![cfg(test)]

use palisade_detect::matcher::matches_naively;
use palisade_detect::pipeline::builtin;
use palisade_detect::{JsonEvents, Matcher, Placeholders, RuleSet};
use serde_json::{Value as Json, json};

fn rules(text: &str) -> RuleSet {
    let values = [("servers", vec!["srv*", "db1"])]
        .map(|(name, values)| (name.to_owned(), values.into_iter().map(str::to_owned).collect::<Vec<_>>()));
    RuleSet::read([("rule.yml", text)], &Placeholders::new(values))
}

/// Whether a rule with this log source and this detection holds for an event. The matcher and the definition must agree.
fn holds_for(source: &str, detection: &str, event: &Json) -> bool {
    let rule = format!("title: t\nid: i\nlogsource: {source}\ndetection:\n{detection}\n");
    let set = rules(&rule);
    assert!(set.problems.is_empty(), "{:?} in {rule}", set.problems);
    let detection = &set.detections[0].1;
    let events = JsonEvents::from_objects("test", [event]);
    let found = !Matcher::new([detection], builtin()).unwrap().matches(&events).is_empty();
    assert_eq!(found, matches_naively(detection, builtin(), &events, 0), "{rule} {event}");
    found
}

/// Whether one selection holds for an event.
fn holds(selection: &str, event: Json) -> bool {
    holds_for("{category: test}", &format!("    s:\n        {selection}\n    condition: s"), &event)
}

/// Why a selection is refused.
fn refused(selection: &str) -> String {
    let rule = format!(
        "title: t\nid: i\nlogsource: {{category: test}}\ndetection:\n    s:\n        {selection}\n    condition: s\n"
    );
    let set = rules(&rule);
    assert_eq!(set.problems.len(), 1, "{rule}");
    assert_eq!(set.problems[0].line, 6, "{:?} in {rule}", set.problems);
    set.problems[0].reason.clone()
}

#[test]
fn values_ignore_case_and_whole_values_match() {
    assert!(holds("f: PowerShell.exe", json!({"f": "powershell.EXE"})));
    assert!(holds("f: STRASSE-Ä", json!({"f": "strasse-ä"})));
    assert!(!holds("f: power", json!({"f": "powershell"})));
    assert!(!holds("f|cased: Power", json!({"f": "power"})));
    assert!(holds("f|cased|contains: Power", json!({"f": "xPowery"})));
}

#[test]
fn wildcards_stand_for_any_text_and_any_character() {
    assert!(holds(r"f: 'C:\\*\a?.exe'", json!({"f": r"C:\Users\x\aé.exe"})));
    assert!(!holds(r"f: 'a\*b'", json!({"f": "axb"})));
    assert!(holds(r"f: 'a\*b'", json!({"f": "a*b"})));
    assert!(holds(r"f|contains: 'a?c'", json!({"f": "xabcx"})));
}

#[test]
fn places_say_where_a_value_lies() {
    assert!(
        holds("f|startswith: ab", json!({"f": "abc"})) && !holds("f|startswith: bc", json!({"f": "abc"}))
    );
    assert!(holds("f|endswith: bc", json!({"f": "abc"})) && !holds("f|endswith: ab", json!({"f": "abc"})));
    assert!(holds("f|contains: b", json!({"f": "abc"})) && !holds("f|contains: d", json!({"f": "abc"})));
}

#[test]
fn one_value_of_a_list_is_enough_unless_all_must_be_there() {
    assert!(holds("f|contains: [a, z]", json!({"f": "abc"})));
    assert!(!holds("f|contains|all: [a, z]", json!({"f": "abc"})));
    assert!(holds("f|contains|all: [a, c]", json!({"f": "abc"})));
    assert!(holds("f|base64offset|contains|all: [power, shell]", json!({"f": "x cG93ZXJzaGVsbA== y"})));
}

#[test]
fn numbers_are_numbers_and_texts_are_texts() {
    assert!(
        holds("EventID: 4624", json!({"EventID": 4624}))
            && holds("EventID: 4624", json!({"EventID": "4624"}))
    );
    assert!(holds("EventID: '4624'", json!({"EventID": 4624})));
    assert!(holds("n: 1.50", json!({"n": 1.5})) && !holds("n: '1.50'", json!({"n": 1.5})));
    assert!(!holds("n: 4624", json!({"n": "x4624"})));
    assert!(holds("flag: true", json!({"flag": true})) && holds("flag: true", json!({"flag": "True"})));
    assert!(holds("n: 9007199254740993", json!({"n": 9_007_199_254_740_993_i64})));
    assert!(!holds("n: 9007199254740993", json!({"n": 9_007_199_254_740_992_i64})));
}

#[test]
fn comparisons_are_of_numbers_only() {
    assert!(holds("n|gt: 5", json!({"n": 6})) && !holds("n|gt: 5", json!({"n": 5})));
    assert!(
        holds("n|gte: 5", json!({"n": "5"}))
            && holds("n|lt: 5", json!({"n": 4.5}))
            && holds("n|lte: 5", json!({"n": 5}))
    );
    assert!(!holds("n|lt: 5", json!({"n": "word"})) && !holds("n|lt: 5", json!({})));
}

#[test]
fn nothing_and_empty_text_are_not_the_same() {
    assert!(holds("f: null", json!({"g": 1})) && holds("f: null", json!({"f": null})));
    assert!(!holds("f: null", json!({"f": ""})));
    assert!(holds("f: ''", json!({"f": ""})) && !holds("f: ''", json!({"g": 1})));
    assert!(holds("f: [null, '']", json!({})));
    assert!(holds("f|exists: true", json!({"f": ""})) && !holds("f|exists: true", json!({"g": 1})));
    assert!(holds("f|exists: false", json!({"g": 1})) && !holds("f|exists: false", json!({"f": 1})));
}

#[test]
fn neq_holds_where_no_value_is_such() {
    assert!(holds("f|neq: a", json!({"f": "b"})) && !holds("f|neq: a", json!({"f": "A"})));
    assert!(holds("f|neq: a", json!({})) && !holds("f|contains|neq: [a, b]", json!({"f": "xbx"})));
    assert!(!holds("n|neq: 5", json!({"n": 5})) && holds("n|gt|neq: 5", json!({"n": 5})));
}

#[test]
fn regular_expressions_mind_case_and_are_found_anywhere() {
    assert!(holds("f|re: b+c", json!({"f": "abbcd"})) && !holds("f|re: B", json!({"f": "b"})));
    assert!(holds("f|re|i: B", json!({"f": "b"})));
    assert!(
        holds("f|re|m: '^b$'", json!({"f": "a\nb\nc"})) && !holds("f|re: '^b$'", json!({"f": "a\nb\nc"}))
    );
    assert!(holds("f|re|s: a.b", json!({"f": "a\nb"})) && !holds("f|re: a.b", json!({"f": "a\nb"})));
    assert!(
        holds("f|re|startswith: b|a", json!({"f": "ax"})) && !holds("f|re|endswith: b|a", json!({"f": "ax"}))
    );
}

#[test]
fn addresses_lie_in_networks() {
    assert!(holds("ip|cidr: 10.0.0.0/8", json!({"ip": "10.1.2.3"})));
    assert!(holds("ip|cidr: ['192.0.2.0/24', '2001:db8::/32']", json!({"ip": "2001:DB8::1"})));
    assert!(!holds("ip|cidr: 10.0.0.0/8", json!({"ip": "10.1.2.3.example"})));
}

#[test]
fn parts_of_times_are_numbers() {
    let event = || json!({"t": "2026-05-04T22:15:00+02:00"});
    assert!(
        holds("t|hour: 20", event()) && holds("t|hour|gte: 20", event()) && !holds("t|hour|lt: 20", event())
    );
    assert!(holds("t|minute: 15", event()) && holds("t|day: 4", event()) && holds("t|week: 19", event()));
    assert!(
        holds("t|month: 5", event())
            && holds("t|year: 2026", event())
            && !holds("t|year: 2026", json!({"t": "x"}))
    );
}

#[test]
fn fields_are_compared_with_fields() {
    assert!(
        holds("a|fieldref: b", json!({"a": "X", "b": "x"}))
            && !holds("a|fieldref: b", json!({"a": "x", "b": "y"}))
    );
    assert!(holds("a|fieldref|endswith: b", json!({"a": "xyz", "b": "YZ"})));
    assert!(holds("a|fieldref|startswith: b", json!({"a": "xyz", "b": "xy"})));
    assert!(
        holds("a|fieldref|contains: b", json!({"a": "xyz", "b": "y"}))
            && !holds("a|fieldref: b", json!({"a": "x"}))
    );
    assert!(holds("a|fieldref|neq: b", json!({"a": "x", "b": "y"})));
}

#[test]
fn placeholders_stand_for_lists() {
    assert!(holds("host|expand: '%servers%'", json!({"host": "SRV-7"})));
    assert!(holds("host|contains|expand: 'x-%servers%'", json!({"host": "a x-db1 b"})));
    assert!(holds("host: '%servers%'", json!({"host": "%servers%"})));
    assert!(refused("host|expand: '%clients%'").contains("%clients%"));
}

#[test]
fn encodings_are_looked_for_as_they_are_written() {
    assert!(holds("c|base64offset|contains: whoami", json!({"c": "powershell -enc xd2hvYW1pIC9hbGw="})));
    let wide = "powershell -enc dwBoAG8AYQBtAGkA";
    assert!(holds("c|wide|base64offset|contains: whoami", json!({"c": wide})));
    assert!(holds("c|utf16le|base64|contains: whoami", json!({"c": wide})));
    assert!(!holds("c|utf16be|base64|contains: whoami", json!({"c": wide})));
    assert!(holds("c|windash|contains: ' -enc '", json!({"c": "powershell \u{2013}enc x"})));
}

#[test]
fn keywords_lie_in_any_value() {
    let holds = |selection: &str, event| {
        holds_for("{category: test}", &format!("    k: {selection}\n    condition: k"), &event)
    };
    assert!(holds("[nothing, mimi]", json!({"a": 1, "b": "xMIMIx"})));
    assert!(holds("single", json!({"a": {"b": "a single one"}})));
    assert!(!holds("{'|all': [one, two]}", json!({"a": "one"})));
    assert!(holds("{'|all': [one, two]}", json!({"a": "one", "b": "two"})));
    assert!(
        holds("{'|re': 'o.e'}", json!({"a": "xone"})) && holds("['o?e*x']", json!({"a": "a one more x"}))
    );
}

#[test]
fn lists_of_values_are_several_values() {
    assert!(
        holds("f: b", json!({"f": ["a", "b"]}))
            && holds("f|contains|all: [a, b]", json!({"f": ["xa", "xb"]}))
    );
    assert!(!holds("f|neq: b", json!({"f": ["a", "b"]})));
}

#[test]
fn maps_join_with_and_and_lists_of_maps_with_or() {
    let event = || json!({"a": 1, "b": 2});
    assert!(holds("{a: 1, b: 2}", event()) && !holds("{a: 1, b: 3}", event()));
    assert!(holds("[{a: 7}, {b: 2}]", event()) && !holds("[{a: 7}, {b: 1}]", event()));
}

#[test]
fn a_list_of_conditions_holds_when_one_does() {
    let detection = "    a: {f: 1}\n    b: {f: 2}\n    condition: [a and b, b]";
    assert!(holds_for("{category: test}", detection, &json!({"f": 2})));
    assert!(!holds_for("{category: test}", detection, &json!({"f": 1})));
}

#[test]
fn names_of_fields_have_no_spaces_or_have_them() {
    assert!(
        holds("Threat Name: x", json!({"ThreatName": "x"}))
            && holds("ThreatName: x", json!({"Threat Name": "x"}))
    );
    assert!(holds("Threat Name: x", json!({"Threat Name": "x"})));
    assert!(holds("user.name: eve", json!({"username": "eve"})), "both are the canonical user_id");
    assert!(holds("a.b: 1", json!({"a": {"b": 1}})));
}

#[test]
fn a_log_source_says_which_windows_events_are_meant() {
    let detection = "    s: {Image|endswith: '\\whoami.exe'}\n    condition: s";
    let fires = |event| holds_for("{product: windows, category: process_creation}", detection, &event);
    let evtx = |id: u32, channel: &str, field: &str| json!({"Event": {"System": {"EventID": id, "Channel": channel}, "EventData": {field: r"C:\Windows\whoami.exe"}}});
    assert!(fires(evtx(1, "Microsoft-Windows-Sysmon/Operational", "Image")));
    assert!(fires(evtx(4688, "Security", "NewProcessName")));
    assert!(!fires(evtx(11, "Microsoft-Windows-Sysmon/Operational", "Image")));
    assert!(!fires(evtx(1, "Security", "Image")));
    assert!(fires(json!({
        "winlog": {"channel": "Microsoft-Windows-Sysmon/Operational", "event_id": "1"},
        "process": {"executable": r"C:\Windows\whoami.exe"},
    })));
    assert!(!fires(json!({"Image": r"C:\Windows\whoami.exe"})));
}

#[test]
fn an_event_may_be_of_two_categories() {
    let detection = "    s: {TargetObject|contains: Run}\n    condition: s";
    let event = json!({"Channel": "Microsoft-Windows-Sysmon/Operational", "EventID": 13, "TargetObject": r"HKCU\Run\x"});
    for (category, fires) in [("registry_set", true), ("registry_event", true), ("registry_delete", false)] {
        let source = format!("{{product: windows, category: {category}}}");
        assert_eq!(holds_for(&source, detection, &event), fires, "{category}");
    }
}

#[test]
fn a_rule_may_be_about_some_streams() {
    let detection = "    s: {a: 1}\n    condition: s";
    for (stream, fires) in [("test", true), ("te*", true), ("other", false), ("tes", false)] {
        assert_eq!(
            holds_for(&format!("{{stream: '{stream}'}}"), detection, &json!({"a": 1})),
            fires,
            "{stream}"
        );
    }
}

#[test]
fn what_cannot_be_meant_is_refused_on_its_line() {
    assert!(refused("f|containz: a").contains("no modifier `containz`"));
    assert!(refused("f|re: '('").contains("regular expression"));
    assert!(refused("f|re: '(?=a)b'").contains("look-around"));
    assert!(refused("f|cidr: 10.0.0").contains("not a network"));
    assert!(refused("f|lt: word").contains("number"));
    assert!(refused("f|lt: null").contains("null"));
    assert!(refused("f|contains: null").contains("null"));
    assert!(refused("f|exists: maybe").contains("true or false"));
    assert!(refused("f: []").contains("empty"));
    assert!(refused("f: {a: 1}").contains("nested"));
    assert!(refused("f: [[a]]").contains("list in a list"));
    assert!(refused("f|base64: 'a*'").contains("wildcards"));
    assert!(refused("'|startswith': a").contains("field"));
    assert!(
        refused("f|re: 'a{1000}{1000}'").contains("bytes")
            || refused("f|re: 'a{1000}{1000}'").contains("regular")
    );
}
