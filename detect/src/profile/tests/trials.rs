//! What rules about the usual do with records, as trials.

use super::*;
use crate::trial::{read_trials, run_trials};

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
