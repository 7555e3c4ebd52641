//! What is protected is nowhere in clear: not on disk, not in the log of the program, not in its memory. It is found by its
//! value, shown for a reason, and forgotten.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::world::{Agent, Client, PALISADE, World, run, wait_until};

/// Values that stand nowhere by accident. Each door gets its own.
const CANARIES: [&str; 5] = [
    "CANARY-ndjson-7f31",
    "CANARY-array-9c02",
    "CANARY-plain-55e1",
    "CANARY-docker-1b7a",
    "CANARY-broken-e4d9",
];

fn search(client: &Client, query: &str) -> Vec<Value> {
    let answer = client.post("/api/v1/search", &json!({ "query": query, "limit": 100 })).json();
    answer["records"].as_array().unwrap().clone()
}

/// Sends every canary through its door, and waits until all are there.
fn fill(world: &World) -> Agent {
    let client = world.collector.client();
    let record = |canary: &str| format!(r#"{{"action":"read","patient_id":"{canary}","user_id":"u-1"}}"#);
    let ndjson = format!("{}\n{}\n", record(CANARIES[0]), record(CANARIES[0]));
    assert_eq!(client.send("/api/v1/ingest/audit", &[], ndjson.as_bytes()).status, 200);
    let array = format!("[{}]", record(CANARIES[1]));
    assert_eq!(client.send("/api/v1/ingest/audit", &[], array.as_bytes()).status, 200);
    let broken = format!("{{\"patient_id\":\"{}\", oops\n", CANARIES[4]);
    assert_eq!(client.send("/api/v1/ingest/audit", &[], broken.as_bytes()).status, 200);
    fs::write(world.logs().join("plain.log"), format!("{}\n", record(CANARIES[2]))).unwrap();
    let docker = json!({ "log": format!("{}\n", record(CANARIES[3])), "stream": "stdout",
        "time": "2026-09-21T12:00:00.000000001Z" });
    fs::write(world.logs().join("docker.log"), format!("{docker}\n")).unwrap();
    let agent = world.agent().files("audit", &world.logs().join("*.log")).started();
    for canary in &CANARIES[..4] {
        let query = format!("patient_id:{canary}");
        wait_until("the record of each door is found by its value", || !search(&client, &query).is_empty());
    }
    agent
}

/// Every file below a folder in which a canary stands.
fn in_clear(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            in_clear(&path, found);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        for canary in CANARIES {
            if bytes.windows(canary.len()).any(|window| window == canary.as_bytes()) {
                found.push(format!("{canary} in {}", path.display()));
            }
        }
    }
}

#[test]
fn protected_values_of_every_door_are_nowhere_in_clear_and_found_revealed_and_forgotten() {
    let mut world = World::new();
    let mut agent = fill(&world);
    agent.kill();
    let client = world.collector.client();

    let records = search(&client, &format!("patient_id:{}", CANARIES[0]));
    assert_eq!(records.len(), 2);
    let shown = records[0]["fields"]["patient_id"].as_str().unwrap();
    assert!(shown.starts_with("sealed:"), "{shown}");
    assert!(!records[0].to_string().contains("CANARY"), "{}", records[0]);
    let refusal = client.post("/api/v1/search", &json!({ "query": "patient_id:CANARY*" }));
    assert_eq!(refusal.status, 400);
    assert!(refusal.error()["message"].as_str().unwrap().contains("sealed"));
    let by_value = client
        .post("/api/v1/search", &json!({ "query": "action:read | stats count() by patient_id" }))
        .json();
    assert_eq!(by_value["rows"].as_array().unwrap().len(), 4, "{by_value}");

    // The query that asked for it goes from memory, too, once it is answered.
    let id = world.collector.program().id();
    let core = tempfile::tempdir().unwrap();
    let dumped = run(Command::new("gcore").arg("-o").arg(core.path().join("core")).arg(id.to_string()));
    assert_eq!(dumped.code, 0, "{}", dumped.stderr);
    let mut found = Vec::new();
    in_clear(core.path(), &mut found);
    assert_eq!(found, Vec::<String>::new(), "in a core dump");

    let export = world.collector.command(&["export", "--stream", "audit"]).well();
    assert!(!export.text().contains("CANARY"));
    world.collector.terminate();
    in_clear(world.collector.data_dir(), &mut found);
    let said = world.collector.program().said();
    assert!(found.is_empty() && !said.contains("CANARY"), "{found:?} {said}");

    world.start_collector();
    let client = world.collector.client();
    let query = format!("patient_id:{}", CANARIES[0]);
    let wanted = json!({ "query": query, "reason": "the patient asked who looked" });
    let revealed = client.post("/api/v1/reveal", &wanted).json();
    assert_eq!((revealed["records"].as_array().unwrap().len(), &revealed["values"]), (2, &json!(2)));
    assert_eq!(revealed["records"][0]["fields"]["patient_id"], json!(CANARIES[0]));
    let raw = format!(r#"{{"action":"read","patient_id":"{}","user_id":"u-1"}}"#, CANARIES[0]);
    assert_eq!(revealed["records"][0]["raw"], json!(raw));
    let audit = search(&client, "stream:palisade.audit action:reveal");
    assert_eq!(audit.len(), 1, "one reveal, one record of it");
    assert_eq!(audit[0]["fields"]["reason"], json!("the patient asked who looked"));
    assert_eq!(client.post("/api/v1/reveal", &json!({ "query": query, "reason": "why not" })).status, 400);

    let erased = world.collector.command(&[
        "erase",
        "patient_id",
        CANARIES[0],
        "--reason",
        "asked to be forgotten",
        "--yes",
        "--json",
    ]);
    assert_eq!(erased.well().json()["subjects"].as_array().unwrap().len(), 1);
    assert!(search(&client, &query).is_empty(), "nobody finds what was forgotten");
    let all =
        json!({ "query": "stream:audit action:read", "limit": 100, "reason": "looking at what is left" });
    let all = client.post("/api/v1/reveal", &all).json();
    assert_eq!((&all["values"], &all["erased"]), (&json!(3), &json!(2)), "{all}");
    assert!(!all.to_string().contains(CANARIES[0]));
    world.collector.terminate();
    let mut verify = Command::new(PALISADE);
    let verified = run(verify.args(["verify", "--data-dir"]).arg(world.collector.data_dir()));
    assert_eq!(verified.code, 0, "{}{}", verified.text(), verified.stderr);
}
