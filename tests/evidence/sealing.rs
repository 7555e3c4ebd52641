//! What is protected is nowhere in clear: not on disk, not in the log of the program, not in its memory. It is found by its
//! value, shown for a reason, and forgotten.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use palisade_rig::{Identity, S3, SeaweedFs};
use serde_json::{Value, json};

use super::cold::new_bucket;
use crate::world::{Agent, Client, PALISADE, World, run, wait_until};

/// Values that stand nowhere by accident. Each door gets its own.
const CANARIES: [&str; 7] = [
    "CANARY-ndjson-7f31",
    "CANARY-array-9c02",
    "CANARY-plain-55e1",
    "CANARY-docker-1b7a",
    "CANARY-gzip-0d3c",
    "CANARY-zstd-a861",
    "CANARY-broken-e4d9",
];

/// The canary of a line that is no record; the others become fields.
const BROKEN: &str = CANARIES[6];
const IN_FIELDS: &[&str] = CANARIES.split_at(6).0;

/// How every frame of zstd begins.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// No frame of this test is longer.
const FRAME_BYTES_MAX: u64 = 64 << 20;

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
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(record(CANARIES[4]).as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    let zstd = zstd::encode_all(record(CANARIES[5]).as_bytes(), 3).unwrap();
    for (encoding, body) in [("gzip", gzip), ("zstd", zstd)] {
        assert_eq!(client.send("/api/v1/ingest/audit", &[("content-encoding", encoding)], &body).status, 200);
    }
    let broken = format!("{{\"patient_id\":\"{BROKEN}\", oops\n");
    assert_eq!(client.send("/api/v1/ingest/audit", &[], broken.as_bytes()).status, 200);
    fs::write(world.logs().join("plain.log"), format!("{}\n", record(CANARIES[2]))).unwrap();
    let docker = json!({ "log": format!("{}\n", record(CANARIES[3])), "stream": "stdout",
        "time": "2026-09-21T12:00:00.000000001Z" });
    fs::write(world.logs().join("docker.log"), format!("{docker}\n")).unwrap();
    let agent = world.agent().files("audit", &world.logs().join("*.log")).started();
    for canary in IN_FIELDS {
        let query = format!("patient_id:{canary}");
        wait_until("the record of each door is found by its value", || !search(&client, &query).is_empty());
    }
    agent
}

/// The canaries that stand in bytes, or in what is packed in them.
fn canaries(bytes: &[u8]) -> Vec<&'static str> {
    let is_in = |bytes: &[u8], canary: &str| memchr::memmem::find(bytes, canary.as_bytes()).is_some();
    let mut found: Vec<&str> = CANARIES.into_iter().filter(|canary| is_in(bytes, canary)).collect();
    for at in memchr::memmem::find_iter(bytes, &ZSTD_MAGIC) {
        let mut content = Vec::new();
        if let Ok(frame) = zstd::Decoder::new(&bytes[at..]) {
            // What is no frame after all gives nothing, or what it has up to where it is none.
            _ = frame.single_frame().take(FRAME_BYTES_MAX).read_to_end(&mut content);
        }
        found.extend(CANARIES.into_iter().filter(|canary| is_in(&content, canary)));
    }
    found
}

/// Every file below a folder in which a canary stands.
fn in_clear(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            in_clear(&path, found);
            continue;
        }
        let canaries = canaries(&fs::read(&path).unwrap());
        found.extend(canaries.iter().map(|canary| format!("{canary} in {}", path.display())));
    }
}

/// Every version of every object of a bucket in which a canary stands, and how many there are.
fn in_bucket(bucket: &str, found: &mut Vec<String>) -> usize {
    let bucket = S3::new(SeaweedFs::shared(), bucket, Identity::Admin);
    let versions = bucket.versions().unwrap();
    for version in &versions {
        let object = bucket.get(version).unwrap();
        assert!(object.is_success(), "{version:?}: {}", object.text());
        found.extend(canaries(&object.body).iter().map(|canary| format!("{canary} in {version:?}")));
    }
    versions.len()
}

/// A server with a cold storage.
fn world(bucket: &str) -> World {
    let mut world = World::prepared();
    let address = SeaweedFs::shared().address_of(bucket, Identity::Writer);
    let config = world.folder.path().join("palisade.toml");
    fs::write(&config, format!("[storage]\nsplit_age = \"1s\"\ncold = \"{address}\"\n")).unwrap();
    world.collector.arguments(&["--config", &config.display().to_string()]);
    world.start_collector();
    world
}

#[test]
fn protected_values_of_every_door_are_nowhere_in_clear_and_found_revealed_and_forgotten() {
    let bucket = new_bucket(true);
    let mut world = world(&bucket);
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
    assert_eq!(by_value["rows"].as_array().unwrap().len(), IN_FIELDS.len(), "{by_value}");

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
    wait_until("everything is in the bucket, with what lies beside it", || {
        let config = world.folder.path().join("palisade.toml").display().to_string();
        let data_dir = world.collector.data_dir().display().to_string();
        let drill = ["restore", "drill", "--config", &config, "--json", "--data-dir", &data_dir];
        let waits = |name| client.get("/metrics").text().contains(&format!("\n{name} 0\n"));
        waits("palisade_index_tail_records")
            && waits("palisade_lifecycle_unarchived_splits")
            && world.collector.command(&drill).code == 0
    });
    world.collector.terminate();
    in_clear(world.collector.data_dir(), &mut found);
    let objects = in_bucket(&bucket, &mut found);
    assert!(objects >= 5, "{objects} objects: splits, their indexes, pages and the log");
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
    assert_eq!((&all["values"], &all["erased"]), (&json!(IN_FIELDS.len() - 1), &json!(2)), "{all}");
    assert!(!all.to_string().contains(CANARIES[0]));
    world.collector.terminate();
    in_bucket(&bucket, &mut found);
    assert_eq!(found, Vec::<String>::new(), "after some were revealed and one was forgotten");
    let mut verify = Command::new(PALISADE);
    let verified = run(verify.args(["verify", "--data-dir"]).arg(world.collector.data_dir()));
    assert_eq!(verified.code, 0, "{}{}", verified.text(), verified.stderr);
}
