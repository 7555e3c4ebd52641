//! Incidents: clocks that run, alarms before they end, a draft of what to tell; and what is processed, where.

use std::fs;

use serde_json::{Value, json};

use crate::page::browse;
use crate::world::{Client, World, wait_until};

const CONFIGURATION: &str = r#"
[storage]
split_age = "1s"
[[streams]]
name = "ward"
protected = ["patient_id"]
detectors = ["email"]
[detect]
packs = ["palisade"]
"#;

/// The rules `incident-due` and `incident-overdue` of the pack `palisade`.
const DUE: &str = "9a6a3f1c-2d55-4c2b-8c7e-3f0b6d1e8a42";
const OVERDUE: &str = "c3e0b7d4-8f19-4b6a-9d2e-7a5c1f4b0e93";

/// Whose name must not be seen.
const PATIENT: &str = "P-4711";

fn hospital() -> World {
    let mut world = World::prepared();
    let file = world.folder.path().join("palisade.toml");
    fs::write(&file, CONFIGURATION).unwrap();
    world.collector.arguments(&["--config", &file.display().to_string()]);
    world.start_collector();
    let line = |number: u32| {
        let patient = if number == 0 { PATIENT.to_owned() } else { format!("P-{}", number % 13) };
        let record = json!({
            "timestamp": format!("2026-10-05T23:{:02}:00Z", number), "user_id": "nu-66", "action": "record.open", "patient_id": patient,
        });
        format!("{record}\n")
    };
    let lines: String = (0..40).map(line).collect();
    assert_eq!(world.collector.client().send("/api/v1/ingest/ward", &[], lines.as_bytes()).status, 200);
    let counted = json!({"query": "* | stats count()", "stream": "ward"});
    let count = |client: Client| client.post("/api/v1/search", &counted).json()["rows"][0][0].clone();
    wait_until("all are found", || count(world.collector.client()) == 40);
    world
}

#[test]
fn the_clocks_of_an_incident_run_and_what_is_known_of_it_stands_in_a_draft() {
    let world = hospital();
    let command = |words: &[&str]| world.collector.command(words);
    let opened = command(&[
        "incident",
        "open",
        "a nurse went *through* records",
        "--aware-at",
        "now-20h",
        "--query",
        "user_id:nu-66",
        "--stream",
        "ward",
        "--json",
    ]);
    let opened: Value = serde_json::from_str(&opened.well().text()).unwrap();
    let id = opened["id"].as_str().unwrap();
    assert_eq!(
        (&opened["duties"]["early-warning"]["standing"], &opened["duties"]["notification"]["standing"]),
        (&json!("soon"), &json!("open"))
    );

    command(&["incident", "note", id, "the account was disabled"]).well();
    let shown = world.collector.client().get(&format!("/api/v1/incidents/{id}")).json();
    assert_eq!(
        shown["known"],
        json!({
            "records": 40, "users": 1, "first": "2026-10-05T23:00:00.000Z", "last": "2026-10-05T23:39:00.000Z",
            "people": [{"stream": "ward", "field": "patient_id", "people": 14}],
        })
    );
    let draft = command(&["incident", "draft", id]).well().text();
    for wanted in [
        "# a nurse went \\*through\\* records",
        "early-warning: due at",
        "40 records in ward, of 1 users",
        "14 different values of `patient_id` in `ward`",
        "asked for with `user_id:nu-66`",
        "the account was disabled",
        "**to be written**",
    ] {
        assert!(draft.contains(wanted), "{wanted} is not in\n{draft}");
    }

    let early = command(&["incident", "close", id, "nobody else was affected"]);
    assert!(early.code == 1 && early.stderr.contains("`early-warning` is open"), "{}", early.stderr);
    let ahead = command(&["incident", "told", id, "early-warning", "reference 4711", "--at", "now+1h"]);
    assert!(ahead.code == 1 && ahead.stderr.contains("in the future"), "{}", ahead.stderr);
    command(&["incident", "told", id, "early-warning", "reference 4711", "--at", "now"]).well();
    command(&["incident", "told", id, "notification", "no data left the house"]).well();
    command(&["incident", "close", id, "nobody else was affected"]).well();
    let late = command(&["incident", "note", id, "one more thing happened"]);
    assert!(late.code == 1 && late.stderr.contains("it is closed"), "{}", late.stderr);
    let list = command(&["incident", "list"]).well().text();
    assert!(list.contains("done (") && list.contains("not-needed ("), "{list}");
    let trail = world.collector.export("palisade.audit").concat();
    let trail = String::from_utf8_lossy(&trail);
    for action in ["incident.open", "incident.note", "incident.tell", "incident.close"] {
        assert!(trail.contains(action), "{action} is not written down");
    }
}

#[test]
fn a_clock_that_nobody_stops_makes_alerts_and_a_question_keeps_names_sealed() {
    let mut world = hospital();
    let open = |world: &World, aware: &str, query: &str| {
        let incident =
            json!({"title": "records were copied", "aware_at": aware, "query": query, "stream": "ward"});
        let opened = world.collector.client().post("/api/v1/incidents", &incident);
        assert_eq!(opened.status, 201, "{}", opened.text());
        let opened: Value = serde_json::from_slice(&opened.body).unwrap();
        opened["id"].as_str().unwrap().to_owned()
    };
    let soon = open(&world, "now-19h", &format!("patient_id:{PATIENT}"));
    let over = open(&world, "now-25h", "");
    open(&world, "now", "user_id:nu-66");

    // It looks when it starts, and every minute.
    world.collector.terminate();
    world.start_collector();
    let told = |rule: &str, incident: &str| {
        let alerts = world.collector.client().get(&format!("/api/v1/alerts?rule={rule}")).json();
        let alerts = alerts["alerts"].as_array().unwrap();
        alerts.iter().filter(|alert| alert.to_string().contains(incident)).count() == 1
    };
    wait_until("somebody is told", || told(DUE, &soon) && told(OVERDUE, &over));

    let client = world.collector.client();
    let shown = client.get(&format!("/api/v1/incidents/{soon}"));
    assert_eq!(shown.json()["known"]["records"], 1, "what was sealed is still found");
    let draft = client.get(&format!("/api/v1/incidents/{soon}/draft")).text();
    let trail = world.collector.export("palisade.audit").concat();
    for text in [shown.text(), draft, String::from_utf8_lossy(&trail).into_owned()] {
        assert!(!text.contains(PATIENT), "{text}");
    }
}

#[test]
fn the_inventory_tells_what_is_processed_where_and_how_long() {
    let world = hospital();

    let inventory = world.collector.client().get("/api/v1/inventory").json();
    let line = |name: &str| {
        let lines = inventory["streams"].as_array().unwrap();
        lines.iter().find(|line| line["stream"] == name).unwrap_or_else(|| panic!("no {name} in {inventory}"))
    };
    let ward = line("ward");
    assert_eq!(
        (&ward["records"], &ward["protected"], &ward["person"]),
        (&json!(40), &json!(["patient_id"]), &json!("patient_id"))
    );
    assert_eq!(
        (&ward["looked_for"], &ward["oldest"]),
        (&json!(["email"]), &json!("2026-10-05T23:00:00.000Z"))
    );
    assert_eq!((&ward["class"], &ward["kept"]), (&json!("standard"), &json!("2557d")));
    assert_eq!(line("audit")["records"], 0, "what is configured is told, also when nothing came");
    let said = world.collector.command(&["inventory"]).well().text();
    assert!(said.contains("ward") && said.contains("hot: "), "{said}");
}

#[test]
fn an_incident_is_opened_told_and_closed_on_the_page() {
    let world = hospital();

    browse(&world.collector, "incidents.mjs");

    let incident = &world.collector.client().get("/api/v1/incidents").json()["incidents"][0];
    assert!(
        incident["closed_at"].is_string() && incident["told"].as_array().unwrap().len() == 2,
        "{incident}"
    );
}
