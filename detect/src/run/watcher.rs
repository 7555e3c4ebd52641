//! The thread of detection.
//!
//! Everything it knows is a function of the journal up to a position. What it tells others, alerts and notices, is written in one
//! transaction with that position and with the windows as they are there. So a restart neither misses nor repeats anything: either the
//! transaction is there, or the same records are looked at again and give the same.

use std::sync::Arc;
use std::time::Duration;

use palisade_index::{Arrivals, Arrived, Parse, Waited};
use palisade_record::{Clock, Timestamp};
use rusqlite::Transaction;
use tracing::{error, info, warn};

use super::handle::Shared;
use super::open_alerts::OpenAlerts;
use super::{Composer, RowEvents, Unsealer};
use crate::correlate::{GroupKey, Limits};
use crate::deliver::Pulse;
use crate::engine::{Engine, Rulebook};
use crate::notice::Notice;
use crate::store::{AlertFilter, AlertRow, AlertState, Commit, Store, StoreError, WindowRow};

/// How long it waits for records before it looks what time alone has changed.
const PATIENCE: Duration = Duration::from_millis(250);

/// How long it goes without writing down how far it has read, when there is nothing to tell. This much is looked at again after a
/// crash.
const COMMIT_EVERY: Duration = Duration::from_secs(5);

/// How long it waits before it tries again what failed.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Records that are looked at before it is found out what comes of them, while it reads what it has missed.
const SETTLED_TOGETHER_MAX: usize = 16_384;

/// Alerts that are open at once. Rules that have more tell nothing any more that anybody could read.
const OPEN_ALERTS_MAX: usize = 100_000;

/// Takes notices that are to be sent.
pub trait Outgoing: Send {
    /// Keeps notices, to be sent once the transaction is done. Also called without any, from time to time: what becomes due by time
    /// alone is enqueued then.
    ///
    /// # Errors
    /// When the database cannot be written; the transaction is not done then.
    fn enqueue(&mut self, db: &Transaction<'_>, notices: &[Notice], now: Timestamp) -> rusqlite::Result<()>;

    /// The transaction is done.
    fn wake(&self);
}

/// What detection works with.
pub struct Parts {
    /// What becomes durable.
    pub arrivals: Arrivals,
    /// Makes records of what has to be read from the journal again.
    pub parse: Arc<dyn Parse>,
    /// What is remembered.
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Opens what is sealed.
    pub unsealer: Option<Unsealer>,
    /// Makes notices.
    pub composer: Composer,
    /// Takes them.
    pub outgoing: Box<dyn Outgoing>,
    /// How much rules may remember.
    pub limits: Limits,
    /// Tells others that it works.
    pub pulse: Pulse,
}

pub(super) struct Watcher {
    arrivals: Arrivals,
    parse: Arc<dyn Parse>,
    work: Work,
    shared: Arc<Shared>,
}

/// Everything but where records come from.
struct Work {
    store: Store,
    clock: Arc<dyn Clock>,
    unsealer: Option<Unsealer>,
    composer: Composer,
    outgoing: Box<dyn Outgoing>,
    limits: Limits,
    pulse: Pulse,
    shared: Arc<Shared>,
    engine: Engine,
    alerts: OpenAlerts,
    commit: Commit,
    notices: Vec<Notice>,
    unsettled: usize,
    /// When the last record arrived that it has seen.
    seen_at: Timestamp,
    committed_at: Timestamp,
}

impl Watcher {
    pub(super) fn new(parts: Parts, book: Arc<Rulebook>, shared: Arc<Shared>) -> Result<Self, StoreError> {
        let Parts { arrivals, parse, store, clock, unsealer, composer, outgoing, limits, pulse } = parts;
        let remembered = store.remembered()?;
        let open =
            AlertFilter { state: Some(AlertState::Open), limit: OPEN_ALERTS_MAX, ..AlertFilter::default() };
        let alerts = OpenAlerts::new(store.alerts(&open)?);
        let mut work = Work {
            engine: Engine::new(book, limits, remembered.event),
            committed_at: clock.now(),
            store,
            clock,
            unsealer,
            composer,
            outgoing,
            limits,
            pulse,
            shared: shared.clone(),
            alerts,
            commit: Commit { batch: arrivals.position(), ..Commit::default() },
            notices: Vec::new(),
            unsettled: 0,
            seen_at: Timestamp::MIN,
        };
        work.restore(remembered.windows);
        Ok(Self { arrivals, parse, work, shared })
    }

    pub(super) fn run(mut self) {
        loop {
            let (work, parse) = (&mut self.work, Arc::clone(&self.parse));
            let waited = self.arrivals.wait(PATIENCE, &*parse, &mut |arrived| work.take(&arrived));
            self.shared.missed(self.arrivals.take_missed());
            let closing = match waited {
                Ok(waited) => waited == Waited::Closed,
                Err(error) => {
                    error!(%error, "detection cannot read the journal; it tries again");
                    self.shared.pause(RETRY_AFTER);
                    false
                }
            };
            let closing = closing || self.shared.is_stopping();
            self.work.change_rules_if_asked();
            self.work.catch_up();
            self.work.take_answers();
            self.work.settle(self.work.clock.now());
            let is_done = self.work.commit_when_due(self.arrivals.position(), closing);
            if is_done {
                self.arrivals.done(self.work.commit.batch);
            }
            self.work.report();
            if closing {
                return;
            }
        }
    }
}

impl Work {
    /// Looks at records that became durable together. With the rules as they are now: who changed them before these arrived expects that.
    fn take(&mut self, arrived: &Arrived) {
        self.change_rules_if_asked();
        if self.engine.book().plans().is_empty() {
            return;
        }
        for rows in arrived.rows() {
            let events = RowEvents::new(rows, self.unsealer.as_ref());
            let Some(arrived_at) = events.arrived_at() else { continue };
            self.seen_at = self.seen_at.max(arrived_at);
            self.unsettled += crate::Events::len(&events);
            self.engine.take(&events, &|row| events.source(row), self.seen_at);
        }
        if self.unsettled >= SETTLED_TOGETHER_MAX {
            self.catch_up();
        }
    }

    /// Finds out what comes of what was looked at, as of when it arrived: reading what was missed is no different from having been
    /// there.
    fn catch_up(&mut self) {
        if self.unsettled > 0 {
            self.settle(self.seen_at);
        }
    }

    fn settle(&mut self, now: Timestamp) {
        self.unsettled = 0;
        let findings = self.engine.settle(now);
        if findings.is_empty() {
            return;
        }
        let (told_at, book) = (self.clock.now(), Arc::clone(self.engine.book()));
        let outcome = self.alerts.take(&findings, &book, &self.composer, told_at);
        self.tell(outcome.alerts, outcome.notices);
    }

    fn tell(&mut self, alerts: Vec<AlertRow>, notices: Vec<Notice>) {
        for notice in &notices {
            info!(alert = %notice.dedup_key, occasion = ?notice.occasion, rule = %notice.rule.title, summary = %notice.summary, "alert");
        }
        self.commit.alerts.extend(alerts);
        self.notices.extend(notices);
    }

    /// Writes down how far it has come. Whether it did.
    fn commit_when_due(&mut self, position: u64, closing: bool) -> bool {
        let now = self.clock.now();
        let is_due = !self.notices.is_empty() || now.since(self.committed_at) >= COMMIT_EVERY || closing;
        if !is_due {
            return false;
        }
        (self.commit.batch, self.commit.event) = (position, self.engine.next_event());
        let windows = &mut self.commit.windows;
        self.engine.changed(|rule, shape, key, bytes| {
            let (rule, shape, key) = (rule.to_owned(), shape.to_owned(), key.to_text());
            windows.push(WindowRow { rule, shape, key, bytes });
        });
        loop {
            let (outgoing, notices) = (&mut self.outgoing, &self.notices);
            match self.store.commit(&self.commit, |db| outgoing.enqueue(db, notices, now)) {
                Ok(()) => break,
                Err(error) => {
                    error!(%error, "alerts cannot be written down; detection waits and tries again");
                    // What was not written is found again after the next start.
                    if closing || self.shared.pause(RETRY_AFTER) {
                        return false;
                    }
                }
            }
        }
        self.shared.told(&self.notices, &self.commit.alerts);
        self.outgoing.wake();
        self.notices.clear();
        self.commit.windows.clear();
        self.commit.alerts.clear();
        self.commit.asked.clear();
        self.committed_at = now;
        self.pulse.beat(now);
        true
    }

    /// Puts back what was remembered, and ends alerts of what is not watched any more.
    fn restore(&mut self, windows: Vec<WindowRow>) {
        for WindowRow { rule, shape, key, bytes } in windows {
            let restored = match (GroupKey::from_text(&key), &bytes) {
                (Some(key), Some(bytes)) => self.engine.restore(&rule, &shape, key, bytes),
                _ => Ok(false),
            };
            let is_kept = restored.unwrap_or_else(|problem| {
                warn!(rule, key, %problem, "a window cannot be read back; it begins anew");
                false
            });
            if !is_kept {
                self.commit.windows.push(WindowRow { rule, shape, key, bytes: None });
            }
        }
        let engine = &self.engine;
        let ended = self.alerts.end_unwatched(|rule, key| engine.watches(rule, key), self.clock.now());
        self.tell(ended.alerts, ended.notices);
    }

    /// Searches of rules that were answered meanwhile.
    fn take_answers(&mut self) {
        for answer in self.shared.take_answers() {
            self.engine.answered(&answer);
            self.commit.asked.insert(answer.rule, answer.at);
        }
    }

    fn change_rules_if_asked(&mut self) {
        if let Some(book) = self.shared.take_book() {
            self.catch_up();
            self.change_rules(book);
        }
    }

    /// Other rules from here on. What the old ones remember goes on where the new ones ask the same.
    fn change_rules(&mut self, book: Arc<Rulebook>) {
        let mut windows: Vec<WindowRow> = Vec::new();
        self.engine.all(|rule, shape, key, bytes| {
            let (rule, shape, key) = (rule.to_owned(), shape.to_owned(), key.to_text());
            windows.push(WindowRow { rule, shape, key, bytes: Some(bytes) });
        });
        let rules = book.plans().len();
        self.engine = Engine::new(book, self.limits, self.engine.next_event());
        // Everything is written anew: what is stored may be older than what is in memory.
        self.restore(windows);
        self.engine.mark_all();
        info!(rules, "rules are loaded");
    }

    fn report(&self) {
        self.shared.report(&self.engine, &self.alerts);
    }
}
