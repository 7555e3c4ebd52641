//! Records that are given away with what proves them.

use std::fs;

use super::store::Store;
use crate::world::{Collector, Finished};

fn verify(collector: &Collector, folder: &str, key: &str) -> Finished {
    collector.command(&["verify", "--evidence", folder, "--key", key])
}

#[test]
fn exported_records_prove_themselves_and_changed_ones_do_not() {
    let store = Store::new();
    let mut server = store.server();
    server.start();
    let folder = store.folder().path().join("case").display().to_string();
    let key = store.data_dir().join("log.vkey").display().to_string();

    server.command(&["export", "--query", "round:1 and n<7", "--evidence", &folder]).well();

    let report = verify(&server, &folder, &key);
    assert_eq!(report.code, 0, "{}", report.text());
    assert!(report.text().contains("7 of 7 records are proved"), "{}", report.text());
    let records = store.folder().path().join("case/records");
    let first = records.join("00000001.record");
    let bytes = fs::read(&first).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("patient p-"));

    fs::write(&first, [&bytes[..], b" "].concat()).unwrap();
    let report = verify(&server, &folder, &key);
    assert_eq!(report.code, 1, "{}", report.text());
    assert!(report.text().contains("00000001.record"), "{}", report.text());
    fs::write(&first, bytes).unwrap();

    fs::copy(records.join("00000002.tlog-proof"), records.join("00000003.tlog-proof")).unwrap();
    assert_eq!(verify(&server, &folder, &key).code, 1, "a proof of another record proves nothing");
    fs::remove_file(records.join("00000003.tlog-proof")).unwrap();
    assert_eq!(verify(&server, &folder, &key).code, 2);
}

#[test]
fn a_record_of_the_tail_is_told_as_not_yet_provable() {
    let store = Store::new();
    let mut server = store.server();
    server.start();
    server.client().send("/api/v1/ingest/fresh", &[], b"{\"message\":\"just now\"}\n").json();
    let folder = store.folder().path().join("fresh").display().to_string();

    let said = server.command(&["export", "--stream", "fresh", "--evidence", &folder]).well();

    assert!(said.stderr.contains("not in the signed log yet"), "{}", said.stderr);
    let key = store.data_dir().join("log.vkey").display().to_string();
    let report = verify(&server, &folder, &key);
    assert_eq!(report.code, 2, "{}", report.text());
    assert!(report.text().contains("00000001.tlog-proof"), "{}", report.text());
}
