//! Receipts that were put: locked longer while they are needed, removed when they are not.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::time::Duration;

use palisade_index::{RECEIPTS, Split, receipt_batches, receipt_name};
use palisade_record::Timestamp;

use super::error::Result;
use super::round::{Applier, tier_key};
use super::state::whole_seconds;
use crate::{ReceiptState, ReceiptStep, Tier, is_receipt_at_rest, receipt_step};

/// What waits after a failure: not what is put.
const LOOK: &str = "old receipts";

/// How often it is looked. With a file every two seconds 30 come meanwhile.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Most receipts that are asked for in a look: more than come meanwhile, and few enough for splits not to wait long.
const ASKED_MAX: usize = 200;

/// What is known of the receipts in the cold storage.
#[derive(Default)]
pub(super) struct ReceiptBook {
    /// By their batches, with the end of the lock once it was asked for; `None` until they were listed.
    known: Option<BTreeMap<(u64, u64), Option<Timestamp>>>,
    looked_at: Option<Timestamp>,
    /// How many were put since the start.
    pub(super) put: u64,
}

impl ReceiptBook {
    /// One was put.
    pub(super) fn was_put(&mut self, batches: &Range<u64>, locked_until: Option<Timestamp>) {
        self.put += 1;
        self.note(batches, locked_until);
    }

    fn note(&mut self, batches: &Range<u64>, locked_until: Option<Timestamp>) {
        if let Some(known) = &mut self.known {
            known.insert((batches.start, batches.end), locked_until);
        }
    }

    fn is_gone(&mut self, batches: &Range<u64>) {
        if let Some(known) = &mut self.known {
            known.remove(&(batches.start, batches.end));
        }
    }

    /// Those for which something can be due, oldest first, and whether their locks are known.
    fn restless(&self, now: Timestamp) -> Vec<(Range<u64>, bool)> {
        let all = self.known.iter().flatten();
        let restless = all.filter(|(_, until)| !until.is_some_and(|until| is_receipt_at_rest(now, until)));
        restless.map(|((first, next), until)| (*first..*next, until.is_some())).collect()
    }
}

impl Applier {
    /// Does what is due for receipts that were put.
    pub(super) fn look_at_receipts(&mut self) {
        let now = self.clock.now();
        let is_due = self.receipts.looked_at.is_none_or(|at| now.since(at) >= LOOK_EVERY);
        let may = self.backoff.may(tier_key(Tier::Cold), now) && self.backoff.may(LOOK, now);
        if self.index.storages().cold.is_some() && is_due && may {
            let looked = self.look_at_all(now);
            if looked.is_ok() {
                self.receipts.looked_at = Some(now);
            }
            self.done(LOOK, looked.map(|()| false));
        }
    }

    fn look_at_all(&mut self, now: Timestamp) -> Result<()> {
        if self.receipts.known.is_none() {
            let names = self.storage(Tier::Cold).list(RECEIPTS);
            let names = names.map_err(|source| self.failed(Tier::Cold, "list", RECEIPTS, source))?;
            let batches = names.iter().filter_map(|name| receipt_batches(name));
            self.receipts.known = Some(batches.map(|batches| ((batches.start, batches.end), None)).collect());
        }
        let restless = self.receipts.restless(now);
        if restless.is_empty() {
            return Ok(());
        }
        let splits = self.index.splits();
        let unsafe_splits: Vec<Range<u64>> = splits
            .iter()
            .filter(|split| !self.is_evidence(split, now))
            .filter_map(|split| split.batch_range())
            .collect();
        for (batches, is_known) in restless.into_iter().take(ASKED_MAX) {
            if self.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            let is_safe =
                !unsafe_splits.iter().any(|split| split.start < batches.end && batches.start < split.end);
            // Without its page the evidence is not found again.
            let is_evidence = is_safe && self.mirror.is_complete() && self.index.are_in_splits(&batches)?;
            let is_at_rest = self.look_at(&batches, is_evidence, now)?;
            // Those that came later are locked longer. One of which that is not so is seen when these are gone.
            if is_at_rest && !is_known {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Does what is due for a receipt; whether nothing was, and nothing will be soon.
    fn look_at(&mut self, batches: &Range<u64>, is_evidence: bool, now: Timestamp) -> Result<bool> {
        let (name, storage) = (receipt_name(batches), self.storage(Tier::Cold));
        let described = match storage.describe(&name) {
            Ok(described) => described,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                tracing::warn!(receipt = %name, is_evidence, "a receipt was removed, and not by this program");
                self.receipts.is_gone(batches);
                return Ok(false);
            }
            Err(source) => return Err(self.failed(Tier::Cold, "look at", &name, source)),
        };
        let locked_until = described.lock.map(|lock| lock.until);
        let state = ReceiptState { locked_until, is_evidence };
        match receipt_step(now, self.settings.receipts.term, state) {
            Some(ReceiptStep::Extend { until }) => {
                let until = whole_seconds(until);
                let extended = storage.extend(&name, until);
                extended.map_err(|source| self.failed(Tier::Cold, "lock longer", &name, source))?;
                self.receipts.note(batches, Some(until));
                Ok(false)
            }
            Some(ReceiptStep::Remove) => {
                let removed = storage.remove(&name);
                removed.map_err(|source| self.failed(Tier::Cold, "remove", &name, source))?;
                self.receipts.is_gone(batches);
                Ok(false)
            }
            None => {
                self.receipts.note(batches, locked_until);
                Ok(locked_until.is_some_and(|until| is_receipt_at_rest(now, until)))
            }
        }
    }

    /// Whether the evidence copy of a split is there, and locked if its class says so.
    fn is_evidence(&self, split: &Split, now: Timestamp) -> bool {
        let class = self.settings.classes.get(split.summary().class.as_str());
        let is_locked = class.is_ok_and(|class| class.lock_in_effect().is_locked());
        let cold = split.copies().cold.as_ref().filter(|copy| copy.verified);
        cold.is_some_and(|copy| !is_locked || copy.locked_until.is_some_and(|until| until > now))
    }
}
