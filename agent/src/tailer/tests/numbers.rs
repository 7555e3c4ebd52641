//! Generation numbers stay taken, whatever is lost.

use std::fs::{self, File};

use palisade_disk::SimulatedDisk;
use palisade_record::Channel;

use super::world::{Network, World, cri};

#[test]
fn numbers_known_to_the_collector_stay_taken_when_the_agent_dies_while_it_rebuilds_its_checkpoint() {
    let mut world = World::pods();
    let log = world.pod_path("");
    let rotate = |world: &World, n: u32| {
        fs::rename(&log, world.pod_path(&format!(".2026{n:04}"))).unwrap();
        File::create(&log).unwrap();
    };
    world.append(&log, &cri("stdout", "F", "1"));
    rotate(&world, 1);
    world.append(&log, &cri("stdout", "F", "2"));
    rotate(&world, 2);
    rotate(&world, 3);
    rotate(&world, 4);
    world.append(&log, &cri("stderr", "F", "3"));
    world.run_until_delivered();
    world.disk = SimulatedDisk::new();
    world.crash();
    world.append(&log, &cri("stderr", "F", "4"));
    world.step(Network::Fails(401));
    for _ in 0..5 {
        world.step(Network::Works);
    }
    world.crash();
    world.append(&log, &cri("stdout", "F", "5"));
    for _ in 0..12 {
        world.step(Network::Works);
    }
    world.run();

    assert_eq!(world.collector.texts(Channel::Stdout), ["1", "2", "5"]);
    assert_eq!(world.collector.texts(Channel::Stderr), ["3", "4"]);
    assert_eq!(world.tailer.counters.read().invariant_violations, 0);
}

#[test]
fn the_newest_number_stays_taken_when_its_file_is_gone_and_the_agent_starts_twice() {
    let mut world = World::pods();
    let log = world.pod_path("");
    world.append(&log, &cri("stdout", "F", "1"));
    for rotation in 1..=2 {
        fs::rename(&log, world.pod_path(&format!(".2026000{rotation}"))).unwrap();
        File::create(&log).unwrap();
    }
    world.run_until_delivered();
    fs::remove_file(world.pod_path(".20260001")).unwrap();
    for _ in 0..2 {
        world.crash();
        world.run_until_delivered();
    }
    world.append(&log, &(cri("stdout", "F", "2") + &cri("stderr", "F", "3")));
    world.run();

    assert_eq!(world.collector.texts(Channel::Stdout), ["1", "2"]);
    assert_eq!(world.collector.texts(Channel::Stderr), ["3"]);
    assert_eq!(world.tailer.counters.read().rewinds, 0, "no number is given twice");
}
