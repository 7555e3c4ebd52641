//! What someone who is paged opens first.

use serde_json::json;

use super::{Watched, alerts, now_millis};
use crate::page::browse;

const STALLS: &str = "
title: Buffering above 5 % of sessions
id: stalls
level: high
runbook: https://wiki.example/stalls
logsource: {stream: video}
detection:
    played: {action: play}
    stalled: {action: buffering}
    condition: played or stalled
watch: {type: ratio, part: stalled, distinct: [correlation_id], minimum: 10, group-by: [region], timespan: 1m, condition: {gt: 0.05}}
alert: {lateness: 1s}
";

/// Twenty sessions of a region, of which four wait; each of those four goes through three services.
fn sessions() -> String {
    let now = now_millis();
    let mut lines = String::new();
    let mut line = |number: i64, service: &str, action: &str, message: &str| {
        let record = json!({"timestamp": now - 20_000 + number * 500, "service": service, "action": action, "message": message,
                            "region": "ap-south", "correlation_id": format!("s-{number}")});
        lines.push_str(&format!("{record}\n"));
    };
    for number in 0..20 {
        line(number, "player", "play", "play title-7");
        if number % 5 == 0 {
            line(number, "cdn", "get", "GET /title-7/3.m4s 200");
            line(number, "origin", "get", "GET /title-7/3.m4s 200");
            line(number, "player", "buffering", "buffering for 2300 ms at segment 3");
        }
    }
    lines
}

#[test]
fn the_links_of_a_ratio_open_its_region_and_window_and_a_session_that_waited() {
    let watched = Watched::new(STALLS);
    let client = watched.client();
    client.send("/api/v1/ingest/video", &[], sessions().as_bytes()).json();
    watched.pager.wait_for("trigger", 1);
    let alert = alerts(&client).remove(0);
    let notice = &alert["notice"];
    let summary = notice["summary"].as_str().unwrap();
    assert!(summary.contains("ap-south") && summary.contains('%'), "{summary}");
    assert!(
        notice["samples"]
            .as_array()
            .unwrap()
            .iter()
            .all(|sample| sample["text"].to_string().contains("buffering"))
    );
    let event = &watched.pager.told("trigger")[0].1;
    assert!(event.to_string().contains("https://wiki.example/stalls"), "{event}");

    browse(&watched.world.collector, "alert-links.mjs");
}
