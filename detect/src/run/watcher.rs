//! The thread of detection.
//!
//! Everything it knows is a function of the journal up to a position. What it tells others, alerts and notices, is written in one
//! transaction with that position and with the windows as they are there. So a restart neither misses nor repeats anything: either the
//! transaction is there, or the same records are looked at again and give the same.

use std::sync::Arc;
use std::time::Duration;

use palisade_index::{Arrivals, Parse, Waited};
use palisade_record::{Clock, Timestamp};
use rusqlite::Transaction;
use tracing::error;

use super::handle::Shared;
use super::work::{RETRY_AFTER, Work};
use super::{Composer, Unsealer};
use crate::correlate::Limits;
use crate::deliver::Pulse;
use crate::engine::Rulebook;
use crate::notice::Notice;
use crate::store::{Remembered, Store, StoreError};

/// How long it waits for records before it looks what time alone has changed.
const PATIENCE: Duration = Duration::from_millis(250);

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
    /// Where it is remembered,
    pub store: Store,
    /// and what was there at the start.
    pub remembered: Remembered,
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

impl Watcher {
    pub(super) fn new(parts: Parts, book: Arc<Rulebook>, shared: Arc<Shared>) -> Result<Self, StoreError> {
        let (arrivals, parse, work) = Work::new(parts, book, &shared)?;
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
            self.work.settle(self.work.now());
            let is_done = self.work.commit_when_due(self.arrivals.position(), closing);
            if is_done {
                self.arrivals.done(self.work.committed());
            }
            self.work.report();
            if closing {
                return;
            }
        }
    }
}
