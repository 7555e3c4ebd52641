//! Rules together: headers, correlations, filters, and what they call each other.

#![cfg(test)]

use std::time::Duration;

use palisade_detect::rule::{Condition, Needed};
use palisade_detect::{Comparison, JsonEvents, Matcher, Measure, Pipeline, Placeholders, RuleSet, Severity};
use serde_json::json;

fn read(text: &str) -> RuleSet {
    RuleSet::read([("rules.yml", text)], &Placeholders::default())
}

/// The line and the reason of the one problem there is.
fn refused(text: &str) -> (u32, String) {
    let set = read(text);
    assert_eq!(set.problems.len(), 1, "{:?} of {text}", set.problems);
    (set.problems[0].line, set.problems[0].reason.clone())
}

const FAILED: &str = "
title: Failed sign-in
name: failed
logsource: {product: app}
detection: {s: {action: login, outcome: failure}, condition: s}
";

fn with_failed(document: &str) -> String {
    format!("{FAILED}---{document}")
}

fn correlation(body: &str) -> String {
    with_failed(&format!("\ntitle: Many\nid: many\ncorrelation:\n{body}"))
}

#[test]
fn a_header_says_all_that_is_told_of_an_alert() {
    let set = read(
        "
title: T
id: 7
name: n
description: D
level: high
status: test
author: [A, B]
tags: [attack.t1110]
falsepositives: Tests
references: [https://example.org]
runbook: https://runbooks.example.org/t
date: 2026-01-01
logsource: {product: app}
detection: {s: {a: 1}, condition: s}
",
    );
    let header = &set.detections[0].0;
    assert_eq!(
        (header.id.0.as_str(), header.name.as_deref(), header.level),
        ("7", Some("n"), Severity::High)
    );
    assert_eq!(header.author.as_deref(), Some("A, B"));
    assert_eq!(header.false_positives, ["Tests"]);
    assert_eq!(header.runbook.as_deref(), Some("https://runbooks.example.org/t"));
    assert_eq!((header.file.as_str(), header.line), ("rules.yml", 2));
}

#[test]
fn a_rule_that_is_not_whole_is_refused_with_its_line() {
    let rule = |lines: &str| format!("title: T\nid: i\n{lines}\n");
    for (text, line, part) in [
        (
            "id: i\nlogsource: {product: a}\ndetection: {s: {a: 1}, condition: s}\n".to_owned(),
            1,
            "`title:` is missing",
        ),
        (
            "title: T\nlogsource: {product: a}\ndetection: {s: {a: 1}, condition: s}\n".to_owned(),
            1,
            "no `id:`",
        ),
        (rule("level: loud\nlogsource: {product: a}\ndetection: {s: {a: 1}, condition: s}"), 3, "`level:`"),
        (rule("status: done\nlogsource: {product: a}\ndetection: {s: {a: 1}, condition: s}"), 3, "`status:`"),
        (rule("detection: {s: {a: 1}, condition: s}"), 1, "`logsource:` is missing"),
        (rule("logsource: {definition: x}\ndetection: {s: {a: 1}, condition: s}"), 3, "says none of"),
        (rule("logsource: {product: a}\ndetection: {s: {a: 1}}"), 4, "`condition:` is missing"),
        (
            rule("logsource: {product: a}\ndetection:\n  s: {a: 1}\n  condition: s and t"),
            6,
            "no selection `t`",
        ),
        (
            rule("logsource: {product: a}\ndetection:\n  s: {a: 1}\n  t: {a: 1}\n  condition: s"),
            6,
            "does not use the selection `t`",
        ),
        (
            rule("logsource: {product: a}\ndetection:\n  s: {a: 1}\n  condition: s | count() > 5"),
            6,
            "correlation",
        ),
        (
            rule("logsource: {product: a}\ndetection:\n  s: {a: 1}\n  timeframe: 5m\n  condition: s"),
            6,
            "correlation",
        ),
        (rule("logsource: {product: a}\ndetection:\n  s: {}\n  condition: s"), 5, "empty"),
        (rule("logsource: {product: a}"), 1, "looks for nothing"),
        (
            rule("logsource: {product: a}\ndetection: {s: {a: 1}, condition: s}\ncorrelation: {}"),
            5,
            "two rules",
        ),
        (rule("action: global"), 3, "Sigma 1"),
        ("- a\n".to_owned(), 1, "must be a mapping"),
    ] {
        let (found_line, reason) = refused(&text);
        assert!(reason.contains(part) && found_line == line, "line {found_line}: {reason} of {text}");
    }
}

#[test]
fn selections_that_hide_need_not_be_used() {
    let set = read(
        "title: T\nid: i\nlogsource: {product: a}\ndetection: {s: {a: 1}, _t: {a: 2}, condition: 1 of them}\n",
    );
    assert_eq!((set.detections.len(), set.problems.len()), (1, 0));
}

#[test]
fn one_bad_rule_does_not_take_the_others_of_its_file_with_it() {
    let set = read(&with_failed(
        "\ntitle: Bad\nid: bad\nlogsource: {product: a}\ndetection: {s: {a|b: 1}, condition: s}\n",
    ));
    assert_eq!((set.detections.len(), set.problems[0].line), (1, 10));
    let summary = set.summary();
    assert_eq!((summary.compiled, summary.refused), (1, 1));
}

#[test]
fn an_id_or_name_belongs_to_one_rule() {
    let (line, reason) = refused(&with_failed(FAILED));
    assert!(line == 7 && reason.contains("rules.yml:2"), "{line}: {reason}");
}

#[test]
fn correlations_measure_what_other_rules_find() {
    let set = read(&correlation(
        "
    type: value_count
    rules: failed
    group-by: [ip, host]
    timespan: 5m
    condition: {field: [user, domain], gt: 10, lte: 20, neq: 15}
    generate: true
    aliases: {ip: {failed: source_ip}}
",
    ));
    assert_eq!(set.problems, []);
    let correlation = &set.correlations[0].1;
    let Measure::ValueCount { fields, condition } = &correlation.measure else { panic!("{correlation:?}") };
    assert_eq!(fields, &["user", "domain"]);
    let comparisons: Vec<Comparison> = condition.bounds.iter().map(|bound| bound.comparison).collect();
    assert_eq!(comparisons, [Comparison::Gt, Comparison::Lte, Comparison::Neq]);
    assert_eq!(correlation.timespan, Duration::from_secs(300));
    assert!(correlation.generate && correlation.group_by == ["ip", "host"]);
    assert_eq!(correlation.aliases["ip"]["failed"], "source_ip");
}

#[test]
fn every_type_of_correlation_is_read() {
    let base = "    rules: [failed]\n    group-by: [ip]\n    timespan: 1h\n";
    for body in [
        "    type: event_count\n    condition: {gte: 10}\n",
        "    type: value_sum\n    condition: {field: bytes, gt: 1000}\n",
        "    type: value_avg\n    condition: {field: bytes, lt: 0.5}\n",
        "    type: value_percentile\n    condition: {field: bytes, percentile: 95, gt: 1000}\n",
        "    type: temporal\n",
        "    type: temporal\n    condition: {gte: 1}\n",
        "    type: temporal_ordered\n",
    ] {
        let set = read(&correlation(&format!("{base}{body}")));
        assert_eq!(set.problems, [], "{body}");
        assert_eq!(set.correlations.len(), 1);
    }
}

#[test]
fn a_temporal_correlation_may_say_which_rules_must_find_something() {
    let second = FAILED.replace("failed", "worked").replace("failure", "success");
    let set = read(&format!(
        "{FAILED}---{second}---
title: Both
id: both
correlation:
    type: temporal
    rules: [failed, worked]
    group-by: []
    timespan: 1h
    condition: failed and not worked
"
    ));
    assert_eq!(set.problems, []);
    let Measure::Temporal { needed: Needed::Condition(condition) } = &set.correlations[0].1.measure else {
        panic!("{set:?}")
    };
    let not_second = Condition::Not(Box::new(Condition::Selection(1)));
    assert_eq!(condition, &Condition::All(vec![Condition::Selection(0), not_second]));
}

#[test]
fn a_correlation_that_is_not_whole_is_refused_with_its_line() {
    let good = [
        "    type: event_count",
        "    rules: [failed]",
        "    group-by: [ip]",
        "    timespan: 5m",
        "    condition: {gte: 10}",
    ];
    assert_eq!(read(&correlation(&good.join("\n"))).problems, []);
    for (at, instead, part) in [
        (0, "    type: count", "no correlation of type"),
        (0, "    more: 1\n    type: event_count", "not known here"),
        (1, "    rules: []", "1 to"),
        (1, "    rules: [failed, failed]", "twice"),
        (1, "    rules: [unknown]", "does not exist"),
        (2, "", "`group-by:` is missing"),
        (3, "    timespan: 5 minutes", "not a span"),
        (3, "", "`timespan:` is missing"),
        (4, "", "`condition:` is missing"),
        (4, "    condition: {}", "compares with nothing"),
        (4, "    condition: {more: 10}", "not known in a condition"),
        (4, "    condition: {gte: ten}", "must be a number"),
        (0, "    type: value_count", "`field:` is missing"),
        (0, "    type: value_percentile", "`field:` is missing"),
        (0, "    type: temporal_ordered", "a count has no order"),
        (4, "    condition: {gte: 1}\n    aliases: {x: {failed: y}}", "not used"),
        (4, "    condition: {gte: 1}\n    aliases: {ip: {other: y}}", "not one of"),
    ] {
        let mut lines = good;
        lines[at] = instead;
        let (line, reason) = refused(&correlation(&lines.join("\n")));
        assert!(reason.contains(part), "{reason} of {instead}");
        assert!(line >= 7, "line {line} of {instead}");
    }
}

#[test]
fn correlations_build_on_correlations_and_not_in_circles() {
    let chain = |name: &str, on: &str| {
        format!(
            "\ntitle: {name}\nname: {name}\ncorrelation: {{type: event_count, rules: [{on}], group-by: [], timespan: 1h, condition: {{gte: 2}}}}\n"
        )
    };
    let set = read(&format!("{}---{}---{FAILED}", chain("b", "a"), chain("a", "failed")));
    let names: Vec<&str> = set.correlations.iter().map(|(header, _)| header.title.as_str()).collect();
    assert_eq!((names, set.problems.len()), (vec!["a", "b"], 0));
    let circle = read(&format!("{}---{}", chain("a", "b"), chain("b", "a")));
    assert_eq!((circle.correlations.len(), circle.problems.len()), (0, 2));
}

#[test]
fn filters_join_the_rules_they_name() {
    let filter = |rules: &str| {
        with_failed(&format!(
            "
title: Without probes
id: f
logsource: {{product: app}}
filter:
    rules: {rules}
    probe: {{user: probe}}
    condition: not probe
"
        ))
    };
    for rules in ["any", "[failed]", "failed"] {
        let set = read(&filter(rules));
        assert_eq!((set.problems.len(), set.filters), (0, 1), "{rules}");
        let events = JsonEvents::from_objects(
            "app",
            &[
                json!({"action": "login", "outcome": "failure", "user": "probe"}),
                json!({"action": "login", "outcome": "failure", "user": "eve"}),
            ],
        );
        let matcher =
            Matcher::new(set.detections.iter().map(|(_, detection)| detection), &Pipeline::default())
                .unwrap();
        let rows: Vec<usize> = matcher.matches(&events).iter().map(|found| found.row).collect();
        assert_eq!(rows, [1], "{rules}");
    }
    let (line, reason) = refused(&filter("[failed, other]"));
    assert!(line == 11 && reason.contains("`other`"), "{line}: {reason}");
    let elsewhere =
        filter("[failed]").replace("logsource: {product: app}\nfilter", "logsource: {product: web}\nfilter");
    assert!(refused(&elsewhere).1.contains("another `logsource:`"));
    assert!(refused(&filter("{a: 1}")).1.contains("`any` or a list"));
}

#[test]
fn a_filter_for_any_rule_joins_those_with_its_log_source() {
    let set = read(&with_failed(
        "\ntitle: F\nid: f\nlogsource: {product: web}\nfilter: {rules: any, s: {a: 1}, condition: not s}\n",
    ));
    assert_eq!((set.problems.len(), set.detections[0].1.filters.len()), (0, 0));
}
