//! Files are emptied under their writer: what could be read is there once, what could not is said.

use std::time::Duration;

use crate::world::{World, pace, wait_until};

#[test]
fn copytruncate_with_a_resting_writer_loses_nothing() {
    let world = World::new();
    let mut log = world.plain("copied");
    let _agent = world.agent_of_plain();

    for _ in 0..10 {
        log.lines(200, "then the writer rests");
        world.settle("app", &[&log.ledger]).assert_perfect();
        log.copy_and_truncate();
    }
    log.line("the last");

    world.settle("app", &[&log.ledger]).assert_perfect();
}

#[test]
fn what_was_not_read_before_copytruncate_is_read_from_the_copy_or_reported() {
    let world = World::new();
    let mut log = world.plain("unread");
    log.lines(50, "read before");
    let mut agent = world.agent_of_plain();
    world.settle("app", &[&log.ledger]).assert_perfect();

    agent.terminate();
    log.lines(50, "written while the agent is stopped");
    log.copy_and_truncate();
    log.lines(200, "and the file grows longer than it was");
    agent.start();
    let last = log.ledger.records().last().unwrap().payload.clone();
    wait_until("the newest line is there", || world.collector.export("app").contains(&last));
    // What is read from the copy may come after the newest line.
    wait_until("what is lost is reported", || {
        world.compare("app", &[&log.ledger]).lost.is_empty() || !world.gaps().is_empty()
    });

    let verdict = world.compare("app", &[&log.ledger]);
    assert!(verdict.foreign.is_empty() && verdict.duplicated.is_empty(), "{verdict}");
}

#[test]
fn copytruncate_under_an_active_writer_gives_no_duplicate_and_no_garbage() {
    let world = World::new();
    let mut log = world.plain("active");
    let _agent = world.agent_of_plain();
    // What was rotated before the agent first looked is older than the agent, and none of its business.
    log.line("the first");
    world.settle("app", &[&log.ledger]).assert_perfect();

    for _ in 0..10 {
        for _ in 0..20 {
            log.lines(50, "written without a pause");
            pace(Duration::from_millis(1));
        }
        log.copy_and_truncate();
    }
    log.line("the last");
    let last = log.ledger.records().last().unwrap().payload.clone();
    wait_until("the last line is there", || world.collector.export("app").contains(&last));

    // What is read from the copy comes late, so the order is not asked for.
    wait_until("what is lost is reported", || {
        world.compare("app", &[&log.ledger]).lost.is_empty() || !world.gaps().is_empty()
    });
    let verdict = world.compare("app", &[&log.ledger]);
    assert!(verdict.foreign.is_empty() && verdict.duplicated.is_empty(), "{verdict}");
}

#[test]
fn a_file_emptied_and_refilled_beyond_the_old_position_is_read_from_its_first_byte() {
    let world = World::new();
    let mut log = world.plain("refilled");
    let _agent = world.agent_of_plain();
    log.lines(100, "old");
    world.settle("app", &[&log.ledger]).assert_perfect();

    for _ in 0..5 {
        let longer = log.ledger.records().len() + 100;
        log.truncate();
        log.lines(longer, "new and more of it");
        world.settle("app", &[&log.ledger]).assert_perfect();
    }
}

#[test]
fn a_file_emptied_and_refilled_while_the_agent_is_stopped_is_read_from_its_first_byte() {
    let world = World::new();
    let mut log = world.plain("asleep");
    log.lines(100, "old");
    let mut agent = world.agent_of_plain();
    world.settle("app", &[&log.ledger]).assert_perfect();

    agent.terminate();
    log.truncate();
    log.lines(300, "new");
    agent.start();

    world.settle("app", &[&log.ledger]).assert_perfect();
}
