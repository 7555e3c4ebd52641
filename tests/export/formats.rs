//! Exports that others read, and what vouches for them.

use std::path::Path;
use std::process::Command;

use palisade_rig::install::PYARROW;
use serde_json::{Value, json};

use crate::world::{World, run, wait_until};

/// Prints what a Parquet file holds: the types of its columns, and its rows.
const READ_PARQUET: &str = "
import json, sys
import pyarrow.parquet
table = pyarrow.parquet.read_table(sys.argv[1])
types = {field.name: str(field.type) for field in table.schema}
# Times in nanoseconds are no times of Python.
rows = table.drop_columns(['timestamp', 'received_at']).to_pylist()
print(json.dumps({'types': types, 'rows': rows}))
";

/// Accesses of two people to two patients.
fn world() -> World {
    let world = World::new();
    let lines = [
        json!({"action": "read", "user_id": "u-1", "patient_id": "P-17", "rows": 4}),
        json!({"action": "read", "user_id": "u-2", "patient_id": "P-17", "rows": 7}),
        json!({"action": "print", "user_id": "=u-3", "patient_id": "P-18", "rows": 1}),
    ];
    let body = lines.map(|line| format!("{line}\n")).concat();
    let client = world.collector.client();
    assert_eq!(client.send("/api/v1/ingest/audit", &[], body.as_bytes()).status, 200);
    wait_until("the accesses are found", || {
        let found = client.post("/api/v1/search", &json!({"stream": "audit"})).json();
        found["records"].as_array().unwrap().len() == 3
    });
    world
}

fn export(world: &World, out: &Path, arguments: &[&str]) -> Value {
    let out = out.to_str().unwrap();
    let all = [&["export", "--stream", "audit", "--out", out], arguments].concat();
    world.collector.command(&all).well();
    let manifest = std::fs::read(format!("{out}.manifest.json")).unwrap();
    serde_json::from_slice(&manifest).unwrap()
}

#[test]
fn a_file_of_values_comes_with_a_manifest_that_its_bytes_agree_with() {
    let world = world();
    let out = world.folder.path().join("reads.csv");

    let columns = ["--format", "csv", "--columns", "user_id,action,rows,patient_id"];
    let manifest = export(
        &world,
        &out,
        &[&columns[..], &["--query", "action:read or action:print", "--order", "time"]].concat(),
    );

    let text = std::fs::read_to_string(&out).unwrap();
    let id = manifest["export_id"].as_str().unwrap();
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(lines[0], "user_id,action,rows,patient_id,export_id");
    assert!(lines[3].starts_with("'=u-3,print,1,sealed:") && lines[3].ends_with(id), "{}", lines[3]);
    assert!(!text.contains("P-17"), "a protected value is its token");
    let sum = run(Command::new("sha256sum").arg(&out)).well().text();
    assert_eq!(manifest["sha256"], sum.split(' ').next().unwrap());
    assert_eq!((&manifest["results"], &manifest["bytes"]), (&json!(3), &json!(text.len())));
    assert_eq!((&manifest["user_id"], &manifest["format"]), (&json!("admin"), &json!("csv")));
    assert_eq!(manifest["query"], "action:read or action:print");
}

#[test]
fn what_a_manifest_says_is_evidence_itself() {
    let world = world();
    let manifest = export(&world, &world.folder.path().join("reads.ndjson"), &["--format", "ndjson"]);
    let client = world.collector.client();

    let query = format!("export_id:{}", manifest["export_id"].as_str().unwrap());
    let found = client
        .post("/api/v1/search", &json!({"query": query, "stream": "palisade.audit", "order": "oldest"}))
        .json();

    let ids: Vec<&Value> = found["records"].as_array().unwrap().iter().map(|record| &record["id"]).collect();
    assert_eq!(json!(ids[..2]), manifest["records"]);
    let unknown = client.get(&format!("/api/v1/exports/{}", "0".repeat(32)));
    assert_eq!(unknown.status, 404);
}

#[test]
fn analysts_read_a_parquet_export_with_their_own_library() {
    let world = world();
    let out = world.folder.path().join("reads.parquet");

    export(&world, &out, &["--format", "parquet", "--order", "time"]);

    let mut python = Command::new("python3");
    python.env("PYTHONPATH", PYARROW.folder().unwrap()).args(["-c", READ_PARQUET]).arg(&out);
    let read: Value = serde_json::from_str(&run(&mut python).well().text()).unwrap();
    let types = &read["types"];
    assert_eq!((&types["rows"], &types["user_id"]), (&json!("int64"), &json!("string")));
    assert_eq!(types["timestamp"], "timestamp[ns, tz=UTC]");
    let rows = read["rows"].as_array().unwrap();
    let told: Vec<(&Value, &Value)> = rows.iter().map(|row| (&row["user_id"], &row["rows"])).collect();
    assert_eq!(told, [(&json!("u-1"), &json!(4)), (&json!("u-2"), &json!(7)), (&json!("=u-3"), &json!(1))]);
}

#[test]
fn a_table_becomes_a_file_too() {
    let world = world();
    let arguments =
        ["export", "--format", "csv", "--query", "* | stats count() as n by action | sort action"];
    let written = world.collector.command(&arguments).well().text();
    let lines: Vec<&str> = written.split_terminator("\r\n").collect();
    assert_eq!(lines[0], "action,n,export_id");
    assert!(lines[1].starts_with("print,1,") && lines[2].starts_with("read,2,"), "{lines:?}");
}
