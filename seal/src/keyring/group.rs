//! Writes of many requests become durable together.
//!
//! Rows gather in an open group. The first request that needs them commits the group, all that came meanwhile wait for it;
//! what is added during a commit goes into the next group. Everything that is known only from a group carries its number.
//! When a commit fails, the group, the one that was opened meanwhile (its rows may name subjects of the failed one) and
//! all requests that depend on either fail.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::subject::Subject;
use crate::error::Error;
use crate::store::{Lookup, StoreError, Writes};

/// Rows that may wait for a commit. Only requests that were given up leave rows behind; the next ones take them along, and
/// at this many nobody waits for that.
pub(super) const OPEN_ROWS_MAX: usize = 16_384;

pub(super) struct Groups {
    state: Mutex<State>,
    changed: Condvar,
    durable: AtomicU64,
    erasures: AtomicU64,
}

pub(super) struct State {
    /// Rows that are not durable.
    pub(super) open: Writes,
    /// The number of the open group; they begin at 1.
    pub(super) number: u64,
    /// How often a commit failed.
    pub(super) failures: u64,
    /// How often the store changed in a way that what was read from it before may be wrong.
    pub(super) changes: u64,
    /// Subjects that were made and are not durable.
    pub(super) subjects: HashMap<Lookup, Arc<Subject>>,
    reason: String,
    is_committing: bool,
}

/// What a request knew when it began.
#[derive(Clone, Copy)]
pub(super) struct Begun {
    pub(super) durable: u64,
    pub(super) failures: u64,
}

impl Groups {
    pub(super) fn new() -> Self {
        let state = State {
            open: Writes::default(),
            number: 1,
            failures: 0,
            changes: 0,
            subjects: HashMap::new(),
            reason: String::new(),
            is_committing: false,
        };
        let (durable, erasures) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { state: Mutex::new(state), changed: Condvar::new(), durable, erasures }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every group up to this number is durable, or failed and is known to nobody who began later.
    pub(super) fn durable(&self) -> u64 {
        self.durable.load(Ordering::Acquire)
    }

    /// How often subjects were erased.
    pub(super) fn erasures(&self) -> u64 {
        self.erasures.load(Ordering::Acquire)
    }

    /// Tells everyone, under the lock, that subjects were erased.
    pub(super) fn subjects_were_erased(&self, state: &mut State) {
        state.changes += 1;
        self.erasures.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn begin(&self) -> Begun {
        let state = self.lock();
        Begun { durable: self.durable(), failures: state.failures }
    }

    /// Waits until every group up to `through` is durable; `commit` writes rows, `forget` drops what is known only from
    /// groups after the one it is given.
    pub(super) fn wait(
        &self,
        begun: Begun,
        through: u64,
        commit: impl Fn(&Writes) -> Result<(), StoreError>,
        forget: impl Fn(u64),
    ) -> Result<(), Error> {
        if through <= begun.durable {
            return Ok(());
        }
        let mut state = self.lock();
        loop {
            state.check(begun)?;
            if through <= self.durable() {
                return Ok(());
            }
            if state.is_committing {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let (writes, number) = state.take();
            state.is_committing = true;
            drop(state);
            let result = commit(&writes);
            state = self.lock();
            state.is_committing = false;
            let result = self.settle(&mut state, number, result, &forget);
            self.changed.notify_all();
            result?;
        }
    }

    /// Commits what is open and returns with the lock, so that nothing is under way: for changes that must not meet a
    /// group. Requests wait meanwhile if they need something new.
    pub(super) fn alone(
        &self,
        commit: impl Fn(&Writes) -> Result<(), StoreError>,
        forget: impl Fn(u64),
    ) -> Result<MutexGuard<'_, State>, Error> {
        let mut state = self.lock();
        while state.is_committing {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if !state.open.is_empty() {
            let (writes, number) = state.take();
            let result = self.settle(&mut state, number, commit(&writes), &forget);
            self.changed.notify_all();
            result?;
        }
        Ok(state)
    }

    fn settle(
        &self,
        state: &mut State,
        number: u64,
        result: Result<(), StoreError>,
        forget: impl Fn(u64),
    ) -> Result<(), Error> {
        state.changes += 1;
        match result {
            Ok(()) => {
                state.subjects.retain(|_, subject| subject.group > number);
                self.durable.store(number, Ordering::Release);
                Ok(())
            }
            Err(error) => {
                // The open group may depend on the one that failed.
                _ = state.take();
                state.subjects.clear();
                forget(self.durable());
                state.failures += 1;
                state.reason = error.to_string();
                Err(Error::NotDurable { reason: state.reason.clone() })
            }
        }
    }
}

impl State {
    /// Refuses a request that began before a commit failed: what it holds may be known to nobody else.
    pub(super) fn check(&self, begun: Begun) -> Result<(), Error> {
        match self.failures == begun.failures {
            true => Ok(()),
            false => Err(Error::NotDurable { reason: self.reason.clone() }),
        }
    }

    fn take(&mut self) -> (Writes, u64) {
        let number = self.number;
        self.number += 1;
        (std::mem::take(&mut self.open), number)
    }
}
