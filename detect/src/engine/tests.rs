//! Records in, episodes out.

use palisade_record::{RecordId, Value as FieldValue};
use serde_json::json;

use super::*;
use crate::JsonEvents;
use crate::pipeline::builtin;
use crate::rule::{Placeholders, RuleSet};
use crate::window::Change;

const RULES: &str = "
title: Viewers wait
name: stalls
logsource: {stream: app}
detection:
    played: {action: play}
    stalled: {action: buffering}
    condition: played or stalled
watch:
    {type: ratio, part: stalled, distinct: [correlation_id], minimum: 10, group-by: [region], timespan: 10m, condition: {gt: 0.05}}
alert: {for: 2m, lateness: 10s}
---
title: Silent
name: silent
logsource: {stream: app}
detection: {any: {service: '*'}, condition: any}
watch: {type: absence, group-by: [service], timespan: 5m, memory: 1h}
alert: {lateness: 10s}
---
title: Failed sign-in
name: failure
logsource: {category: authentication}
detection: {selection: {action: login, outcome: failure}, condition: selection}
---
title: Many failed sign-ins
name: many
level: high
correlation: {type: event_count, rules: [failure], group-by: [source_ip], timespan: 5m, condition: {gt: 10}}
---
title: Many accounts
name: spraying
correlation: {type: value_count, rules: [failure], group-by: [source_ip], timespan: 10m, condition: {field: user_id, gte: 3}}
---
title: From many addresses
name: wide
correlation: {type: event_count, rules: [many], group-by: [], timespan: 1h, condition: {gte: 2}, generate: true}
";

/// Events that arrive at another time than they tell.
struct Arriving {
    events: JsonEvents,
    at: Timestamp,
}

impl Events for Arriving {
    fn len(&self) -> usize {
        self.events.len()
    }
    fn stream(&self) -> &str {
        self.events.stream()
    }
    fn values(&self, field: &str, take: &mut dyn FnMut(usize, FieldValue<'_>)) {
        self.events.values(field, take);
    }
    fn values_of(&self, row: usize, take: &mut dyn FnMut(&str, FieldValue<'_>)) {
        self.events.values_of(row, take);
    }
    fn value(&self, field: &str, row: usize, take: &mut dyn FnMut(FieldValue<'_>)) {
        self.events.value(field, row, take);
    }
    fn fields(&self, take: &mut dyn FnMut(&str)) {
        self.events.fields(take);
    }
    fn time(&self, row: usize) -> Timestamp {
        self.events.time(row)
    }
    fn received_at(&self, _: usize) -> Timestamp {
        self.at
    }
    fn id(&self, row: usize) -> RecordId {
        self.events.id(row)
    }
}

fn engine() -> Engine {
    let rules = RuleSet::read([("r.yml", RULES)], &Placeholders::default());
    assert_eq!(rules.problems, []);
    let book = Rulebook::new(&rules, builtin()).unwrap();
    assert_eq!(book.problems(), []);
    Engine::new(Arc::new(book), Limits::default(), 0)
}

fn at(second: u64) -> Timestamp {
    Timestamp::from_seconds(1_790_000_000, 0).unwrap().plus(Duration::from_secs(second))
}

fn failure(second: u64, ip: &str, user: &str) -> serde_json::Value {
    json!({"timestamp": at(second).to_string(), "action": "login", "outcome": "failure", "source_ip": ip, "user_id": user})
}

fn take(engine: &mut Engine, records: &[serde_json::Value], now: Timestamp) -> Vec<String> {
    let events = Arriving { events: JsonEvents::from_objects("app", records), at: now };
    engine.take(&events, &|_| 1, now);
    told(engine, now)
}

fn told(engine: &mut Engine, now: Timestamp) -> Vec<String> {
    let findings = engine.settle(now);
    let began = findings.iter().filter(|finding| matches!(finding.told.change, Change::Began(_)));
    let tell = |finding: &Finding| {
        let name = engine.book().plans()[finding.plan].header.name.clone().unwrap();
        format!("{name} [{}] {}", finding.told.key, finding.told.evidence.value)
    };
    began.map(tell).collect()
}

#[test]
fn the_eleventh_failure_from_one_address_is_told_at_once_and_once() {
    let mut engine = engine();
    let failures: Vec<_> = (0..20).map(|second| failure(second, "192.0.2.7", "ann")).collect();
    assert_eq!(take(&mut engine, &failures[..10], at(10)), [] as [&str; 0]);
    assert_eq!(take(&mut engine, &failures[10..11], at(11)), ["many [192.0.2.7] 11"]);
    assert_eq!(take(&mut engine, &failures[11..], at(20)), [] as [&str; 0]);
}

#[test]
fn one_address_in_two_spellings_is_one_group() {
    let mut engine = engine();
    let ip = |second: u64| if second.is_multiple_of(2) { "192.0.2.7" } else { "::ffff:192.0.2.7" };
    let failures: Vec<_> = (0..11).map(|second| failure(second, ip(second), "ann")).collect();
    assert_eq!(take(&mut engine, &failures, at(11)), ["many [192.0.2.7] 11"]);
}

#[test]
fn records_without_the_field_of_the_group_do_not_count_together() {
    let mut engine = engine();
    let failures: Vec<_> = (0..20).map(|_| json!({"action": "login", "outcome": "failure"})).collect();
    assert_eq!(take(&mut engine, &failures, at(0)), [] as [&str; 0]);
    let many = engine.book().plan_of("many").unwrap();
    assert_eq!((engine.state(many).found, engine.state(many).skipped), (20, 20));
}

#[test]
fn different_values_are_counted_and_the_same_in_capitals_is_another_one() {
    let mut engine = engine();
    let failures: Vec<_> =
        ["ann", "bob", "bob", "eve"].iter().map(|user| failure(1, "192.0.2.7", user)).collect();
    assert_eq!(take(&mut engine, &failures[..3], at(2)), [] as [&str; 0]);
    assert_eq!(take(&mut engine, &failures[3..], at(2)), ["spraying [192.0.2.7] 3"]);
}

#[test]
fn episodes_of_one_rule_are_events_of_another() {
    let mut engine = engine();
    let of = |ip: &str| (0..11).map(|second| failure(second, ip, "ann")).collect::<Vec<_>>();
    assert_eq!(take(&mut engine, &of("192.0.2.7"), at(11)), ["many [192.0.2.7] 11"]);
    assert_eq!(take(&mut engine, &of("192.0.2.8"), at(12)), ["many [192.0.2.8] 11", "wide [] 2"]);
    let many = engine.book().plan_of("many").unwrap();
    assert!(engine.book().plans()[many].is_told, "the chain asks for it with `generate`");
}

#[test]
fn a_record_from_the_far_future_counts_as_of_its_arrival() {
    let mut engine = engine();
    let mut failures: Vec<_> = (0..10).map(|second| failure(second, "192.0.2.7", "ann")).collect();
    failures.push(failure(864_000, "192.0.2.7", "ann"));
    assert_eq!(take(&mut engine, &failures, at(20)), ["many [192.0.2.7] 11"]);
    assert_eq!(engine.ahead(), 1);
}

#[test]
fn a_restart_goes_on_with_what_was_stored() {
    let mut before = engine();
    let failures: Vec<_> = (0..11).map(|second| failure(second, "192.0.2.7", "ann")).collect();
    take(&mut before, &failures[..10], at(10));
    let mut after = engine();
    let mut restored = 0;
    before.changed(|rule, fingerprint, key, bytes| {
        assert!(after.restore(rule, fingerprint, key.clone(), &bytes.unwrap()).unwrap());
        assert!(!after.restore(rule, "another", key.clone(), &[]).unwrap());
        restored += 1;
    });
    assert_eq!(restored, 2);
    assert_eq!(take(&mut after, &failures[10..], at(11)), ["many [192.0.2.7] 11"]);
}

#[test]
fn a_rule_that_comes_before_another_takes_nothing_of_what_that_remembers() {
    let mut before = engine();
    let failures: Vec<_> = (0..11).map(|second| failure(second, "192.0.2.7", "ann")).collect();
    take(&mut before, &failures[..10], at(10));
    let first = "title: First\nname: first\nlogsource: {stream: app}\ndetection: {s: {action: none}, condition: s}\n---";
    let rules = RuleSet::read([("r.yml", format!("{first}{RULES}").as_str())], &Placeholders::default());
    let book = Rulebook::new(&rules, builtin()).unwrap();
    let mut after = Engine::new(Arc::new(book), Limits::default(), 10);
    before.changed(|rule, fingerprint, key, bytes| {
        assert!(after.restore(rule, fingerprint, key.clone(), &bytes.unwrap()).unwrap());
    });
    assert_eq!(take(&mut after, &failures[10..], at(11)), ["many [192.0.2.7] 11"]);
}

fn session(second: u64, number: u64, action: &str) -> serde_json::Value {
    json!({"timestamp": at(second).to_string(), "action": action, "region": "eu", "correlation_id": format!("s{number}")})
}

#[test]
fn a_ratio_is_told_once_it_has_held_for_long_enough() {
    let mut engine = engine();
    let mut told_at = Vec::new();
    for second in 0..400 {
        let mut records = vec![session(second, second, "play")];
        if second >= 100 && second % 10 == 0 {
            records.push(session(second, second, "buffering"));
        }
        if !take(&mut engine, &records, at(second)).is_empty() {
            told_at.push(second);
        }
    }
    // Of the sessions so far more than one in twenty has waited from second 200 on: 11 of 201. At second 199 it were 10 of 200.
    // Two minutes later it has held for long enough, and ten seconds later nothing can come any more that changes it.
    assert_eq!(told_at, [331]);
}

#[test]
fn a_ratio_of_few_says_nothing() {
    let mut engine = engine();
    let records: Vec<_> = (0..9).map(|number| session(number, number, "buffering")).collect();
    assert_eq!(take(&mut engine, &records, at(10)), [] as [&str; 0]);
    assert_eq!(told(&mut engine, at(500)), [] as [&str; 0]);
}

#[test]
fn a_service_that_falls_silent_is_told_and_one_that_is_forgotten_is_not_told_again() {
    let mut engine = engine();
    let record = |second: u64| json!({"timestamp": at(second).to_string(), "service": "ledger"});
    take(&mut engine, &[record(0), record(100)], at(100));
    assert_eq!(told(&mut engine, at(390)), [] as [&str; 0]);
    assert_eq!(told(&mut engine, at(420)), ["silent [ledger] 0"]);
    assert_eq!(told(&mut engine, at(3_000)), [] as [&str; 0]);
    assert_eq!(take(&mut engine, &[record(3_001)], at(3_001)), [] as [&str; 0]);
    assert_eq!(told(&mut engine, at(3_400)), ["silent [ledger] 0"]);
    assert_eq!(told(&mut engine, at(20_000)), [] as [&str; 0]);
}

const SEARCH: &str = "
title: Errors by region
id: errors
search:
    query: 'level:error | stats count() as errors by region'
    every: 1m
    timespan: 5m
    group-by: [region]
    value: errors
    condition: {gt: 100}
";

#[test]
fn answers_of_a_search_are_one_episode_while_they_follow_one_another() {
    let rules = RuleSet::read([("s.yml", SEARCH)], &Placeholders::default());
    assert_eq!(rules.problems, []);
    let mut engine = Engine::new(Arc::new(Rulebook::new(&rules, builtin()).unwrap()), Limits::default(), 0);
    let mut changes = Vec::new();
    for minute in 0..10u64 {
        let errors = if (2..6).contains(&minute) { 150.0 } else { 3.0 };
        let key = GroupKey(["eu".into()].into());
        let row = crate::schedule::Row { key, value: errors };
        engine.answered(&Answer { rule: "errors".to_owned(), at: at(minute * 60), rows: vec![row] });
        changes.extend(engine.settle(at(minute * 60 + 61)).into_iter().map(|finding| finding.told.change));
    }
    changes.extend(engine.settle(at(5_000)).into_iter().map(|finding| finding.told.change));
    let [Change::Began(_), Change::Ended(episode)] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((episode.span.from, episode.span.to), (at(120), Some(at(360))));
    assert!(!episode.is_late);
}

#[test]
fn a_search_that_is_wrong_is_refused_with_its_line() {
    for (written, wrong, told) in [
        ("level:error |", "level:error | stat", "s.yml:5: `query`:"),
        ("every: 1m", "every: 1s", "s.yml:6: `every` must be whole seconds, at least 10"),
        ("value: errors", "valeu: errors", "s.yml:9: `valeu:` is not known here"),
    ] {
        let text = SEARCH.replace(written, wrong);
        let rules = RuleSet::read([("s.yml", text.as_str())], &Placeholders::default());
        let problem = rules.problems[0].to_string();
        assert!(problem.starts_with(told), "{problem}");
    }
}
