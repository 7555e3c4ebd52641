//! The agent forgets where it was; the collector remembers.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::world::{Container, World};

/// What can happen to a file that was written long ago.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Emptied,
    CutInHalf,
    BitFlipped,
    FromTheFuture,
    Garbage,
    Deleted,
}

const DAMAGES: [Damage; 6] = [
    Damage::Emptied,
    Damage::CutInHalf,
    Damage::BitFlipped,
    Damage::FromTheFuture,
    Damage::Garbage,
    Damage::Deleted,
];

/// All files of a folder and the folders in it.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_in(&path)) } else { files.push(path) }
    }
    files
}

fn damage(path: &Path, kind: Damage) {
    let bytes = fs::read(path).unwrap();
    let change = |offset: usize, mask: u8| {
        if let Some(byte) = bytes.get(offset) {
            let mut file = OpenOptions::new().write(true).open(path).unwrap();
            file.seek(SeekFrom::Start(offset as u64)).unwrap();
            file.write_all(&[byte ^ mask]).unwrap();
        }
    };
    match kind {
        Damage::Emptied => fs::write(path, b"").unwrap(),
        Damage::CutInHalf => fs::write(path, &bytes[..bytes.len() / 2]).unwrap(),
        Damage::BitFlipped => change(bytes.len() / 2, 0x10),
        Damage::FromTheFuture => change(0, 0x7f),
        Damage::Garbage => fs::write(path, [0xa5; 4096]).unwrap(),
        Damage::Deleted => fs::remove_file(path).unwrap(),
    }
}

#[test]
fn a_damaged_checkpoint_loses_nothing_and_duplicates_nothing() {
    let world = World::new();
    let mut container = Container::create(&world.pods(), "remembered");
    let mut log = world.plain("remembered-too");
    let pods = world.pods();
    let mut agent = world.agent().pods(&pods).files("app", &world.logs().join("*.log")).started();

    for kind in DAMAGES {
        (0..100).for_each(|_| container.line("before the damage"));
        container.rotate();
        container.line("before the damage");
        log.lines(100, "before the damage");
        let [stdout, stderr] = container.ledgers();
        world.settle("app", &[stdout, stderr, &log.ledger]).assert_perfect();
        agent.kill();
        let files = files_in(agent.state_dir());
        assert!(!files.is_empty(), "the agent keeps a checkpoint");
        files.iter().for_each(|path| damage(path, kind));
        container.line("while the agent is away");
        log.line("while the agent is away");
        agent.start();
        container.line("after the damage");
        log.line("after the damage");

        let [stdout, stderr] = container.ledgers();
        let verdict = world.settle("app", &[stdout, stderr, &log.ledger]);
        println!("{kind:?} of {} files: {verdict}", files.len());
        verdict.assert_perfect();
    }
}

#[test]
fn two_agents_never_read_the_same_state() {
    let world = World::new();
    let mut log = world.plain("shared");
    let mut first = world.agent_of_plain();
    log.lines(100, "from the first agent's time");
    world.settle("app", &[&log.ledger]).assert_perfect();

    let mut second = world.agent_of_plain();
    log.lines(100, "while the second one waits or has given up");
    world.settle("app", &[&log.ledger]).assert_perfect();
    first.terminate();
    if second.program().ended().is_some() {
        second.start();
    }
    log.lines(100, "from the second agent's time");

    world.settle("app", &[&log.ledger]).assert_perfect();
}

#[test]
fn an_agent_that_is_stopped_and_started_under_load_loses_nothing() {
    let world = World::new();
    let mut log = world.plain("handover");
    let mut agent = world.agent_of_plain();

    for _ in 0..10 {
        log.lines(2_000, "on the way while the agent is asked to stop");
        agent.terminate();
        log.lines(100, "while no agent runs");
        agent.start();
    }

    world.settle("app", &[&log.ledger]).assert_perfect();
}
