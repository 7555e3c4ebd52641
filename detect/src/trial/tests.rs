//! Trials say what rules do, and where they do something else.

use std::sync::Arc;

use super::*;
use crate::engine::Rulebook;
use crate::pipeline::builtin;
use crate::rule::{Placeholders, RuleSet};

const RULES: &str = "
title: Failed sign-in
name: failure
logsource: {category: authentication}
detection: {selection: {outcome: failure}, condition: selection}
---
title: Many
name: many
correlation: {type: event_count, rules: [failure], group-by: [source_ip], timespan: 5m, condition: {gt: 10}}
---
title: Many accounts
name: wide
correlation: {type: value_count, rules: [failure], group-by: [source_ip], timespan: 5m, condition: {gte: 4, field: user_id}}
";

fn outcomes(text: &str) -> Vec<String> {
    let rules = RuleSet::read([("r.yml", RULES)], &Placeholders::default());
    let book = Arc::new(Rulebook::new(&rules, builtin()).unwrap());
    let trials = read_trials("r.test.yml", text).unwrap();
    let outcomes = run_trials(&book, &trials).unwrap();
    outcomes.into_iter().map(|outcome| outcome.problem.unwrap_or_default()).collect()
}

#[test]
fn what_a_rule_does_is_what_its_tests_say() {
    let text = "
rule: many
tests:
    - name: eleven
      events:
          - {record: {outcome: failure, source_ip: 192.0.2.7}, repeat: 11, every: 10s}
      fires: 1
    - name: eleven, and again an hour later
      events:
          - {record: {outcome: failure, source_ip: 192.0.2.7}, repeat: 11, every: 10s}
          - {record: {outcome: failure, source_ip: 192.0.2.7}, repeat: 11, every: 10s, after: 1h}
      fires: 2
    - name: eleven within an hour
      events:
          - {record: {outcome: failure, source_ip: 192.0.2.7}, repeat: 11, every: 5m}
      fires: 0
---
rule: wide
tests:
    - name: two tries for each account
      events:
          - {record: {outcome: failure, source_ip: 192.0.2.7, user_id: 'user-{n/2}'}, repeat: 8}
      fires: 1
    - name: one account
      events:
          - {record: {outcome: failure, source_ip: 192.0.2.7, user_id: ann}, repeat: 8}
      fires: 0
";
    assert_eq!(outcomes(text), [""; 5]);
}

#[test]
fn a_test_that_is_wrong_tells_what_happens_instead() {
    let text = "
rule: many
tests:
    - name: ten
      events: [{record: {outcome: failure, source_ip: 192.0.2.7}, repeat: 10}]
      fires: 1
";
    assert_eq!(outcomes(text), ["`Many` has 0 episodes, not 1"]);
}

#[test]
fn mistakes_in_tests_are_told_with_their_line() {
    let wrong = |text: &str| read_trials("r.test.yml", text).unwrap_err().to_string();
    assert!(
        wrong("rule: x\ntests:\n  - {name: y, events: [], fires: -1}\n").starts_with("r.test.yml:3: `fires`")
    );
    let unknown =
        wrong("rule: x\ntests:\n  - name: y\n    events:\n      - {record: {}, repaet: 2}\n    fires: 0\n");
    assert!(unknown.starts_with("r.test.yml:5: `repaet:` is not known here"), "{unknown}");
}
