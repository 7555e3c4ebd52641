//! What rules find in records as they arrive is what they find in the same records once these are stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use palisade_disk::RealDisk;
use palisade_index::{Arrived, Index, Parse, ReadFrom, Rows, Standing, StreamClasses, Submission};
use palisade_record::{
    Batch, ByteSize, Clock, FrameFlags, Lane, ManualClock, Origin, SystemClock, Timestamp, Value,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value as Json, json};

use super::replay::collect;
use super::*;
use crate::correlate::Limits;
use crate::engine::{Engine, Rulebook};
use crate::pipeline::builtin;
use crate::rule::{Placeholders, RuleSet};
use crate::run::RowEvents;

/// How long a record is under way at most.
const DELAY_SECONDS: u64 = 200;
/// How long records wait for others that become durable with them. Together that is less than the rules' lateness of five minutes.
const TOGETHER_SECONDS: u64 = 60;
/// The time in which everything happens.
const SECONDS: u64 = 1_800;
/// Comes to an end only when something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// Records are JSON objects.
struct Objects;

impl Parse for Objects {
    fn parse(&self, batches: &[Batch], received_at: Timestamp) -> Vec<Rows> {
        let rows = |(position, batch): (u32, &Batch)| {
            let mut rows = Rows::new(batch.stream.clone(), "");
            for frame in &batch.frames {
                let payload = batch.payload(frame);
                let time = frame.time.unwrap_or(received_at);
                rows.begin(position, frame.offset, frame.flags.bits(), time, payload);
                let fields: Json = serde_json::from_slice(payload).unwrap();
                for (name, value) in fields.as_object().unwrap() {
                    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                    for value in values {
                        let value = match value {
                            Json::String(text) => Value::Text(text),
                            Json::Bool(value) => Value::Boolean(*value),
                            other => Value::Integer(other.as_i64().unwrap()),
                        };
                        rows.field(name, value, Standing::Nowhere);
                    }
                }
                rows.end();
            }
            rows
        };
        (0..).zip(batches).map(rows).collect()
    }
}

#[derive(Clone, Debug)]
struct Sent {
    second: u64,
    delay: u64,
    stream: &'static str,
    namespace: &'static str,
    fields: Json,
}

impl Sent {
    /// When it arrives, in seconds.
    fn arrives(&self) -> u64 {
        self.second + self.delay
    }
}

fn start() -> Timestamp {
    Timestamp::from_seconds(1_790_000_000, 0).unwrap()
}

fn at(second: u64) -> Timestamp {
    start().plus(Duration::from_secs(second))
}

/// An index, and the engine over what becomes durable in it.
struct World {
    index: Index,
    arrivals: palisade_index::Arrivals,
    clock: ManualClock,
    runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(start());
        let settings = palisade_index::Settings {
            data_dir: folder.path().to_owned(),
            split_bytes: ByteSize::mib(64),
            split_age: Duration::from_secs(3_600),
            cache_bytes: ByteSize::mib(4),
            classes: StreamClasses::default(),
            tenant: "default".to_owned(),
        };
        let near = palisade_index::Parts::near(Arc::new(RealDisk), Arc::new(SystemClock));
        let parts = palisade_index::Parts { read_from: ReadFrom::Unpublished, ..near };
        let index = Index::open(settings, parts, &Objects).unwrap();
        let arrivals = index.arrivals();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        Self { index, arrivals, clock, runtime, _folder: folder }
    }

    /// Makes records durable together, and hands them to the engine as detection does.
    fn send(&mut self, sent: &[Sent], first: u64, now: Timestamp, engine: &mut Engine) {
        self.clock.set(now);
        let batch = |(number, sent): (u64, &Sent)| {
            let (namespace, file) = (sent.namespace.to_owned(), format!("{}.log", sent.stream));
            let origin = Arc::new(Origin { namespace, file, ..Origin::default() });
            let lane = Lane { agent: "node-1".into(), origin, generation: 1 };
            let stream = sent.stream.parse().unwrap();
            let mut batch = Batch::new(lane, 42, b"identity".to_vec(), stream, number);
            let payload = sent.fields.to_string();
            batch.push(number, 1, FrameFlags::default(), Some(at(sent.second)), payload.as_bytes());
            batch.to = number + 1;
            batch
        };
        let batches: Vec<Batch> = (first..).zip(sent).map(batch).collect();
        let rows = Objects.parse(&batches, now);
        // Positions are not checked: each lane has but some of the numbers.
        let submission = Submission { batches, packed: None, rows, received_at: now, positioned: false };
        _ = self.runtime.block_on(self.index.append(submission)).unwrap();
        let mut taken = 0;
        while taken < sent.len() {
            let mut take = |arrived: Arrived| {
                for rows in arrived.rows() {
                    let events = RowEvents::new(rows, None);
                    engine.take(&events, &|row| events.source(row), now);
                    taken += crate::Events::len(&events);
                }
            };
            self.arrivals.wait(PATIENCE, &Objects, &mut take).unwrap();
        }
    }

    fn history(&self) -> SearchHistory {
        let settings = palisade_query::Settings { threads: 1, ..Default::default() };
        let clock: Arc<dyn Clock> = Arc::new(self.clock.clone());
        SearchHistory(palisade_query::Engine::new(self.index.clone(), settings, clock, None).unwrap())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.index.close();
    }
}

/// Everything that is the same, however the records were seen.
fn facts(report: &Report) -> (u64, u64, BTreeSet<String>) {
    let fact = |told: &EpisodeReport| format!("{:?} {} {:?} {}", told.group, told.from, told.to, told.peak);
    (report.found, report.began, report.episodes.iter().map(fact).collect())
}

fn stream_and_search(rules: &str, sent: &[Sent], publish_at: u64) -> (Report, Report) {
    let rules = RuleSet::read([("r.yml", rules)], &Placeholders::default());
    assert_eq!(rules.problems, []);
    let rules = rules.only("asked").unwrap();
    let book = Arc::new(Rulebook::new(&rules, builtin()).unwrap());
    assert_eq!(book.problems(), []);
    let plan = book.plan_of("asked").unwrap();
    let (lateness, shape) = (book.plans()[plan].lateness, &book.plans()[plan].shape);
    let reach = shape.span + shape.wait;
    let (from, to) = (start(), at(SECONDS));
    let mut streamed = Report::new(book.plans()[plan].header.clone(), from, to);
    let mut engine = Engine::new(book, Limits::default(), 0);
    let mut world = World::new();
    let mut number = 0;
    for together in
        sent.chunk_by(|one, next| one.arrives() / TOGETHER_SECONDS == next.arrives() / TOGETHER_SECONDS)
    {
        let now = at(together.last().unwrap().arrives());
        world.send(together, number, now, &mut engine);
        collect(&mut engine, plan, now, &mut streamed);
        let next = number + together.len() as u64;
        if (number..next).contains(&publish_at) {
            world.index.publish().unwrap();
        }
        number = next;
    }
    let end = to.plus(lateness);
    collect(&mut engine, plan, end, &mut streamed);
    collect(&mut engine, plan, end.plus(reach).plus(Duration::from_secs(86_400)), &mut streamed);
    streamed.found = engine.state(plan).found;
    let question = Question { rule: "asked".to_owned(), from, to };
    let searched = backtest(&rules, (builtin(), None), &world.history(), &question).unwrap();
    (streamed, searched)
}

fn item() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "action: login",
        "action: [LOGIN, logout]",
        "action: 'log*'",
        "action|contains: og",
        "action|cased: login",
        "action|startswith: Log",
        "user_id: ann",
        "user_id: ''",
        "user_id|exists: true",
        "user_id: null",
        "user.name: ann",
        "User: ann",
        "status: 500",
        "status: '500'",
        "status|gte: 400",
        "action|fieldref: user_id",
        "source_ip|cidr: 192.0.2.0/31",
        "source_ip: 192.0.2.1",
        "origin.namespace: ledger",
        "origin.namespace|startswith: led",
    ])
}

/// A rule of its own kind, and the detection it is about.
fn rule() -> impl Strategy<Value = String> {
    let selection = || {
        prop::collection::vec(item(), 1..3).prop_map(|items| {
            // A field stands but once in a selection.
            let named: BTreeMap<&str, &str> =
                items.iter().map(|item| (item.split(':').next().unwrap(), *item)).collect();
            Vec::from_iter(named.into_values()).join(", ")
        })
    };
    let condition = prop::sample::select(vec![
        "not a and b",
        "a and b",
        "a or b",
        "a and not b",
        "not (a or b)",
        "1 of them",
    ]);
    let source = prop::sample::select(vec![
        "category: authentication",
        "stream: app",
        "stream: a*",
        "product: windows",
        "category: process_creation, product: windows",
    ]);
    let group = prop::sample::select(vec!["[]", "[source_ip]", "[source_ip, user_id]", "[origin.namespace]"]);
    let kind = (0..7u8, 1..5u64);
    (source, selection(), selection(), condition, group, kind).prop_map(
        |(source, a, b, condition, group, (kind, count))| {
            let what = match kind {
                0 => return format!(
                    "title: t\nname: asked\nlogsource: {{{source}}}\ndetection: {{a: {{{a}}}, b: {{{b}}}, condition: {condition}}}\n\
                     alert: {{lateness: 5m, group-by: {group}}}\n"
                ),
                1..=3 => format!("correlation: {{type: event_count, rules: [base], group-by: {group}, timespan: {count}m, condition: {{gte: {count}}}}}"),
                4 => format!("correlation: {{type: value_count, rules: [base], group-by: {group}, timespan: 5m, condition: {{field: user_id, gte: {count}}}}}"),
                5 => format!("correlation: {{type: value_sum, rules: [base], group-by: {group}, timespan: 5m, condition: {{field: status, gt: {count}00}}}}"),
                _ => format!("correlation: {{type: temporal, rules: [base, other], group-by: {group}, timespan: {count}m}}"),
            };
            format!(
                "title: b\nname: base\nlogsource: {{{source}}}\ndetection: {{a: {{{a}}}, b: {{{b}}}, condition: {condition}}}\n---\n\
                 title: o\nname: other\nlogsource: {{stream: audit}}\ndetection: {{b: {{{b}}}, condition: b}}\n---\n\
                 title: t\nname: asked\n{what}\nalert: {{lateness: 5m}}\n"
            )
        },
    )
}

fn record() -> impl Strategy<Value = Sent> {
    let text = |texts: &[&str]| {
        let one = prop::sample::select(texts.iter().map(|text| json!(text)).collect::<Vec<_>>());
        prop_oneof![6 => one.clone().prop_map(Some), 1 => prop::collection::vec(one, 1..3).prop_map(|list| Some(json!(list))), 1 => Just(None)]
    };
    let status = prop::sample::select(vec![Some(json!(200)), Some(json!(500)), Some(json!("500")), None]);
    let fields = (
        text(&["login", "Login", "LOGIN", "logout", "play", "ann"]),
        text(&["ann", "Ann", "bob", "", "a\"n"]),
        text(&["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"]),
        status,
    )
        .prop_map(|(action, user, address, status)| {
            let named = [("action", action), ("user_id", user), ("source_ip", address), ("status", status)];
            named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Json>()
        });
    let stream = prop::sample::select(vec!["app", "audit", "other"]);
    let namespace = prop::sample::select(vec!["ledger", "Ledger", "cart", ""]);
    (0..SECONDS, 0..DELAY_SECONDS, stream, namespace, fields).prop_map(
        |(second, delay, stream, namespace, fields)| Sent { second, delay, stream, namespace, fields },
    )
}

fn records() -> impl Strategy<Value = Vec<Sent>> {
    prop::collection::vec(record(), 1..60).prop_map(|mut records| {
        records.sort_by_key(Sent::arrives);
        records
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn what_arrives_is_found_as_what_is_stored(rule in rule(), sent in records(), publish_at in 0..60u64) {
        let (streamed, searched) = stream_and_search(&rule, &sent, publish_at);
        prop_assert_eq!(facts(&streamed), facts(&searched), "{}", rule);
    }
}

#[test]
fn many_of_these_cases_tell_something() {
    let mut runner = TestRunner::deterministic();
    let mut told = 0;
    for _ in 0..20 {
        let (rule, sent) = (rule(), records()).new_tree(&mut runner).unwrap().current();
        told += u32::from(stream_and_search(&rule, &sent, 30).0.began > 0);
    }
    assert!(told >= 5, "{told} of 20");
}
