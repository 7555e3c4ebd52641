//! The container runtime cuts long lines into pieces; what is stored is whole.

use crate::world::{Channel, Container, World};

/// Where containerd cuts.
const PIECE_BYTES: usize = 16 * 1024;

/// The longest record; longer ones are cut here and say how long they were.
const RECORD_BYTES_MAX: usize = 1024 * 1024;

#[test]
fn a_line_cut_by_rotation_is_whole_and_there_once() {
    const TIMES: usize = 200;
    let world = World::new();
    let mut container = Container::create(&world.pods(), "cut");
    let _agent = world.agent_of_pods();

    for _ in 0..TIMES {
        container.begin(Channel::Stdout, "the first half, ");
        container.rotate();
        container.finish(Channel::Stdout, b"and the second");
    }

    world.settle("app", &container.ledgers()).assert_perfect();
}

#[test]
fn pieces_of_both_outputs_are_never_mixed() {
    const CONTAINERS: usize = 50;
    const ROUNDS: usize = 20;
    let world = World::new();
    let _agent = world.agent_of_pods();
    let mut containers: Vec<_> =
        (0..CONTAINERS).map(|number| Container::create(&world.pods(), &format!("mixed-{number}"))).collect();

    for _ in 0..ROUNDS {
        for container in &mut containers {
            container.begin(Channel::Stdout, "out begins ");
            container.begin(Channel::Stderr, "err begins ");
            container.finish(Channel::Stdout, b"out ends");
            container.line("a whole line on the one while the other is open");
            container.finish(Channel::Stderr, b"err ends");
        }
    }

    let ledgers: Vec<_> = containers.iter().flat_map(Container::ledgers).collect();
    world.settle("app", &ledgers).assert_perfect();
}

#[test]
fn a_line_without_end_is_cut_at_the_limit_and_says_how_long_it_was() {
    const PIECES: usize = 1_000;
    /// Sixteen megabytes pass through; a debug build and its buffers fit, the line itself twice would not.
    const MEMORY_MAX_KIB: u64 = 100 * 1024;
    let world = World::new();
    let mut container = Container::create(&world.pods(), "endless");
    let mut agent = world.agent_of_pods();

    let piece = "x".repeat(PIECE_BYTES);
    let mut line = String::from("endless-o ");
    for number in 0..PIECES {
        let text = if number == 0 { format!("{line}{piece}") } else { piece.clone() };
        container.raw(format!("2026-11-20T09:00:00.000000001Z stdout P {text}\n").as_bytes());
        line.push_str(&piece);
    }
    container.raw(b"2026-11-20T09:00:01.000000001Z stdout F !\n");
    line.push('!');
    let prefix = "2026-11-20T09:00:00.000000001Z stdout P \n".len() as u64;
    container.note(
        Channel::Stdout,
        &line.as_bytes()[..RECORD_BYTES_MAX],
        (PIECES as u64 + 1) * prefix + line.len() as u64,
    );
    container.line("and life goes on");
    container.line_to(Channel::Stderr, "on both outputs");

    world.settle("app", &container.ledgers()).assert_perfect();
    let request =
        serde_json::json!({"query": "origin.pod:endless or kubernetes.pod:endless or endless", "limit": 10});
    let answer = world.collector.client().post("/api/v1/search", &request).json();
    let records = answer["records"].as_array().unwrap();
    let is_cut = |record: &&serde_json::Value| record["flags"] == serde_json::json!(["truncated"]);
    let lengths: Vec<_> =
        records.iter().filter(is_cut).map(|r| &r["fields"]["truncated.original_bytes"]).collect();
    assert_eq!(
        lengths,
        [&serde_json::json!(line.len())],
        "one record says that it was cut, and how long it was"
    );
    let memory = agent.program().memory_peak_kib();
    assert!(memory < MEMORY_MAX_KIB, "the agent took {memory} KiB");
}

#[test]
fn the_fragment_of_a_container_that_died_in_the_middle_of_a_line_is_kept_once() {
    let world = World::new();
    let mut container = Container::create(&world.pods(), "dead");
    let mut agent = world.agent_of_pods();
    container.line("a whole line");
    world.settle("app", &container.ledgers()).assert_perfect();

    container.begin(Channel::Stdout, "and then it d");
    container.abandon(Channel::Stdout);
    let path = container.path();
    crate::world::wait_until("the agent has the file", || agent.program().holds(&path));
    container.remove();

    world.settle("app", &container.ledgers()).assert_perfect();
}
