//! Running trials: the engine sees the events as if they arrived when they say.

use std::sync::Arc;

use palisade_record::Timestamp;
use serde_json::{Map, Value};

use super::{Trial, TrialFile};
use crate::correlate::Limits;
use crate::engine::{Engine, Rulebook};
use crate::window::Change;
use crate::{JsonEvents, Problem};

/// How a trial went.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrialOutcome {
    /// Where it stands.
    pub file: String,
    /// The line there.
    pub line: u32,
    /// What it is about.
    pub name: String,
    /// What is wrong, if anything is.
    pub problem: Option<String>,
}

/// A Monday morning: 2026-03-02T09:00:00Z.
const BEGINNING: i64 = 1_772_442_000;

/// Runs trials with rules.
///
/// # Errors
/// When a trial is about a rule that is not there.
pub fn run_trials(book: &Arc<Rulebook>, files: &[TrialFile]) -> Result<Vec<TrialOutcome>, Problem> {
    let mut outcomes = Vec::new();
    for file in files {
        let named = |plan: &crate::plan::Plan| {
            plan.header.id.0 == file.rule || plan.header.name.as_deref() == Some(file.rule.as_str())
        };
        let Some(plan) = book.plans().iter().position(named) else {
            let reason = format!("there is no rule `{}` that tells of itself, or it was refused", file.rule);
            return Err(Problem { file: file.file.clone(), line: file.line, reason });
        };
        outcomes.extend(file.trials.iter().map(|trial| {
            let fired = episodes(book, plan, trial);
            let problem = (fired != trial.fires).then(|| {
                format!("`{}` has {fired} episodes, not {}", book.plans()[plan].header.title, trial.fires)
            });
            TrialOutcome { file: file.file.clone(), line: trial.line, name: trial.name.clone(), problem }
        }));
    }
    Ok(outcomes)
}

/// How many episodes of a plan come of a trial.
fn episodes(book: &Arc<Rulebook>, plan: usize, trial: &Trial) -> usize {
    let mut engine = Engine::new(Arc::clone(book), Limits::default(), 0);
    let mut now = Timestamp::from_seconds(BEGINNING, 0).unwrap_or_default();
    let (mut fired, mut number) = (0, 0);
    for event in &trial.events {
        now = now.plus(event.after);
        for _ in 0..event.repeat {
            let record = numbered(&event.record, number, now);
            let events = JsonEvents::from_objects(&event.stream, [&Value::Object(record)]);
            engine.take(&events, &|_| 1, now);
            fired += began(&mut engine, plan, now);
            now = now.plus(event.every);
            number += 1;
        }
    }
    fired + began(&mut engine, plan, now.plus(trial.ends_after))
}

fn began(engine: &mut Engine, plan: usize, now: Timestamp) -> usize {
    let is_begin = |change: &Change| matches!(change, Change::Began(_));
    engine.settle(now).iter().filter(|finding| finding.plan == plan && is_begin(&finding.told.change)).count()
}

/// The record with its number where it says so, and with its time unless it tells one.
fn numbered(record: &Map<String, Value>, number: u64, now: Timestamp) -> Map<String, Value> {
    let mut record: Map<String, Value> =
        record.iter().map(|(name, value)| (name.clone(), with_number(value, number))).collect();
    record.entry("timestamp").or_insert_with(|| Value::String(now.to_string()));
    record
}

fn with_number(value: &Value, number: u64) -> Value {
    match value {
        Value::String(text) if text.contains('{') => Value::String(filled(text, number)),
        Value::Array(values) => values.iter().map(|value| with_number(value, number)).collect(),
        Value::Object(object) => {
            object.iter().map(|(name, value)| (name.clone(), with_number(value, number))).collect()
        }
        other => other.clone(),
    }
}

/// `{n}` is the number, `{n/7}` the number divided by 7.
fn filled(text: &str, number: u64) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{n") {
        let (before, hole) = rest.split_at(start);
        filled.push_str(before);
        let Some(end) = hole.find('}') else {
            rest = hole;
            break;
        };
        let divisor = hole[2..end].strip_prefix('/').map_or(Some(1), |text| text.parse::<u64>().ok());
        match divisor.filter(|divisor| *divisor > 0) {
            Some(divisor) => filled.push_str(&(number / divisor).to_string()),
            None => filled.push_str(&hole[..=end]),
        }
        rest = &hole[end + 1..];
    }
    filled.push_str(rest);
    filled
}
