//! Index objects are a cache: lost or damaged, they are made again from the records.

use std::cmp::Reverse;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use serde_json::json;

use crate::world::{Collector, Folder, PALISADE, run, wait_until};

/// The index objects of a data directory.
fn indexes(server: &Collector) -> Vec<PathBuf> {
    // The folder is made with the first split.
    let folder = fs::read_dir(server.data_dir().join("objects/splits")).into_iter().flatten();
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "index"));
    paths.sort();
    paths
}

#[test]
fn lost_and_damaged_index_objects_are_made_again_and_find_the_same() {
    let folder = Arc::new(Folder::new());
    let config = folder.path().join("palisade.toml");
    fs::write(&config, "[storage]\nsplit_bytes = \"1 MiB\"\nsplit_age = \"1s\"\n").unwrap();
    let config = config.display().to_string();
    let mut server = Collector::new(&folder, &folder.folder("data"));
    server.arguments(&["--config", &config]);
    for start in [0, 500, 1_000] {
        server.start();
        let records: String = (start..start + 500)
            .map(|number| format!("{{\"message\":\"payment {number} of p{number}x was declined\"}}\n"))
            .collect();
        assert_eq!(server.client().send("/api/v1/ingest/audit", &[], records.as_bytes()).status, 200);
        wait_until("the records are in a split", || server.metric("palisade_index_tail_records") == Some(0));
        server.terminate();
    }

    // What tells of the starts may be in splits of its own, which are the smallest.
    let mut paths = indexes(&server);
    paths.sort_by_key(|path| Reverse(fs::metadata(path).unwrap().len()));
    let splits = paths.len();
    assert!(splits >= 3, "{paths:?}");
    fs::remove_file(&paths[0]).unwrap();
    fs::write(&paths[1], vec![0x5a; 4_096]).unwrap();
    let data_dir = server.data_dir().to_str().unwrap().to_owned();
    let restore = ["restore", "--index", "--config", &config, "--data-dir", &data_dir, "--json"];
    let told = run(Command::new(PALISADE).args(restore)).well().json();
    assert_eq!(told, json!({"splits": splits, "near": splits - 2, "fetched": 0, "made": 2, "failures": []}));
    assert_eq!(run(Command::new(PALISADE).args(restore)).well().json()["near"], splits);

    server.start();
    let busy = run(Command::new(PALISADE).args(restore));
    assert_eq!(busy.code, 1, "a server that runs has its catalog to itself");
    for number in [3, 700, 1_499] {
        let query = format!("p{number}x");
        let answer = server.client().post("/api/v1/search", &json!({"query": query})).json();
        assert_eq!(answer["records"].as_array().unwrap().len(), 1, "{answer}");
    }
    server.terminate();
}
