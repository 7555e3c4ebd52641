//! Sign-ins that are under way at the provider.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::provider::Awaited;

/// How long somebody may take at the provider, who asks for a second factor and perhaps a new password.
const AGE_MAX: Duration = Duration::from_secs(10 * 60);

/// Sign-ins at once; the oldest makes room, as anybody can begin one.
const PENDING_MAX: usize = 10_000;

#[derive(Default)]
pub(super) struct Pending(Mutex<HashMap<String, (Awaited, Instant)>>);

impl Pending {
    pub(super) fn put(&self, state: &str, awaited: Awaited) {
        let mut pending = self.pending();
        pending.retain(|_, (_, since)| since.elapsed() < AGE_MAX);
        if pending.len() >= PENDING_MAX {
            let oldest = pending.iter().min_by_key(|(_, (_, since))| *since).map(|(state, _)| state.clone());
            oldest.and_then(|state| pending.remove(&state));
        }
        pending.insert(state.to_owned(), (awaited, Instant::now()));
    }

    pub(super) fn has(&self, state: &str) -> bool {
        self.pending().contains_key(state)
    }

    /// What was begun with this state, once.
    pub(super) fn take(&self, state: &str) -> Option<Awaited> {
        let (awaited, since) = self.pending().remove(state)?;
        (since.elapsed() < AGE_MAX).then_some(awaited)
    }

    fn pending(&self) -> MutexGuard<'_, HashMap<String, (Awaited, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
