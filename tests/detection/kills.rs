//! Whatever is killed in between: exactly one incident, and none missed.

use std::time::Duration;

use super::{FAILURES, Watched, failures, send};
use crate::world::{Random, pace, wait_until};

/// Rounds of `make test`; `PALISADE_SOAK=1` makes them 100.
fn rounds() -> u64 {
    if std::env::var("PALISADE_SOAK").is_ok() { 100 } else { 8 }
}

#[test]
fn a_kill_at_any_point_leaves_exactly_one_incident() {
    let mut watched = Watched::new(FAILURES);
    let mut random = Random::new(11);
    for round in 0..rounds() {
        let address = format!("192.0.2.{round}");
        let before = random.below(11);
        let client = watched.client();
        send(&client, &failures(usize::try_from(before).unwrap(), &address, 0));
        if random.below(2) == 0 {
            pace(Duration::from_millis(random.below(300)));
            watched.world.collector.kill();
            watched.world.start_collector();
        }
        let client = watched.client();
        send(&client, &failures(usize::try_from(11 - before).unwrap(), &address, 0));
        // Before, while or after it is found, written down, sent.
        pace(Duration::from_millis(random.below(400)));
        watched.world.collector.kill();
        watched.world.start_collector();
        let count = usize::try_from(round).unwrap() + 1;
        wait_until("the incident is told", || watched.pager.incidents().len() >= count);
        assert_eq!(watched.pager.incidents().len(), count, "round {round}: {:?}", watched.pager.incidents());
    }
    // More sign-ins fail from one of these addresses: that is the same incident still.
    let client = watched.client();
    send(&client, &failures(3, "192.0.2.0", 0));
    send(&client, &failures(11, "198.51.100.1", 0));
    let count = usize::try_from(rounds()).unwrap() + 1;
    wait_until("the last one is told", || watched.pager.incidents().len() >= count);
    assert_eq!(watched.pager.incidents().len(), count);
    println!("{} rounds, {} triggers for {count} incidents", rounds(), watched.pager.told("trigger").len());
}
