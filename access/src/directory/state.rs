//! Everybody, as requests find them. The file first, then memory: what a request sees is durable.

use std::collections::{BTreeMap, HashMap};

use palisade_record::Timestamp;

use super::session::{LAST_SEEN_STEP, Session};
use super::store::{Store, StoreError, Table};
use super::token::{LAST_USE_STEP, Token};
use super::user::User;
use super::{Refusal, UserName};
use crate::{Caller, Role};

/// Whose tokens need no user: the bearer of the first token, in the data directory.
pub(super) const OWNER: &str = "admin";
/// Who owns the tokens of machines: nobody who could leave.
pub(super) const MACHINES: &str = "agent";

pub(super) struct State {
    store: Store,
    pub(super) users: BTreeMap<UserName, User>,
    pub(super) tokens: HashMap<String, Token>,
    pub(super) sessions: HashMap<String, Session>,
}

impl State {
    pub(super) fn read(store: Store) -> Result<Self, StoreError> {
        let mut users = BTreeMap::new();
        for (key, user) in store.read::<User>(Table::Users)? {
            // A name that is none now cannot sign in, and stays for whoever looks.
            if let Ok(name) = key.parse::<UserName>() {
                users.insert(name, user);
            }
        }
        let tokens = store.read(Table::Tokens)?.into_iter().collect();
        let sessions = store.read(Table::Sessions)?.into_iter().collect();
        Ok(Self { store, users, tokens, sessions })
    }

    pub(super) fn user(&self, name: &UserName) -> Result<&User, Refusal> {
        self.users.get(name).ok_or_else(|| Refusal::Unknown(format!("there is no user {name}")))
    }

    pub(super) fn password_of(&self, name: &UserName) -> Option<String> {
        self.users.get(name).and_then(|user| user.password_hash.clone())
    }

    pub(super) fn is_enabled(&self, name: &UserName) -> bool {
        self.users.get(name).is_some_and(|user| !user.is_disabled)
    }

    pub(super) fn caller(&self, name: &UserName) -> Option<Caller> {
        let user = self.users.get(name).filter(|user| !user.is_disabled)?;
        Some(Caller {
            grants: user.grants.clone(),
            must_change_password: user.must_change_password,
            ..Caller::new(name.as_str(), user.roles.iter().copied())
        })
    }

    pub(super) fn caller_of_session(&mut self, key: &str, now: Timestamp) -> Option<Caller> {
        let session = self.sessions.get_mut(key).filter(|session| !session.is_over(now))?;
        if now > session.last_seen_at.plus(LAST_SEEN_STEP) {
            session.last_seen_at = now;
            self.store.note(Table::Sessions, key, session);
        }
        let user = session.user.clone();
        self.caller(&user)
    }

    /// The bearer of a token may do what both the token and its owner may.
    pub(super) fn caller_of_token(&mut self, key: &str, now: Timestamp) -> Option<Caller> {
        let token = self.tokens.get_mut(key).filter(|token| now < token.expires_at)?;
        if token.last_used_at.is_none_or(|last| now > last.plus(LAST_USE_STEP)) {
            token.last_used_at = Some(now);
            self.store.note(Table::Tokens, key, token);
        }
        let token = token.clone();
        let owner = match token.owner.as_str() {
            OWNER => Caller::owner(OWNER),
            MACHINES => Caller::new(MACHINES, [Role::Agent]),
            name => self.caller(&name.parse().ok()?)?,
        };
        let roles = token.roles.intersection(&owner.roles);
        let grants = token.grants.within(&owner.grants);
        Some(Caller { grants, token: Some(token.id.clone()), ..Caller::new(&owner.name, roles.copied()) })
    }

    pub(super) fn put_user(&mut self, name: &UserName, user: User) -> Result<(), Refusal> {
        self.store.put(Table::Users, name.as_str(), &user)?;
        self.users.insert(name.clone(), user);
        Ok(())
    }

    pub(super) fn remove_user(&mut self, name: &UserName) -> Result<(), Refusal> {
        let sessions = keys(&self.sessions, |session| session.user == *name);
        let tokens = keys(&self.tokens, |token| token.owner == name.as_str());
        let rows = sessions.iter().map(|key| (Table::Sessions, key.as_str()));
        let rows = rows.chain(tokens.iter().map(|key| (Table::Tokens, key.as_str())));
        self.store.remove(rows.chain([(Table::Users, name.as_str())]))?;
        sessions.iter().for_each(|key| _ = self.sessions.remove(key));
        tokens.iter().for_each(|key| _ = self.tokens.remove(key));
        self.users.remove(name);
        Ok(())
    }

    pub(super) fn put_token(&mut self, key: String, token: Token) -> Result<(), Refusal> {
        self.store.put(Table::Tokens, &key, &token)?;
        self.tokens.insert(key, token);
        Ok(())
    }

    pub(super) fn remove_token(&mut self, key: &str) -> Result<(), Refusal> {
        self.store.remove([(Table::Tokens, key)])?;
        self.tokens.remove(key);
        Ok(())
    }

    pub(super) fn put_session(&mut self, key: String, session: Session) -> Result<(), Refusal> {
        self.store.put(Table::Sessions, &key, &session)?;
        self.sessions.insert(key, session);
        Ok(())
    }

    pub(super) fn remove_session(&mut self, key: &str) -> Result<(), Refusal> {
        self.store.remove([(Table::Sessions, key)])?;
        self.sessions.remove(key);
        Ok(())
    }

    /// Ends all sessions of a user.
    pub(super) fn end_sessions(&mut self, name: &UserName) -> Result<(), Refusal> {
        let sessions = keys(&self.sessions, |session| session.user == *name);
        self.store.remove(sessions.iter().map(|key| (Table::Sessions, key.as_str())))?;
        sessions.iter().for_each(|key| _ = self.sessions.remove(key));
        Ok(())
    }

    /// Forgets sessions and tokens whose time is over.
    pub(super) fn forget_expired(&mut self, now: Timestamp) -> Result<(), Refusal> {
        let sessions = keys(&self.sessions, |session| session.is_over(now));
        let tokens = keys(&self.tokens, |token| now >= token.expires_at);
        let rows = sessions.iter().map(|key| (Table::Sessions, key.as_str()));
        self.store.remove(rows.chain(tokens.iter().map(|key| (Table::Tokens, key.as_str()))))?;
        sessions.iter().for_each(|key| _ = self.sessions.remove(key));
        tokens.iter().for_each(|key| _ = self.tokens.remove(key));
        Ok(())
    }
}

fn keys<T>(rows: &HashMap<String, T>, is_meant: impl Fn(&T) -> bool) -> Vec<String> {
    rows.iter().filter(|(_, row)| is_meant(row)).map(|(key, _)| key.clone()).collect()
}
