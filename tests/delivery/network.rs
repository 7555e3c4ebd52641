//! Answers are lost, requests come twice or late, and everything that can be refused is.

use std::time::Duration;

use crate::world::{Message, Random, Treatment, World, pace, wait_until};

/// How many requests are mistreated; each carries new lines.
const MISTREATED_MIN: usize = 60;

/// How many fail altogether: after each the agent makes a pause, so that fewer must do.
const FAILED_MIN: usize = 30;

/// Lines per beat, and the beat: several requests per second carry something new.
const LINES_PER_BEAT: usize = 20;
const BEAT: Duration = Duration::from_millis(10);

/// Writes under mistreatment until enough requests had it, then heals the wire and compares; once more after the
/// agent has ended, when nothing can come any more.
#[track_caller]
fn survives(enough: usize, treat: impl FnMut(&Message) -> Treatment + Send + 'static) {
    let world = World::new();
    let mut log = world.plain("carried");
    let mut agent = world.agent_of_plain();
    world.wire.treat_batches(treat);

    wait_until("enough requests were mistreated", || {
        log.lines(LINES_PER_BEAT, "a line on a bad wire");
        pace(BEAT);
        world.wire.mistreated() >= enough
    });
    world.wire.heal();

    world.settle("app", &[&log.ledger]).assert_perfect();
    agent.terminate();
    world.compare("app", &[&log.ledger]).assert_perfect();
    println!("{} of {} requests mistreated", world.wire.mistreated(), world.wire.requests());
}

#[test]
fn answers_that_are_lost_after_the_commit_duplicate_nothing() {
    // Two of three, never more in a row: the agent's pauses double with each.
    let mut turn = 0;
    survives(FAILED_MIN, move |_| {
        turn += 1;
        if turn % 3 == 0 { Treatment::Pass } else { Treatment::LoseAnswer }
    });
}

#[test]
fn requests_that_arrive_twice_late_or_out_of_order_duplicate_nothing() {
    let mut random = Random::new(43);
    survives(MISTREATED_MIN, move |_| match random.below(4) {
        0 => Treatment::Repeat,
        1 => Treatment::RepeatLater(3),
        2 => Treatment::Delay(Duration::from_millis(20)),
        _ => Treatment::Pass,
    });
}

#[test]
fn connections_that_break_in_the_middle_of_a_request_lose_nothing() {
    let mut turn = 0;
    survives(FAILED_MIN, move |_| {
        turn += 1;
        if turn % 3 == 0 { Treatment::Pass } else { Treatment::BreakOff }
    });
}

/// Status, headers and body.
type Refusal = (u16, &'static [(&'static str, &'static str)], &'static str);

#[test]
fn every_kind_of_refusal_is_survived() {
    const PAGE: &str = "<html><body><h1>502 Bad Gateway</h1></body></html>";
    let refusals: [Refusal; 6] = [
        (429, &[("retry-after", "0")], "{\"error\":{}}"),
        (503, &[], ""),
        (500, &[("content-type", "application/json")], "not json"),
        (502, &[("content-type", "text/html")], PAGE),
        (408, &[], "too slow"),
        (504, &[("retry-after", "soon")], ""),
    ];
    let mut turn = 0;
    survives(refusals.len() * 2, move |_| {
        turn += 1;
        if turn % 2 == 0 {
            return Treatment::Pass;
        }
        let (status, headers, body) = refusals[turn / 2 % refusals.len()];
        Treatment::Refuse(status, headers, body)
    });
}

#[test]
fn an_answer_of_200_that_is_no_answer_acknowledges_nothing() {
    let mut turn = 0;
    survives(6, move |_| {
        turn += 1;
        match turn % 3 {
            0 => Treatment::Refuse(
                200,
                &[("content-type", "text/html")],
                "<html>log in to this network</html>",
            ),
            1 => Treatment::Refuse(200, &[("content-type", "application/json")], "{\"batches\":[]}"),
            _ => Treatment::Pass,
        }
    });
}

#[test]
fn batches_shrink_until_they_fit_through_a_narrow_door() {
    const DOOR_BYTES: usize = 64 * 1024;
    let world = World::new();
    let mut log = world.plain("wide");
    let mut random = Random::new(45);
    // Letters that do not compress: each line is larger than a tenth of the door.
    for _ in 0..300 {
        let filler = random.letters(8 * 1024);
        log.line(&filler);
    }
    world.wire.treat_batches(|request| {
        if request.body.len() > DOOR_BYTES { Treatment::Refuse(413, &[], "") } else { Treatment::Pass }
    });
    let _agent = world.agent_of_plain();

    world.settle("app", &[&log.ledger]).assert_perfect();
    assert!(world.wire.mistreated() > 0, "some batch was too large at first");
}

#[test]
fn a_token_that_is_replaced_on_disk_is_used_without_a_restart() {
    let world = World::new();
    let mut log = world.plain("locked-out");
    let token = world.folder.path().join("token");
    std::fs::write(&token, "not-the-token\n").unwrap();
    let mut agent =
        crate::world::Agent::new(&world.folder, &world.wire.url(), &token, &world.folder.folder("state"))
            .pods(&world.folder.folder("no-pods"))
            .files("app", &world.logs().join("*.log"))
            .started();
    log.lines(100, "while the agent is not let in");
    wait_until("the agent says that it is not let in", || {
        let said = agent.program().said();
        said.contains("401") || said.contains("token")
    });
    assert!(world.collector.export("app").is_empty());

    std::fs::write(&token, world.collector.token()).unwrap();

    world.settle("app", &[&log.ledger]).assert_perfect();
}

#[test]
fn a_batch_that_is_refused_for_good_holds_up_no_other_file_and_is_accounted_for() {
    const POISON: &[u8] = b"the collector takes offence at this";
    let world = World::new();
    let mut poisoned = world.plain("poisoned");
    let mut healthy = world.plain("healthy");
    world.wire.treat_batches(|request| {
        let batches = zstd::stream::decode_all(request.body.as_slice()).expect("batches are compressed");
        let is_poisoned = batches.windows(POISON.len()).any(|window| window == POISON);
        if is_poisoned {
            Treatment::Refuse(400, &[], "{\"error\":{\"kind\":\"invalid\"}}")
        } else {
            Treatment::Pass
        }
    });
    let _agent = world.agent_of_plain();
    poisoned.lines(10, "harmless");
    poisoned.lines(10, &String::from_utf8_lossy(POISON));

    for _ in 0..20 {
        healthy.lines(10, "goes through");
        poisoned.lines(1, "goes through as well");
        pace(BEAT);
    }

    let verdict = world.settle("app", &[&healthy.ledger, &poisoned.ledger]);
    verdict.assert_accounted();
    assert!(verdict.gap_bytes > 0, "{verdict}");
    assert!(verdict.lost.iter().all(|record| record.starts_with("poisoned")), "{verdict}");
}
