//! Seals the protected values of one request.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use zeroize::{Zeroize, Zeroizing};

use super::group::{Begun, OPEN_ROWS_MAX};
use super::names::{Name, check_name};
use super::subject::Subject;
use super::{CachedToken, EpochKey, Keyring};
use crate::canonical::canonicalise;
use crate::cipher::{Binding, COUNTER_END};
use crate::envelope::{self, Kind, PLAINTEXT_BYTES_MAX};
use crate::error::Error;
use crate::id::{KeyId, SessionId};
use crate::token::Token;

/// Spreads the ids of keys over all bits of a hash: any odd number would do.
const SPREAD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

/// A value that is to be sealed.
#[derive(Clone, Copy, Debug)]
pub struct Protected<'a> {
    /// The record that it stands in.
    pub record: &'a [u8; 16],
    /// The configured name of the protected field, or the detector's.
    pub name: &'a str,
    /// What the envelope stands for.
    pub kind: Kind,
    /// The record's subject: name of the field and its value. Without one, the value is its own subject; without a
    /// value either, what is sealed belongs to the stream's own subject of the quarter.
    pub subject: Option<(&'a str, &'a str)>,
    /// What can be searched for: the value as a person would write it. Empty when there is nothing to search for.
    pub value: &'a str,
    /// The bytes that the envelope stands for.
    pub plaintext: &'a [u8],
}

/// Says that every key which a request's envelopes need is durable. Nobody else can make one.
#[derive(Debug)]
pub struct Proof {
    sealed: u64,
}

impl Proof {
    /// How many values were sealed.
    pub fn sealed(&self) -> u64 {
        self.sealed
    }
}

/// The sealing of one request's values. What it wrote may be kept only after [`Sealing::finish`]: before, its keys may be
/// nowhere but in memory.
pub struct Sealing<'a> {
    keyring: &'a Keyring,
    stream: &'a str,
    epoch: Arc<EpochKey>,
    session: SessionId,
    names: Arc<Vec<Name>>,
    begun: Begun,
    /// Every group of writes up to this one is needed.
    through: u64,
    /// The subject of the value that was sealed last: most values of a record, and many records in a row, have the same.
    last: Option<Last>,
    last_name: String,
    last_value: Zeroizing<String>,
    /// The subject of what has none and cannot be searched for.
    stream_subject: String,
    canonical: Zeroizing<String>,
    body: Zeroizing<Vec<u8>>,
    bound_to: Vec<u8>,
    sealed: u64,
}

struct Last {
    hash: u128,
    erasures: u64,
    subject: Arc<Subject>,
}

impl Keyring {
    /// Begins to seal the values of a request to `stream`.
    pub fn begin<'a>(&'a self, stream: &'a str) -> Result<Sealing<'a>, Error> {
        check_name(stream)?;
        let session = self.session()?;
        let begun = self.groups.begin();
        let epoch = self.epoch_at(self.clock.now())?;
        let names = self.names(stream)?;
        Ok(Sealing {
            keyring: self,
            stream,
            session,
            names,
            begun,
            through: 0,
            last: None,
            last_name: String::new(),
            last_value: Zeroizing::default(),
            stream_subject: format!("{stream}\u{0}{}", epoch.epoch),
            canonical: Zeroizing::default(),
            body: Zeroizing::default(),
            bound_to: Vec::new(),
            epoch,
            sealed: 0,
        })
    }
}

impl Sealing<'_> {
    /// Appends the envelope of a value to `out`, without quotes. After an error nothing was appended.
    pub fn seal(&mut self, protected: &Protected<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        if protected.plaintext.len() > PLAINTEXT_BYTES_MAX {
            return Err(Error::TooLong { bytes: protected.plaintext.len() });
        }
        self.use_name(protected.name)?;
        let token = loop {
            self.find_subject(protected)?;
            if let Some(token) = self.token(protected.name, protected.value)? {
                break token;
            }
        };
        let Some(Last { subject, .. }) = &self.last else { unreachable!("it was just found") };
        let counter = self.keyring.counter.fetch_add(1, Ordering::Relaxed);
        if counter >= COUNTER_END {
            return Err(Error::Exhausted);
        }
        let tenant = &*self.keyring.tenant;
        let (kind, key, name) = (protected.kind, subject.id, protected.name);
        Binding { tenant, stream: self.stream, record: protected.record, name, key, kind, token }
            .write(&mut self.bound_to);
        self.body.clear();
        self.body.extend_from_slice(&envelope::header(kind, key, self.session, counter));
        self.body.extend_from_slice(protected.plaintext);
        subject.cipher(self.session, tenant).seal(counter, &self.bound_to, &mut self.body);
        envelope::write(token, &self.body, out);
        self.sealed += 1;
        Ok(())
    }

    /// Returns when everything that unsealing and searching need is durable. After an error nothing that was sealed may
    /// be kept.
    pub fn finish(self) -> Result<Proof, Error> {
        self.keyring.wait(self.begun, self.through)?;
        Ok(Proof { sealed: self.sealed })
    }

    fn need(&mut self, group: u64) {
        self.through = self.through.max(group);
    }

    fn use_name(&mut self, name: &str) -> Result<(), Error> {
        let find = |names: &[Name]| names.iter().find(|known| &*known.text == name).map(|name| name.group);
        let group = match find(&self.names) {
            Some(group) => group,
            None => {
                self.names = self.keyring.add_name(self.begun, self.stream, name)?;
                find(&self.names).expect("it was just added")
            }
        };
        self.need(group);
        Ok(())
    }

    /// Makes `last` the subject of a value.
    fn find_subject(&mut self, protected: &Protected<'_>) -> Result<(), Error> {
        let erasures = self.keyring.groups.erasures();
        let own = (protected.name, protected.value);
        let (name, value) = match protected.subject {
            Some(subject) if !subject.1.trim().is_empty() => {
                check_name(subject.0)?;
                subject
            }
            // No field has an empty name: nobody can name this subject by a value of his.
            _ if own.1.trim().is_empty() => ("", self.stream_subject.as_str()),
            _ => own,
        };
        let is_last = self.last.as_ref().is_some_and(|last| last.erasures == erasures);
        if is_last && self.last_name == name && *self.last_value == value {
            return Ok(());
        }
        canonicalise(value, &mut self.canonical);
        self.last_name.clear();
        self.last_name.push_str(name);
        // The longer of two values must not leave its end behind.
        self.last_value.zeroize();
        self.last_value.push_str(value);
        self.last = None;
        let hash = self.keyring.hash(name, &self.canonical);
        let subject = self.keyring.subject_for(self.begun, hash, name, &self.canonical)?;
        self.need(subject.group);
        self.last = Some(Last { hash, erasures, subject });
        Ok(())
    }

    /// The token of a value in a record of `last`; `None` when subjects were erased meanwhile.
    fn token(&mut self, name: &str, value: &str) -> Result<Option<Token>, Error> {
        let Some(last) = &self.last else { unreachable!("it was just found") };
        let keyring = self.keyring;
        canonicalise(value, &mut self.canonical);
        let hash = keyring.hash(name, &self.canonical);
        // The hash of the value is one under a secret key: what it is mixed with need not be.
        let key = hash ^ number(last.subject.id).wrapping_mul(SPREAD);
        let cached = keyring.tokens.get(key);
        if let Some(cached) = cached.filter(|cached| cached.epoch == self.epoch.epoch) {
            self.need(self.epoch.group.max(cached.group));
            return Ok(Some(cached.token));
        }
        let token = self.epoch.mac.token(last.subject.salt(), name, &self.canonical);
        let names_subject = hash == last.hash || self.canonical.is_empty();
        let group = match cached {
            Some(cached) => Some(cached.group),
            None if names_subject => Some(last.subject.group),
            None => self.link(last, name)?,
        };
        let Some(group) = group else { return Ok(None) };
        let entry = CachedToken { token, epoch: self.epoch.epoch, subject: last.subject.id, group };
        // Under the lock: an entry of a failed group must not come back after it was dropped.
        let state = keyring.groups.lock();
        state.check(self.begun)?;
        keyring.tokens.put(key, entry);
        let is_full = state.open.len() >= OPEN_ROWS_MAX;
        let open = state.number;
        drop(state);
        if is_full {
            keyring.wait(self.begun, open)?;
        }
        self.need(self.epoch.group.max(group));
        Ok(Some(token))
    }

    /// Sees to it that the value in `canonical` leads to the subject, and says which group of writes makes that durable.
    /// `None` when subjects were erased meanwhile.
    fn link(&self, last: &Last, name: &str) -> Result<Option<u64>, Error> {
        let keyring = self.keyring;
        let lookup = keyring.lookup.lookup(name, &self.canonical);
        let id = last.subject.id;
        let is_known = last.subject.group <= keyring.groups.durable()
            && keyring.store.link_is_known(&keyring.tenant, &lookup, id)?;
        let mut state = keyring.groups.lock();
        state.check(self.begun)?;
        if keyring.groups.erasures() != last.erasures {
            return Ok(None);
        }
        if is_known {
            return Ok(Some(last.subject.group));
        }
        state.open.links.push((lookup, id));
        Ok(Some(state.number.max(last.subject.group)))
    }
}

fn number(id: KeyId) -> u128 {
    u64::from_be_bytes(*id.as_bytes()).into()
}
