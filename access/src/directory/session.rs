//! Sessions: browsers that are signed in.

use std::net::IpAddr;
use std::time::Duration;

use data_encoding::HEXLOWER;
use palisade_record::Timestamp;
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::token::digest;
use super::{Directory, Refusal, UserName};
use crate::{Caller, Secret};

/// What is kept of a session, under the digest of its cookie.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Session {
    /// By which it is told and ended.
    pub(super) id: String,
    pub(super) user: UserName,
    pub(super) from: IpAddr,
    pub(super) began_at: Timestamp,
    pub(super) last_seen_at: Timestamp,
}

/// A session as people see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SessionLine {
    /// By which it is ended.
    pub id: String,
    /// Whose it is.
    pub user: UserName,
    /// From where it began.
    pub from: IpAddr,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last used, to a minute.
    pub last_seen_at: Timestamp,
}

/// A session ends so long after it began: a day of work.
pub(super) const AGE_MAX: Duration = Duration::from_secs(12 * 60 * 60);
/// And so long after it was last used. A page that follows a tail uses it.
pub(super) const IDLE_MAX: Duration = Duration::from_secs(2 * 60 * 60);
/// The time of the last use is written down so often.
pub(super) const LAST_SEEN_STEP: Duration = Duration::from_secs(60);
/// Sessions of one user; the oldest makes room.
const OF_USER_MAX: usize = 20;

impl Session {
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        now > self.began_at.plus(AGE_MAX) || now > self.last_seen_at.plus(IDLE_MAX)
    }
}

impl Directory {
    /// Begins a session with a cookie that nobody had before.
    pub(crate) fn begin_session(&self, user: &UserName, from: IpAddr) -> Result<Secret, Refusal> {
        let (cookie, now) = (Secret::random(""), self.now());
        let id = HEXLOWER.encode(&rand::rng().random::<[u8; 8]>());
        let session = Session { id, user: user.clone(), from, began_at: now, last_seen_at: now };
        let mut state = self.state();
        state.forget_expired(now)?;
        let of_user = state.sessions.iter().filter(|(_, session)| session.user == *user);
        let mut keys: Vec<(Timestamp, String)> =
            of_user.map(|(key, one)| (one.began_at, key.clone())).collect();
        keys.sort();
        if keys.len() >= OF_USER_MAX {
            state.remove_session(&keys[0].1)?;
        }
        state.put_session(digest(cookie.reveal()), session)?;
        let mut known = state.user(user)?.clone();
        known.last_sign_in_at = Some(now);
        state.put_user(user, known)?;
        Ok(cookie)
    }

    /// Who is signed in with this cookie.
    pub(crate) fn caller_of_session(&self, cookie: &str) -> Option<Caller> {
        let now = self.now();
        self.state().caller_of_session(&digest(cookie), now)
    }

    /// Ends the session of this cookie, if there is one.
    pub(crate) fn end_session_of(&self, cookie: &str) -> Result<(), Refusal> {
        self.state().remove_session(&digest(cookie))
    }

    /// All sessions, or those of one user.
    pub fn sessions(&self, user: Option<&str>) -> Vec<SessionLine> {
        let now = self.now();
        let is_asked = |session: &&Session| {
            !session.is_over(now) && user.is_none_or(|user| session.user.as_str() == user)
        };
        let line = |session: &Session| SessionLine {
            id: session.id.clone(),
            user: session.user.clone(),
            from: session.from,
            began_at: session.began_at,
            last_seen_at: session.last_seen_at,
        };
        let mut lines: Vec<SessionLine> = self.state().sessions.values().filter(is_asked).map(line).collect();
        lines.sort_by_key(|line| line.began_at);
        lines
    }

    /// Ends a session, of one user or of anybody.
    ///
    /// # Errors
    /// When there is none, or it cannot be stored.
    pub fn end_session(&self, id: &str, user: Option<&str>) -> Result<(), Refusal> {
        let mut state = self.state();
        let is_it =
            |session: &Session| session.id == id && user.is_none_or(|user| session.user.as_str() == user);
        let key = state.sessions.iter().find(|(_, session)| is_it(session)).map(|(key, _)| key.clone());
        state.remove_session(&key.ok_or_else(|| Refusal::Unknown(format!("there is no session {id}")))?)
    }
}
