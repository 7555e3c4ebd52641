//! kill -9 exactly at a chosen system call, with the help of `strace`: the crash that random moments never meet.

use super::sample_or_all;
use crate::world::{World, wait_until};

/// Calls after which the world on disk is different.
const CALLS: [&str; 7] = [
    "fdatasync,fsync",
    "rename,renameat,renameat2",
    "write",
    "pwrite64",
    "ftruncate",
    "unlink,unlinkat",
    "openat",
];

/// In a soak each call is hit at each of its first so many times; the counts are per thread.
const TIMES: usize = 25;

/// Lines that go through the process which will be killed.
const LINES: usize = 400;

/// Which call, and which time.
fn points(sample: &[(usize, usize)]) -> Vec<(&'static str, usize)> {
    let all = || (0..CALLS.len()).flat_map(|call| (1..=TIMES).map(move |time| (call, time))).collect();
    let sample = sample_or_all(Some(sample.to_vec()), None);
    let points: Vec<(usize, usize)> = sample.unwrap_or_else(all);
    points.into_iter().map(|(call, time)| (CALLS[call], time)).collect()
}

/// The words that run a program so that it is killed at the point.
fn wrapper(call: &str, time: usize) -> Vec<String> {
    let inject = format!("inject={call}:signal=SIGKILL:when={time}");
    ["strace", "-f", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject]
        .map(str::to_owned)
        .to_vec()
}

/// Small and young splits: publishing one is among the things that are interrupted.
fn publish_often(world: &mut World) {
    let configuration = world.folder.path().join("server.toml");
    std::fs::write(&configuration, "[storage]\nsplit_bytes = \"1 MiB\"\nsplit_age = \"1s\"\n").unwrap();
    let configuration = configuration.display().to_string();
    world.collector.arguments(&["--config", &configuration]);
}

#[test]
fn a_collector_killed_at_any_system_call_keeps_what_it_acknowledged() {
    let mut world = World::prepared();
    publish_often(&mut world);
    world.start_collector();
    let mut log = world.plain("witness");
    let _agent = world.agent_of_plain();
    let mut reached = 0;

    for (call, time) in points(&[(0, 1), (0, 3), (1, 1), (2, 20), (3, 2), (5, 1)]) {
        world.collector.kill();
        let words = wrapper(call, time);
        world.collector.under(&words.iter().map(String::as_str).collect::<Vec<_>>());
        world.collector.launch();
        if world.collector.becomes_ready() {
            world.wire.lead_to(&world.collector.address());
        }
        log.lines(LINES, "sent to a collector that is about to die");
        let stored = log.ledger.records().last().unwrap().payload.clone();
        wait_until("it died, or all is stored", || {
            if world.collector.program().ended().is_some() {
                reached += 1;
                return true;
            }
            let exported = world.collector.try_export_bytes("app").unwrap_or_default();
            exported.windows(stored.len()).any(|window| window == stored)
        });
        world.collector.kill();
        world.collector.under(&[]);
        world.start_collector();

        let verdict = world.settle("app", &[&log.ledger]);
        assert!(verdict.lost.is_empty(), "killed at {call} number {time}: {verdict}");
        verdict.assert_perfect();
    }
    println!("{reached} crash points of the collector reached, lost 0 duplicated 0 reordered 0");
}

#[test]
fn an_agent_killed_at_any_system_call_loses_and_duplicates_nothing() {
    let world = World::new();
    let mut container = crate::world::Container::create(&world.pods(), "witness");
    let mut agent = world.agent().pods(&world.pods());
    let mut reached = 0;

    for (call, time) in points(&[(0, 1), (0, 2), (1, 1), (2, 5), (3, 1), (6, 20)]) {
        let words = wrapper(call, time);
        agent.under(&words.iter().map(String::as_str).collect::<Vec<_>>());
        agent.start();
        (0..LINES / 2).for_each(|_| container.line("read by an agent that is about to die"));
        container.rotate();
        (0..LINES / 2).for_each(|_| container.line("read by an agent that is about to die"));
        wait_until("it died, or all is stored", || {
            let has_died = agent.program().ended().is_some();
            reached += usize::from(has_died);
            has_died || world.compare("app", &container.ledgers()).is_accounted()
        });
        agent.kill();
        agent.under(&[]);
        agent.start();

        let verdict = world.settle("app", &container.ledgers());
        assert!(verdict.lost.is_empty(), "killed at {call} number {time}: {verdict}");
        verdict.assert_perfect();
        agent.kill();
    }
    println!("{reached} crash points of the agent reached, lost 0 duplicated 0 reordered 0");
}
