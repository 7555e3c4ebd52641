//! Rules that are searches: asked again and again, also about the time in which nobody was there to ask.

use serde_json::json;

use super::{Watched, alerts, now_millis};
use crate::world::wait_until;

const ERRORS: &str = "
title: Errors by region
id: errors-by-region
level: high
runbook: https://wiki.example/errors
search:
    query: 'level:error | stats count() as errors by region'
    every: 10s
    timespan: 10s
    group-by: [region]
    value: errors
    condition: {gt: 3}
alert: {lateness: 1s}
";

fn errors(count: i64, region: &str) -> String {
    let now = now_millis();
    let line =
        |number: i64| format!("{}\n", json!({"timestamp": now - number, "level": "error", "region": region}));
    (0..count).map(line).collect()
}

#[test]
fn a_search_tells_of_its_groups_also_of_those_of_a_time_in_which_the_program_was_not_there() {
    let mut watched = Watched::new(ERRORS);
    let client = watched.client();
    // Once it has asked for the first time, no span after that is left out.
    client.send("/api/v1/ingest/app", &[], errors(4, "first").as_bytes()).json();
    watched.pager.wait_for("trigger", 1);
    let client = watched.client();
    client.send("/api/v1/ingest/app", &[], (errors(4, "eu") + &errors(3, "us")).as_bytes()).json();
    watched.world.collector.kill();
    // Their span is over when it is back, and so is the one after it.
    let back = now_millis() + 21_000;
    wait_until("their span is over", || now_millis() > back);
    watched.world.start_collector();
    let client = watched.client();
    wait_until("the region is told", || {
        alerts(&client).iter().any(|alert| alert["notice"]["group"][0][1] == "eu")
    });
    let groups: Vec<String> =
        alerts(&client).iter().map(|alert| alert["notice"]["group"][0][1].to_string()).collect();
    assert!(!groups.contains(&"\"us\"".to_owned()), "{groups:?}");
    let search = alerts(&client)[0]["notice"]["links"][0]["address"].as_str().unwrap().to_owned();
    assert!(search.contains("level%3Aerror"), "{search}");
}
