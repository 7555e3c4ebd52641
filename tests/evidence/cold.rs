//! Evidence in a bucket with Object Lock: put, locked, and enough to come back from.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use palisade_rig::{Identity, SeaweedFs};

use crate::world::{Collector, Folder, PALISADE, run, wait_until};
use std::sync::Arc;

/// Every test has buckets of its own.
static BUCKETS: AtomicUsize = AtomicUsize::new(0);

/// The name of a new bucket.
pub(super) fn new_bucket(lock: bool) -> String {
    let name = format!("evidence-{}", BUCKETS.fetch_add(1, Ordering::Relaxed));
    SeaweedFs::shared().create_bucket(&name, lock).unwrap();
    name
}

/// The address of a new bucket.
fn bucket(lock: bool) -> String {
    SeaweedFs::shared().address_of(&new_bucket(lock), Identity::Writer)
}

/// A server with a cold storage that makes a split of what it got within a second.
fn server(folder: &Arc<Folder>, address: &str) -> (Collector, String) {
    let config = folder.path().join("palisade.toml");
    fs::write(&config, format!("[storage]\nsplit_age = \"1s\"\ncold = \"{address}\"\n")).unwrap();
    let config = config.display().to_string();
    let mut server = Collector::new(folder, &folder.folder("data"));
    server.arguments(&["--config", &config]);
    (server, config)
}

fn send(server: &Collector, records: usize) {
    let body: String = (0..records).map(|number| format!("{{\"message\":\"record {number}\"}}\n")).collect();
    let answer = server.client().attempt("POST", "/api/v1/ingest/audit", &[], body.as_bytes());
    assert_eq!(answer.unwrap().json()["accepted"], records);
}

fn count(server: &Collector) -> usize {
    server.export_bytes("audit").split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count()
}

#[test]
fn a_lost_catalog_and_lost_splits_come_back_from_the_locked_bucket() {
    let folder = Arc::new(Folder::new());
    let address = bucket(true);
    let (mut server, config) = server(&folder, &address);
    server.start();
    send(&server, 500);
    let splits = || server.metric("palisade_index_splits");
    wait_until("everything is evidence", || {
        server.metric("palisade_index_tail_records") == Some(0)
            && server.metric("palisade_lifecycle_splits{tier=\"cold\"}") == splits()
    });
    assert_eq!(server.metric("palisade_lifecycle_unarchived_splits"), Some(0));
    let splits = splits();
    wait_until("what lies beside it is in the bucket too", || {
        let mut drill = Command::new(PALISADE);
        drill.args(["restore", "drill", "--config", &config, "--json", "--data-dir"]).arg(server.data_dir());
        run(&mut drill).code == 0
    });
    // Whatever loses a catalog seldom asks the server to stop before.
    server.kill();

    let data = server.data_dir().to_owned();
    fs::remove_file(data.join("catalog.sqlite")).unwrap();
    fs::remove_dir_all(data.join("objects")).unwrap();
    let mut restore = Command::new(PALISADE);
    restore.args(["restore", "--catalog", "--config", &config, "--json", "--data-dir"]).arg(&data);
    let report = run(&mut restore).well().json();
    // One more tells that the server started.
    assert_eq!((report["splits"].as_u64(), report["rows"].as_u64()), (splits, Some(501)), "{report}");

    server.start();
    assert_eq!(count(&server), 500);
    send(&server, 7);
    assert_eq!(count(&server), 507);
    server.terminate();
}

#[test]
fn the_doctor_tells_a_bucket_with_locks_from_one_without() {
    let doctor = |address: &str| run(Command::new(PALISADE).args(["doctor", "storage", address, "--json"]));
    let locked = doctor(&bucket(true));
    assert_eq!(locked.code, 0, "{}", locked.text());
    assert_eq!(locked.json()["fit"], true);
    let open = doctor(&bucket(false));
    assert_eq!((open.code, open.json()["fit"].as_bool()), (1, Some(false)), "{}", open.text());
    assert_eq!(doctor("nowhere").code, 2);
}

#[test]
fn a_server_takes_records_in_while_its_bucket_is_not_there() {
    let folder = Arc::new(Folder::new());
    let store = SeaweedFs::shared();
    let address = store.address_of("nobody-made-it", Identity::Writer);
    let (mut server, _) = server(&folder, &address);
    server.start();
    send(&server, 3);
    assert_eq!(count(&server), 3);
    wait_until("somebody can see that evidence waits", || {
        server.metric("palisade_lifecycle_unarchived_splits") > Some(0)
            && server.metric("palisade_lifecycle_failures_total") > Some(0)
    });
    server.terminate();
}
