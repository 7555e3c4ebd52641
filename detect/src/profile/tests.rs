//! Rules that know what is usual, from their YAML to their alerts.

use std::sync::Arc;

use palisade_record::Timestamp;
use serde_json::json;

use super::Places;
use super::mmdb::{city, database};
use crate::correlate::Limits;
use crate::engine::{Engine, Rulebook};
use crate::pipeline::builtin;
use crate::rule::{Placeholders, RuleSet};
use crate::window::Change;
use crate::{Events as _, JsonEvents};

mod refusals;
mod trials;

/// A rule about sign-ins with this `watch:`.
fn rule(watch: &str) -> String {
    let head = "title: Unusual\nname: unusual\nlogsource: {stream: app}\n";
    format!(
        "{head}detection: {{any: {{action: login}}, condition: any}}\nwatch:\n  {watch}\nalert: {{lateness: 10s}}\n"
    )
}

fn book(rules: &str) -> Arc<Rulebook> {
    let rules = RuleSet::read([("r.yml", rules)], &Placeholders::default());
    assert_eq!(rules.problems, []);
    let places = database(&[
        ("192.0.2.0/25", city("DE", 52.5, 13.4, 20)),
        ("192.0.2.128/25", city("DE", 48.1, 11.6, 20)),
        ("198.51.100.0/24", city("AU", -33.9, 151.2, 50)),
    ]);
    let places = Some(Arc::new(Places::from_bytes(places).unwrap()));
    let book = Rulebook::with_places(&rules, builtin(), places).unwrap();
    assert_eq!(book.problems(), []);
    Arc::new(book)
}

#[test]
fn what_is_asked_is_said_in_words() {
    let words = |watch: &str, alert: &str| {
        let book = book(&rule(watch).replace("{lateness: 10s}", alert));
        book.plans()[0].condition_in_words()
    };
    let drop = "{type: drop, group-by: [service], timespan: 1m, baseline: 1h, condition: {lt: 0.8}}";
    let told = words(drop, "{for: 5m}");
    assert_eq!(told, "less than 80 % of the average in 1 minute over the 1 hour before, for 5 minutes");
    let told = words("{type: first_seen, group-by: [user_id], fields: [source_ip]}", "{}");
    assert_eq!(told, "at least 1 records with a source_ip that is new within 90 days in 5 minutes");
    let told =
        words("{type: after_hours, group-by: [user_id], hours: 07:00-19:00, zone: UTC, minimum: 3}", "{}");
    assert_eq!(told, "at least 3 records outside of mon-fri 07:00-19:00 in 5 minutes");
}

#[test]
fn a_restart_and_a_rule_that_is_tuned_forget_nothing_of_what_is_usual() {
    let engine = |learn: &str| {
        let watch = format!("{{type: first_seen, group-by: [user_id], fields: [source_ip], learn: {learn}}}");
        Engine::new(book(&rule(&watch)), Limits::default(), 0)
    };
    let take = |engine: &mut Engine, time: &str, address: &str| {
        let record = json!({"timestamp": time, "action": "login", "user_id": "ann", "source_ip": address});
        let events = JsonEvents::from_objects("app", [&record]);
        let now = events.time(0);
        engine.take(&events, &|_| 1, now);
        let findings = engine.settle(now);
        findings
            .into_iter()
            .filter_map(|finding| matches!(finding.told.change, Change::Began(_)).then_some(finding.reason?))
            .collect::<Vec<_>>()
    };
    let mut before = engine("7d");
    assert!(take(&mut before, "2026-03-02T09:00:00Z", "192.0.2.1").is_empty());
    let mut after = engine("5d");
    let mut restored = 0;
    before.changed(|rule, fingerprint, key, bytes| {
        restored += usize::from(after.restore(rule, fingerprint, key.clone(), &bytes.unwrap()).unwrap());
    });
    assert_eq!(restored, 1);
    let told = take(&mut after, "2026-03-08T09:00:00Z", "192.0.2.2");
    assert_eq!(told, ["192.0.2.2 is a source_ip that was not seen here for 90 days"]);
    assert!(take(&mut after, "2026-03-08T09:00:01Z", "192.0.2.1").is_empty());
}

#[test]
fn groups_past_the_bound_are_told_in_the_counts_of_the_rule() {
    let watch = "{type: dormant, group-by: [user_id]}";
    let mut engine = Engine::new(book(&rule(watch)), Limits { groups: 2, ..Limits::default() }, 0);
    let records = ["ann", "bob", "eve"].map(|user| json!({"action": "login", "user_id": user}));
    engine.take(&JsonEvents::from_objects("app", &records), &|_| 1, Timestamp::default());
    engine.settle(Timestamp::default());
    assert_eq!(engine.state(0).counts.refused, 1);
}
