//! The thread that asks.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use palisade_query::Engine;
use palisade_record::{Clock, StreamName, TimeRange, Timestamp};
use tracing::warn;

use super::{Answer, Due, next_due, rows};
use crate::engine::Rulebook;
use crate::plan::LATENESS;
use crate::rule::{Header, Scheduled};
use crate::run::Detection;

/// How often it looks whether a search is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Rows of an answer: groups of one rule. A rule that has more has too many groups.
const ROWS_MAX: usize = 10_000;

/// What it asks with.
pub struct Asks {
    /// Who answers.
    pub engine: Engine,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Who takes the answers.
    pub detection: Detection,
    /// The rules, as they are at the moment.
    pub book: Box<dyn Fn() -> Arc<Rulebook> + Send>,
    /// What was asked last before the start, by rule.
    pub asked: BTreeMap<String, Timestamp>,
}

/// The thread, until it is stopped.
pub struct Asker {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Asker {
    /// Starts the thread.
    pub fn start(asks: Asks) -> Self {
        let stop = Arc::<(Mutex<bool>, Condvar)>::default();
        let stopped = stop.clone();
        let run = move || run(asks, &stopped);
        let thread = thread::Builder::new().name("detect-searches".to_owned()).spawn(run);
        Self { stop, thread: Some(thread.expect("threads can be started at the start")) }
    }
}

impl Drop for Asker {
    /// Stops it, after the search that is under way.
    fn drop(&mut self) {
        *self.stop.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.1.notify_all();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that asks searches of rules has panicked");
        }
    }
}

fn run(mut asks: Asks, stop: &(Mutex<bool>, Condvar)) {
    loop {
        let stopping = stop.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = stop.1.wait_timeout_while(stopping, LOOK_EVERY, |stopping| !*stopping);
        if *waited.unwrap_or_else(PoisonError::into_inner).0 {
            return;
        }
        let book = (asks.book)();
        for (header, scheduled) in book.scheduled() {
            asks.ask_when_due(header, scheduled);
        }
    }
}

impl Asks {
    fn ask_when_due(&mut self, header: &Header, scheduled: &Scheduled) {
        let rule = &header.id.0;
        let lateness = header.alerting.lateness.unwrap_or(LATENESS);
        let last = self.asked.get(rule).copied();
        let Some(Due { at, left_out }) = next_due(last, scheduled.every, lateness, self.clock.now()) else {
            return;
        };
        if left_out > 0 {
            warn!(rule, left_out, "a search was not asked for so long that some of its spans are left out");
        }
        let range = TimeRange { from: at.minus(scheduled.timespan), to: at };
        let stream = scheduled.stream.as_ref().and_then(|name| name.parse::<StreamName>().ok());
        let table = self.engine.table(&scheduled.query, stream.as_ref(), range, ROWS_MAX);
        let rows = table.map_err(|error| error.message).and_then(|table| rows(&table, scheduled));
        match rows {
            Ok(rows) => {
                self.asked.insert(rule.clone(), at);
                self.detection.answered(Answer { rule: rule.clone(), at, rows });
            }
            // The next look asks the same again: no span is left out.
            Err(problem) => warn!(rule, problem, "a search of a rule has no answer"),
        }
    }
}
