//! Alerts, rules and channels as people see them.

use super::{FAILURES, Watched, alerts, failures, send};
use crate::page::browse;

#[test]
fn an_alert_is_read_acknowledged_and_silenced_and_its_rule_tried_and_changed_on_the_page() {
    let watched = Watched::new(FAILURES);
    let client = watched.client();
    send(&client, &failures(12, "192.0.2.7", 30));
    watched.pager.wait_for("trigger", 1);

    browse(&watched.world.collector, "alerts.mjs");

    let alert = alerts(&client).remove(0);
    assert_eq!(alert["acknowledged"]["note"], "a telephone in the office", "{alert}");
    let silences = client.get("/api/v1/silences").json();
    let silence = &silences["silences"][0];
    let matchers = "rule=\"many-failed-sign-ins\" and group.source_ip=\"192.0.2.7\"";
    assert_eq!(silence["matchers"][0], matchers, "{silence}");
    assert_eq!(silence["is_active"], false, "it was ended on the page");
}
