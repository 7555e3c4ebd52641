//! Files are removed while much of them is unread and the collector takes nothing.

use crate::world::{Treatment, World, wait_until};

/// Enough to be far more than any buffer, little enough to be written in a moment.
const UNREAD_LINES: usize = 60_000;
const FILLER: &str =
    "a line of about a hundred bytes, so that sixty thousand of them are some six megabytes of log";

#[test]
fn a_deleted_file_is_read_to_its_end_while_the_budget_for_deleted_files_lasts() {
    let world = World::new();
    let mut log = world.plain("doomed");
    log.line("first");
    let mut agent = world.agent_of_plain();
    world.settle("app", &[&log.ledger]).assert_perfect();

    world.wire.treat_batches(|_| Treatment::Refuse(503, &[("retry-after", "1")], "later"));
    log.lines(UNREAD_LINES, FILLER);
    log.delete();
    // A line of another file is refused after the deletion: the agent works, and has nowhere to put anything.
    let refused = world.wire.mistreated();
    wait_until("the agent was refused", || world.wire.mistreated() > refused + 1);
    world.wire.heal();

    world.settle("app", &[&log.ledger]).assert_perfect();
    assert!(agent.program().ended().is_none());
}

#[test]
fn what_the_budget_for_deleted_files_cannot_hold_is_reported_to_the_byte() {
    let world = World::new();
    let mut log = world.plain("doomed");
    let mut other = world.plain("spared");
    log.line("first");
    other.line("first");
    let configuration = world.folder.path().join("agent.toml");
    std::fs::write(&configuration, "[agent]\ndeleted = \"1 MiB\"\nspool = \"0 B\"\nmemory = \"8 MiB\"\n")
        .unwrap();
    let _agent =
        world.agent_for_plain().arguments(&["--config", &configuration.display().to_string()]).started();
    world.settle("app", &[&log.ledger, &other.ledger]).assert_perfect();

    world.wire.treat_batches(|_| Treatment::Refuse(503, &[("retry-after", "1")], "later"));
    for _ in 0..3 {
        log.lines(UNREAD_LINES, FILLER);
    }
    log.delete();
    other.line("while the other one is shed");
    let refused = world.wire.mistreated();
    wait_until("the agent was refused", || world.wire.mistreated() > refused + 1);
    wait_until("the deleted file is let go", || {
        world.wire.heal();
        world.compare("app", &[&log.ledger, &other.ledger]).is_accounted()
    });

    let verdict = world.settle("app", &[&log.ledger, &other.ledger]);
    verdict.assert_accounted();
    let gaps = world.gaps();
    for gap in &gaps {
        assert!(gap.file.ends_with("doomed.log"), "{gap:?}");
        assert_eq!(gap.bytes, gap.to - gap.from, "{gap:?}");
    }
    println!("shed {} bytes in {} gaps of {} bytes", verdict.gap_bytes, gaps.len(), verdict.written_bytes);
}
