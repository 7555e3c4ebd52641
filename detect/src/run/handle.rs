//! What others see of detection.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use palisade_record::Timestamp;
use serde::Serialize;

use super::open_alerts::OpenAlerts;
use super::watcher::{Parts, Watcher};
use crate::correlate::Counts;
use crate::engine::{Engine, RuleState, Rulebook};
use crate::notice::{Notice, Occasion};
use crate::rule::Severity;
use crate::schedule::Answer;
use crate::store::{AlertRow, StoreError};

/// How often what others see is made anew.
const REPORT_EVERY: Duration = Duration::from_secs(1);

/// Detection, while it runs. Clones share it.
#[derive(Clone)]
pub struct Detection {
    shared: Arc<Shared>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

/// How long it took from the arrival of a record to the notice it made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct LatencySummary {
    /// Notices.
    pub count: u64,
    /// All of them together, in milliseconds.
    pub sum_ms: u64,
    /// The longest, in milliseconds.
    pub max_ms: u64,
}

/// How a rule is doing.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RuleReport {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How much it matters.
    pub level: Severity,
    /// Whether it tells of itself, or only feeds other rules.
    pub is_told: bool,
    /// What it compares with, in words.
    pub condition: String,
    /// Where it stands.
    pub file: String,
    /// The line there.
    pub line: u32,
    /// Records that it found since the start.
    pub found: u64,
    /// Those that lacked a field of its group, or a value.
    pub skipped: u64,
    /// Events it had no room for since the start.
    pub refused: u64,
    /// Events that made room for newer ones since the start.
    pub dropped: u64,
    /// Events that came late since the start.
    pub late: u64,
    /// Groups that it remembers.
    pub groups: usize,
    /// Events that it remembers.
    pub events: usize,
    /// Alerts that are open.
    pub open_alerts: usize,
    /// When the last record arrived that it found.
    pub last_found_at: Option<Timestamp>,
    /// From the arrival of records to triggers.
    pub latency: LatencySummary,
}

/// How detection is doing.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
pub struct Status {
    /// Whether its thread runs.
    pub is_running: bool,
    /// Batches of records that no rule has seen, since the start.
    pub missed_batches: u64,
    /// Records whose time was ahead of their arrival, since the start.
    pub ahead: u64,
    /// Alerts that were told since the start.
    pub told: u64,
    /// Every rule.
    pub rules: Vec<RuleReport>,
}

#[derive(Default)]
struct State {
    book: Option<Arc<Rulebook>>,
    answers: Vec<Answer>,
    is_stopping: bool,
    status: Status,
    latencies: BTreeMap<String, LatencySummary>,
    reported_at: Option<Instant>,
}

/// What the thread and its callers see together.
#[derive(Default)]
pub(super) struct Shared {
    state: Mutex<State>,
    moved: Condvar,
}

impl Detection {
    /// Starts the thread.
    ///
    /// # Errors
    /// When what is remembered cannot be read.
    pub fn start(parts: Parts, book: Arc<Rulebook>) -> Result<Self, StoreError> {
        let shared = Arc::<Shared>::default();
        let watcher = Watcher::new(parts, book, shared.clone())?;
        shared.state().status.is_running = true;
        let running = shared.clone();
        let work = move || {
            let _running = Running(running);
            watcher.run();
        };
        let thread = thread::Builder::new().name("detect".to_owned()).spawn(work);
        let thread = thread.expect("threads can be started at the start");
        Ok(Self { shared, thread: Arc::new(Mutex::new(Some(thread))) })
    }

    /// Other rules from now on.
    pub fn set_rules(&self, book: Arc<Rulebook>) {
        self.shared.state().book = Some(book);
    }

    /// A search of a rule has an answer.
    pub fn answered(&self, answer: Answer) {
        self.shared.state().answers.push(answer);
    }

    /// How it is doing.
    pub fn status(&self) -> Status {
        self.shared.state().status.clone()
    }

    /// Stops after what was read is written down.
    pub fn stop(&self) {
        self.shared.state().is_stopping = true;
        self.shared.moved.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread of detection has panicked");
        }
    }
}

/// Tells, also when the thread panics, that it does not run any more.
struct Running(Arc<Shared>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.state().status.is_running = false;
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take_book(&self) -> Option<Arc<Rulebook>> {
        self.state().book.take()
    }

    pub(super) fn take_answers(&self) -> Vec<Answer> {
        std::mem::take(&mut self.state().answers)
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.state().is_stopping
    }

    /// Waits; whether it is to stop.
    pub(super) fn pause(&self, duration: Duration) -> bool {
        let waited = self.moved.wait_timeout_while(self.state(), duration, |state| !state.is_stopping);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_stopping
    }

    pub(super) fn missed(&self, batches: u64) {
        if batches > 0 {
            self.state().status.missed_batches += batches;
        }
    }

    /// These were written down.
    pub(super) fn told(&self, notices: &[Notice], alerts: &[AlertRow]) {
        let mut state = self.state();
        let triggers = |notice: &&Notice| notice.occasion == Occasion::Trigger;
        for notice in notices.iter().filter(triggers) {
            state.status.told += 1;
            let latency = state.latencies.entry(notice.rule.id.0.clone()).or_default();
            latency.count += 1;
            latency.sum_ms += notice.latency_ms;
            latency.max_ms = latency.max_ms.max(notice.latency_ms);
        }
        if !alerts.is_empty() {
            state.reported_at = None;
        }
    }

    pub(super) fn report(&self, engine: &Engine, alerts: &OpenAlerts) {
        let mut state = self.state();
        if state.reported_at.is_some_and(|at| at.elapsed() < REPORT_EVERY) {
            return;
        }
        let open = alerts.counts();
        let rules = engine.book().plans().iter().enumerate().map(|(number, plan)| {
            let RuleState { found, skipped, counts, groups, events, last_found_at } = engine.state(number);
            let Counts { refused, dropped, late } = counts;
            RuleReport {
                id: plan.header.id.0.clone(),
                title: plan.header.title.clone(),
                level: plan.header.level,
                is_told: plan.is_told,
                condition: plan.condition_in_words(),
                file: plan.header.file.clone(),
                line: plan.header.line,
                found,
                skipped,
                refused,
                dropped,
                late,
                groups,
                events,
                open_alerts: open.get(plan.header.id.0.as_str()).copied().unwrap_or(0),
                last_found_at,
                latency: state.latencies.get(&plan.header.id.0).copied().unwrap_or_default(),
            }
        });
        let rules = rules.collect();
        state.status.rules = rules;
        state.status.ahead = engine.ahead();
        state.reported_at = Some(Instant::now());
    }
}
