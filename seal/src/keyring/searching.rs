//! Finds what equals a value without opening anything.

use super::{Keyring, read};
use crate::canonical::canonicalise;
use crate::epoch::Epoch;
use crate::error::Error;
use crate::id::KeyId;
use crate::store::Links;
use crate::token::Token;

impl Keyring {
    /// The tokens that a value of a protected field can have in stored records: one for each subject whose records may have
    /// it and each epoch since that subject was made. Empty when no record has the value, or when its subjects were
    /// erased.
    pub fn tokens(&self, name: &str, value: &str) -> Result<Vec<Token>, Error> {
        let mut canonical = zeroize::Zeroizing::new(String::new());
        canonicalise(value, &mut canonical);
        let subjects = self.subjects_of(name, value)?;
        if subjects.is_empty() {
            return Ok(Vec::new());
        }
        self.read_epochs()?;
        let durable = self.groups.durable();
        let epochs: Vec<_> =
            read(&self.epochs).values().filter(|key| key.group <= durable).cloned().collect();
        let mut tokens = Vec::new();
        for id in subjects {
            // Erased meanwhile: there is nothing left to be found.
            let Some(subject) = self.subject_by_id(id)? else { continue };
            let first = Epoch::of(subject.created_at);
            let since = epochs.iter().filter(|key| key.epoch >= first);
            tokens.extend(since.map(|key| key.mac.token(subject.salt(), name, &canonical)));
        }
        tokens.sort_unstable();
        Ok(tokens)
    }

    /// The subjects whose records may have a value: the one that the value names first, then those that it is linked to.
    pub fn subjects_of(&self, name: &str, value: &str) -> Result<Vec<KeyId>, Error> {
        let (own, links) = self.own_and_linked(name, value)?;
        match links {
            Links::All(linked) => Ok(own.into_iter().chain(linked).collect()),
            Links::TooMany => Err(Error::TooCommon { name: name.to_owned() }),
        }
    }

    pub(super) fn own_and_linked(&self, name: &str, value: &str) -> Result<(Option<KeyId>, Links), Error> {
        let mut canonical = zeroize::Zeroizing::new(String::new());
        canonicalise(value, &mut canonical);
        if canonical.is_empty() {
            return Ok((None, Links::All(Vec::new())));
        }
        let lookup = self.lookup.lookup(name, &canonical);
        let own = self.store.subject_of(&self.tenant, &lookup)?.map(|row| row.id);
        Ok((own, self.store.links(&self.tenant, &lookup)?))
    }
}
