//! Browsers of whoever has a token of the data directory, or the link that was printed at the start. They end with the program.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::{Caller, Credentials, Secret};

/// How long a browser stays signed in without a restart.
const SESSION_AGE_MAX: Duration = Duration::from_secs(12 * 60 * 60);
/// Sessions at once; the oldest makes room. Whoever may read the data directory is one person, or a few.
const SESSIONS_MAX: usize = 1_000;
/// How long the link that is printed at the start signs in.
const LINK_AGE_MAX: Duration = Duration::from_secs(60 * 60);

/// The sessions, by cookie, and the link.
#[derive(Default)]
pub(crate) struct OwnerSessions(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    sessions: HashMap<String, (Caller, Instant)>,
    link: Option<(Secret, Caller, Instant)>,
}

impl OwnerSessions {
    /// A code that signs in as `caller` for the next hour. There is one at a time.
    pub(crate) fn link(&self, caller: Caller) -> Secret {
        let code = Secret::random("");
        self.inner().link = Some((code.clone(), caller, Instant::now()));
        code
    }

    /// Who has the link's code.
    pub(crate) fn caller_of_link(&self, given: &str) -> Option<Caller> {
        let inner = self.inner();
        let (code, caller, since) = inner.link.as_ref()?;
        let mut known = Credentials::new();
        known.add(code, caller.clone());
        (since.elapsed() < LINK_AGE_MAX).then(|| known.caller(given)).flatten()
    }

    /// Begins a session; gives its cookie.
    pub(crate) fn begin(&self, caller: Caller) -> Secret {
        let (cookie, mut inner) = (Secret::random(""), self.inner());
        inner.sessions.retain(|_, (_, since)| since.elapsed() < SESSION_AGE_MAX);
        if inner.sessions.len() >= SESSIONS_MAX {
            let oldest =
                inner.sessions.iter().min_by_key(|(_, (_, since))| *since).map(|(name, _)| name.clone());
            oldest.and_then(|name| inner.sessions.remove(&name));
        }
        inner.sessions.insert(cookie.reveal().to_owned(), (caller, Instant::now()));
        cookie
    }

    /// Who is signed in with this cookie.
    pub(crate) fn caller(&self, cookie: &str) -> Option<Caller> {
        let inner = self.inner();
        let (caller, since) = inner.sessions.get(cookie)?;
        (since.elapsed() < SESSION_AGE_MAX).then(|| caller.clone())
    }

    /// Ends a session; its cookie is worth nothing from now on.
    pub(crate) fn end(&self, cookie: &str) {
        self.inner().sessions.remove(cookie);
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
