//! There is no room: nothing that was acknowledged is lost, and work goes on when there is room again.

use std::fs;
use std::io::Write;

use serde_json::json;

use crate::world::{Tmpfs, World, wait_until};

/// Large enough for what the program needs to run at all.
const DISK_KIB: u64 = 64 * 1024;

/// Takes all the room there is.
fn fill(disk: &Tmpfs) {
    let mut file = fs::File::create(disk.path().join("somebody-elses-file")).unwrap();
    // Down to the last page: large pieces leave a rest that small ones fill.
    for piece in [64 * 1024, 4 * 1024] {
        while file.write_all(&vec![1; piece]).is_ok() {}
    }
}

fn make_room(disk: &Tmpfs) {
    fs::remove_file(disk.path().join("somebody-elses-file")).unwrap();
}

#[test]
fn a_collector_without_room_refuses_and_goes_on_when_there_is_room_again() {
    let mut world = World::prepared();
    let disk = Tmpfs::mount(&world.folder, "small", DISK_KIB);
    world.collector = crate::world::Collector::new(&world.folder, &disk.path().join("data"));
    world.start_collector();
    let mut log = world.plain("patient");
    let mut agent = world.agent_of_plain();
    log.lines(1_000, "while there is room");
    world.settle("app", &[&log.ledger]).assert_perfect();

    fill(&disk);
    log.lines(20_000, "while there is none, and more of it than could be squeezed in anywhere");
    let client = world.collector.client();
    wait_until("the collector refuses for want of room", || {
        let answer = client.send("/api/v1/ingest/other", &[], b"{\"message\":\"is there room\"}\n");
        assert!(answer.status == 200 || answer.status == 503, "{} {}", answer.status, answer.text());
        answer.status == 503
    });
    // Nobody sees anything of which it cannot be written down that they saw it.
    wait_until("a search is refused that cannot be recorded", || {
        let answer = client.post("/api/v1/search", &json!({"stream": "app"}));
        answer.status == 503 && answer.text().contains("the record of this cannot be written")
    });
    assert!(agent.program().ended().is_none() && world.collector.program().ended().is_none());
    make_room(&disk);
    wait_until("there is room for a record again", || {
        client.post("/api/v1/search", &json!({})).status == 200
    });

    world.settle("app", &[&log.ledger]).assert_perfect();
    world.collector.kill();
    world.start_collector();
    world.settle("app", &[&log.ledger]).assert_perfect();
    // Processes let go of the disk before it is unmounted.
    drop(agent);
    world.collector.terminate();
}

#[test]
fn an_agent_without_room_for_its_checkpoint_goes_on_reading_and_loses_nothing() {
    let world = World::new();
    let disk = Tmpfs::mount(&world.folder, "small", 4 * 1024);
    let state = disk.path().join("state");
    let mut log = world.plain("cramped");
    let mut agent = world
        .agent_with_state(&state)
        .pods(&world.folder.folder("no-pods"))
        .files("app", &world.logs().join("*.log"))
        .started();
    log.lines(1_000, "while there is room");
    world.settle("app", &[&log.ledger]).assert_perfect();

    fill(&disk);
    log.lines(20_000, "while there is none");
    world.settle("app", &[&log.ledger]).assert_perfect();
    agent.kill();
    log.lines(1_000, "while the agent is away");
    agent.start();
    log.lines(1_000, "after a start without room");
    world.settle("app", &[&log.ledger]).assert_perfect();

    make_room(&disk);
    log.lines(1_000, "with room again");
    world.settle("app", &[&log.ledger]).assert_perfect();
    drop(agent);
}
