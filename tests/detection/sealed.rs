//! Protected values: rules see them, and nothing else of detection does.

use serde_json::json;

use super::{Watched, alerts};
use crate::world::wait_until;

/// Nobody's value by accident.
const CANARY: &str = "VIP-canary-51c7";

const RULES: &str = "
title: A known patient's record was opened
id: vip
level: high
runbook: https://wiki.example/vip
logsource: {stream: audit}
detection: {selection: {patient_id|startswith: 'VIP-'}, condition: selection}
alert: {group-by: [user_id]}
---
title: Opened
name: opened
logsource: {stream: audit}
detection: {selection: {action: read}, condition: selection}
---
title: Many patients
id: many-patients
level: high
runbook: https://wiki.example/many
correlation: {type: value_count, rules: [opened], group-by: [user_id], timespan: 1h, condition: {field: patient_id, gte: 3}, generate: false}
---
title: One patient, many readers
id: many-readers
level: high
runbook: https://wiki.example/readers
correlation: {type: value_count, rules: [opened], group-by: [patient_id], timespan: 1h, condition: {field: user_id, gte: 2}}
";

#[test]
fn rules_see_protected_values_and_alerts_do_not_tell_them() {
    let mut watched =
        Watched::prepared_with(RULES, "[[streams]]\nname = \"audit\"\nprotected = [\"patient_id\"]\n");
    watched.world.start_collector();
    let client = watched.client();
    let record = |user: &str, patient: &str| {
        format!("{}\n", json!({"action": "read", "user_id": user, "patient_id": patient}))
    };
    let body =
        [record("ann", CANARY), record("ann", "P-2"), record("ann", "P-3"), record("bob", CANARY)].concat();
    client.send("/api/v1/ingest/audit", &[], body.as_bytes()).json();
    watched.pager.wait_for("trigger", 4);
    let told = alerts(&client);
    let mut rules: Vec<_> = told.iter().map(|alert| alert["rule"].as_str().unwrap()).collect();
    rules.sort_unstable();
    assert_eq!(rules, ["many-patients", "many-readers", "vip", "vip"]);
    wait_until("it is written down", || client.get("/api/v1/rules").json()["is_running"] == true);

    let events = format!("{:?}", watched.pager.told("trigger"));
    assert!(!events.contains(CANARY), "{events}");
    assert!(events.contains("<sealed:"), "samples show that something is there: {events}");
    assert!(!format!("{told:?}").contains(CANARY));
    watched.world.collector.terminate();
    for name in ["detect.sqlite", "detect.sqlite-wal"] {
        let bytes = std::fs::read(watched.world.collector.data_dir().join(name)).unwrap_or_default();
        assert!(memchr::memmem::find(&bytes, CANARY.as_bytes()).is_none(), "{name}");
    }
    assert!(!watched.world.collector.program().said().contains(CANARY));
}
