//! Both engines on the same rules and events.

use std::collections::{BTreeMap, BTreeSet};

use palisade_detect::{Detection, JsonEvents, Matcher, Pipeline, Placeholders, RuleSet};
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value as Json;

use crate::rsigma::{Index, Rsigma};

/// Events that come together; about what one block of records holds.
pub const BATCH_EVENTS: usize = 8_192;

/// What a race came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Events that went through each engine.
    pub events: usize,
    /// Rules that each has.
    pub rules: usize,
    /// Events per second of Palisade, on one core.
    pub own_per_second: f64,
    /// The same of rsigma, with the index that was the fastest.
    pub other_per_second: f64,
    /// Which index that was.
    pub other_index: Index,
    /// Pairs of an event and a rule that both found.
    pub common: usize,
    /// Rules of which one engine found more, by id: how many only Palisade and how many only rsigma found.
    pub different: BTreeMap<String, (usize, usize)>,
    /// Seconds to compile the rules, of Palisade.
    pub compile_seconds: f64,
    /// Megabytes that the automata of Palisade take.
    pub automata_mb: f64,
}

/// Runs both engines over events. With a pipeline Palisade finds out of which log source an event is, and rsigma is told so by the
/// generator; without one every rule is evaluated for every event by both.
///
/// Only evaluation is timed: Palisade has its events in columns, as they lie in blocks, and rsigma as parsed JSON.
pub fn race(
    files: &[(String, String)],
    events: &[Json],
    pipeline: Option<&Pipeline>,
    rounds: usize,
) -> Outcome {
    let texts = || files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let set = RuleSet::read(texts(), &Placeholders::default());
    let everything = Pipeline::default();
    let started = cpu_seconds();
    let detections: Vec<&Detection> = set.detections.iter().map(|(_, detection)| detection).collect();
    #[expect(
        clippy::expect_used,
        reason = "rules on disk that are too many for one automaton end a measurement"
    )]
    let matcher =
        Matcher::new(detections.iter().copied(), pipeline.unwrap_or(&everything)).expect("a matcher");
    let compile_seconds = cpu_seconds() - started;
    let batches: Vec<JsonEvents> =
        events.chunks(BATCH_EVENTS).map(|batch| JsonEvents::from_objects("events", batch)).collect();
    // What one engine refused the other one must not be asked about.
    let readable: Vec<(&str, &str)> =
        texts().filter(|(name, _)| set.problems.iter().all(|problem| problem.file != *name)).collect();

    let own = best(rounds, || batches.iter().map(|batch| matcher.matches(batch).len()).sum());
    let mut other = (f64::INFINITY, Index::Default);
    for index in [Index::Default, Index::Bloom, Index::Automaton] {
        let rsigma = Rsigma::new(readable.iter().copied(), index, pipeline.is_some());
        let seconds = best(rounds, || events.iter().map(|event| rsigma.count(event)).sum());
        if seconds < other.0 {
            other = (seconds, index);
        }
    }

    let rsigma = Rsigma::new(readable.iter().copied(), other.1, pipeline.is_some());
    let mut common = 0;
    let mut different: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (batch, objects) in batches.iter().zip(events.chunks(BATCH_EVENTS)) {
        let mut own_ids: Vec<BTreeSet<String>> = vec![BTreeSet::new(); objects.len()];
        for found in matcher.matches(batch) {
            own_ids[found.row].insert(set.detections[found.detection].0.id.0.clone());
        }
        for (own, object) in own_ids.iter().zip(objects) {
            let other: BTreeSet<String> = rsigma.matches(object).into_iter().collect();
            common += own.intersection(&other).count();
            own.difference(&other).for_each(|id| different.entry(id.clone()).or_default().0 += 1);
            other.difference(own).for_each(|id| different.entry(id.clone()).or_default().1 += 1);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "rates and sizes")]
    let (per_second, automata_mb) =
        (|seconds: f64| events.len() as f64 / seconds, matcher.automata_bytes() as f64 / 1e6);
    Outcome {
        events: events.len(),
        rules: detections.len(),
        own_per_second: per_second(own),
        other_per_second: per_second(other.0),
        other_index: other.1,
        common,
        different,
        compile_seconds,
        automata_mb,
    }
}

/// The time that this thread had a processor: on a machine that others use too, the clock would measure them.
#[expect(clippy::cast_precision_loss, reason = "seconds and parts of them, for a ratio")]
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The seconds of the fastest of some rounds: what disturbs a measurement only ever makes it slower.
fn best(rounds: usize, mut run: impl FnMut() -> usize) -> f64 {
    (0..rounds.max(1))
        .map(|_| {
            let started = cpu_seconds();
            std::hint::black_box(run());
            cpu_seconds() - started
        })
        .fold(f64::INFINITY, f64::min)
}
