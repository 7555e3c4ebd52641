//! Files are renamed away from under the agent, compressed, and followed by new ones of the same name.

use std::time::Duration;

use crate::world::{Container, Treatment, World, compress, pace};

/// The research runs five minutes at 20 MB/s; the same number of rotations with fewer bytes between them is as hard.
const ROTATIONS: usize = 25;
const CHUNKS_PER_FILE: usize = 10;
const LINES_PER_CHUNK: usize = 100;

#[test]
fn rotation_by_renaming_under_load_loses_nothing() {
    let world = World::new();
    let mut container = Container::create(&world.pods(), "busy");
    let mut plain = world.plain("busy-plain");
    let pods = world.pods();
    let _agent = world.agent().pods(&pods).files("app", &world.logs().join("*.log")).started();

    for _ in 0..ROTATIONS {
        for _ in 0..CHUNKS_PER_FILE {
            for _ in 0..LINES_PER_CHUNK {
                container.line("one of very many lines that are written while the file is rotated");
            }
            plain.lines(LINES_PER_CHUNK, "one of very many lines that are written while the file is rotated");
            pace(Duration::from_millis(2));
        }
        container.rotate();
        // Rotated plain files leave the pattern: the agent must have them open, or they are not its business.
        world.settle("app", &[&plain.ledger, container.ledgers()[0], container.ledgers()[1]]);
        plain.rotate();
    }

    let [stdout, stderr] = container.ledgers();
    world.settle("app", &[stdout, stderr, &plain.ledger]).assert_perfect();
}

#[test]
fn two_rotations_in_one_moment_lose_nothing() {
    const PAIRS: usize = 50;
    let world = World::new();
    let mut container = Container::create(&world.pods(), "twice");
    let _agent = world.agent_of_pods();

    for _ in 0..PAIRS {
        container.line("before both");
        container.rotate();
        container.line("between");
        container.rotate();
        container.line("after both");
        pace(Duration::from_millis(20));
    }

    world.settle("app", &container.ledgers()).assert_perfect();
}

#[test]
fn lines_written_to_the_old_file_after_the_renaming_come_before_those_of_the_new_file() {
    let world = World::new();
    let mut container = Container::create(&world.pods(), "late");
    let _agent = world.agent_of_pods();

    for _ in 0..5 {
        container.line("before the renaming");
        container.rename();
        for _ in 0..10 {
            container.line("after the renaming, still in the old file");
            pace(Duration::from_millis(60));
        }
        container.reopen();
        container.line("in the new file");
    }

    world.settle("app", &container.ledgers()).assert_perfect();
}

#[test]
fn files_that_are_compressed_while_the_agent_lags_are_neither_lost_nor_read_twice() {
    let world = World::new();
    let mut container = Container::create(&world.pods(), "lagging");
    container.line("the first line");
    let _agent = world.agent_of_pods();
    world.settle("app", &container.ledgers()).assert_perfect();

    world.wire.treat_batches(|_| Treatment::Refuse(503, &[("retry-after", "1")], "later"));
    let mut rotated = Vec::new();
    for _ in 0..4 {
        (0..500).for_each(|_| container.line("written while nothing can be sent"));
        rotated.push(container.rotate());
    }
    // The kubelet leaves the newest rotated file uncompressed.
    rotated[..3].iter().for_each(|path| drop(compress(path)));
    world.wire.heal();
    world.settle("app", &container.ledgers()).assert_perfect();

    compress(&rotated[3]);
    container.line("after all was compressed");
    world.settle("app", &container.ledgers()).assert_perfect();
}

#[test]
fn files_that_were_rotated_and_compressed_while_the_agent_was_stopped_are_read_in_order() {
    let world = World::new();
    let mut container = Container::create(&world.pods(), "stopped");
    let mut agent = world.agent_of_pods();
    container.line("while the agent runs");
    world.settle("app", &container.ledgers()).assert_perfect();
    agent.terminate();

    let mut rotated = Vec::new();
    for _ in 0..3 {
        (0..300).for_each(|_| container.line("while the agent is stopped"));
        rotated.push(container.rotate());
    }
    rotated[..2].iter().for_each(|path| drop(compress(path)));
    container.line("in the newest file");
    agent.start();

    world.settle("app", &container.ledgers()).assert_perfect();
}

#[test]
fn old_rotated_files_are_read_by_an_agent_that_has_never_run_before() {
    let world = World::new();
    let mut container = Container::create(&world.pods(), "history");
    let mut rotated = Vec::new();
    for _ in 0..4 {
        (0..100).for_each(|_| container.line("before the agent was installed"));
        rotated.push(container.rotate());
    }
    rotated[..3].iter().for_each(|path| drop(compress(path)));
    container.line("in the newest file");
    let _agent = world.agent_of_pods();

    world.settle("app", &container.ledgers()).assert_perfect();
}
