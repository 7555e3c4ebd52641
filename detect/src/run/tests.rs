//! Records become durable, and people are told once, whatever happens in between.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use palisade_disk::RealDisk;
use palisade_index::{Index, Parse, ReadFrom, Rows, Settings, Standing, StreamClasses, Submission};
use palisade_record::{
    Batch, ByteSize, Clock, FrameFlags, Lane, ManualClock, Origin, RecordId, Timestamp, Value,
};
use rusqlite::Transaction;
use serde_json::Value as Json;

use super::*;
use crate::deliver::Pulse;
use crate::engine::Rulebook;
use crate::notice::{Notice, Occasion};
use crate::pipeline::builtin;
use crate::rule::{Placeholders, RuleSet};
use crate::store::{AlertFilter, AlertState, Store};

const RULES: &str = "
title: Failed sign-in
name: failure
logsource: {category: authentication}
detection: {selection: {action: login, outcome: failure}, condition: selection}
---
title: Many failed sign-ins
name: many
level: high
correlation: {type: event_count, rules: [failure], group-by: [source_ip], timespan: 5m, condition: {gt: 10}}
";

/// Far more notices than any test makes.
const NOTICES_MAX: usize = 1_000;

/// Comes to an end only when something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// Records are words: `name=value name=value`.
struct Words;

impl Parse for Words {
    fn parse(&self, batches: &[Batch], received_at: Timestamp) -> Vec<Rows> {
        let mut rows = Rows::new("app".parse().unwrap(), "");
        for (position, batch) in (0..).zip(batches) {
            for frame in &batch.frames {
                let payload = batch.payload(frame);
                let time = frame.time.unwrap_or(received_at);
                rows.begin(position, frame.offset, frame.flags.bits(), time, payload);
                for word in std::str::from_utf8(payload).unwrap().split(' ') {
                    let (name, value) = word.split_once('=').unwrap();
                    rows.field(name, Value::Text(value), Standing::Nowhere);
                }
                rows.end();
            }
        }
        vec![rows]
    }
}

struct Nothing;

impl Evidences for Nothing {
    fn records(&self, _: &[(RecordId, Timestamp)]) -> Vec<Json> {
        Vec::new()
    }
}

/// Hands notices on once they are written down.
struct Told {
    sender: SyncSender<Notice>,
    waiting: Mutex<Vec<Notice>>,
}

impl Outgoing for Told {
    fn enqueue(&mut self, _: &Transaction<'_>, notices: &[Notice], _: Timestamp) -> rusqlite::Result<()> {
        *self.waiting.lock().unwrap() = notices.to_vec();
        Ok(())
    }

    fn wake(&self) {
        // Nobody listens at the end of a test.
        self.waiting.lock().unwrap().drain(..).for_each(|notice| _ = self.sender.send(notice));
    }
}

struct World {
    folder: PathBuf,
    clock: ManualClock,
    index: Index,
    store: Store,
    detection: Detection,
    told: Receiver<Notice>,
    sent: u64,
}

fn book(rules: &str) -> Arc<Rulebook> {
    let rules = RuleSet::read([("r.yml", rules)], &Placeholders::default());
    assert_eq!(rules.problems, []);
    Arc::new(Rulebook::new(&rules, builtin()).unwrap())
}

impl World {
    fn new(folder: &Path) -> Self {
        let clock = ManualClock::at(Timestamp::from_seconds(1_790_000_000, 0).unwrap());
        Self::start(folder, clock, 0, RULES)
    }

    fn start(folder: &Path, clock: ManualClock, sent: u64, rules: &str) -> Self {
        let store = Store::open(&folder.join("detect.sqlite")).unwrap();
        let remembered = store.remembered().unwrap();
        let read_from = remembered.batch.map_or(ReadFrom::Unpublished, ReadFrom::Batch);
        let settings = Settings {
            data_dir: folder.to_owned(),
            split_bytes: ByteSize::mib(64),
            split_age: Duration::from_secs(3_600),
            cache_bytes: ByteSize::mib(4),
            classes: StreamClasses::default(),
            tenant: "default".to_owned(),
        };
        let near = palisade_index::Parts::near(Arc::new(RealDisk), Arc::new(clock.clone()));
        let index = Index::open(settings, palisade_index::Parts { read_from, ..near }, &Words).unwrap();
        let (sender, told) = sync_channel(NOTICES_MAX);
        let parts = Parts {
            arrivals: index.arrivals(),
            parse: Arc::new(Words),
            store: store.clone(),
            remembered,
            clock: Arc::new(clock.clone()),
            unsealer: None,
            composer: Composer {
                tenant: "default".to_owned(),
                address: "https://logs.example".to_owned(),
                evidences: Box::new(Nothing),
            },
            outgoing: Box::new(Told { sender, waiting: Mutex::default() }),
            limits: Default::default(),
            pulse: Pulse::at(clock.now()),
        };
        let detection = Detection::start(parts, book(rules)).unwrap();
        Self { folder: folder.to_owned(), clock, index, store, detection, told, sent }
    }

    fn restart(self, rules: &str) -> Self {
        self.detection.stop();
        self.index.close();
        let Self { folder, clock, sent, .. } = self;
        Self::start(&folder, clock, sent, rules)
    }

    /// So many failed sign-ins from an address.
    fn fail(&mut self, count: u64, address: &str) {
        let origin = Arc::new(Origin { file: "auth.log".to_owned(), ..Origin::default() });
        let lane = Lane { agent: "node-1".into(), origin, generation: 1 };
        let mut batch = Batch::new(lane, 42, b"identity".to_vec(), "app".parse().unwrap(), self.sent);
        let record = format!("action=login outcome=failure source_ip={address} user_id=ann");
        for _ in 0..count {
            batch.push(batch.to, 1, FrameFlags::default(), Some(self.clock.now()), record.as_bytes());
            batch.to += 1;
        }
        self.sent = batch.to;
        let received_at = self.clock.now();
        let rows = Words.parse(std::slice::from_ref(&batch), received_at);
        let submission =
            Submission { batches: vec![batch], packed: None, rows, received_at, positioned: true };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(self.index.append(submission)).unwrap();
    }

    /// Waits until so many records were found.
    fn wait_for_found(&self, count: u64) {
        let start = Instant::now();
        while self.detection.status().rules.iter().map(|rule| rule.found).sum::<u64>() < count {
            assert!(start.elapsed() < PATIENCE, "records are found");
            std::thread::yield_now();
        }
    }

    fn next(&self) -> Notice {
        self.told.recv_timeout(PATIENCE).expect("a notice comes")
    }

    /// All that was seen is written down, and nothing was told of it.
    fn assert_nothing_more_is_told(self) -> (PathBuf, ManualClock, u64) {
        self.detection.stop();
        self.index.close();
        assert_eq!(self.told.try_iter().map(|notice| notice.summary).collect::<Vec<_>>(), [] as [String; 0]);
        (self.folder, self.clock, self.sent)
    }
}

#[test]
fn the_eleventh_failure_triggers_once_and_the_end_resolves_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(folder.path());
    world.fail(11, "192.0.2.7");
    let trigger = world.next();
    assert_eq!((trigger.occasion, trigger.number, trigger.records), (Occasion::Trigger, 0, 11));
    assert_eq!(trigger.summary, "11 events in 5 minutes for 192.0.2.7");
    assert_eq!(trigger.condition, "more than 10 events in 5 minutes");
    assert_eq!(trigger.group, [("source_ip".to_owned(), "192.0.2.7".to_owned())]);
    assert!(trigger.dedup_key.starts_with("palisade:default:many:") && trigger.dedup_key.len() < 255);
    let link = &trigger.links[0].address;
    assert!(link.starts_with("https://logs.example/?q=%28%28action%3A%22login%22%20and%20outcome%3A%22failure%22%29%29%20and%20source_ip%3A%22192.0.2.7%22&from="), "{link}");
    world.fail(5, "192.0.2.7");
    world.wait_for_found(16);
    world.clock.advance(Duration::from_secs(600));
    let resolve = world.next();
    assert_eq!((resolve.occasion, &resolve.dedup_key), (Occasion::Resolve, &trigger.dedup_key));
    let alert = world.store.alert(&trigger.dedup_key).unwrap().unwrap();
    assert_eq!((alert.state, alert.notice.value), (AlertState::Over, Some(16.0)));
    world.assert_nothing_more_is_told();
}

#[test]
fn a_restart_in_the_middle_of_a_window_neither_misses_nor_repeats() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(folder.path());
    world.fail(6, "192.0.2.7");
    let mut world = world.restart(RULES);
    world.fail(4, "192.0.2.7");
    let mut world = world.restart(RULES);
    world.fail(1, "192.0.2.7");
    assert_eq!(world.next().records, 11);
    let mut world = world.restart(RULES);
    world.fail(1, "192.0.2.7");
    world.assert_nothing_more_is_told();
}

#[test]
fn what_came_while_detection_was_not_there_is_seen_and_is_not_late() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(folder.path());
    world.detection.stop();
    let mut world = world;
    world.fail(11, "192.0.2.7");
    world.index.publish().unwrap();
    world.clock.advance(Duration::from_secs(120));
    let world = world.restart(RULES);
    let trigger = world.next();
    assert_eq!((trigger.records, trigger.is_late), (11, false));
    world.assert_nothing_more_is_told();
}

#[test]
fn changing_other_rules_changes_nothing_and_removing_a_rule_ends_its_alerts() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(folder.path());
    world.fail(10, "192.0.2.7");
    let another = format!(
        "{RULES}---\ntitle: Other\nname: other\nlogsource: {{product: linux}}\ndetection: {{selection: {{a: b}}, condition: selection}}\n"
    );
    world.detection.set_rules(book(&another));
    world.fail(1, "192.0.2.7");
    let trigger = world.next();
    assert_eq!((trigger.occasion, trigger.records), (Occasion::Trigger, 11));
    let world = world.restart(&another);
    let only_other = another.split_once("---\ntitle: Other").unwrap().1;
    world.detection.set_rules(book(&format!("title: Other{only_other}")));
    let ended = world.next();
    assert_eq!((ended.occasion, &ended.dedup_key), (Occasion::Resolve, &trigger.dedup_key));
    assert!(ended.summary.starts_with("No longer watched"), "{}", ended.summary);
    let open = AlertFilter { state: Some(AlertState::Open), limit: 9, ..AlertFilter::default() };
    assert_eq!(world.store.alerts(&open).unwrap(), []);
    world.assert_nothing_more_is_told();
}

#[test]
fn what_is_usual_is_known_after_a_restart_and_the_notice_says_why_a_record_is_not() {
    const DORMANT: &str = "
title: An account wakes up
name: dormant
logsource: {category: authentication}
detection: {selection: {action: login}, condition: selection}
watch: {type: dormant, group-by: [user_id], silence: 90d}
";
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(Timestamp::from_seconds(1_790_000_000, 0).unwrap());
    let mut world = World::start(folder.path(), clock, 0, DORMANT);
    world.fail(1, "192.0.2.7");
    let mut world = world.restart(DORMANT);
    world.clock.advance(Duration::from_secs(100 * 24 * 60 * 60));
    world.fail(1, "192.0.2.7");
    let trigger = world.next();
    assert_eq!(trigger.summary, "active again after 100 days of silence for ann");
    world.fail(1, "192.0.2.7");
    world.wait_for_found(2);
    world.assert_nothing_more_is_told();
}
