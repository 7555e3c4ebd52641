//! What rules find in records as they arrive is what they find in the same records once these are stored.

mod cases; // rules, and records that they may find
mod world; // an index, and what becomes durable in it

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use palisade_record::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use self::cases::{SECONDS, Sent, records, rule};
use self::world::World;
use super::replay::{collect, finish};
use super::*;
use crate::correlate::Limits;
use crate::engine::{Engine, Rulebook};
use crate::pipeline::builtin;
use crate::rule::{Placeholders, RuleSet};

/// How long records wait for others that become durable with them. Together with that it is less than the rules' lateness of five minutes.
const TOGETHER_SECONDS: u64 = 60;

fn start() -> Timestamp {
    Timestamp::from_seconds(1_790_000_000, 0).unwrap()
}

fn at(second: u64) -> Timestamp {
    start().plus(Duration::from_secs(second))
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
    finish(&mut engine, plan, to, &mut streamed);
    let question = Question { rule: "asked".to_owned(), from, to };
    let searched = backtest(&rules, (builtin(), None), &world.history(), &question).unwrap();
    (streamed, searched)
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
