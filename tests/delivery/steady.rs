//! Nothing goes wrong, and still much could.

use std::time::Duration;

use crate::world::{Channel, Container, World, pace, wait_until};

/// A thousand lines per second for as long as CI can spare; a minute would show nothing else.
const SECONDS: usize = 3;
const BEATS_PER_SECOND: usize = 20;
const LINES_PER_BEAT: usize = 50;

#[test]
fn a_steady_stream_of_lines_arrives_whole_and_in_order() {
    let world = World::new();
    let mut container = Container::create(&world.pods(), "steady");
    let _agent = world.agent_of_pods();

    for _ in 0..SECONDS * BEATS_PER_SECOND {
        for _ in 0..LINES_PER_BEAT {
            container.line("a line of ordinary length, as services write them all day");
        }
        container.line_to(Channel::Stderr, "and now and then one on the other output");
        pace(Duration::from_millis(1_000 / BEATS_PER_SECOND as u64));
    }

    world.settle("app", &container.ledgers()).assert_perfect();
}

#[test]
fn a_line_without_its_end_is_held_until_the_end_is_written() {
    let world = World::new();
    let mut slow = world.plain("slow");
    slow.raw(b"s");
    let _agent = world.agent_of_plain();

    // What was written later to another file has arrived: by then the agent has seen the unfinished line too.
    let mut other = world.plain("other");
    for _ in 0..5 {
        other.line("a complete line");
        world.settle("app", &[&other.ledger]).assert_perfect();
    }
    let rest = slow.ledger.next_text("finished at last");
    slow.raw(&rest.as_bytes()[1..]);
    slow.raw(b"\n");
    slow.ledger.note(rest.clone().into_bytes(), rest.len() as u64 + 1);

    world.settle("app", &[&slow.ledger, &other.ledger]).assert_perfect();
}

/// Pods that live for one line.
const SHORT_PODS: usize = 60;

#[test]
fn a_pod_that_is_removed_right_after_its_only_line_leaves_that_line() {
    let world = World::new();
    let mut agent = world.agent_of_pods();
    let mut containers = Vec::new();

    for number in 0..SHORT_PODS {
        let mut container = Container::create(&world.pods(), &format!("short-{number}"));
        container.line("born, spoke, died");
        let path = container.path();
        wait_until("the agent has opened the file", || agent.program().holds(&path));
        container.remove();
        containers.push(container);
    }

    let ledgers: Vec<_> = containers.iter().flat_map(Container::ledgers).collect();
    world.settle("app", &ledgers).assert_perfect();
}

#[test]
fn several_restarts_of_a_container_are_read_in_their_order() {
    let world = World::new();
    let mut container = Container::create(&world.pods(), "crashloop");
    for _ in 0..3 {
        container.line("about to crash");
        container.restart();
    }
    let _agent = world.agent_of_pods();
    for _ in 0..3 {
        container.line("about to crash again");
        container.restart();
    }
    container.line("running");

    world.settle("app", &container.ledgers()).assert_perfect();
}
