//! Forgets a subject: its keys are destroyed, so that nobody can read its values or find them, although the records lie in
//! storage that cannot be changed.

use std::time::Duration;

use palisade_record::Timestamp;

use super::{Keyring, lock};
use crate::error::Error;
use crate::id::KeyId;
use crate::store::{ErasureRow, Links};

/// Longest reason, and longest name of who asked. Both stand in certificates.
pub const REASON_BYTES_MAX: usize = 1_024;

const DAY: Duration = Duration::from_secs(86_400);

/// What is to be erased, and why.
#[derive(Clone, Copy, Debug)]
pub struct ErasureRequest<'a> {
    /// The protection name.
    pub name: &'a str,
    /// The value that names the subject.
    pub value: &'a str,
    /// Erase everyone in whose records the value stands, not only whom it names. A value that many share reaches
    /// many people; see [`Keyring::subjects_of`] first.
    pub linked: bool,
    /// Why.
    pub reason: &'a str,
    /// Who asked for it.
    pub by: &'a str,
}

/// What was erased.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Erasure {
    /// The subjects whose keys were destroyed; none when the value was unknown.
    pub subjects: Vec<KeyId>,
    /// When.
    pub erased_at: Timestamp,
    /// When the last backup that may have a key is gone.
    pub complete_on: Timestamp,
}

impl Keyring {
    /// Erases the subject that a value names. When this returns, its values cannot be unsealed or found, and the same value
    /// is a new subject.
    pub fn erase(&self, request: &ErasureRequest<'_>) -> Result<Erasure, Error> {
        check_reason(request.reason, request.by)?;
        let (own, links) = {
            // What waits in the open group may be of this subject.
            drop(self.alone()?);
            self.own_and_linked(request.name, request.value)?
        };
        let subjects: Vec<KeyId> = match (own, links, request.linked) {
            (own, Links::All(linked), true) => own.into_iter().chain(linked).collect(),
            (_, Links::TooMany, true) => return Err(Error::TooCommon { name: request.name.to_owned() }),
            (Some(own), _, false) => vec![own],
            (None, Links::All(linked), false) if linked.is_empty() => Vec::new(),
            (None, links, false) => {
                let linked = match links {
                    Links::All(linked) => linked.len(),
                    Links::TooMany => crate::store::VALUE_LINKS_MAX,
                };
                return Err(Error::OnlyLinked { name: request.name.to_owned(), linked });
            }
        };
        self.erase_subjects(&subjects, request.reason, request.by)
    }

    /// Erases subjects by the names of their keys; for those that a restored backup brought back, too.
    pub fn erase_subjects(&self, subjects: &[KeyId], reason: &str, by: &str) -> Result<Erasure, Error> {
        check_reason(reason, by)?;
        let erased_at = self.clock.now();
        let complete_on = erased_at.plus(DAY * u32::from(self.settings.backup_days));
        let row = |subject: &KeyId| ErasureRow {
            subject: *subject,
            erased_at,
            complete_on,
            reason: reason.to_owned(),
            by: by.to_owned(),
        };
        let rows: Vec<ErasureRow> = subjects.iter().map(row).collect();
        // A backup that reads an older state would keep the key in the log.
        let _one_at_a_time = lock(&self.upkeep);
        let mut state = self.alone()?;
        if !rows.is_empty() {
            let erased = self.store.erase(&self.tenant, &rows);
            // Also after an error: the rows may be gone although their traces are not.
            self.subjects.retain(|subject| !subjects.contains(&subject.id));
            self.readers.retain(|subject| !subjects.contains(&subject.id));
            self.tokens.retain(|token| !subjects.contains(&token.subject));
            self.groups.subjects_were_erased(&mut state);
            erased?;
        }
        Ok(Erasure { subjects: subjects.to_vec(), erased_at, complete_on })
    }

    /// Everything that was erased, oldest first.
    pub fn erasures(&self) -> Result<Vec<ErasureRow>, Error> {
        Ok(self.store.erasures(&self.tenant)?)
    }
}

fn check_reason(reason: &str, by: &str) -> Result<(), Error> {
    let is_said = |text: &str| !text.trim().is_empty() && text.len() <= REASON_BYTES_MAX;
    if is_said(reason) && is_said(by) { Ok(()) } else { Err(Error::Reason) }
}
