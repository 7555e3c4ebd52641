//! Holds, as somebody at a terminal places and releases them.

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
