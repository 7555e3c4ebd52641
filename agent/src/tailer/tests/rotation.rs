//! Files that are renamed, cut, packed and deleted.

use std::fs::{self, File, OpenOptions};
use std::io::Write;

use palisade_record::Channel;

use super::world::{Network, World, cri, files, lines};
use crate::settings::Format;

#[test]
fn rotation_by_rename_loses_nothing_even_twice_between_two_scans() {
    let mut world = World::plain();
    let log = world.path("a.log");
    let (text, mut expected) = lines(0..10);
    world.append(&log, &text);
    world.run();
    let mut late = OpenOptions::new().append(true).open(&log).unwrap();
    fs::rename(&log, world.path("a.log.1")).unwrap();
    world.append(&log, "middle\n");
    fs::rename(world.path("a.log.1"), world.path("a.log.2")).unwrap();
    fs::rename(&log, world.path("a.log.1")).unwrap();
    world.append(&log, "newest\n");
    late.write_all(b"late\n").unwrap();
    world.run();

    expected.extend(["late".into(), "middle".into(), "newest".into()]);
    assert_eq!(world.collector.texts(Channel::Plain), expected);
}

#[test]
fn a_file_that_is_cut_begins_a_new_generation_and_its_copy_is_read_to_the_end() {
    let mut world = World::plain();
    let log = world.path("a.log");
    world.append(&log, "one\ntwo\n");
    world.run();
    world.append(&log, "three\n");
    fs::copy(&log, world.path("a.log.1")).unwrap();
    fs::write(&log, "a new beginning that is longer\nthan the old file was\n").unwrap();
    world.run();

    let expected = ["one", "two", "three", "a new beginning that is longer", "than the old file was"];
    assert_eq!(world.collector.texts(Channel::Plain), expected);
    assert!(world.collector.gaps().is_empty());
}

#[test]
fn a_copy_that_is_met_while_it_is_still_empty_is_not_read_as_a_file_of_its_own() {
    let mut world = World::plain();
    let (log, copy) = (world.path("a.log"), world.path("a.log.1"));
    world.append(&log, "one\ntwo\n");
    world.run();
    let content = fs::read(&log).unwrap();
    File::create(&copy).unwrap();
    world.run();
    fs::write(&copy, &content[..5]).unwrap();
    world.run();
    fs::write(&copy, &content).unwrap();
    File::create(&log).unwrap();
    world.run();
    world.append(&log, "three\n");
    world.run();

    assert_eq!(world.collector.texts(Channel::Plain), ["one", "two", "three"]);
}

#[test]
fn a_file_that_is_cut_and_filled_again_to_the_same_length_with_the_same_end_is_noticed() {
    for alike in [80, 4_000] {
        let mut world = World::plain();
        let log = world.path("a.log");
        let end = "=".repeat(alike);
        world.append(&log, &format!("{}old\n{end}\n", "-".repeat(2_000)));
        world.run();
        let content = fs::read_to_string(&log).unwrap();
        // Beside its end, the new file differs within what is compared: before the position, or at the beginning.
        let other = if alike < 1_000 { content.replace("old", "new") } else { content.replacen('-', "+", 1) };
        fs::write(&log, &other).unwrap();
        let now = fs::metadata(&log).unwrap().modified().unwrap() + std::time::Duration::from_secs(1);
        OpenOptions::new().append(true).open(&log).unwrap().set_modified(now).unwrap();
        world.run();

        let expected: Vec<&str> = content.lines().chain(other.lines()).collect();
        assert_eq!(world.collector.texts(Channel::Plain), expected, "{alike}");
    }
}

#[test]
fn what_was_rotated_and_packed_while_the_agent_was_down_is_read_from_where_it_stopped() {
    let mut world = World::pods();
    let log = world.pod_path("");
    let stdout = |text: &str| cri("stdout", "F", text);
    world.append(&log, &(stdout("one") + &stdout("two")));
    world.run();
    world.append(&log, &stdout("three"));
    let content = fs::read(&log).unwrap();
    fs::remove_file(&log).unwrap();
    let packed = File::create(world.pod_path(".20260101-000000.gz")).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
    encoder.write_all(&content).unwrap();
    encoder.finish().unwrap();
    world.append(&world.pod_path(".20260102-000000"), &stdout("four"));
    world.append(&log, &stdout("five"));
    world.crash();
    world.run();
    world.crash();
    world.run();

    assert_eq!(world.collector.texts(Channel::Stdout), ["one", "two", "three", "four", "five"]);
    assert!(world.collector.gaps().is_empty());
}

#[test]
fn a_deleted_file_is_read_to_its_end_within_the_budget_and_told_as_a_gap_beyond() {
    for (budget, is_lost) in [(1 << 30, false), (1_000, true)] {
        let mut world = World::new(|settings, root| {
            settings.files.push(files(root, Format::Plain));
            settings.deleted_bytes = palisade_record::ByteSize::bytes(budget);
            settings.memory_bytes = palisade_record::ByteSize::mib(1);
        });
        let line = format!("{}\n", "z".repeat(999));
        world.append(&world.path("a.log"), "first\n");
        world.run();
        world.append(&world.path("a.log"), &line.repeat(30_000));
        for _ in 0..3 {
            world.step(Network::LosesRequest);
        }
        fs::remove_file(world.path("a.log")).unwrap();
        for _ in 0..30 {
            world.step(Network::LosesRequest);
        }
        world.run();
        let records = world.collector.texts(Channel::Plain).len() as u64 - 1;
        let lost: u64 = world.collector.gaps().iter().map(|(from, to, _)| to - from).sum();
        assert_eq!(records * 1_000 + lost, 30_000_000);
        assert_eq!(lost > 0, is_lost);
    }
}
