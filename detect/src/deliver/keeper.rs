//! Releases what was held or muted, and forgets what is over, from time to time.

use std::sync::Arc;
use std::time::Duration;

use palisade_record::Timestamp;
use rusqlite::TransactionBehavior;

use super::policy::{self, Policy};
use super::turn::{Rest, Turn};
use super::worker::Shared;
use super::{conversation, outbox};

/// How often it looks whether what was muted still is: quiet hours end, and what muted it. All that is muted is looked at then.
const RELEASE_EVERY: Duration = Duration::from_secs(5);

/// How often old rows are deleted.
const PRUNE_EVERY: Duration = Duration::from_secs(60);

/// Releases and forgets.
pub(super) struct Keeper {
    pub(super) shared: Arc<Shared>,
    pub(super) policy: Policy,
    pub(super) release_at: Timestamp,
    pub(super) prune_at: Timestamp,
}

impl Keeper {
    fn step(&mut self) -> rusqlite::Result<Rest> {
        let now = self.shared.clock.now();
        let mut connection = self.shared.connection();
        let next = policy::next_release(&connection, now)?;
        if now >= self.release_at || next.is_some_and(|next| next <= now) {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let released = policy::release(&transaction, &self.policy, now)?;
            transaction.commit()?;
            self.release_at = now.plus(RELEASE_EVERY);
            if released.told > 0 {
                self.shared.wake_all();
            }
        }
        if now >= self.prune_at {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            outbox::prune(&transaction, now)?;
            conversation::prune(&transaction, now)?;
            policy::prune(&transaction, now)?;
            transaction.commit()?;
            self.prune_at = now.plus(PRUNE_EVERY);
        }
        let next = policy::next_release(&connection, now)?.map_or(Rest::UntilWoken, Rest::Until);
        Ok(next.or(Rest::Until(self.release_at.min(self.prune_at))))
    }
}

impl Turn for Keeper {
    fn turn(&mut self) -> Rest {
        match self.step() {
            Ok(rest) => rest,
            Err(error) => {
                tracing::error!(%error, "the store of alerts cannot be used");
                Rest::Until(self.shared.clock.now().plus(RELEASE_EVERY))
            }
        }
    }
}
