//! Receipts: records are out of reach of whoever owns the server, seconds after they came.

use std::fs;
use std::process::Command;
use std::sync::Arc;

use palisade_rig::{Identity, SeaweedFs};
use palisade_storage::ObjectStorage;

use crate::world::{Collector, Folder, PALISADE, run, wait_until};

/// A server that makes no split for an hour, with receipts for the stream `payments`; and its cold storage.
fn server(folder: &Arc<Folder>, bucket: &str) -> (Collector, String, Arc<dyn ObjectStorage>) {
    let store = SeaweedFs::shared();
    store.create_bucket(bucket, true).unwrap();
    let address = store.address_of(bucket, Identity::Writer);
    let config = folder.path().join("palisade.toml");
    let text = format!(
        "[storage]\nsplit_age = \"1h\"\ncold = \"{address}\"\n[[streams]]\nname = \"payments\"\nreceipts = true\n"
    );
    fs::write(&config, text).unwrap();
    let config = config.display().to_string();
    let mut server = Collector::new(folder, &folder.folder("data"));
    server.arguments(&["--config", &config]);
    let cold = palisade_storage::open(&address, Arc::new(palisade_disk::RealDisk)).unwrap();
    (server, config, cold)
}

fn send(server: &Collector, stream: &str, numbers: std::ops::Range<usize>) {
    let body: String =
        numbers.clone().map(|number| format!("{{\"message\":\"record {number}\"}}\n")).collect();
    let answer = server.client().attempt("POST", &format!("/api/v1/ingest/{stream}"), &[], body.as_bytes());
    assert_eq!(answer.unwrap().json()["accepted"], numbers.len());
}

/// The records of the stream, each of which must be there once and in order.
fn payments(server: &Collector) -> Vec<String> {
    let lines = server.export("payments");
    lines.into_iter().map(|line| String::from_utf8(line).unwrap()).collect()
}

fn expected(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{{\"message\":\"record {number}\"}}")).collect()
}

fn metric(server: &Collector, name: &str) -> Option<u64> {
    let text = server.client().attempt("GET", "/metrics", &[], &[])?.text();
    text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

/// Waits until so many files were put, and none waits.
fn wait_for_receipts(server: &Collector, count: u64) {
    wait_until("the receipts are in the bucket", || {
        metric(server, "palisade_lifecycle_receipts_total ") == Some(count)
            && metric(server, "palisade_lifecycle_receipts_waiting ") == Some(0)
    });
}

#[test]
fn what_has_a_receipt_is_found_once_after_everything_on_the_server_was_destroyed() {
    let folder = Arc::new(Folder::new());
    let (mut server, config, cold) = server(&folder, "receipts-destroyed");
    server.start();
    send(&server, "payments", 0..300);
    wait_for_receipts(&server, 1);
    send(&server, "payments", 300..400);
    wait_for_receipts(&server, 2);

    let names = cold.list("receipts/").unwrap();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(cold.list("splits/").unwrap().is_empty());
    for name in &names {
        let refusal = cold.remove(name).unwrap_err();
        assert!(palisade_storage::is_locked(&refusal), "{refusal}");
    }
    server.kill();
    fs::remove_dir_all(server.data_dir()).unwrap();

    let mut restore = Command::new(PALISADE);
    restore.args(["restore", "--catalog", "--config", &config, "--json", "--data-dir"]);
    restore.arg(server.data_dir());
    let report = run(&mut restore).well().json();
    let told = (report["splits"].as_u64(), report["receipts"].as_u64(), report["receipt_rows"].as_u64());
    assert_eq!(told, (Some(0), Some(2), Some(400)), "{report}");

    server.start();
    assert_eq!(payments(&server), expected(400));
    // They are put again under their names, and more comes behind them.
    send(&server, "payments", 400..410);
    wait_for_receipts(&server, 3);
    assert_eq!(cold.list("receipts/").unwrap().len(), 3);
    assert_eq!(payments(&server), expected(410));
    server.terminate();
    server.start();
    assert_eq!(payments(&server), expected(410));
    server.terminate();
}

#[test]
fn a_bucket_with_receipts_is_verified_and_a_strange_object_among_them_is_told() {
    let folder = Arc::new(Folder::new());
    let (mut server, config, cold) = server(&folder, "receipts-verified");
    let text = fs::read_to_string(&config).unwrap().replace("\"1h\"", "\"1s\"");
    fs::write(&config, text).unwrap();
    server.start();
    send(&server, "payments", 0..50);
    wait_for_receipts(&server, 1);
    wait_until("the split and its page are in the bucket", || {
        metric(&server, "palisade_lifecycle_splits{tier=\"cold\"}") == Some(1)
            && !cold.list("publications/").unwrap().is_empty()
            && cold.list("log/checkpoint").unwrap().iter().any(|name| name == "log/checkpoint")
    });
    server.terminate();

    let address = fs::read_to_string(&config).unwrap();
    let address = address.lines().find_map(|line| line.strip_prefix("cold = ")).unwrap().trim_matches('"');
    let verify = || {
        let mut verify = Command::new(PALISADE);
        verify
            .args(["verify", "--bucket", address, "--json", "--key"])
            .arg(server.data_dir().join("log.vkey"));
        run(&mut verify)
    };
    let done = verify();
    let report = done.well().json();
    assert_eq!((report["verdict"].as_str(), report["receipts"].as_u64()), (Some("ok"), Some(1)), "{report}");

    cold.put("receipts/note", b"x", &palisade_storage::Terms::default()).unwrap();
    let report = verify().json();
    assert_eq!(report["findings"][0]["kind"], "receipt", "{report}");
}
