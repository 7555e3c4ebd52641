//! The people and programs that are known: users, their sessions, and tokens.
//!
//! All of them are held in memory, where every request asks; what changes is on disk before it is true. What somebody may do is looked up
//! for each request, so that a role that is taken away, a user that is disabled, a session or token that is revoked ends at once.

mod lockout;
mod password;
mod session;
mod state;
mod store;
mod token;
mod user;

#[cfg(test)]
mod tests;

pub use self::session::SessionLine;
pub use self::store::StoreError;
pub use self::token::{NewToken, TokenLine};
pub(crate) use self::user::grants_of;
pub use self::user::{UserChange, UserLine, UserName};

use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use palisade_record::{Clock, Timestamp};

use self::lockout::Lockout;
use self::password::Passwords;
use self::state::State;
use self::store::Store;
use crate::Caller;

/// Why something cannot be done. Each says what to do next.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// What was given is wrong.
    Invalid(String, &'static str),
    /// There is none, or none of yours.
    Unknown(String),
    /// There is one already.
    Taken(String),
    /// It would leave nobody who could undo it, or give what one does not have.
    Forbidden(String, &'static str),
    /// It could not be stored.
    Unstored(String),
}

/// Why a name and a password do not sign anyone in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Denied {
    /// They do not belong together, or the user is disabled, or there is none: all one.
    Wrong,
    /// Too many tries; again after so many seconds.
    Locked(u64),
}

/// Who is known. Clones share it.
#[derive(Clone)]
pub struct Directory(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    passwords: Passwords,
    lockout: Mutex<Lockout>,
}

impl Directory {
    /// Reads who is known from a file, or makes an empty one that only its owner may read.
    ///
    /// # Errors
    /// When the file cannot be read, or was written by a newer program.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let state = State::read(Store::open(path)?)?;
        let (state, lockout) = (Mutex::new(state), Mutex::default());
        Ok(Self(Arc::new(Inner { clock, state, passwords: Passwords::new(), lockout })))
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lockout(&self) -> MutexGuard<'_, Lockout> {
        self.0.lockout.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody by name, as they are now; nothing when there is none, or they are disabled.
    pub(crate) fn caller_named(&self, name: &UserName) -> Option<Caller> {
        self.state().caller(name)
    }

    /// Counts a try with a token that nobody has.
    pub(crate) fn failed_with_token(&self, from: IpAddr) -> Denied {
        let now = self.now();
        self.lockout().attempt_from(from, now).map_or_else(Denied::Locked, |()| Denied::Wrong)
    }

    /// Whether a name and a password belong together; how many tries there were is counted first. Takes as long for names that nobody has.
    pub(crate) async fn check(&self, name: &str, password: &str, from: IpAddr) -> Result<UserName, Denied> {
        let now = self.now();
        self.lockout().attempt(name, from, now).map_err(Denied::Locked)?;
        let known = name.parse::<UserName>().ok();
        let hash = known.as_ref().and_then(|name| self.state().password_of(name));
        let is_right = self.0.passwords.verify(password, hash).await;
        match known.filter(|name| is_right && self.state().is_enabled(name)) {
            Some(name) => {
                self.lockout().succeeded(name.as_str(), from);
                Ok(name)
            }
            None => Err(Denied::Wrong),
        }
    }
}
