//! What an alert holds, and what is asked of the server about it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::{FAILURES, Watched, alerts, failures, send};
use crate::world::wait_until;

/// The promise.
const SECONDS_MAX: Duration = Duration::from_secs(5);

#[test]
fn the_eleventh_failed_sign_in_pages_once_with_what_someone_needs() {
    let watched = Watched::new(FAILURES);
    let client = watched.client();
    send(&client, &failures(10, "192.0.2.7", 0));
    send(&client, &failures(10, "192.0.2.8", 0));
    let arrived = Instant::now();
    send(&client, &failures(1, "192.0.2.7", 0));
    watched.pager.wait_for("trigger", 1);
    let (told_at, event) = watched.pager.told("trigger").remove(0);
    println!("the eleventh arrived to told: {:?}", told_at - arrived);
    assert!(told_at - arrived < SECONDS_MAX);

    let payload = &event["payload"];
    assert_eq!(payload["severity"], "error");
    let summary = payload["summary"].as_str().unwrap();
    assert!(summary.contains("192.0.2.7") && summary.contains("11"), "{summary}");
    let text = event.to_string();
    for needed in
        ["https://wiki.example/sign-ins", "https://logs.example/?", "Somebody guesses passwords", "user-"]
    {
        assert!(text.contains(needed), "{needed} is not in {event}");
    }

    let alert = &alerts(&client)[0];
    assert_eq!((&alert["state"], &alert["notice"]["records"]), (&json!("open"), &json!(11)));
    assert_eq!(alert["notice"]["samples"].as_array().unwrap().len(), 3);
    assert_eq!(alerts(&client).len(), 1);
    assert_eq!(watched.pager.told("trigger").len(), 1);
}

#[test]
fn one_address_among_many_records_is_told_in_time_and_alone() {
    let watched = Watched::new(FAILURES);
    let client = watched.client();
    let stop = AtomicBool::new(false);
    let load: String = (0..2_000)
        .map(|number| format!("{{\"action\":\"login\",\"outcome\":\"success\",\"source_ip\":\"10.0.{}.{}\",\"number\":{number}}}\n", number / 250, number % 250))
        .collect();
    let mut took = Duration::ZERO;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                send(&client, &load);
            }
        });
        wait_until("there is load", || {
            watched.world.collector.metric("palisade_index_records_total") > Some(20_000)
        });
        for _ in 0..10 {
            send(&client, &failures(1, "192.0.2.7", 0));
        }
        let arrived = Instant::now();
        send(&client, &failures(1, "192.0.2.7", 0));
        watched.pager.wait_for("trigger", 1);
        took = watched.pager.told("trigger")[0].0 - arrived;
        stop.store(true, Ordering::Relaxed);
    });
    println!(
        "told after {took:?}, with {:?} records",
        watched.world.collector.metric("palisade_index_records_total")
    );
    assert_eq!(watched.pager.incidents().len(), 1);
    // On a busy machine it is only checked that nothing hangs.
    assert!(took < 4 * SECONDS_MAX, "{took:?}");
}

#[test]
fn an_alert_is_resolved_and_acknowledged_and_silenced() {
    let rules = FAILURES.replace("timespan: 5m", "timespan: 2s") + "alert: {quiet: 0s, lateness: 1s}\n";
    let watched = Watched::new(&rules);
    let client = watched.client();
    send(&client, &failures(11, "192.0.2.7", 0));
    watched.pager.wait_for("resolve", 1);
    let (trigger, resolve) = (watched.pager.told("trigger"), watched.pager.told("resolve"));
    assert_eq!((trigger.len(), resolve.len()), (1, 1));
    assert_eq!(trigger[0].1["dedup_key"], resolve[0].1["dedup_key"]);
    let alert = alerts(&client).remove(0);
    assert_eq!(alert["state"], "over");

    let id = alert["id"].as_str().unwrap();
    let path = format!("/api/v1/alerts/{}/acknowledge", id.replace(':', "%3A"));
    client.post(&path, &json!({"note": "our scanner"})).json();
    assert_eq!(alerts(&client)[0]["acknowledged"]["note"], "our scanner");

    let silence =
        json!({"matchers": ["group.source_ip=192.0.2.9"], "until": "now+1h", "reason": "a test of ours"});
    client.post("/api/v1/silences", &silence).json();
    send(&client, &failures(11, "192.0.2.9", 0));
    send(&client, &failures(11, "192.0.2.10", 0));
    watched.pager.wait_for("resolve", 2);
    assert_eq!(watched.pager.incidents().len(), 2);
    wait_until("all three are alerts", || alerts(&client).len() == 3);
    let listed = client.get("/api/v1/silences").json();
    assert_eq!(listed["silences"][0]["reason"], "a test of ours");
    let forever = json!({"matchers": ["group.source_ip=192.0.2.9"], "until": "now-1h", "reason": "x"});
    assert_eq!(client.post("/api/v1/silences", &forever).status, 400);
}
