//! Records in pieces, over rotations, crashes and the end of their container.

use std::fs::{self, File};

use palisade_record::Channel;

use super::world::{Network, World, cri};

#[test]
fn a_record_in_pieces_is_joined_per_channel_across_rotation_and_crash() {
    let mut world = World::pods();
    let log = world.pod_path("");
    world
        .append(&log, &(cri("stdout", "F", "first") + &cri("stdout", "P", "ab") + &cri("stderr", "P", "xy")));
    for _ in 0..10 {
        world.step(Network::Works);
    }
    fs::rename(&log, world.pod_path(".20260101-000000")).unwrap();
    world.append(&log, &cri("stdout", "P", "cd"));
    for _ in 0..10 {
        world.step(Network::Works);
    }
    world.crash();
    world.append(&log, &(cri("stdout", "F", "ef") + &cri("stderr", "F", "z") + &cri("stdout", "F", "last")));
    for _ in 0..20 {
        world.step(Network::LosesAnswer);
    }
    world.crash();
    world.run();

    assert_eq!(world.collector.texts(Channel::Stdout), ["first", "abcdef", "last"]);
    assert_eq!(world.collector.texts(Channel::Stderr), ["xyz"]);
    assert!(world.collector.gaps().is_empty());
    let older = world.collector.lanes.iter().filter(|(lane, _)| lane.generation == 1);
    assert_eq!(
        older.map(|(_, kept)| kept.records.len()).sum::<usize>(),
        3,
        "joined records stand with the older file"
    );
}

#[test]
fn a_fragment_is_shipped_once_the_container_is_gone() {
    let mut world = World::pods();
    world.append(&world.pod_path(""), &cri("stdout", "P", "never finished"));
    for _ in 0..20 {
        world.step(Network::Works);
    }
    assert!(world.collector.texts(Channel::Stdout).is_empty());

    fs::remove_dir_all(world.path("pods/ns_pod_uid")).unwrap();
    for _ in 0..100 {
        world.step(Network::Works);
    }
    assert_eq!(world.collector.texts(Channel::Stdout), ["never finished"]);
    assert_eq!(world.tailer.counters.read().files, 0);
}

#[test]
fn pieces_survive_empty_generations_and_packing() {
    let mut world = World::pods();
    let log = world.pod_path("");
    world.append(&log, &cri("stderr", "P", "a"));
    for number in 1..=2 {
        fs::rename(&log, world.pod_path(&format!(".2026{number}"))).unwrap();
        File::create(&log).unwrap();
        world.run_until_delivered();
    }
    fs::remove_file(world.pod_path(".20261")).unwrap();
    world.append(&log, &cri("stdout", "F", "x"));
    world.append(&log, &cri("stderr", "F", "b"));
    world.run();
    assert_eq!(world.collector.texts(Channel::Stderr), ["ab"]);
}
