//! The disk says no when it is asked to make things durable.

use crate::world::{Client, World};

/// Syncs that work before the first one fails: enough for the start, few enough to be reached soon.
const GOOD_SYNCS: usize = 24;

/// Requests after which a sync must have failed.
const REQUESTS: usize = 200;

fn ingest(client: &Client, number: usize) -> Option<u16> {
    let body = format!("{{\"message\":\"promise {number}\"}}\n");
    client.attempt("POST", "/api/v1/ingest/promises", &[], body.as_bytes()).map(|answer| answer.status)
}

/// After a failed sync nobody knows what the disk holds: nothing may be acknowledged until a restart has looked.
fn never_acknowledges_after_a_failed_sync(error: &str) {
    let mut world = World::prepared();
    let inject = format!("inject=fdatasync,fsync:error={error}:when={}+", GOOD_SYNCS + 1);
    world.collector.under(&["strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync,fsync", "-e", &inject]);
    world.collector.launch();
    assert!(world.collector.becomes_ready(), "{}", world.collector.program().said());
    let client = world.collector.client();

    let mut promised = Vec::new();
    let mut refused = None;
    for number in 0..REQUESTS {
        match (ingest(&client, number), refused) {
            (Some(200), None) => promised.push(format!("promise {number}")),
            (Some(200), Some(first)) => panic!("request {number} was acknowledged after {first} was refused"),
            (_, None) => refused = Some(number),
            (_, Some(_)) => {}
        }
    }
    assert!(refused.is_some(), "no sync failed in {REQUESTS} requests");
    world.collector.kill();
    world.collector.under(&[]);
    world.start_collector();

    let stored = world.collector.export("promises");
    let stored = stored.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect::<Vec<_>>();
    for promise in &promised {
        let count = stored.iter().filter(|line| line.contains(&format!("\"{promise}\""))).count();
        assert_eq!(count, 1, "{promise} was acknowledged");
    }
    println!("{error}: {} acknowledged and kept, then refused from number {refused:?} on", promised.len());
}

#[test]
fn after_a_sync_failed_with_an_io_error_nothing_is_acknowledged() {
    never_acknowledges_after_a_failed_sync("EIO");
}

#[test]
fn after_a_sync_failed_for_want_of_room_nothing_is_acknowledged() {
    never_acknowledges_after_a_failed_sync("ENOSPC");
}
