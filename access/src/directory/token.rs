//! Tokens: what programs come with, and people who write programs.

use std::collections::BTreeSet;
use std::time::Duration;

use data_encoding::HEXLOWER;
use palisade_record::Timestamp;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::state::MACHINES;
use super::user::grants_of;
use super::{Directory, Refusal};
use crate::{Caller, Grants, Permission, Role, Secret};

/// What is kept of a token, under the digest of the whole.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Token {
    /// The part that may be seen.
    pub(super) id: String,
    /// What it is for.
    pub(super) label: String,
    /// For whom its bearer acts: a user, the bearer of the first token, or nobody but a machine.
    pub(super) owner: String,
    pub(super) roles: BTreeSet<Role>,
    pub(super) grants: Grants,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) last_used_at: Option<Timestamp>,
}

/// A token as others see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TokenLine {
    /// The part that may be seen, by which it is revoked.
    pub id: String,
    /// What it is for.
    pub label: String,
    /// For whom its bearer acts.
    pub owner: String,
    /// What it may do at most.
    pub roles: BTreeSet<Role>,
    /// Of which streams it reads records; null for all.
    pub streams: Grants,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was last used, to a minute, if ever.
    pub last_used_at: Option<Timestamp>,
}

/// A token that is to be made.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    pub label: String,
    /// What it may do at most.
    pub roles: BTreeSet<Role>,
    /// Of which streams it reads records; all that its owner may when left out.
    pub streams: Option<Vec<String>>,
    /// Days until it ends.
    pub days: Option<u32>,
}

/// Days that a token is good for when nobody says how many, and at most.
const DAYS: u32 = 90;
const DAYS_MAX: u32 = 3_650;
/// Tokens that are known at once.
const TOKENS_MAX: usize = 10_000;
const LABEL_BYTES_MAX: usize = 128;
/// The time of the last use is written down so often.
pub(super) const LAST_USE_STEP: Duration = Duration::from_secs(60);

/// The digest under which a token is kept.
pub(super) fn digest(token: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(token.as_bytes()))
}

impl Directory {
    /// All tokens, or those of one owner.
    pub fn tokens(&self, owner: Option<&str>) -> Vec<TokenLine> {
        let is_asked = |token: &&Token| owner.is_none_or(|owner| token.owner == owner);
        let line = |token: &Token| TokenLine {
            id: token.id.clone(),
            label: token.label.clone(),
            owner: token.owner.clone(),
            roles: token.roles.clone(),
            streams: token.grants.clone(),
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
        };
        let mut lines: Vec<TokenLine> = self.state().tokens.values().filter(is_asked).map(line).collect();
        lines.sort_by(|left, right| (left.created_at, &left.id).cmp(&(right.created_at, &right.id)));
        lines
    }

    /// Makes a token that acts for `caller`, with some of what they may do. Whoever manages users may also make one for a machine, which
    /// stays when they leave.
    ///
    /// # Errors
    /// When it would do what they may not, they came with a token themselves, or it cannot be stored.
    pub fn add_token(&self, caller: &Caller, new: NewToken) -> Result<(TokenLine, Secret), Refusal> {
        let label = new.label.trim();
        if label.is_empty() || label.len() > LABEL_BYTES_MAX {
            let message = format!("`label` has 1 to {LABEL_BYTES_MAX} bytes");
            return Err(Refusal::Invalid(message, "say what the token is for"));
        }
        let days = new.days.unwrap_or(DAYS);
        if !(1..=DAYS_MAX).contains(&days) {
            return Err(Refusal::Invalid(format!("`days` is {days}"), "write 1 to 3650"));
        }
        let grants = new.streams.map(grants_of).transpose()?.unwrap_or_else(|| caller.grants.clone());
        if caller.token.is_some() {
            let message = "a token cannot make tokens: they would be there when it is revoked".to_owned();
            return Err(Refusal::Forbidden(message, "sign in"));
        }
        let is_for_machine =
            caller.may(Permission::ManageUsers) && new.roles == BTreeSet::from([Role::Agent]);
        let is_part = new.roles.is_subset(&caller.roles) && caller.grants.cover(&grants);
        if new.roles.is_empty() || !(is_part || is_for_machine) {
            let message = "a token may do a part of what you may, and not nothing".to_owned();
            return Err(Refusal::Forbidden(
                message,
                "name some of your roles, and streams that you may read",
            ));
        }
        let id = HEXLOWER.encode(&rand::rng().random::<[u8; 6]>());
        let secret = Secret::random(&format!("pal_{id}_"));
        let now = self.now();
        let token = Token {
            id: id.clone(),
            label: label.to_owned(),
            owner: if is_for_machine { MACHINES.to_owned() } else { caller.name.clone() },
            roles: new.roles,
            grants,
            created_at: now,
            expires_at: now.plus(Duration::from_secs(u64::from(days) * 24 * 60 * 60)),
            last_used_at: None,
        };
        let mut state = self.state();
        state.forget_expired(now)?;
        if state.tokens.len() >= TOKENS_MAX {
            let message = format!("there are {TOKENS_MAX} tokens, which is all there may be");
            return Err(Refusal::Invalid(message, "revoke some"));
        }
        state.put_token(digest(secret.reveal()), token)?;
        drop(state);
        let line = self.tokens(None).into_iter().find(|line| line.id == id);
        let line = line.ok_or_else(|| Refusal::Unknown("the token is gone again".to_owned()))?;
        Ok((line, secret))
    }

    /// Ends a token, of one owner or of anybody.
    ///
    /// # Errors
    /// When there is none, or it cannot be stored.
    pub fn revoke_token(&self, id: &str, owner: Option<&str>) -> Result<(), Refusal> {
        let mut state = self.state();
        let is_it = |token: &Token| token.id == id && owner.is_none_or(|owner| token.owner == owner);
        let key = state.tokens.iter().find(|(_, token)| is_it(token)).map(|(key, _)| key.clone());
        state.remove_token(&key.ok_or_else(|| Refusal::Unknown(format!("there is no token {id}")))?)
    }

    /// Who bears this token, if it is one and good.
    pub(crate) fn caller_of_token(&self, token: &str) -> Option<Caller> {
        let now = self.now();
        self.state().caller_of_token(&digest(token), now)
    }
}
