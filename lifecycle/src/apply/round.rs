//! One pass: the next step of every split, and then what lies beside them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use palisade_index::{Index, Split};
use palisade_record::Clock;

use super::backoff::Backoff;
use super::error::{Error, Result};
use super::holds::Holds;
use super::mirror::Mirror;
use super::old_receipts::ReceiptBook;
use super::removal::Removals;
use super::restores::Restores;
use super::status::Status;
use super::{Parts, Settings, state};
use crate::{Class, Step, Tier, decide};

/// What a pass came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Round {
    /// Steps that were done. While there are any, the next pass comes at once.
    pub steps: u64,
    /// Steps that failed, and wait.
    pub failures: u64,
}

/// Applies the lifecycle, pass by pass, on the thread of its caller.
pub struct Applier {
    pub(super) index: Index,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) settings: Settings,
    pub(super) holds: Holds,
    pub(super) restores: Restores,
    pub(super) removals: Removals,
    pub(super) backoff: Backoff,
    pub(super) mirror: Mirror,
    pub(super) receipts: ReceiptBook,
    pub(super) status: Arc<Mutex<Status>>,
    pub(super) round: Round,
    pub(super) stop: Arc<AtomicBool>,
    /// Whether a paper may tell of objects that are still there: papers are kept for ever, and not read in every pass.
    pub(super) has_open_disposals: bool,
    is_swept: bool,
}

impl Applier {
    /// Begins where the catalog is.
    ///
    /// # Errors
    /// When the holds in the catalog cannot be read: nothing may go then.
    pub fn open(settings: Settings, parts: Parts) -> Result<Self> {
        let Parts { index, clock, covers } = parts;
        let holds = Holds::open(index.clone(), covers)?;
        let restores = Restores::new(index.clone(), clock.clone(), settings.prices.clone());
        Ok(Self {
            index,
            clock,
            settings,
            holds,
            restores,
            removals: Removals::default(),
            backoff: Backoff::default(),
            mirror: Mirror::default(),
            receipts: ReceiptBook::default(),
            status: Arc::default(),
            round: Round::default(),
            stop: Arc::default(),
            has_open_disposals: true,
            is_swept: false,
        })
    }

    /// The holds, for who places and releases them.
    pub fn holds(&self) -> Holds {
        self.holds.clone()
    }

    /// The restores, for who asks for them.
    pub fn restores(&self) -> Restores {
        self.restores.clone()
    }

    /// The numbers, for who shows them.
    pub fn status(&self) -> Arc<Mutex<Status>> {
        self.status.clone()
    }

    /// One pass.
    pub fn round(&mut self) -> Round {
        self.round = Round::default();
        self.put_receipts();
        if !self.is_swept && self.backoff.may("sweep", self.clock.now()) {
            let swept = self.sweep();
            self.is_swept = swept.is_ok();
            self.done("sweep", swept.map(|()| false));
        }
        self.resume_disposals();
        if self.remove_pending() {
            self.round.steps += 1;
        }
        for split in self.index.splits() {
            if self.stop.load(Ordering::Relaxed) {
                return self.round;
            }
            self.advance(&split);
            // A split takes its time, and receipts are promised within seconds.
            self.put_receipts();
        }
        self.mirror_all();
        self.put_receipts();
        self.look_at_receipts();
        self.evict();
        self.step_restores();
        self.tell();
        self.round
    }

    /// The next step of one split, if one is due.
    fn advance(&mut self, split: &Arc<Split>) {
        let (now, id) = (self.clock.now(), split.id());
        let class = match self.settings.classes.get(split.summary().class.as_str()) {
            Ok(class) => class.clone(),
            Err(error) => {
                // Nothing is known of how long it is to be kept, so it is kept.
                if self.backoff.may(id, now) {
                    self.backoff.failed(id, now);
                    self.complain(format!("split {id} is left as it is: {error}"));
                }
                return;
            }
        };
        let decided_with = self.holds.generation();
        let holds = self.holds.count(split);
        let storages = state::storages(self.index.storages());
        let state = state::state(split, holds);
        let Some(step) = decide(now, &class, storages, &state) else { return };
        let tier = tier_of(&step);
        if !self.backoff.may(id, now) || !self.backoff.may(tier_key(tier), now) {
            return;
        }
        match self.apply(split, &class, &step, decided_with) {
            Ok(()) => {
                tracing::info!(split = id, step = step_name(&step), "lifecycle step done");
                self.backoff.worked(id);
                self.backoff.worked(tier_key(tier));
                self.round.steps += 1;
            }
            Err(error) => self.note_failure(id, &error),
        }
    }

    fn apply(&mut self, split: &Arc<Split>, class: &Class, step: &Step, decided_with: u64) -> Result<()> {
        match step {
            Step::Archive { until, mode, storage_class } => self.archive(split, *until, *mode, storage_class),
            Step::Verify(Tier::Cold) => self.verify_evidence(split, class),
            Step::Verify(Tier::Warm) => self.verify_warm(split),
            // It was compared when it was made.
            Step::Verify(Tier::Hot) => Ok(()),
            Step::Extend { until, mode } => self.extend(split, *until, *mode),
            Step::PutHold => self.hold(split, true),
            Step::LiftHold => self.hold(split, false),
            Step::CopyToWarm => self.copy_to_warm(split),
            Step::DropHot => self.drop_hot(split),
            Step::DropWarm => self.drop_warm(split),
            Step::Dispose => self.dispose(split, class, decided_with),
        }
    }

    /// Takes in how something ended; `true` stands for something that was done.
    pub(super) fn done(&mut self, key: &str, result: Result<bool>) {
        match result {
            Ok(did) => {
                self.backoff.worked(key);
                self.round.steps += u64::from(did);
            }
            Err(error) => self.note_failure(key, &error),
        }
    }

    /// A failure: whatever it was waits, and so does everything in a storage that does not answer.
    pub(super) fn note_failure(&mut self, key: &str, error: &Error) {
        let now = self.clock.now();
        self.backoff.failed(key, now);
        if let Error::Storage { tier, source, .. } = error
            && source.kind() != std::io::ErrorKind::NotFound
            && !palisade_storage::is_locked(source)
            && !palisade_storage::is_archived(source)
        {
            self.backoff.failed(tier_key(*tier), now);
        }
        self.round.failures += 1;
        self.complain(error.to_string());
    }

    /// Says it in the log once, and in the status until all is well.
    pub(super) fn complain(&self, problem: String) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.failures += 1;
        if status.last_problem.as_ref() != Some(&problem) {
            tracing::warn!(%problem, "the lifecycle waits and tries again");
        }
        status.last_problem = Some(problem);
    }
}

pub(super) fn tier_key(tier: Tier) -> &'static str {
    match tier {
        Tier::Hot => "the hot storage",
        Tier::Warm => "the warm storage",
        Tier::Cold => "the cold storage",
    }
}

/// The storage without which a step cannot be done.
fn tier_of(step: &Step) -> Tier {
    match step {
        Step::Archive { .. } | Step::Extend { .. } | Step::PutHold | Step::LiftHold => Tier::Cold,
        Step::CopyToWarm => Tier::Warm,
        Step::Verify(tier) => *tier,
        // These only change the catalog; what follows from it waits by itself.
        Step::DropHot | Step::DropWarm | Step::Dispose => Tier::Hot,
    }
}

fn step_name(step: &Step) -> &'static str {
    match step {
        Step::Archive { .. } => "archive",
        Step::Verify(_) => "verify",
        Step::Extend { .. } => "extend",
        Step::PutHold => "hold",
        Step::LiftHold => "release",
        Step::CopyToWarm => "copy to warm",
        Step::DropHot => "drop hot",
        Step::DropWarm => "drop warm",
        Step::Dispose => "dispose",
    }
}
