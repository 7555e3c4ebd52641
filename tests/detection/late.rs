//! Clocks, boundaries and delays: what happened counts by when it happened.

use serde_json::json;

use super::{FAILURES, Watched, alerts, failures, send};

#[test]
fn six_and_six_across_a_clock_boundary_are_one_alert() {
    let watched = Watched::new(FAILURES);
    let client = watched.client();
    // Four minutes apart, so that some boundary of five minutes lies between them more often than not, and of one minute always.
    send(&client, &failures(6, "192.0.2.7", 240));
    send(&client, &failures(6, "192.0.2.7", 1));
    watched.pager.wait_for("trigger", 1);
    assert_eq!(alerts(&client).len(), 1);
}

#[test]
fn six_hours_late_is_told_as_late_with_how_late() {
    let watched = Watched::new(FAILURES);
    let client = watched.client();
    send(&client, &failures(3, "192.0.2.8", 0));
    send(&client, &failures(11, "192.0.2.7", 6 * 3_600));
    watched.pager.wait_for("trigger", 1);
    let alert = alerts(&client).remove(0);
    let notice = &alert["notice"];
    assert_eq!(notice["is_late"], json!(true));
    let late = notice["lateness_ms"].as_u64().unwrap();
    assert!((6 * 3_599_000..6 * 3_660_000).contains(&late), "{late}");
    assert!(notice["latency_ms"].as_u64().unwrap() < 60_000, "{notice}");
    let rules = client.get("/api/v1/rules").json();
    let rule =
        rules["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == "many-failed-sign-ins").unwrap();
    assert_eq!(rule["late"], json!(11));
}

#[test]
fn an_old_event_that_comes_late_does_not_make_ten_new_ones_eleven() {
    let watched = Watched::new(FAILURES);
    let client = watched.client();
    send(&client, &failures(10, "192.0.2.7", 0));
    send(&client, &failures(1, "192.0.2.7", 1_000));
    send(&client, &failures(11, "192.0.2.8", 0));
    watched.pager.wait_for("trigger", 1);
    let groups: Vec<_> = alerts(&client).iter().map(|alert| alert["notice"]["group"][0][1].clone()).collect();
    assert_eq!(groups, ["192.0.2.8"]);
}
