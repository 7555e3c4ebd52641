//! Whatever happens, in whatever order, and whatever bytes are in the files.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;

use palisade_disk::SimulatedDisk;
use palisade_record::Channel;
use proptest::prelude::*;

use super::world::{Network, World, cri, files};
use crate::settings::Format;

#[derive(Clone, Debug)]
enum Action {
    Write(bool, u8),
    WritePart(bool),
    Rotate,
    Pack,
    Delete,
    Step(Network),
    Crash,
    LoseCheckpoint,
}

fn network() -> impl Strategy<Value = Network> {
    prop_oneof![
        6 => Just(Network::Works),
        1 => Just(Network::LosesRequest),
        2 => Just(Network::LosesAnswer),
        1 => Just(Network::Duplicates),
        1 => prop_oneof![Just(401_u16), Just(429), Just(503), Just(408), Just(301)].prop_map(Network::Fails),
        1 => Just(Network::Garbles),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        6 => (any::<bool>(), 1..6_u8).prop_map(|(second, count)| Action::Write(second, count)),
        3 => any::<bool>().prop_map(Action::WritePart),
        2 => Just(Action::Rotate),
        1 => Just(Action::Pack),
        1 => Just(Action::Delete),
        12 => network().prop_map(Action::Step),
        2 => Just(Action::Crash),
        1 => Just(Action::LoseCheckpoint),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn whatever_happens_every_record_arrives_once_and_in_order(actions in proptest::collection::vec(action(), 1..60)) {
        let mut world = World::pods();
        let log = world.pod_path("");
        let channels = ["stdout", "stderr"];
        let mut expected: [Vec<String>; 2] = Default::default();
        let mut open: [String; 2] = Default::default();
        let (mut number, mut rotations) = (0, 0);
        let mut unpacked = Vec::new();
        for action in &actions {
            match action {
                Action::Write(second, count) => {
                    let lane = usize::from(*second);
                    for _ in 0..*count {
                        number += 1;
                        let text = format!("{number}");
                        world.append(&log, &cri(channels[lane], "F", &text));
                        expected[lane].push(std::mem::take(&mut open[lane]) + &text);
                    }
                }
                Action::WritePart(second) => {
                    let lane = usize::from(*second);
                    number += 1;
                    let text = format!("{number}-");
                    world.append(&log, &cri(channels[lane], "P", &text));
                    open[lane] += &text;
                }
                Action::Rotate => {
                    rotations += 1;
                    let target = world.pod_path(&format!(".2026{rotations:04}"));
                    if fs::rename(&log, &target).is_ok() {
                        unpacked.push(target);
                        File::create(&log).unwrap();
                    }
                }
                Action::Pack => {
                    // The kubelet leaves the newest rotated file alone.
                    if unpacked.len() > 1 {
                        let path = unpacked.remove(0);
                        let mut packed = path.clone().into_os_string();
                        packed.push(".gz");
                        let file = File::create(PathBuf::from(packed)).unwrap();
                        let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
                        encoder.write_all(&fs::read(&path).unwrap()).unwrap();
                        encoder.finish().unwrap();
                        fs::remove_file(&path).unwrap();
                    }
                }
                Action::Delete => {
                    // What was read and acknowledged may go at any time.
                    world.run_until_delivered();
                    if open.iter().all(String::is_empty) && unpacked.len() > 1 {
                        fs::remove_file(unpacked.remove(0)).unwrap();
                    }
                }
                Action::Step(network) => world.step(*network),
                Action::Crash => world.crash(),
                Action::LoseCheckpoint => {
                    world.run_until_delivered();
                    if open.iter().all(String::is_empty) {
                        world.disk = SimulatedDisk::new();
                        world.crash();
                    }
                }
            }
        }
        for lane in 0..2 {
            if !open[lane].is_empty() {
                world.append(&log, &cri(channels[lane], "F", "end"));
                expected[lane].push(std::mem::take(&mut open[lane]) + "end");
            }
        }
        world.run();
        prop_assert_eq!(world.collector.gaps(), vec![]);
        prop_assert_eq!(world.collector.texts(Channel::Stdout), expected[0].clone());
        prop_assert_eq!(world.collector.texts(Channel::Stderr), expected[1].clone());
        prop_assert_eq!(world.tailer.counters.read().invariant_violations, 0);
    }

    #[test]
    fn no_bytes_in_a_file_stop_the_tailer(content in proptest::collection::vec(any::<u8>(), 0..400), format in 0..3_usize) {
        let format = [Format::Plain, Format::Cri, Format::Docker][format];
        let mut world = World::new(|settings, root| settings.files.push(files(root, format)));
        fs::write(world.path("a.log"), &content).unwrap();
        world.tailer.finish_files();
        world.run();
        if format == Format::Plain {
            let records = world.collector.lanes.values().flat_map(|kept| kept.records.values().map(|(bytes, ..)| bytes.as_slice()));
            let mut joined = records.collect::<Vec<_>>().join(&b'\n');
            if content.last() == Some(&b'\n') {
                joined.push(b'\n');
            }
            prop_assert_eq!(joined, content);
        }
    }
}
