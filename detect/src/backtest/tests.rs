//! History gives what would have been told, and tells why nothing was.

use std::time::Duration;

use palisade_record::{StreamName, TimeRange, Timestamp};
use serde_json::{Value, json};

use super::history::page;
use super::*;
use crate::pipeline::builtin;
use crate::rule::{Placeholders, RuleSet};

const RULES: &str = "
title: Failed sign-in
name: failure
logsource: {category: authentication}
detection: {selection: {action: login, outcome: failure}, condition: selection}
---
title: Many failed sign-ins
name: many
correlation: {type: event_count, rules: [failure], group-by: [source_ip], timespan: 5m, condition: {gt: 10}}
";

fn rules(text: &str) -> RuleSet {
    let rules = RuleSet::read([("r.yml", text)], &Placeholders::default());
    assert_eq!(rules.problems, []);
    rules
}

fn at(second: u64) -> Timestamp {
    Timestamp::from_seconds(1_790_000_000, 0).unwrap().plus(Duration::from_secs(second))
}

/// Records in memory, three a page.
struct Records(Vec<Value>);

impl History for Records {
    fn page(
        &self,
        _: &str,
        _: Option<&StreamName>,
        range: TimeRange,
        after: Option<&str>,
    ) -> Result<Page, HistoryError> {
        let time = |record: &&Value| Timestamp::parse_rfc3339(record["timestamp"].as_str().unwrap()).unwrap();
        let within = self.0.iter().filter(|record| range.from <= time(record) && time(record) < range.to);
        let start: usize = after.map_or(0, |cursor| cursor.parse().unwrap());
        let records: Vec<Value> = within.skip(start).take(3).cloned().collect();
        let cursor = (records.len() == 3).then(|| (start + 3).to_string());
        Ok(page(&records, cursor))
    }
}

fn failure(second: u64, address: &str) -> Value {
    json!({"id": format!("{second:032x}"), "timestamp": at(second).to_string(), "stream": "app",
           "fields": {"action": "login", "outcome": "failure", "source_ip": address}})
}

fn question(from: u64, to: u64) -> Question {
    Question { rule: "many".to_owned(), from: at(from), to: at(to) }
}

#[test]
fn episodes_of_the_past_are_told_with_their_groups_and_how_often_someone_were_told() {
    let mut records: Vec<Value> = (0..12).map(|number| failure(1_000 + number * 10, "192.0.2.7")).collect();
    records.extend((0..11).map(|number| failure(5_000 + number, "192.0.2.8")));
    records.extend((0..10).map(|number| failure(9_000 + number, "192.0.2.9")));
    let report = backtest(&rules(RULES), (builtin(), None), &Records(records), &question(0, 86_400)).unwrap();
    assert_eq!((report.began, report.records, report.found), (2, 33, 33));
    let groups: Vec<&str> = report.episodes.iter().map(|episode| episode.group[0].1.as_str()).collect();
    assert_eq!(groups, ["192.0.2.7", "192.0.2.8"]);
    assert_eq!((report.episodes[0].from, report.episodes[0].peak), (at(1_100), 12.0));
    assert_eq!(report.episodes[0].to, Some(at(1_310)));
    assert!((report.per_week() - 14.0).abs() < 1e-9);
}

#[test]
fn a_window_that_begins_before_the_time_that_is_asked_about_counts_what_came_before() {
    let records: Vec<Value> = (0..11).map(|number| failure(95 + number, "192.0.2.7")).collect();
    let report =
        backtest(&rules(RULES), (builtin(), None), &Records(records), &question(100, 1_000)).unwrap();
    assert_eq!(report.began, 1);
}

#[test]
fn another_text_is_compared_with_the_one_before() {
    let records = Records((0..8).map(|number| failure(1_000 + number, "192.0.2.7")).collect());
    let strict = rules(&RULES.replace("gt: 10", "gt: 5"));
    let now = backtest(&strict, (builtin(), None), &records, &question(0, 86_400)).unwrap();
    let before = backtest(&rules(RULES), (builtin(), None), &records, &question(0, 86_400)).unwrap();
    let (new, gone) = now.differences(&before);
    assert_eq!((new.len(), gone.len()), (1, 0));
}

#[test]
fn why_not_tells_how_many_counted_and_what_kept_the_others_from_counting() {
    let mut records: Vec<Value> = (0..4).map(|number| failure(1_000 + number, "192.0.2.7")).collect();
    records.push(failure(1_004, "192.0.2.8"));
    let mut success = failure(1_005, "192.0.2.7");
    success["fields"]["outcome"] = json!("success");
    records.push(success);
    let group = ["::ffff:192.0.2.7".to_owned()];
    let told = why(&rules(RULES), (builtin(), None), &Records(records), "many", at(1_010), &group).unwrap();
    assert_eq!((told.counted, told.elsewhere, told.records), (4, 1, 6));
    let [nearest] = &told.nearest[..] else { panic!("{:?}", told.nearest) };
    let failed: Vec<_> = nearest.explanation.search.selections[0]
        .items
        .iter()
        .filter(|item| !item.holds)
        .map(|item| (item.field.clone().unwrap(), item.values.clone()))
        .collect();
    assert_eq!(failed, [("outcome".to_owned(), vec!["success".to_owned()])]);
}

#[test]
fn a_rule_that_is_not_there_and_a_time_that_is_none_are_told() {
    let none = backtest(
        &rules(RULES),
        (builtin(), None),
        &Records(Vec::new()),
        &Question { rule: "x".to_owned(), ..question(0, 1) },
    );
    assert!(matches!(none, Err(BacktestError::NoRule(_))));
    let empty = backtest(&rules(RULES), (builtin(), None), &Records(Vec::new()), &question(5, 5));
    assert!(matches!(empty, Err(BacktestError::Empty)));
}

#[test]
fn the_search_of_a_rule_asks_for_what_must_be_there() {
    let rules = rules(RULES);
    let detections: Vec<_> = rules.searches().collect();
    let (query, stream) = narrow::query(&detections, builtin());
    assert!(query.contains("action:\"login\"") && query.contains("outcome:\"failure\""), "{query}");
    assert_eq!(stream, None);
}
