//! Notices on their way into the outbox.

use std::sync::{Arc, Mutex, PoisonError};

use palisade_record::Timestamp;
use rusqlite::Transaction;

use crate::deliver::Delivery;
use crate::deliver::policy::{Policy, admit};
use crate::notice::Notice;
use crate::run::Outgoing;

/// The outbox, and who empties it.
pub(super) struct Outbox {
    pub(super) policy: Policy,
    pub(super) delivery: Arc<Mutex<Option<Delivery>>>,
}

impl Outgoing for Outbox {
    fn enqueue(&mut self, db: &Transaction<'_>, notices: &[Notice], now: Timestamp) -> rusqlite::Result<()> {
        notices.iter().try_for_each(|notice| admit(db, &self.policy, notice, now).map(drop))
    }

    fn wake(&self) {
        if let Some(delivery) = &*self.delivery.lock().unwrap_or_else(PoisonError::into_inner) {
            delivery.wake();
        }
    }
}
