//! How lines become records that arrive once, whatever they hold.

use std::time::Duration;

use palisade_record::wire::Reader;
use palisade_record::{Batch, Channel, FrameFlags};

use super::world::{World, cri, lines};
use crate::tailer::Job;

#[test]
fn lines_arrive_once_and_a_line_without_end_waits_for_its_newline() {
    let mut world = World::plain();
    let log = world.path("a.log");
    world.append(&log, "one\n\ntwo\r\nthr");
    world.run();
    assert_eq!(world.collector.texts(Channel::Plain), ["one", "", "two\r"]);

    world.append(&log, "ee\n");
    world.run();
    assert_eq!(world.collector.texts(Channel::Plain), ["one", "", "two\r", "three"]);

    world.append(&log, "rest");
    world.tailer.finish_files();
    world.run();
    assert_eq!(world.collector.texts(Channel::Plain).last().unwrap(), "rest");
}

#[test]
fn identical_files_are_two_origins() {
    let mut world = World::plain();
    let (text, expected) = lines(0..50);
    world.append(&world.path("a.log"), &text);
    world.append(&world.path("b.log"), &text);
    world.run();
    assert_eq!(world.collector.texts(Channel::Plain), [expected.clone(), expected].concat());
}

#[test]
fn malformed_lines_are_shipped_as_they_stand() {
    let mut world = World::pods();
    world.append(
        &world.pod_path(""),
        &(cri("stdout", "F", "good") + "garbage\n" + &cri("stdout", "F", "again")),
    );
    world.run();
    assert_eq!(world.collector.texts(Channel::Stdout), ["good", "garbage", "again"]);
}

#[test]
fn long_lines_are_cut_with_their_true_length_and_the_next_line_is_whole() {
    let mut world = World::plain();
    let mib = 1 << 20;
    let log = world.path("a.log");
    for length in [mib - 1, mib, mib + 1, 3 * mib] {
        world.append(&log, &format!("{}\nnext\n", "y".repeat(length)));
        world.run();
    }
    let kept = world.collector.lanes.values().next().unwrap();
    let records: Vec<_> = kept
        .records
        .values()
        .map(|(bytes, flags, original)| (bytes.len(), flags.contains(FrameFlags::TRUNCATED), *original))
        .collect();
    let next = (4, false, 4);
    let whole = |length: usize| (length, false, length as u64);
    let cut = |length: usize| (mib, true, length as u64);
    assert_eq!(records, [whole(mib - 1), next, whole(mib), next, cut(mib + 1), next, cut(3 * mib), next]);
}

#[test]
fn a_batch_says_which_zone_and_stream_its_records_have() {
    let mut world = World::plain();
    world.append(&world.path("a.log"), "one\n");
    world.tailer.step(Duration::ZERO);
    world.tailer.positioned(Ok(Vec::new()), Duration::ZERO);
    world.tailer.next_job(Duration::ZERO);
    world.tailer.positioned(Ok(Vec::new()), Duration::ZERO);
    world.tailer.step(Duration::from_secs(1));
    let Some(Job::Send(body)) = world.tailer.next_job(Duration::from_secs(1)) else {
        panic!("nothing to send")
    };
    let bytes = zstd::stream::decode_all(&body[..]).unwrap();
    let batch = Batch::decode(&mut Reader::new(&bytes)).unwrap();
    assert_eq!(
        (batch.zone.as_str(), batch.stream.as_str(), batch.from, batch.to),
        ("Europe/Berlin", "app", 0, 4)
    );
}
