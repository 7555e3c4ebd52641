//! Beside a server that writes, after a restart, and through its interface.

use crate::world::{World, wait_until};

fn ingest(world: &World, round: usize) {
    let lines: String = (0..200).map(|line| format!("{{\"round\":{round},\"n\":{line}}}\n")).collect();
    world.collector.client().send("/api/v1/ingest/app", &[], lines.as_bytes()).json();
}

#[test]
fn a_store_verifies_while_the_server_writes_and_after_a_restart() {
    let mut world = World::prepared();
    let configuration = world.folder.path().join("palisade.toml");
    std::fs::write(&configuration, "[storage]\nsplit_age = \"1s\"\n").unwrap();
    world.collector.arguments(&["--config", &configuration.display().to_string()]);
    world.start_collector();
    let data_dir = world.collector.data_dir().display().to_string();
    let mut splits = 0;
    let mut round = 0;
    wait_until("several splits were verified while the server wrote", || {
        ingest(&world, round);
        round += 1;
        let report = world.collector.command(&["verify", "--data-dir", &data_dir, "--json"]);
        assert_eq!(report.code, 0, "{}", report.text());
        let report: serde_json::Value = serde_json::from_str(&report.text()).unwrap();
        splits = report["splits"].as_u64().unwrap();
        splits >= 3
    });

    let client = world.collector.client();
    let asked = client.attempt("POST", "/api/v1/verify", &[], &[]).unwrap();
    assert_eq!(asked.status, 202, "{}", asked.text());
    wait_until("the server verified itself", || client.get("/api/v1/verify").json()["runs"] == 1);
    assert_eq!(client.get("/api/v1/verify").json()["report"]["verdict"], "ok");
    assert_eq!(client.get("/health/ready").json()["verification"], "ok");
    assert!(client.get("/metrics").text().contains("\npalisade_verify_ok 1\n"));

    world.collector.terminate();
    world.start_collector();
    let report = world.collector.command(&["verify", "--data-dir", &data_dir]);
    assert_eq!(report.code, 0, "{}", report.text());
}

#[test]
fn a_server_tells_of_what_it_finds_in_metrics_and_in_the_log() {
    let world = World::new();
    let client = world.collector.client();
    ingest(&world, 0);
    let splits = world.collector.data_dir().join("objects/splits");
    let foreign = splits.join("0000000000000000-0000000000000000-foreign.data");
    std::fs::create_dir_all(&splits).unwrap();
    std::fs::write(foreign, b"PALD").unwrap();

    client.attempt("POST", "/api/v1/verify", &[], &[]).unwrap();
    wait_until("the server verified itself", || client.get("/api/v1/verify").json()["runs"] == 1);

    let report = client.get("/api/v1/verify").json();
    assert!(report["report"]["findings"].to_string().contains("foreign.data"), "{report}");
    let metrics = client.get("/metrics").text();
    assert!(
        metrics.contains("\npalisade_verify_ok 0\n")
            && metrics.contains("\npalisade_verify_failures_total 1\n")
    );
    let entries = world.collector.data_dir().join("objects/log/tile/entries");
    wait_until("the log tells of it", || {
        let bundles = std::fs::read_dir(entries.join("000.p")).into_iter().flatten().flatten();
        bundles
            .filter_map(|bundle| std::fs::read(bundle.path()).ok())
            .any(|bytes| String::from_utf8_lossy(&bytes).contains("\"deed\":\"verification\""))
    });
}
