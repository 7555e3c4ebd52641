//! Takes notices out of the outbox and sends them, for one channel: whatever another channel does, this one does not wait for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use palisade_record::{Clock, Timestamp};
use rand::RngExt;
use rand::rngs::StdRng;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::breaker::Breaker;
use super::channel::{Channel, Message};
use super::outbox::{self, Entry};
use super::outcome::{FailureKind, Outcome};
use super::retry::{Step, Tries, next_step};
use super::turn::{Rest, Turn, Wake};
use super::{conversation, outage};
use crate::notice::Occasion;

/// How long a worker rests when the store cannot be written: a message that was sent and not noted is sent again.
const STORE_REST: Duration = Duration::from_secs(5);

/// How long a repetition waits that failed; the receiver forgets after minutes.
const REPEAT_AFTER_FAILURE: Duration = Duration::from_secs(10);

/// How a channel is doing, as its worker saw it last.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Condition {
    pub(super) breaker: Breaker,
    /// Nothing is sent earlier, as the receiver asked, or as it is known to want.
    pub(super) not_before: Option<Timestamp>,
    pub(super) last_failure: Option<String>,
    pub(super) delivered: u64,
    pub(super) failed: u64,
    pub(super) dead: u64,
}

/// What all workers share.
pub(super) struct Shared {
    pub(super) connection: Arc<Mutex<Connection>>,
    pub(super) clock: Arc<dyn Clock>,
    /// The worker of each channel.
    pub(super) wakes: Vec<(String, Wake)>,
}

impl Shared {
    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn others(&self, channel: &str) -> Vec<String> {
        self.wakes.iter().map(|(name, _)| name).filter(|name| *name != channel).cloned().collect()
    }

    pub(super) fn wake_all(&self) {
        self.wakes.iter().for_each(|(_, wake)| wake.wake());
    }
}

/// Sends what waits for one channel.
pub(super) struct Worker {
    name: String,
    channel: Box<dyn Channel>,
    shared: Arc<Shared>,
    condition: Arc<Mutex<Condition>>,
    random: StdRng,
}

impl Worker {
    pub(super) fn new(
        name: String,
        channel: Box<dyn Channel>,
        shared: Arc<Shared>,
        condition: Arc<Mutex<Condition>>,
        random: StdRng,
    ) -> Self {
        Self { name, channel, shared, condition, random }
    }

    fn condition(&self) -> MutexGuard<'_, Condition> {
        self.condition.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn step(&mut self) -> rusqlite::Result<Rest> {
        let now = self.shared.clock.now();
        let breaker = {
            let condition = self.condition();
            if let Some(at) = condition.not_before.filter(|at| now < *at) {
                return Ok(Rest::Until(at));
            }
            match condition.breaker.admit(now) {
                Ok(breaker) => breaker,
                Err(until) => return Ok(Rest::Until(until)),
            }
        };
        let next = outbox::next(&self.shared.connection(), &self.name, now)?;
        if let Some(entry) = next {
            self.condition().breaker = breaker;
            self.attempt(&entry)?;
            return Ok(Rest::No);
        }
        let rest = match outbox::wait_until(&self.shared.connection(), &self.name)? {
            Some(at) => Rest::Until(at),
            None => Rest::UntilWoken,
        };
        Ok(rest.or(self.repeat(now)?))
    }

    fn attempt(&mut self, entry: &Entry) -> rusqlite::Result<()> {
        let notice = &entry.notice;
        let reference = conversation::reference(&self.shared.connection(), &self.name, &notice.dedup_key)?;
        // The store is not locked while the receiver is asked.
        let outcome = self.channel.send(&Message {
            channel: &self.name,
            notice,
            reference: reference.as_deref(),
            now: self.shared.clock.now(),
        });
        let now = self.shared.clock.now();
        let tries = Tries { attempts: entry.attempts, enqueued_at: entry.enqueued_at };
        let step = next_step(tries, &outcome, now, self.random.random());
        self.judge(&outcome, now);
        let mut condition = self.condition();
        match (&outcome, &step) {
            (Outcome::Accepted { .. }, _) => condition.delivered += 1,
            // Who wants less wants it of all messages, not of this one.
            (Outcome::Failed(failure), Step::Retry { at }) if failure.kind == FailureKind::RateLimited => {
                condition.not_before = condition.not_before.max(Some(*at));
            }
            (Outcome::Failed(_), Step::Dead { .. }) => condition.dead += 1,
            (Outcome::Failed(_), Step::Retry { .. } | Step::Delivered) => {}
        }
        drop(condition);
        self.note(entry, &outcome, &step, now)
    }

    /// What an outcome says of the channel.
    fn judge(&self, outcome: &Outcome, now: Timestamp) {
        let mut condition = self.condition();
        condition.breaker = condition.breaker.after(outcome, now);
        condition.not_before = match self.channel.pace() {
            Duration::ZERO => None,
            pace => Some(now.plus(pace)),
        };
        if let Outcome::Failed(failure) = outcome {
            condition.failed += 1;
            condition.last_failure = Some(failure.reason.clone());
        }
    }

    /// Writes down what became of a notice.
    fn note(&self, entry: &Entry, outcome: &Outcome, step: &Step, now: Timestamp) -> rusqlite::Result<()> {
        let (name, key) = (&self.name, &entry.notice.dedup_key);
        self.in_transaction(outcome, matches!(step, Step::Dead { .. }), now, |transaction| {
            match (outcome, step) {
                (Outcome::Accepted { reference }, _) => {
                    outbox::delivered(transaction, entry.id, now)?;
                    conversation::told(transaction, name, &entry.notice, reference.as_deref(), now)?;
                }
                (Outcome::Failed(failure), Step::Retry { at }) => {
                    outbox::failed(transaction, entry.id, &failure.reason, *at)?;
                }
                (Outcome::Failed(_), Step::Dead { reason }) => {
                    outbox::dead(transaction, entry.id, reason, now)?;
                    if entry.notice.occasion == Occasion::Resolve {
                        conversation::close(transaction, name, key)?;
                    }
                    tracing::warn!(channel = %name, %key, %reason, "an alert became a dead letter");
                }
                (Outcome::Failed(_), Step::Delivered) => {}
            }
            Ok(())
        })
    }

    /// Writes, and in the same transaction an outage that begins or ends with this outcome.
    fn in_transaction(
        &self,
        outcome: &Outcome,
        is_dead: bool,
        now: Timestamp,
        write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let (name, others) = (&self.name, self.shared.others(&self.name));
        let is_open = matches!(self.condition().breaker, Breaker::Open { .. });
        let mut connection = self.shared.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        write(&transaction)?;
        let others_are_told = match outcome {
            Outcome::Accepted { .. } => {
                let ended = outage::end(&transaction, name, &others, now)?;
                if ended {
                    outbox::hurry(&transaction, name, now)?;
                }
                ended
            }
            Outcome::Failed(failure) if is_open || is_dead => {
                outage::begin(&transaction, name, &others, &failure.reason, now)?
            }
            Outcome::Failed(_) => false,
        };
        transaction.commit()?;
        drop(connection);
        if others_are_told {
            self.shared.wake_all();
        }
        Ok(())
    }

    /// Tells the receiver again of what goes on, if it is one that forgets.
    fn repeat(&mut self, now: Timestamp) -> rusqlite::Result<Rest> {
        let Some(every) = self.channel.repeat_every() else { return Ok(Rest::UntilWoken) };
        let Some(oldest) = conversation::oldest_told(&self.shared.connection(), &self.name)? else {
            return Ok(Rest::UntilWoken);
        };
        if now < oldest.plus(every) {
            return Ok(Rest::Until(oldest.plus(every)));
        }
        let notices = conversation::told_before(&self.shared.connection(), &self.name, now.minus(every))?;
        let outcome = self.channel.repeat(&notices, now);
        let now = self.shared.clock.now();
        self.judge(&outcome, now);
        let is_over = match &outcome {
            Outcome::Accepted { .. } => true,
            // What it will never take is not said again at once, but with the next repetition.
            Outcome::Failed(failure) if failure.kind == FailureKind::Refused => true,
            Outcome::Failed(failure) => {
                let wait = failure.retry_after.unwrap_or(REPEAT_AFTER_FAILURE).min(every);
                self.condition().not_before = Some(now.plus(wait));
                false
            }
        };
        self.in_transaction(&outcome, false, now, |transaction| {
            if is_over { conversation::told_again(transaction, &self.name, &notices, now) } else { Ok(()) }
        })?;
        Ok(Rest::No)
    }
}

impl Turn for Worker {
    fn turn(&mut self) -> Rest {
        match self.step() {
            Ok(rest) => rest,
            Err(error) => {
                tracing::error!(channel = %self.name, %error, "the store of alerts cannot be used");
                Rest::Until(self.shared.clock.now().plus(STORE_REST))
            }
        }
    }
}
