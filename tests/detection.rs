//! From a record to someone's telephone: rules, alerts, and what receivers get, whatever happens in between.

mod alerts; // what is asked of the server
mod kills; // exactly one incident, whatever is killed
mod late; // clocks, boundaries and delays
mod links; // what someone opens first
mod pager; // a receiver, and what it was told
mod pages; // what people see of them
mod receivers; // receivers that do not work
mod rules; // what is in force
mod sealed; // protected values
mod searches; // rules that are searches

use serde_json::{Value, json};

use crate::world::{Client, World};
use pager::Pager;

const FAILURES: &str = "
title: Failed sign-in
name: failed-sign-in
logsource: {category: authentication}
detection: {selection: {action: login, outcome: failure}, condition: selection}
---
title: More than 10 failed sign-ins from one address
id: many-failed-sign-ins
level: high
runbook: https://wiki.example/sign-ins
description: Somebody guesses passwords.
falsepositives: [A telephone with an old password]
correlation: {type: event_count, rules: [failed-sign-in], group-by: [source_ip], timespan: 5m, condition: {gt: 10}}
";

/// A server with rules that pages one receiver.
struct Watched {
    world: World,
    pager: Pager,
}

impl Watched {
    /// Started, with these rules.
    fn new(rules: &str) -> Self {
        let mut watched = Self::prepared(rules);
        watched.world.start_collector();
        watched
    }

    /// The same before it is started.
    fn prepared(rules: &str) -> Self {
        Self::prepared_with(rules, "")
    }

    /// The same with more configuration.
    fn prepared_with(rules: &str, more: &str) -> Self {
        let pager = Pager::new();
        let mut world = World::prepared();
        let folder = world.folder.folder("rules");
        std::fs::write(folder.join("own.yml"), rules).unwrap();
        let text = format!(
            "[detect]\nrules = [\"{}\"]\nurl = \"https://logs.example\"\n[[detect.channels]]\nname = \"oncall\"\n\
             kind = \"pagerduty\"\nurl = \"{}\"\nrouting_key = \"R0UT1NG\"\nallow_private = true\n{more}",
            folder.display(),
            pager.url()
        );
        let config = world.folder.path().join("palisade.toml");
        std::fs::write(&config, text).unwrap();
        world.collector.arguments(&["--config", &config.display().to_string()]);
        Self { world, pager }
    }

    fn client(&self) -> Client {
        self.world.collector.client()
    }
}

/// Failed sign-ins from an address, now or at other times.
fn failures(count: usize, address: &str, seconds_ago: i64) -> String {
    let now = now_millis();
    let line = |number: usize| {
        let at = now - seconds_ago * 1_000 + i64::try_from(number).unwrap();
        let record = json!({"timestamp": at, "action": "login", "outcome": "failure", "source_ip": address,
                            "user_id": format!("user-{number}"), "correlation_id": format!("c-{number}")});
        format!("{record}\n")
    };
    (0..count).map(line).collect()
}

fn now_millis() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn send(client: &Client, lines: &str) {
    let answer = client.send("/api/v1/ingest/auth", &[], lines.as_bytes()).json();
    assert_eq!(answer["quarantined"], json!(0), "{answer}");
}

/// All alerts.
fn alerts(client: &Client) -> Vec<Value> {
    client.get("/api/v1/alerts?limit=1000").json()["alerts"].as_array().unwrap().clone()
}
