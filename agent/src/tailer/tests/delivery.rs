//! Collectors that are away, refuse, or know more than the agent.

use std::fs;
use std::path::Path;

use palisade_disk::SimulatedDisk;
use palisade_record::Channel;

use super::world::{Network, World, cri, files, lines};
use crate::settings::Format;

#[test]
fn a_lost_checkpoint_is_rebuilt_from_the_collector() {
    let mut world = World::pods();
    let log = world.pod_path("");
    for number in 0..20 {
        world.append(&log, &cri(if number % 3 == 0 { "stderr" } else { "stdout" }, "F", &number.to_string()));
    }
    world.run();
    fs::rename(&log, world.pod_path(".20260101-000000")).unwrap();
    world.append(&log, &cri("stdout", "F", "new"));
    world.run();
    world.disk = SimulatedDisk::new();
    world.crash();
    for _ in 0..20 {
        world.step(Network::LosesRequest);
    }
    world.append(&log, &cri("stderr", "F", "newer"));
    world.run();

    assert_eq!(world.collector.texts(Channel::Stdout).len(), 14);
    assert_eq!(world.collector.texts(Channel::Stderr).len(), 8);
    assert_eq!(world.collector.lanes.keys().map(|lane| lane.generation).max(), Some(2));
}

#[test]
fn a_batch_the_collector_calls_bad_is_kept_and_told_as_a_gap_while_others_go_on() {
    let mut world = World::plain();
    world.collector.poison = Some(b"poison".to_vec());
    world.append(&world.path("a.log"), "good\n");
    world.append(&world.path("b.log"), "poison\n");
    world.run();
    world.append(&world.path("b.log"), "fine again\n");
    world.run();

    assert_eq!(world.collector.texts(Channel::Plain), ["good", "fine again"]);
    let gaps = world.collector.gaps();
    assert_eq!((gaps.len(), gaps[0].0, gaps[0].1), (1, 0, 7));
    assert!(gaps[0].2.contains("poison"), "{gaps:?}");
    let kept = palisade_disk::Disk::list(&world.disk, Path::new("/state/quarantine")).unwrap();
    assert_eq!(kept.len(), 1);
}

#[test]
fn a_refused_gap_waits_without_holding_back_other_files_until_it_is_taken() {
    let mut world = World::plain();
    world.collector.poison = Some(b"poison".to_vec());
    world.collector.refuses_gaps = true;
    world.append(&world.path("b.log"), "poison\n");
    (0..6).for_each(|_| world.step(Network::Works));
    for number in 0..200 {
        world.append(&world.path("a.log"), &format!("{number}\n"));
        world.append(&world.path("b.log"), &format!("behind {number}\n"));
        (0..6).for_each(|_| world.step(Network::Works));
        let arrived = world.collector.texts(Channel::Plain).len();
        assert!(arrived >= number, "{arrived} of {number}: others do not wait");
    }
    let kept = palisade_disk::Disk::list(&world.disk, Path::new("/state/quarantine")).unwrap();
    assert_eq!((kept.len(), world.collector.texts(Channel::Plain).len()), (1, 200));

    world.collector.refuses_gaps = false;
    world.run();
    let texts = world.collector.texts(Channel::Plain);
    assert_eq!(texts.iter().filter(|text| text.starts_with("behind")).count(), 200);
    assert_eq!((texts.len(), world.collector.gaps().len()), (400, 1));
    assert_eq!(world.tailer.counters.read().invariant_violations, 0);
}

#[test]
fn requests_shrink_until_the_collector_takes_them() {
    let mut world = World::plain();
    world.collector.bytes_max = Some(5_000);
    world.append(&world.path("a.log"), &format!("{}{}\n", "short\n".repeat(3_000), "x".repeat(9_000)));
    world.run();

    let texts = world.collector.texts(Channel::Plain);
    assert_eq!(texts.len(), 3_001);
    assert_eq!(texts[3_000].len(), 4_500);
    let last = world.collector.lanes.values().next().unwrap().records.values().last().unwrap();
    assert_eq!(last.2, 9_000);
}

#[test]
fn while_the_collector_is_away_requests_go_to_the_spool_and_come_back_in_order() {
    let mut world = World::new(|settings, root| {
        settings.files.push(files(root, Format::Plain));
        settings.memory_bytes = palisade_record::ByteSize::mib(2);
    });
    let (text, expected) = lines(0..400_000);
    world.step(Network::Works);
    world.append(&world.path("a.log"), &text);
    for _ in 0..60 {
        world.step(Network::LosesRequest);
    }
    assert!(world.tailer.counters.read().spool_bytes > 0);
    world.crash();
    fs::remove_file(world.path("a.log")).unwrap();
    world.run();

    let found = world.collector.texts(Channel::Plain);
    let lost: u64 = world.collector.gaps().iter().map(|(from, to, _)| to - from).sum();
    assert_eq!(found[..], expected[..found.len()], "a prefix, in order");
    assert!(
        found.len() > 100_000,
        "what was spooled outlives the file: {} lines, {lost} bytes lost",
        found.len()
    );
    assert_eq!(world.tailer.counters.read().spool_bytes, 0);
}
