//! What the thread of detection does with records: looks at them, finds out what comes of it, writes it down.

use std::sync::Arc;
use std::time::Duration;

use palisade_index::{Arrivals, Arrived, Parse};
use palisade_record::{Clock, Timestamp};
use tracing::{error, info, warn};

use super::handle::Shared;
use super::open_alerts::OpenAlerts;
use super::watcher::{Outgoing, Parts};
use super::{Composer, RowEvents, Unsealer};
use crate::correlate::{GroupKey, Limits};
use crate::deliver::Pulse;
use crate::engine::{Engine, Rulebook};
use crate::notice::Notice;
use crate::store::{AlertFilter, AlertRow, AlertState, Commit, Store, StoreError, WindowRow};

/// How long it goes without writing down how far it has read, when there is nothing to tell. This much is looked at again after a
/// crash.
const COMMIT_EVERY: Duration = Duration::from_secs(5);

/// How long it waits before it tries again what failed.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Records that are looked at before it is found out what comes of them, while it reads what it has missed.
const SETTLED_TOGETHER_MAX: usize = 16_384;

/// Alerts that are open at once. Rules that have more tell nothing any more that anybody could read.
const OPEN_ALERTS_MAX: usize = 100_000;

/// Everything but where records come from.
pub(super) struct Work {
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

impl Work {
    /// As it was before a restart.
    pub(super) fn new(
        parts: Parts,
        book: Arc<Rulebook>,
        shared: &Arc<Shared>,
    ) -> Result<(Arrivals, Arc<dyn Parse>, Self), StoreError> {
        let Parts { arrivals, parse, store, remembered, clock, unsealer, composer, outgoing, limits, pulse } =
            parts;
        let open =
            AlertFilter { state: Some(AlertState::Open), limit: OPEN_ALERTS_MAX, ..AlertFilter::default() };
        let alerts = OpenAlerts::new(store.alerts(&open)?);
        let mut work = Self {
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
        Ok((arrivals, parse, work))
    }

    /// Looks at records that became durable together. With the rules as they are now: who changed them before these arrived expects that.
    pub(super) fn take(&mut self, arrived: &Arrived) {
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
    pub(super) fn catch_up(&mut self) {
        if self.unsettled > 0 {
            self.settle(self.seen_at);
        }
    }

    pub(super) fn settle(&mut self, now: Timestamp) {
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
    pub(super) fn commit_when_due(&mut self, position: u64, closing: bool) -> bool {
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
    pub(super) fn take_answers(&mut self) {
        for answer in self.shared.take_answers() {
            self.engine.answered(&answer);
            self.commit.asked.insert(answer.rule, answer.at);
        }
    }

    pub(super) fn change_rules_if_asked(&mut self) {
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

    pub(super) fn report(&self) {
        self.shared.report(&self.engine, &self.alerts);
    }

    /// The batch up to which everything is written down.
    pub(super) fn committed(&self) -> u64 {
        self.commit.batch
    }

    /// What time it is.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
