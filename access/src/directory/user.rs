//! People, by name.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use palisade_record::Timestamp;
use serde::{Deserialize, Serialize};

use super::state::State;
use super::{Directory, Refusal, password};
use crate::oidc::Identity;
use crate::{Grants, Role, Secret};

/// The name of a user, as records of what was done tell it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserName(String);

/// Long enough for an e-mail address.
const NAME_BYTES_MAX: usize = 128;

/// Who acts without being a user: the bearers of the tokens in the data directory, and the program itself.
const RESERVED: [&str; 3] = ["admin", "agent", "palisade"];

impl UserName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UserName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-@+".contains(&byte);
        let begins_well =
            text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit());
        if !begins_well || text.len() > NAME_BYTES_MAX || !text.bytes().all(allowed) {
            return Err(format!(
                "`{text}` is no name of a user: it begins with a lower-case letter or a digit, goes on with these and `._-@+`, and has at most {NAME_BYTES_MAX}"
            ));
        }
        match RESERVED.contains(&text) {
            true => Err(format!("`{text}` is somebody already; choose another name")),
            false => Ok(Self(text.to_owned())),
        }
    }
}

impl TryFrom<String> for UserName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<UserName> for String {
    fn from(name: UserName) -> Self {
        name.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What is kept of a user.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct User {
    pub(super) roles: BTreeSet<Role>,
    pub(super) grants: Grants,
    /// As the PHC format writes it; nothing for those who sign in elsewhere.
    pub(super) password_hash: Option<String>,
    pub(super) must_change_password: bool,
    pub(super) is_disabled: bool,
    pub(super) created_at: Timestamp,
    pub(super) last_sign_in_at: Option<Timestamp>,
    /// Who they are at the provider with which they sign in.
    #[serde(default)]
    pub(super) identity: Option<Identity>,
}

/// A user as others see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UserLine {
    /// The name.
    pub name: UserName,
    /// What they are.
    pub roles: BTreeSet<Role>,
    /// Of which streams they may read records; null for all.
    pub streams: Grants,
    /// Whether they cannot sign in.
    pub is_disabled: bool,
    /// Whether they must choose a password at the next sign-in.
    pub must_change_password: bool,
    /// When they were added.
    pub created_at: Timestamp,
    /// When they last signed in, if ever.
    pub last_sign_in_at: Option<Timestamp>,
    /// The provider with which they sign in, if not with a password.
    pub issuer: Option<String>,
}

/// What is to change about a user; nothing stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserChange {
    /// What they are.
    pub roles: Option<BTreeSet<Role>>,
    /// Of which streams they may read records: a list, `["*"]` for all.
    pub streams: Option<Vec<String>>,
    /// Whether they can sign in.
    pub is_disabled: Option<bool>,
    /// Whether they get a new first password.
    #[serde(default)]
    pub new_password: bool,
}

/// Users, with those who come from a provider: the staff of a bank.
const USERS_MAX: usize = 100_000;

impl Directory {
    /// All users.
    pub fn users(&self) -> Vec<UserLine> {
        let line = |(name, user): (&UserName, &User)| UserLine {
            name: name.clone(),
            roles: user.roles.clone(),
            streams: user.grants.clone(),
            is_disabled: user.is_disabled,
            must_change_password: user.must_change_password,
            created_at: user.created_at,
            last_sign_in_at: user.last_sign_in_at,
            issuer: user.identity.as_ref().map(|identity| identity.issuer.clone()),
        };
        self.state().users.iter().map(line).collect()
    }

    /// Adds a user; gives the password of the first sign-in.
    ///
    /// # Errors
    /// When there is one of this name, or it cannot be stored.
    pub async fn add_user(
        &self,
        name: &UserName,
        roles: BTreeSet<Role>,
        grants: Grants,
    ) -> Result<Secret, Refusal> {
        if roles.is_empty() {
            return Err(Refusal::Invalid("a user has at least one role".to_owned(), "name the roles"));
        }
        let first = password::first();
        let password_hash = Some(self.0.passwords.hash(name.as_str(), first.reveal()).await?);
        let user = User {
            roles,
            grants,
            password_hash,
            must_change_password: true,
            is_disabled: false,
            created_at: self.now(),
            last_sign_in_at: None,
            identity: None,
        };
        let mut state = self.state();
        if state.users.contains_key(name) {
            return Err(Refusal::Taken(format!("there is a user {name} already")));
        }
        state.check_room()?;
        state.put_user(name, user)?;
        Ok(first)
    }

    /// Changes a user; gives a new first password when there is to be one. Sessions end with a role that is taken, with a new password and
    /// with being disabled.
    ///
    /// # Errors
    /// When there is none of this name, or it cannot be stored.
    pub async fn change_user(&self, name: &UserName, change: UserChange) -> Result<Option<Secret>, Refusal> {
        let grants = change.streams.map(grants_of).transpose()?;
        let first = change.new_password.then(password::first);
        let password_hash = match &first {
            Some(first) => Some(self.0.passwords.hash(name.as_str(), first.reveal()).await?),
            None => None,
        };
        let mut state = self.state();
        let mut user = state.user(name)?.clone();
        if user.identity.is_some() && (first.is_some() || change.roles.is_some() || grants.is_some()) {
            let message = format!("{name} signs in with a provider, whose groups say what they may do");
            return Err(Refusal::Invalid(message, "change their groups there; here they can be disabled"));
        }
        let before = user.clone();
        user.roles = change.roles.unwrap_or(user.roles);
        if user.roles.is_empty() {
            return Err(Refusal::Invalid(
                "a user has at least one role".to_owned(),
                "disable or remove the user",
            ));
        }
        user.grants = grants.unwrap_or(user.grants);
        user.is_disabled = change.is_disabled.unwrap_or(user.is_disabled);
        if password_hash.is_some() {
            user.password_hash = password_hash;
            user.must_change_password = true;
        }
        let is_less = !before.roles.is_subset(&user.roles) || !user.grants.cover(&before.grants);
        if is_less || user.is_disabled || first.is_some() {
            state.end_sessions(name)?;
        }
        state.put_user(name, user)?;
        Ok(first)
    }

    /// Lets somebody in of whom a provider says who they are and what they may do. They become a user with their first sign-in.
    ///
    /// # Errors
    /// When the name is somebody else's, they are disabled, or it cannot be stored.
    pub(crate) fn welcome(
        &self,
        name: &UserName,
        identity: &Identity,
        roles: BTreeSet<Role>,
        grants: Grants,
    ) -> Result<(), Refusal> {
        let mut state = self.state();
        let Some(mut user) = state.users.get(name).cloned() else {
            state.check_room()?;
            return state.put_user(
                name,
                User {
                    roles,
                    grants,
                    password_hash: None,
                    must_change_password: false,
                    is_disabled: false,
                    created_at: self.now(),
                    last_sign_in_at: None,
                    identity: Some(identity.clone()),
                },
            );
        };
        if user.identity.as_ref() != Some(identity) {
            let message =
                format!("{name} is somebody else: a user with a password, or another person at the provider");
            return Err(Refusal::Taken(message));
        }
        if user.is_disabled {
            return Err(Refusal::Forbidden(
                format!("{name} is disabled"),
                "whoever manages users can enable them",
            ));
        }
        let is_less = !user.roles.is_subset(&roles) || !grants.cover(&user.grants);
        if is_less {
            state.end_sessions(name)?;
        }
        (user.roles, user.grants) = (roles, grants);
        state.put_user(name, user)
    }

    /// Removes a user with all sessions and tokens.
    ///
    /// # Errors
    /// When there is none of this name, or it cannot be stored.
    pub fn remove_user(&self, name: &UserName) -> Result<(), Refusal> {
        let mut state = self.state();
        state.user(name)?;
        state.remove_user(name)
    }

    /// Gives a user the password that they chose themselves. Other sessions end.
    ///
    /// # Errors
    /// When it is none, the current one is wrong, or it cannot be stored.
    pub(crate) async fn change_password(
        &self,
        name: &UserName,
        current: &str,
        new: &str,
    ) -> Result<(), Refusal> {
        let hash = self.state().password_of(name);
        if !self.0.passwords.verify(current, hash).await {
            let hint = "give the password with which you signed in";
            return Err(Refusal::Invalid("the current password is another one".to_owned(), hint));
        }
        if current == new {
            let hint = "the one before is known to whoever gave it to you";
            return Err(Refusal::Invalid("the new password is the current one".to_owned(), hint));
        }
        let hash = self.0.passwords.hash(name.as_str(), new).await?;
        let mut state = self.state();
        let mut user = state.user(name)?.clone();
        (user.password_hash, user.must_change_password) = (Some(hash), false);
        state.end_sessions(name)?;
        state.put_user(name, user)
    }
}

impl State {
    fn check_room(&self) -> Result<(), Refusal> {
        if self.users.len() < USERS_MAX {
            return Ok(());
        }
        let message = format!("there are {USERS_MAX} users, which is all there may be");
        Err(Refusal::Invalid(message, "remove those who left"))
    }
}

/// A list of streams as requests give it.
pub(crate) fn grants_of(streams: Vec<String>) -> Result<Grants, Refusal> {
    let refuse =
        |problem| Refusal::Invalid(problem, "write names like `pay*` or `care/-patient*`, or `*` for all");
    Grants::of(streams).map_err(refuse)
}
