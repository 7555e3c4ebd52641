//! Files that look alike, change their name or number, or are not files at all.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::process::Command;

use crate::world::{Container, PlainFile, World, run, wait_until};

#[test]
fn files_with_the_same_first_kilobytes_are_both_read_whole() {
    let world = World::new();
    let banner = vec![b'='; 4 * 1024];
    let mut files = [world.plain("twin-a"), world.plain("twin-b")];
    for file in &mut files {
        // Both begin with the same long line; the ledgers differ from the second line on.
        file.raw(&banner);
        file.raw(b"\n");
        file.lines(50, "mine alone");
    }
    let _agent = world.agent_of_plain();

    wait_until("both are stored", || world.collector.export("app").len() == 102);
    let mut stored = world.collector.export("app");
    let before = stored.len();
    stored.retain(|line| *line != banner);
    assert_eq!(before - stored.len(), 2, "the banner is there once for each file");
    let verdict = crate::world::compare(&[&files[0].ledger, &files[1].ledger], &stored, &world.gaps());
    verdict.assert_perfect();
}

#[test]
fn a_copy_of_a_file_is_a_source_of_its_own() {
    let world = World::new();
    let mut log = world.plain("original");
    log.lines(100, "copied later");
    let _agent = world.agent_of_plain();
    world.settle("app", &[&log.ledger]).assert_perfect();

    fs::copy(log.path(), world.logs().join("copy.log")).unwrap();
    log.line("only in the original");

    wait_until("the copy is stored as well", || world.collector.export("app").len() >= 201);
    assert_eq!(world.collector.export("app").len(), 201);
}

#[test]
fn a_file_deleted_and_created_again_is_read_again_from_its_beginning() {
    /// On a memory file system the numbers of deleted files are used again at once.
    const TIMES: usize = 100;
    let world = World::new();
    let mut agent = world.agent_of_plain();
    let mut ledgers = Vec::new();

    for number in 0..TIMES {
        let mut log = PlainFile::create(&world.logs().join("again.log"), &format!("life-{number}"));
        log.lines(3, "and a life is three lines");
        let path = log.path().to_owned();
        wait_until("the agent has opened the file", || agent.program().holds(&path));
        log.delete();
        ledgers.push(log.ledger);
    }

    let ledgers: Vec<_> = ledgers.iter().collect();
    world.settle("app", &ledgers).assert_perfect();
}

#[test]
fn a_file_deleted_and_created_again_while_the_agent_is_stopped_is_read_from_its_beginning() {
    let world = World::new();
    let mut agent = world.agent_of_plain();
    let mut ledgers = Vec::new();

    for number in 0..5 {
        let mut log = PlainFile::create(&world.logs().join("again.log"), &format!("life-{number}"));
        log.lines(3, "and a life is three lines");
        ledgers.push(log.ledger.clone());
        world.settle("app", &ledgers.iter().collect::<Vec<_>>()).assert_perfect();
        agent.terminate();
        log.delete();
        agent.start();
    }
}

#[test]
fn what_is_no_file_is_refused_and_holds_nothing_up() {
    let world = World::new();
    let logs = world.logs();
    let secret = world.folder.path().join("secret");
    fs::write(&secret, "root:secret\n").unwrap();
    let pods = world.pods();
    let mut container = Container::create(&pods, "beside");
    symlink("/etc/passwd", container.folder().join("1.log")).unwrap();
    symlink("/dev/zero", container.folder().join("2.log")).unwrap();
    symlink("../../../secret", container.folder().join("3.log")).unwrap();
    fs::create_dir(logs.join("folder.log")).unwrap();
    assert_eq!(run(Command::new("mkfifo").arg(logs.join("pipe.log"))).code, 0);
    assert_eq!(run(Command::new("mkfifo").arg(container.folder().join("4.log"))).code, 0);
    let mut log = world.plain("ordinary");
    let mut agent = world.agent().pods(&pods).files("app", &logs.join("*.log")).started();

    container.line("written beside all that");
    log.line("written beside all that");
    let [stdout, stderr] = container.ledgers();
    world.settle("app", &[stdout, stderr, &log.ledger]).assert_perfect();
    assert!(agent.program().ended().is_none());
}

#[test]
fn a_link_that_is_led_to_another_file_is_followed() {
    let world = World::new();
    let logs = world.logs();
    let elsewhere = world.folder.folder("logs/real");
    let mut first = PlainFile::create(&elsewhere.join("first"), "first");
    let mut second = PlainFile::create(&elsewhere.join("second"), "second");
    symlink(first.path(), logs.join("current.log")).unwrap();
    let _agent = world.agent_of_plain();
    first.lines(10, "through the link");
    world.settle("app", &[&first.ledger]).assert_perfect();

    symlink(second.path(), logs.join("next")).unwrap();
    fs::rename(logs.join("next"), logs.join("current.log")).unwrap();
    second.lines(10, "through the link");

    world.settle("app", &[&first.ledger, &second.ledger]).assert_perfect();
}

#[test]
fn a_file_that_may_not_be_read_yet_is_read_whole_once_it_may() {
    const NOBODY: u32 = 65_534;
    let world = World::new();
    let state = world.folder.folder("state-of-nobody");
    chown(&state, Some(NOBODY), Some(NOBODY)).unwrap();
    for path in [world.folder.path(), &state, &world.logs(), &world.folder.folder("no-pods")] {
        fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    }
    fs::set_permissions(world.collector.data_dir(), Permissions::from_mode(0o755)).unwrap();
    let token = world.collector.data_dir().join("agent.token");
    fs::set_permissions(&token, Permissions::from_mode(0o644)).unwrap();
    let mut log = world.plain("locked");
    fs::set_permissions(log.path(), Permissions::from_mode(0o000)).unwrap();
    log.lines(10, "behind a closed door");
    let mut other = world.plain("open");
    let _agent = world
        .agent_with_state(&state)
        .pods(&world.folder.folder("no-pods"))
        .files("app", &world.logs().join("*.log"))
        .user(NOBODY)
        .started();
    other.line("readable");
    world.settle("app", &[&other.ledger]).assert_perfect();

    fs::set_permissions(log.path(), Permissions::from_mode(0o644)).unwrap();

    world.settle("app", &[&log.ledger, &other.ledger]).assert_perfect();
}
