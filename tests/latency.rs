//! How soon an acknowledged record is found while others pour in.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::world::{World, wait_until};

const PROBES: usize = 60;

/// The promise is a second on a quiet machine; here it is only checked that nothing hangs.
const WAIT_MAX: Duration = Duration::from_secs(10);

#[test]
fn an_acknowledged_record_is_found_soon_while_others_pour_in() {
    let world = World::new();
    let stop = AtomicBool::new(false);
    let client = world.collector.client();
    let mut waits = Vec::new();

    std::thread::scope(|scope| {
        scope.spawn(|| {
            let load: String =
                (0..500).map(|number| format!("{{\"message\":\"load\",\"number\":{number}}}\n")).collect();
            while !stop.load(Ordering::Relaxed) {
                client.send("/api/v1/ingest/load", &[], load.as_bytes()).json();
            }
        });
        for probe in 0..PROBES {
            let body = format!("{{\"message\":\"probe\",\"probe\":\"p-{probe}\"}}\n");
            client.send("/api/v1/ingest/probe", &[], body.as_bytes()).json();
            let acknowledged = Instant::now();
            let request = json!({"query": format!("probe:p-{probe}"), "stream": "probe", "limit": 1});
            wait_until("the probe is found", || {
                let answer = client.post("/api/v1/search", &request).json();
                answer["records"].as_array().is_some_and(|records| records.len() == 1)
            });
            waits.push(acknowledged.elapsed());
        }
        stop.store(true, Ordering::Relaxed);
    });

    waits.sort();
    let (median, p99) = (waits[PROBES / 2], waits[PROBES * 99 / 100]);
    println!("acknowledged to found: median {median:?}, p99 {p99:?}, of {PROBES} probes");
    assert!(p99 < WAIT_MAX, "p99 {p99:?}");
}

#[test]
fn a_line_in_a_file_is_found_soon() {
    let world = World::new();
    let mut log = world.plain("timed");
    let _agent = world.agent_of_plain();
    log.line("warms everything up");
    world.settle("app", &[&log.ledger]).assert_perfect();
    let client = world.collector.client();
    let mut waits = Vec::new();

    for probe in 0..20 {
        log.line(&format!("marker{probe}x"));
        let written = Instant::now();
        let request = json!({"query": format!("marker{probe}x"), "limit": 1});
        wait_until("the line is found", || {
            let answer = client.post("/api/v1/search", &request).json();
            answer["records"].as_array().is_some_and(|records| records.len() == 1)
        });
        waits.push(written.elapsed());
    }

    waits.sort();
    println!("written to found: median {:?}, longest {:?}", waits[10], waits[19]);
    assert!(waits[19] < WAIT_MAX);
}
