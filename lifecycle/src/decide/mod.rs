//! The next step in the life of a split.
//!
//! One step at a time, from what is known to be there: whoever applies it may die at any moment, and asks again. The
//! evidence copy comes first and nothing near is dropped before the store has shown it; then near copies go by age; at
//! the end, everything goes at once, with a certificate.

use palisade_record::Timestamp;

use crate::{Class, ColdCopy, LOCK_GRACE, SplitState, Step, Storages, Tier};

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// The moments at which something can be due.
struct Terms {
    hot_ends: Timestamp,
    near_ends: Timestamp,
    retention_ends: Timestamp,
    lock_wanted: Timestamp,
}

impl Terms {
    fn new(class: &Class, state: &SplitState) -> Self {
        let start = state.counted_from();
        Self {
            hot_ends: class.hot.after(start),
            near_ends: class.hot.and(class.warm).after(start),
            retention_ends: retention_end(class, state),
            lock_wanted: lock_wanted(class, state),
        }
    }
}

/// The moment from which a split may be disposed of, unless a hold or a lock says otherwise.
pub fn retention_end(class: &Class, state: &SplitState) -> Timestamp {
    class.retention.after(state.counted_from())
}

/// How long the evidence copy has to be locked: to the end of its retention and a day more, in whole seconds. Stores keep
/// no fractions, and a date that came back shorter than it was sent would be extended for ever.
pub fn lock_wanted(class: &Class, state: &SplitState) -> Timestamp {
    let end = LOCK_GRACE.after(retention_end(class, state));
    let whole = end.as_nanos().rem_euclid(NANOS_PER_SECOND);
    let missing = if whole == 0 { 0 } else { NANOS_PER_SECOND - whole };
    Timestamp::from_nanos(end.as_nanos().saturating_add(missing))
}

/// The single next step that is due `now`, or `None` when there is nothing to do before [`next_at`].
///
/// A copy in a storage that is not configured any more is out of reach: it is neither relied on nor touched, and while
/// there is one the split is not disposed of.
pub fn decide(now: Timestamp, class: &Class, storages: Storages, state: &SplitState) -> Option<Step> {
    if state.is_disposed() {
        return None;
    }
    let terms = Terms::new(class, state);
    let is_over = now >= terms.retention_ends;
    let cold = state.copies.cold.as_ref().filter(|_| storages.cold);

    if let Some(step) = cold.and_then(|copy| before_all_else(copy, state.holds)) {
        return Some(step);
    }
    if is_over && may_dispose(now, storages, state) {
        return Some(Step::Dispose);
    }
    if !is_over && let Some(step) = protect(class, storages, state, &terms) {
        return Some(step);
    }
    near(now, class, storages, state, &terms)
}

/// When to ask [`decide`] again: `now` when a step is due, else the moment the next one is, `None` when only a change of
/// the class, the storages or the holds can bring one.
pub fn next_at(now: Timestamp, class: &Class, storages: Storages, state: &SplitState) -> Option<Timestamp> {
    let terms = Terms::new(class, state);
    let lock_ends = state.copies.cold.as_ref().and_then(|copy| copy.locked_until);
    let mut moments = vec![now, terms.hot_ends, terms.near_ends, terms.retention_ends];
    moments.extend(lock_ends);
    moments.retain(|moment| *moment >= now);
    moments.sort_unstable();
    moments.into_iter().find(|moment| decide(*moment, class, storages, state).is_some())
}

/// What has to be known or said about the evidence copy before anything else happens.
fn before_all_else(copy: &ColdCopy, holds: u32) -> Option<Step> {
    // The bucket of a class without locks may not have Object Lock, and then refuses legal holds too.
    let can_be_held = copy.mode.is_locked();
    match () {
        () if !copy.verified => Some(Step::Verify(Tier::Cold)),
        () if holds > 0 && !copy.legal_hold && can_be_held => Some(Step::PutHold),
        () if holds == 0 && copy.legal_hold => Some(Step::LiftHold),
        () => None,
    }
}

fn may_dispose(now: Timestamp, storages: Storages, state: &SplitState) -> bool {
    let copies = &state.copies;
    let is_in_reach = (copies.warm.is_none() || storages.warm) && (copies.cold.is_none() || storages.cold);
    let lock_is_over = copies
        .cold
        .as_ref()
        .and_then(|copy| copy.locked_until)
        .is_none_or(|locked_until| locked_until <= now);
    state.holds == 0 && is_in_reach && lock_is_over
}

/// Makes the evidence copy, and makes its lock as long and as strong as the class wants. A class that wants less than there
/// is changes nothing: a lock is never shortened.
fn protect(class: &Class, storages: Storages, state: &SplitState, terms: &Terms) -> Option<Step> {
    if !storages.cold {
        return None;
    }
    let lock = class.lock_in_effect();
    let Some(copy) = &state.copies.cold else {
        let has_source = state.copies.hot || (storages.warm && state.copies.warm.is_some());
        let (until, mode, storage_class) = (terms.lock_wanted, lock, class.storage_class.clone());
        return has_source.then_some(Step::Archive { until, mode, storage_class });
    };
    let is_short = copy.locked_until < Some(terms.lock_wanted) || copy.mode < lock;
    (lock.is_locked() && is_short).then(|| Step::Extend {
        until: copy.locked_until.map_or(terms.lock_wanted, |locked| locked.max(terms.lock_wanted)),
        mode: copy.mode.max(lock),
    })
}

/// Near copies come and go by age. Without a cold storage one of them is the evidence, and stays.
fn near(
    now: Timestamp,
    class: &Class,
    storages: Storages,
    state: &SplitState,
    terms: &Terms,
) -> Option<Step> {
    let copies = &state.copies;
    let hot_is_over = now >= terms.hot_ends;
    let near_is_over = now >= terms.near_ends;
    let cold_is_safe = storages.cold && copies.cold.as_ref().is_some_and(|copy| copy.verified);
    let warm = copies.warm.filter(|_| storages.warm);
    let warm_is_safe = warm.is_some_and(|copy| copy.verified);

    if warm.is_some() && !warm_is_safe {
        return Some(Step::Verify(Tier::Warm));
    }
    let wants_warm = storages.warm && !class.warm.is_zero() && (!near_is_over || !storages.cold);
    let may_copy = copies.hot && copies.warm.is_none() && now < terms.retention_ends;
    if hot_is_over && wants_warm && may_copy {
        return Some(Step::CopyToWarm);
    }
    // With a cold storage only the evidence copy makes a near one needless.
    let is_elsewhere = if storages.cold { cold_is_safe } else { warm_is_safe };
    if copies.hot && hot_is_over && is_elsewhere {
        return Some(Step::DropHot);
    }
    (warm.is_some() && near_is_over && cold_is_safe).then_some(Step::DropWarm)
}

#[cfg(test)]
mod examples;
#[cfg(test)]
mod properties;
