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
use crate::trial::{read_trials, run_trials};
use crate::window::Change;
use crate::{Events as _, JsonEvents};

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

/// Why a rule with this `watch:` is refused.
fn refused(watch: &str) -> String {
    let rules = RuleSet::read([("r.yml", rule(watch).as_str())], &Placeholders::default());
    rules.problems.first().map(ToString::to_string).unwrap_or_default()
}

/// What goes wrong in trials of a rule with this `watch:`.
fn trials(watch: &str, tests: &str) -> Vec<String> {
    let files = read_trials("r.test.yml", &format!("rule: unusual\ntests:{tests}")).unwrap();
    let outcomes = run_trials(&book(&rule(watch)), &files).unwrap();
    outcomes
        .into_iter()
        .filter_map(|outcome| Some(format!("{}: {}", outcome.name, outcome.problem?)))
        .collect()
}

#[test]
fn an_address_that_an_account_never_had_is_told_once_the_account_is_known() {
    let watch = "{type: first_seen, group-by: [user_id], fields: [source_ip]}";
    let tests = "
    - name: a new address in the second week
      events:
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.1}, repeat: 8, every: 1d}
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.2}, repeat: 3, every: 1h}
      fires: 1
    - name: new addresses in the first week
      events:
          - {record: {action: login, user_id: ann, source_ip: '192.0.2.{n}'}, repeat: 6, every: 1d}
      fires: 0
    - name: another account
      events:
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.1}, repeat: 8, every: 1d}
          - {record: {action: login, user_id: bob, source_ip: 192.0.2.2}}
      fires: 0
    - name: an address of last summer
      events:
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.2}}
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.1}, after: 1d, repeat: 100, every: 1d}
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.2}}
      fires: 1
";
    assert_eq!(trials(watch, tests), [] as [&str; 0]);
}

#[test]
fn an_account_that_wakes_up_is_told() {
    let watch = "{type: dormant, group-by: [user_id], silence: 30d}";
    let tests = "
    - name: after two months
      events:
          - {record: {action: login, user_id: ann}}
          - {record: {action: login, user_id: ann}, after: 60d, repeat: 3, every: 1h}
      fires: 1
    - name: after two weeks
      events: [{record: {action: login, user_id: ann}, repeat: 5, every: 14d}]
      fires: 0
    - name: for the first time
      events: [{record: {action: login, user_id: 'user-{n}'}, repeat: 5, every: 40d}]
      fires: 0
";
    assert_eq!(trials(watch, tests), [] as [&str; 0]);
}

#[test]
fn a_sign_in_by_night_is_told_of_those_who_do_not_work_by_night() {
    let watch = "{type: after_hours, group-by: [user_id], hours: '07:00-19:00', zone: Europe/Berlin, minimum: 3, timespan: 1h}";
    // Trials begin on a Monday at 10 o'clock in Berlin.
    let tests = "
    - name: three records in the night
      events: [{record: {action: login, user_id: ann}, after: 16h, repeat: 3, every: 5m}]
      fires: 1
    - name: two records in the night
      events: [{record: {action: login, user_id: ann}, after: 16h, repeat: 2, every: 5m}]
      fires: 0
    - name: a day of work
      events: [{record: {action: login, user_id: ann}, repeat: 9, every: 1h}]
      fires: 0
    - name: around the clock, in the first four nights and over the first weekend, and not in the next two weeks
      events: [{record: {action: login, user_id: ann}, repeat: 2016, every: 15m}]
      fires: 5
";
    assert_eq!(trials(watch, tests), [] as [&str; 0]);
}

#[test]
fn a_service_that_sends_less_than_it_did_is_told_after_five_minutes() {
    let rule = "title: Ingestion drops\nname: unusual\nlogsource: {stream: app}\n\
        detection: {any: {service: '*'}, condition: any}\n\
        watch: {type: drop, group-by: [service], timespan: 1m, baseline: 1h, condition: {lt: 0.8}}\n\
        alert: {for: 5m, lateness: 10s}\n";
    let tests = "
rule: unusual
tests:
    - name: as ever
      events: [{record: {service: pay}, repeat: 2400, every: 3s}]
      ends-after: 1s
      fires: 0
    - name: to 60 % for ten minutes
      events:
          - {record: {service: pay}, repeat: 1200, every: 3s}
          - {record: {service: pay}, repeat: 120, every: 5s}
      ends-after: 1s
      fires: 1
    - name: to 60 % for four minutes
      events:
          - {record: {service: pay}, repeat: 1200, every: 3s}
          - {record: {service: pay}, repeat: 48, every: 5s}
          - {record: {service: pay}, repeat: 1200, every: 3s}
      ends-after: 1s
      fires: 0
    - name: to nothing
      events: [{record: {service: pay}, repeat: 1200, every: 3s}]
      ends-after: 10m
      fires: 1
    - name: hardly any
      events: [{record: {service: pay}, repeat: 120, every: 30s}]
      ends-after: 10m
      fires: 0
    - name: in the first minutes
      events:
          - {record: {service: pay}, repeat: 100, every: 3s}
          - {record: {service: pay}, repeat: 120, every: 5s}
      ends-after: 1s
      fires: 0
";
    let files = read_trials("r.test.yml", tests).unwrap();
    let outcomes = run_trials(&book(rule), &files).unwrap();
    let wrong: Vec<_> = outcomes.into_iter().filter(|outcome| outcome.problem.is_some()).collect();
    assert_eq!(wrong, []);
}

#[test]
fn far_more_patients_than_an_account_ever_looks_at_are_told() {
    let watch = "{type: bulk, group-by: [user_id], distinct: [patient_id], per: 1h}";
    let tests = "
    - name: 200 in an hour, where it is 10
      events:
          - {record: {action: login, user_id: ann, patient_id: 'p{n}'}, repeat: 200, every: 6m}
          - {record: {action: login, user_id: ann, patient_id: 'p{n}'}, repeat: 200, every: 10s}
      fires: 1
    - name: one patient 200 times
      events:
          - {record: {action: login, user_id: ann, patient_id: 'p{n}'}, repeat: 200, every: 6m}
          - {record: {action: login, user_id: ann, patient_id: p0}, repeat: 200, every: 10s}
      fires: 0
    - name: 200 in the first hour
      events: [{record: {action: login, user_id: ann, patient_id: 'p{n}'}, repeat: 200, every: 10s}]
      fires: 0
";
    assert_eq!(trials(watch, tests), [] as [&str; 0]);
}

#[test]
fn a_hole_in_an_audit_log_is_told_and_what_comes_late_is_none() {
    let watch = "{type: sequence_gap, group-by: [host], field: sequence}";
    let tests = "
    - name: a hole
      events:
          - {record: {action: login, host: a, sequence: '{n}'}, repeat: 5, every: 1s}
          - {record: {action: login, host: a, sequence: '1{n}'}, repeat: 3, every: 1s}
      fires: 1
    - name: a restart
      events:
          - {record: {action: login, host: a, sequence: '{n}'}, repeat: 5, every: 1s}
          - {record: {action: login, host: a, sequence: 1}}
      fires: 0
    - name: two that come the wrong way around
      events:
          - {record: {action: login, host: a, sequence: 5}}
          - {record: {action: login, host: a, sequence: 7}, after: 2s}
          - {record: {action: login, host: a, sequence: 6}, after: 2s}
      fires: 0
    - name: two hosts
      events:
          - {record: {action: login, host: a, sequence: 5}}
          - {record: {action: login, host: b, sequence: 7}}
      fires: 0
";
    assert_eq!(trials(watch, tests), [] as [&str; 0]);
}

#[test]
fn nobody_signs_in_from_two_ends_of_the_earth() {
    let watch =
        "{type: impossible_travel, group-by: [user_id], address: source_ip, skip: [198.51.100.128/25]}";
    let tests = "
    - name: Berlin and Sydney within an hour
      events:
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.1}}
          - {record: {action: login, user_id: ann, source_ip: 198.51.100.1}, after: 1h}
      fires: 1
    - name: Berlin and Sydney within a day
      events:
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.1}}
          - {record: {action: login, user_id: ann, source_ip: 198.51.100.1}, after: 24h}
      fires: 0
    - name: Berlin and Munich
      events:
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.1}}
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.200}, after: 1m}
      fires: 0
    - name: two people
      events:
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.1}}
          - {record: {action: login, user_id: bob, source_ip: 198.51.100.1}, after: 1m}
      fires: 0
    - name: through the network of a VPN
      events:
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.1}}
          - {record: {action: login, user_id: ann, source_ip: 198.51.100.200}, after: 1m}
      fires: 0
    - name: Sydney is told late
      events:
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.1, timestamp: '2026-03-02T08:00:00Z'}}
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.1, timestamp: '2026-03-02T08:30:00Z'}}
          - {record: {action: login, user_id: ann, source_ip: 198.51.100.1, timestamp: '2026-03-02T08:15:00Z'}}
      fires: 1
";
    assert_eq!(trials(watch, tests), [] as [&str; 0]);
}

#[test]
fn a_country_from_which_an_account_never_came_is_told() {
    let watch = "{type: first_seen, group-by: [user_id], country_of: source_ip}";
    let tests = "
    - name: another city, and then another country
      events:
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.1}, repeat: 10, every: 1d}
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.200}}
          - {record: {action: login, user_id: ann, source_ip: 198.51.100.1}, after: 1d}
      fires: 1
    - name: an address that nobody knows
      events:
          - {record: {action: login, user_id: ann, source_ip: 192.0.2.1}, repeat: 10, every: 1d}
          - {record: {action: login, user_id: ann, source_ip: 203.0.113.1}}
      fires: 0
";
    assert_eq!(trials(watch, tests), [] as [&str; 0]);
}

#[test]
fn a_rule_that_asks_where_addresses_are_is_refused_when_no_file_tells_it() {
    let watch = "{type: first_seen, group-by: [user_id], country_of: source_ip}";
    let rules = RuleSet::read([("r.yml", rule(watch).as_str())], &Placeholders::default());
    let book = Rulebook::new(&rules, builtin()).unwrap();
    assert_eq!(book.plans().len(), 0);
    let problem = book.problems()[0].to_string();
    assert!(problem.starts_with("r.yml:1: ") && problem.contains("`places`"), "{problem}");
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
fn so_many_unusual_records_must_come_together_as_the_rule_says() {
    let watch =
        "{type: first_seen, group-by: [user_id], fields: [source_ip], learn: 1d, minimum: 3, timespan: 1h}";
    let tests = "
    - name: two
      events:
          - {record: {action: login, user_id: ann, source_ip: 10.0.0.1}}
          - {record: {action: login, user_id: ann, source_ip: '192.0.2.{n}'}, after: 2d, repeat: 2, every: 1m}
      fires: 0
    - name: three
      events:
          - {record: {action: login, user_id: ann, source_ip: 10.0.0.1}}
          - {record: {action: login, user_id: ann, source_ip: '192.0.2.{n}'}, after: 2d, repeat: 3, every: 1m}
      fires: 1
";
    assert_eq!(trials(watch, tests), [] as [&str; 0]);
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

#[test]
fn mistakes_in_what_is_usual_are_told_with_their_line() {
    for (watch, expected) in [
        ("{type: first_sen, group-by: [a]}", "r.yml:6: `type: first_sen` is not known to `watch:`"),
        ("{type: first_seen, group-by: [a]}", "r.yml:6: `fields:` is missing"),
        ("{type: first_seen, group-by: [a], fields: []}", "r.yml:6: `fields` names no field"),
        (
            "type: first_seen\n  group-by: [a]\n  fields: [b]\n  memory: 5d",
            "r.yml:6: `learn` must be shorter",
        ),
        (
            "type: first_seen\n  group-by: [a]\n  fields: [b]\n  learn: 90d",
            "r.yml:9: `learn` must be shorter",
        ),
        ("type: dormant\n  group-by: [a]\n  silence: 3y", "r.yml:8: `silence` must be shorter"),
        ("type: dormant\n  group-by: [a]\n  learn: 3d", "r.yml:8: `learn:` is not known here"),
        (
            "{type: after_hours, group-by: [a], hours: '7-19', zone: UTC}",
            "r.yml:6: `hours` must be two times",
        ),
        ("{type: after_hours, group-by: [a], hours: '07:00-19:00'}", "r.yml:6: `zone:` is missing"),
        ("type: after_hours\n  group-by: [a]\n  hours: 07:00-19:00\n  zone: Mars", "r.yml:9: `zone` must be"),
        (
            "type: after_hours\n  group-by: [a]\n  hours: 07:00-19:00\n  zone: UTC\n  days: [noday]",
            "r.yml:10: `days` must be",
        ),
        ("{type: drop, group-by: [a], timespan: 1m, condition: {gt: 2}}", "r.yml:6: the condition of a drop"),
        (
            "{type: drop, group-by: [a], timespan: 1m, condition: {lt: 80}}",
            "r.yml:6: the condition of a drop",
        ),
        (
            "type: drop\n  group-by: [a]\n  timespan: 2h\n  condition: {lt: 0.5}\n  baseline: 1h",
            "r.yml:10: `baseline` must be longer",
        ),
        ("{type: bulk, group-by: [a], distinct: [b], per: 2h}", "r.yml:6: `per` must be `1h` or `1d`"),
        ("{type: bulk, group-by: [a], distinct: [b], z: 0}", "r.yml:6: `z` must be 1 to 100"),
        (
            "{type: bulk, group-by: [a], distinct: [b], minimum: 1000}",
            "r.yml:6: `minimum` must be a whole number from 1",
        ),
        ("{type: sequence_gap, group-by: [a]}", "r.yml:6: `field:` is missing"),
        (
            "{type: first_seen, group-by: [a], fields: [b], country_of: c}",
            "r.yml:6: `country_of` stands in place",
        ),
        ("{type: impossible_travel, group-by: [a]}", "r.yml:6: `address:` is missing"),
        ("{type: impossible_travel, group-by: [a], address: b, speed: 0}", "r.yml:6: `speed` must be 1 to"),
        (
            "type: impossible_travel\n  group-by: [a]\n  address: b\n  skip: [10.0/8]",
            "r.yml:9: `skip`: `10.0/8` is not",
        ),
        ("{type: dormant}", "r.yml:6: `group-by:` is missing"),
        (
            "{type: dormant, group-by: [a], timespan: 2d}",
            "r.yml:6: `timespan` must be more than nothing and at most a day",
        ),
        ("{type: dormant, group-by: [a], minimum: 0}", "r.yml:6: `minimum` must be a whole number above 0"),
    ] {
        let problem = refused(watch);
        assert!(problem.starts_with(expected), "{watch}: {problem}");
    }
}
