//! Deeds for which two people are needed: what one asks for waits until another one, who could have asked for it too, approves it.
//!
//! What waits is kept in memory alone: the request of an erasure names a person, who must not stand in a file of ours because of it. A
//! restart forgets what waits, and whoever asked asks again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderValue, Uri};
use data_encoding::HEXLOWER;
use palisade_record::{Clock, SystemClock, Timestamp};
use rand::RngExt;

use crate::{Caller, Declared, Peer};

/// Deeds that wait at once; more are refused, as somebody may have to look through all of them.
const WAITING_MAX: usize = 1_000;

/// How long a deed waits: somebody may be on leave for a week.
const AGE_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Which deeds, and what waits.
#[derive(Default)]
pub(crate) struct TwoPeople {
    deeds: BTreeSet<String>,
    waiting: Mutex<BTreeMap<String, Waiting>>,
}

/// A request that waits.
#[derive(Clone)]
pub(crate) struct Waiting {
    pub(crate) route: Arc<Declared>,
    pub(crate) address: Uri,
    pub(crate) kind: Option<HeaderValue>,
    pub(crate) body: Bytes,
    pub(crate) asker: Caller,
    pub(crate) peer: Peer,
    pub(crate) asked_at: Timestamp,
}

/// In the extensions of a request that was approved: who asked for it, and who approved it. Nobody outside can put it there.
#[derive(Clone)]
pub(crate) struct Approved {
    pub(crate) asker: Caller,
    pub(crate) by: String,
}

impl Waiting {
    /// When it is forgotten.
    pub(crate) fn expires_at(&self) -> Timestamp {
        self.asked_at.plus(AGE_MAX)
    }

    /// Whether somebody may approve or refuse it: one who may do it themselves, and is another person.
    pub(crate) fn may_be_decided_by(&self, caller: &Caller) -> bool {
        caller.may(self.route.permission) && caller.name != self.asker.name
    }
}

impl TwoPeople {
    /// For these deeds, by their names in the audit trail.
    pub(crate) fn of(deeds: BTreeSet<String>) -> Self {
        Self { deeds, waiting: Mutex::default() }
    }

    pub(crate) fn are_needed(&self, route: &Declared) -> bool {
        route.method != "GET" && self.deeds.contains(&route.action())
    }

    /// Keeps a request until somebody decides; gives its name. Nothing when too many wait.
    pub(crate) fn keep(&self, waiting: Waiting) -> Option<String> {
        let mut all = self.waiting();
        let id = HEXLOWER.encode(&rand::rng().random::<[u8; 8]>());
        (all.len() < WAITING_MAX).then(|| all.insert(id.clone(), waiting))?;
        Some(id)
    }

    /// What waits, by name.
    pub(crate) fn list(&self) -> Vec<(String, Waiting)> {
        self.waiting().iter().map(|(id, waiting)| (id.clone(), waiting.clone())).collect()
    }

    pub(crate) fn get(&self, id: &str) -> Option<Waiting> {
        self.waiting().get(id).cloned()
    }

    /// Takes it, once.
    pub(crate) fn take(&self, id: &str) -> Option<Waiting> {
        self.waiting().remove(id)
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<String, Waiting>> {
        let mut all = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let now = SystemClock.now();
        all.retain(|_, waiting| now < waiting.expires_at());
        all
    }
}
