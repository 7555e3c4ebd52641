//! What a person sees in a browser: a real one opens the page of a real server.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use crate::world::{Collector, Folder, run, wait_until};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Nobody's value by accident.
const CANARY: &str = "CANARY-page-3b9e";

/// A running server with three records in a split, two of them about one patient, and a copy of it as evidence.
fn server() -> Collector {
    let folder = Arc::new(Folder::new());
    let cold = folder.folder("cold");
    let config = folder.path().join("palisade.toml");
    let streams = "[[streams]]\nname = \"audit\"\nprotected = [\"patient_id\"]\n";
    let storage = format!("[storage]\nsplit_age = \"1s\"\ncold = \"{}\"\n", cold.display());
    fs::write(&config, format!("{storage}{streams}")).unwrap();
    let mut server = Collector::new(&folder, &folder.folder("data"));
    server.arguments(&["--config", &config.display().to_string()]);
    server.start();
    let record = |patient: &str| format!("{{\"action\":\"read\",\"patient_id\":\"{patient}\"}}\n");
    let body = [record("P-2"), record(CANARY), record(CANARY)].concat();
    let answer = server.client().send("/api/v1/ingest/audit", &[], body.as_bytes());
    assert_eq!(answer.json()["accepted"], 3);
    // Asked of the figures, which are not written down: each request of the interface is one more record and split.
    wait_until("everything is evidence", || {
        server.metric("palisade_index_tail_records") == Some(0)
            && server.metric("palisade_lifecycle_unarchived_splits") == Some(0)
            && server.metric("palisade_lifecycle_splits{tier=\"cold\"}") > Some(0)
    });
    server
}

/// Runs a script of the folder `page` in a browser that is signed in.
#[track_caller]
pub(crate) fn browse(server: &Collector, name: &str) {
    run(&mut script(server, name)).well();
}

/// A script of the folder `page` for this server.
pub(crate) fn script(server: &Collector, name: &str) -> Command {
    let mut node = Command::new("node");
    node.arg(Path::new(ROOT).join("tests/page").join(name));
    node.env("PALISADE_WEB", Path::new(ROOT).join("ui/web"));
    node.env("PALISADE_URL", format!("http://{}", server.address())).env("PALISADE_TOKEN", server.token());
    node
}

#[test]
fn a_protected_value_is_masked_revealed_for_a_reason_and_gone_when_its_time_is_over() {
    let mut server = server();

    browse(&server, "reveal.mjs");

    let audit = server.export("palisade.audit");
    let reveals: Vec<serde_json::Value> =
        audit.iter().map(|line| serde_json::from_slice(line).unwrap()).collect();
    let shown = |event: &&serde_json::Value| event["action"] == "reveal" && event["outcome"] == "success";
    let reveals: Vec<_> = reveals.iter().filter(shown).collect();
    assert_eq!(reveals.len(), 4, "one record for each time that something was shown");
    for reveal in reveals {
        assert_eq!(
            (&reveal["values"], &reveal["results"], &reveal["reason"].is_string()),
            (&1.into(), &1.into(), &true)
        );
    }
    server.terminate();
}

#[test]
fn the_evidence_is_verified_held_and_released_on_the_page() {
    let mut server = server();

    browse(&server, "evidence.mjs");

    let holds = server.client().get("/api/v1/holds").json();
    assert_eq!(holds["holds"][0]["released"]["reason"], "the matter is closed", "{holds}");
    server.terminate();
}

#[test]
fn evidence_that_was_changed_is_told_first() {
    let mut server = server();
    let splits = server.data_dir().join("objects/splits");
    let data = fs::read_dir(splits).unwrap().flatten().map(|entry| entry.path());
    let data = data.into_iter().find(|path| path.extension().is_some_and(|name| name == "data")).unwrap();
    let mut bytes = fs::read(&data).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&data, bytes).unwrap();

    browse(&server, "damage.mjs");

    server.terminate();
}

#[test]
fn a_dear_search_waits_for_a_person() {
    let mut server = server();

    browse(&server, "estimate.mjs");

    server.terminate();
}

#[test]
fn answers_with_numbers_are_drawn_as_what_they_are() {
    let mut server = server();

    browse(&server, "charts.mjs");

    server.terminate();
}

/// Forty bookings with ids that lead to requests, and twenty requests.
fn bookings() -> Collector {
    let folder = Arc::new(Folder::new());
    let mut server = Collector::new(&folder, &folder.folder("data"));
    server.start();
    let booking = |number: usize| {
        format!(
            "{{\"service\":\"ledger\",\"level\":\"info\",\"message\":\"booked {number}.50 EUR\",\"correlation_id\":\"c-{number}\"}}\n"
        )
    };
    let request = |number: usize| {
        format!(
            "{{\"service\":\"web\",\"level\":\"warn\",\"message\":\"POST /v1/transfers/{number} 200\",\"correlation_id\":\"c-{number}\"}}\n"
        )
    };
    let lines: String = (0..40).map(booking).chain((0..20).map(request)).collect();
    assert_eq!(server.client().send("/api/v1/ingest/app", &[], lines.as_bytes()).json()["accepted"], 60);
    server
}

#[test]
fn the_explorer_is_walked_with_keys_alone_and_tells_what_repeats() {
    let mut server = bookings();

    browse(&server, "explorer.mjs");

    server.terminate();
}
