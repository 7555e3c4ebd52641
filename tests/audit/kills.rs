//! Whoever has an answer stands in the trail, whatever happens right after.

use std::io::Read;

use serde_json::json;

use super::{done, with_reads};

/// Rounds of `make test`; `PALISADE_SOAK=1` makes them 200.
fn rounds() -> usize {
    if std::env::var("PALISADE_SOAK").is_ok() { 200 } else { 8 }
}

#[test]
fn no_search_is_answered_without_its_record_surviving_a_kill() {
    let mut world = with_reads();
    let mut answered = Vec::new();
    for round in 0..rounds() {
        let client = world.collector.client();
        let query = format!("action:read user_id:u-1 not user_id:round-{round}");
        let body = json!({"query": query}).to_string();
        let mut stream = client.open("POST", "/api/v1/search", &[], body.as_bytes()).unwrap();
        // The very first byte of an answer says that there is one.
        let mut first = [0];
        if stream.read_exact(&mut first).is_ok() {
            answered.push(query);
        }
        world.collector.kill();
        world.start_collector();
    }
    assert_eq!(answered.len(), rounds());
    let recorded = done(&world.collector, "search");
    for query in &answered {
        let found = recorded.iter().filter(|event| event["query"] == query.as_str()).count();
        assert_eq!(found, 1, "{query}");
    }
    println!("{} searches answered and killed, {} of them recorded", rounds(), answered.len());
}
