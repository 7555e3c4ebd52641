//! The tailer against real files and a collector that keeps the contract, through everything that goes wrong.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use palisade_disk::SimulatedDisk;
use palisade_record::wire::Reader;
use palisade_record::{Batch, Channel, FrameFlags, Lane};
use proptest::prelude::*;

use super::{Job, Tailer};
use crate::request::unpack;
use crate::settings::{FilesSource, Format, PodsSource, Settings};
use crate::status::Counters;
use crate::{Answer, KnownPosition, TransportError};

/// A lane as the collector keeps it.
#[derive(Default)]
struct Kept {
    incarnation: u64,
    identity: Vec<u8>,
    mark: u64,
    records: BTreeMap<u64, (Vec<u8>, FrameFlags, u64)>,
    gaps: Vec<(u64, u64, String)>,
}

/// A collector in memory that follows the delivery contract to the letter.
#[derive(Default)]
struct Collector {
    lanes: BTreeMap<Lane, Kept>,
    requests: usize,
    poison: Option<Vec<u8>>,
    bytes_max: Option<usize>,
}

impl Collector {
    fn receive(&mut self, body: &[u8]) -> Answer {
        self.requests += 1;
        let batches = unpack(body).unwrap();
        let answer = |status, body: serde_json::Value| Answer {
            status,
            retry_after: None,
            body: body.to_string().into_bytes(),
        };
        if self
            .bytes_max
            .is_some_and(|max| batches.iter().map(|batch| batch.payloads.len()).sum::<usize>() > max)
        {
            return answer(413, serde_json::json!({}));
        }
        let is_poison = |payloads: &[u8]| {
            self.poison.as_ref().is_some_and(|poison| memchr::memmem::find(payloads, poison).is_some())
        };
        if batches.iter().any(|batch| is_poison(&batch.payloads)) {
            return answer(400, serde_json::json!({"error": {"message": "poison"}}));
        }
        let outcomes: Vec<_> = batches.into_iter().map(|batch| self.keep(batch)).collect();
        let status = if outcomes.iter().any(|(_, conflict)| conflict.is_some()) { 409 } else { 200 };
        let outcomes: Vec<_> = outcomes
            .iter()
            .map(|(mark, conflict)| serde_json::json!({"mark": mark, "conflict": conflict}))
            .collect();
        answer(status, serde_json::json!({"batches": outcomes}))
    }

    fn keep(&mut self, mut batch: Batch) -> (u64, Option<&'static str>) {
        let kept = self.lanes.entry(batch.lane.clone()).or_insert_with(|| Kept {
            incarnation: batch.incarnation,
            mark: batch.from,
            ..Kept::default()
        });
        if kept.incarnation != batch.incarnation {
            return (kept.mark, Some("incarnation"));
        }
        if batch.from > kept.mark {
            return (kept.mark, Some("gap"));
        }
        if batch.to > kept.mark {
            batch.trim(kept.mark);
            kept.identity.clone_from(&batch.identity);
            if let Some(reason) = &batch.gap {
                kept.gaps.push((batch.from, batch.to, reason.clone()));
            }
            for frame in &batch.frames {
                let record = (batch.payload(frame).to_vec(), frame.flags, frame.original_bytes);
                assert!(kept.records.insert(frame.offset, record).is_none(), "stored twice");
            }
            kept.mark = batch.to;
        }
        (kept.mark, None)
    }

    fn positions(&self) -> Vec<KnownPosition> {
        let position = |(lane, kept): (&Lane, &Kept)| KnownPosition {
            origin: (*lane.origin).clone(),
            generation: lane.generation,
            incarnation: kept.incarnation,
            identity: kept.identity.clone(),
            mark: kept.mark,
        };
        self.lanes.iter().map(position).collect()
    }

    /// All records of a channel in order of generation and offset.
    fn texts(&self, channel: Channel) -> Vec<String> {
        let lanes = self.lanes.iter().filter(|(lane, _)| lane.origin.channel == channel);
        let mut records: Vec<_> = lanes
            .flat_map(|(lane, kept)| {
                kept.records.iter().map(move |(offset, record)| {
                    ((lane.origin.file.clone(), lane.generation, *offset), record)
                })
            })
            .collect();
        records.sort_by(|(a, _), (b, _)| a.cmp(b));
        records.into_iter().map(|(_, (bytes, ..))| String::from_utf8_lossy(bytes).into_owned()).collect()
    }

    fn gaps(&self) -> Vec<(u64, u64, String)> {
        self.lanes.values().flat_map(|kept| kept.gaps.clone()).collect()
    }
}

/// What the network does with the next exchange.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Network {
    Works,
    LosesRequest,
    LosesAnswer,
    Duplicates,
    Fails(u16),
    Garbles,
}

/// A node with an agent that can be killed, and its collector.
struct World {
    root: tempfile::TempDir,
    settings: Settings,
    disk: SimulatedDisk,
    tailer: Tailer,
    collector: Collector,
    now: Duration,
}

impl World {
    fn new(change: impl FnOnce(&mut Settings, &Path)) -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut settings = Settings::new("node", "http://localhost", "/token".into(), "/state".into());
        change(&mut settings, root.path());
        let disk = SimulatedDisk::new();
        let tailer = start(&settings, &disk);
        Self { root, settings, disk, tailer, collector: Collector::default(), now: Duration::ZERO }
    }

    fn plain() -> Self {
        Self::new(|settings, root| settings.files.push(files(root, Format::Plain)))
    }

    fn pods() -> Self {
        let world = Self::new(|settings, root| settings.pods = Some(PodsSource::new(root.join("pods"))));
        fs::create_dir_all(world.pod_path("").parent().unwrap()).unwrap();
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn pod_path(&self, suffix: &str) -> PathBuf {
        self.path(&format!("pods/ns_pod_uid/main/0.log{suffix}"))
    }

    fn append(&self, path: &Path, text: &str) {
        OpenOptions::new().append(true).create(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn step(&mut self, network: Network) {
        self.now += Duration::from_millis(200);
        self.tailer.step(self.now);
        let Some(job) = self.tailer.next_job(self.now) else { return };
        let lost = TransportError::Unreachable("lost".into());
        match job {
            Job::Positions => {
                let works = matches!(network, Network::Works | Network::Duplicates);
                let outcome = if works { Ok(self.collector.positions()) } else { Err(lost) };
                self.tailer.positioned(outcome, self.now);
            }
            Job::Send(body) => {
                let outcome = match network {
                    Network::LosesRequest => Err(lost),
                    Network::Fails(status) => {
                        Ok(Answer { status, retry_after: None, body: b"<html>".to_vec() })
                    }
                    Network::LosesAnswer => {
                        self.collector.receive(&body);
                        Err(lost)
                    }
                    Network::Garbles => {
                        let mut answer = self.collector.receive(&body);
                        answer.body.truncate(answer.body.len() / 2);
                        Ok(answer)
                    }
                    Network::Works => Ok(self.collector.receive(&body)),
                    Network::Duplicates => {
                        self.collector.receive(&body);
                        Ok(self.collector.receive(&body))
                    }
                };
                self.tailer.answered(outcome, self.now);
            }
        }
    }

    fn run(&mut self) {
        for _ in 0..400 {
            self.step(Network::Works);
            if self.tailer.is_drained() {
                // A scan and two looks at every file later it still is.
                (0..12).for_each(|_| self.step(Network::Works));
                if self.tailer.is_drained() {
                    return;
                }
            }
        }
        let tails = self.tailer.tails.iter().flatten().map(|tail| {
            (
                tail.path.clone(),
                tail.lanes,
                tail.in_flight,
                tail.end_polls,
                tail.is_sealed,
                tail.position,
                tail.scanned,
                tail.number,
            )
        });
        let tails: Vec<_> = tails.collect();
        let open: Vec<_> =
            self.tailer.trails.iter().flatten().map(|trail| format!("{:?}", trail.open)).collect();
        panic!("not drained: {tails:?} {open:?} {:?}", self.tailer.counters.read());
    }

    /// The agent dies without a word, and the machine with it.
    fn crash(&mut self) {
        self.disk.power_off();
        self.disk.power_on();
        self.tailer = start(&self.settings, &self.disk);
    }
}

fn start(settings: &Settings, disk: &SimulatedDisk) -> Tailer {
    Tailer::new(settings.clone(), Arc::new(disk.clone()), Arc::new(Counters::default())).unwrap()
}

fn files(root: &Path, format: Format) -> FilesSource {
    let glob = root.join("*.log").to_str().unwrap().to_owned();
    FilesSource { stream: "app".parse().unwrap(), glob, zone: "Europe/Berlin".into(), format }
}

fn cri(channel: &str, tag: &str, text: &str) -> String {
    format!("2026-11-21T08:02:00.5Z {channel} {tag} {text}\n")
}

fn lines(range: std::ops::Range<usize>) -> (String, Vec<String>) {
    let texts: Vec<String> = range.map(|number| format!("line {number}")).collect();
    (texts.iter().map(|text| format!("{text}\n")).collect(), texts)
}

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
fn identical_files_are_two_origins() {
    let mut world = World::plain();
    let (text, expected) = lines(0..50);
    world.append(&world.path("a.log"), &text);
    world.append(&world.path("b.log"), &text);
    world.run();
    assert_eq!(world.collector.texts(Channel::Plain), [expected.clone(), expected].concat());
}

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

impl World {
    fn run_until_delivered(&mut self) {
        for _ in 0..40 {
            self.step(Network::Works);
        }
    }
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
