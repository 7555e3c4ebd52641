//! Holds, as somebody at a terminal places and releases them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::world::{Collector, Folder, wait_until};

#[test]
fn a_hold_is_placed_listed_and_released_once() {
    let folder = Arc::new(Folder::new());
    let mut server = Collector::new(&folder, &folder.folder("data"));
    server.start();

    let place = ["hold", "place", "--matter", "26-1841", "--reason", "counsel", "--json"];
    let hold = server.command(&[&place[..], &["--query", "patient:p-7", "--from", "now-30d"]].concat());
    let hold = hold.well().json();
    let id = hold["id"].as_str().unwrap();
    assert_eq!((hold["author"].as_str(), hold["released"].is_null()), (Some("admin"), true), "{hold}");
    let wrong = server.command(&[&place[..], &["--query", "a | head 1"]].concat());
    assert_eq!(wrong.code, 1);
    assert!(wrong.stderr.contains("conditions"), "{}", wrong.stderr);

    server.kill();
    server.start();
    let listed = server.command(&["hold", "list"]).well().text();
    assert!(listed.contains(id) && listed.contains("26-1841"), "{listed}");

    let release = ["hold", "release", id, "--reason", "closed"];
    server.command(&release).well();
    let again = server.command(&release);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("was released"), "{}", again.stderr);
    wait_until("nothing is archived that could be restored", || {
        server.command(&["restore", "request", "--from", "now-1d"]).stderr.contains("nothing to restore")
    });
    server.terminate();
}

/// Files below a folder that have a text.
fn having(text: &str, folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(having(text, &path));
        } else if fs::read(&path).unwrap().windows(text.len()).any(|window| window == text.as_bytes()) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn a_hold_about_a_person_is_kept_sealed_and_keeps_the_keys_of_that_person() {
    let folder = Arc::new(Folder::new());
    let mut server = Collector::new(&folder, &folder.folder("data"));
    server.start();
    let records = b"{\"patient_id\":\"HELD-4711\",\"action\":\"read\"}\n{\"patient_id\":\"FREE-4712\"}\n";
    assert_eq!(server.client().send("/api/v1/ingest/audit", &[], records).status, 200);

    let place = ["hold", "place", "--matter", "26-1841", "--reason", "asked for by counsel", "--json"];
    let hold = server.command(&[&place[..], &["--query", "patient_id:HELD-4711"]].concat()).well().json();
    assert!(hold["query"].as_str().unwrap().starts_with("patient_id:\"sealed:"), "{hold}");
    server.kill();
    assert_eq!(having("HELD-4711", server.data_dir()), Vec::<String>::new());
    server.start();

    let erase = |value| ["erase", "patient_id", value, "--reason", "asked to be forgotten", "--yes"];
    let refused = server.command(&erase("HELD-4711"));
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("26-1841"), "{}", refused.stderr);
    server.command(&erase("FREE-4712")).well();
    server.command(&["hold", "release", hold["id"].as_str().unwrap(), "--reason", "matter closed"]).well();
    server.command(&erase("HELD-4711")).well();
    let listed = server.command(&["hold", "list"]).well().text();
    assert!(!listed.contains("HELD-4711"), "{listed}");
    server.terminate();
}
