//! The collector is away, and the node's logs move on.

use std::time::{Duration, Instant};

use crate::world::{Container, World, compress, pace, wait_until};

/// An hour's outage is many rotations; how long each takes does not matter.
const ROTATIONS: usize = 20;
const LINES_PER_FILE: usize = 1_000;
/// Rotated files the kubelet keeps.
const KEPT: usize = 4;

#[test]
fn everything_written_during_an_outage_is_delivered_after_it() {
    let mut world = World::new();
    let mut container = Container::create(&world.pods(), "waiting");
    let mut agent = world.agent_of_pods();
    container.line("before the outage");
    world.settle("app", &container.ledgers()).assert_perfect();
    world.collector.kill();

    let mut rotated = Vec::new();
    for _ in 0..ROTATIONS {
        (0..LINES_PER_FILE).for_each(|_| container.line("during the outage, line after line after line"));
        let path = container.path();
        wait_until("the agent has opened the file", || agent.program().holds(&path));
        rotated.push(container.rotate());
        if rotated.len() > KEPT {
            std::fs::remove_file(rotated.remove(0)).unwrap();
        }
    }
    compress(&rotated[0]);
    world.start_collector();
    let start = Instant::now();

    world.settle("app", &container.ledgers()).assert_perfect();
    println!("caught up with {ROTATIONS} files in {:?}", start.elapsed());
}

#[test]
fn what_a_long_outage_costs_is_shed_from_the_noisiest_and_reported_to_the_byte() {
    let mut world = World::new();
    let mut noisy = Container::create(&world.pods(), "noisy");
    let mut quiet = Container::create(&world.pods(), "quiet");
    let configuration = world.folder.path().join("agent.toml");
    std::fs::write(&configuration, "[agent]\ndeleted = \"2 MiB\"\nspool = \"1 MiB\"\nmemory = \"8 MiB\"\n")
        .unwrap();
    let mut agent = world
        .agent()
        .pods(&world.pods())
        .arguments(&["--config", &configuration.display().to_string()])
        .started();
    noisy.line("before");
    quiet.line("before");
    let [first, second] = [noisy.ledgers(), quiet.ledgers()];
    world.settle("app", &[first[0], second[0]]).assert_perfect();
    world.collector.kill();

    for _ in 0..30 {
        (0..4_000)
            .for_each(|_| noisy.line("noise, noise, noise, noise, noise, noise, noise, noise, noise, noise"));
        quiet.line("a word");
        let path = noisy.path();
        wait_until("the agent has opened the file", || agent.program().holds(&path));
        let rotated = noisy.rotate();
        std::fs::remove_file(rotated).unwrap();
        pace(Duration::from_millis(30));
    }
    world.start_collector();

    let ledgers = [noisy.ledgers()[0], quiet.ledgers()[0]];
    let verdict = world.settle("app", &ledgers);
    verdict.assert_accounted();
    assert!(verdict.lost.iter().all(|record| record.starts_with("noisy")), "a quiet one was shed: {verdict}");
    for gap in world.gaps() {
        assert_eq!(gap.bytes, gap.to - gap.from, "{gap:?}");
        assert!(!gap.reason.is_empty(), "{gap:?}");
    }
    println!("{} of {} bytes shed", verdict.gap_bytes, verdict.written_bytes);
}

#[test]
fn a_collector_that_is_killed_again_and_again_while_it_receives_keeps_what_it_acknowledged() {
    let mut world = World::new();
    let mut log = world.plain("persistent");
    let _agent = world.agent_of_plain();

    for _ in 0..10 {
        log.lines(3_000, "arriving while the collector dies");
        world.collector.kill();
        world.start_collector();
    }

    world.settle("app", &[&log.ledger]).assert_perfect();
}
