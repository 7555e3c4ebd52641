//! What those who look after the evidence ask of the index.

use std::sync::{Arc, MutexGuard, PoisonError};

use serde_json::Value;

use super::entry::{Entry, Event};
use super::page::page_range;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::{Copies, Index, Split, Storages};

/// Something done to what is stored, and the paper about it. It becomes an entry of the log.
#[derive(Clone, PartialEq, Debug)]
pub struct Deed {
    /// Which kind of thing: `disposal`, `erasure`, `hold`, `release`.
    pub deed: String,
    /// The paper.
    pub paper: Value,
}

impl Index {
    /// All published splits, oldest first.
    pub fn splits(&self) -> Vec<Arc<Split>> {
        self.shared.tail().splits().to_vec()
    }

    /// Where objects are.
    pub fn storages(&self) -> &Storages {
        &self.storages
    }

    /// Whose records these are.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Notes where the data object of a split is, durably, and lets queries that begin from now on read the nearest copy.
    /// Gives the split as queries that are under way see it: while anybody else holds it, a copy that is not listed any
    /// more may still be read. `None` when there is no such split.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub fn set_copies(&self, split: &str, copies: &Copies) -> Result<Option<Arc<Split>>> {
        self.catalog().set_copies(split, copies)?;
        let moved = |old: &Split| {
            let (summary, storages) = (old.summary().clone(), self.storages.clone());
            Arc::new(Split::new(summary, copies.clone(), storages, self.cache.clone()).used_like(old))
        };
        Ok(self.shared.tail().replace_split(split, moved))
    }

    /// Forgets a split whose time is over, in one step with the entry of the log that says so. Gives it as
    /// [`Index::set_copies`] does.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub fn forget(&self, split: &str, deed: Deed) -> Result<Option<Arc<Split>>> {
        self.catalog().forget(split, self.entry_of(deed))?;
        Ok(self.shared.tail().remove_split(split))
    }

    /// Adds an entry to the log.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub fn record_deed(&self, deed: Deed) -> Result<()> {
        self.catalog().append_log(self.entry_of(deed))
    }

    /// Keeps a document, in one step with the entry of the log that tells of it if there is one to be made.
    ///
    /// # Errors
    /// When the catalog cannot be written.
    pub fn put_document(&self, kind: &str, id: &str, body: &str, deed: Option<Deed>) -> Result<()> {
        let entry = deed.map(|deed| self.entry_of(deed));
        self.catalog().put_document(kind, id, body, entry)
    }

    /// A document that was kept.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn document(&self, kind: &str, id: &str) -> Result<Option<String>> {
        self.catalog().document(kind, id)
    }

    /// All documents of a kind: id and body, by id.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn documents(&self, kind: &str) -> Result<Vec<(String, String)>> {
        self.catalog().documents(kind)
    }

    /// How many entries the catalog has for the log; the signed one follows within a second.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn log_size(&self) -> Result<u64> {
        self.catalog().log_size()
    }

    /// The position of the entry of the log that names a split.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn log_entry_of(&self, split: &str) -> Result<Option<u64>> {
        self.catalog().log_entry_of(split)
    }

    /// Whether an object below `publications/` tells of a publishing that counts. One that does not is left from a try that
    /// the catalog does not know, and will be made again with another name or other bytes.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn is_published(&self, page: &str) -> Result<bool> {
        let next = self.catalog().position()?.next_sequence;
        Ok(page_range(page).is_some_and(|range| range.end <= next))
    }

    fn entry_of(&self, Deed { deed, paper }: Deed) -> Vec<u8> {
        Entry::new(&self.tenant, self.clock.now(), Event::Deed { deed, paper }).to_bytes()
    }

    pub(crate) fn catalog(&self) -> MutexGuard<'_, Catalog> {
        self.catalog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
