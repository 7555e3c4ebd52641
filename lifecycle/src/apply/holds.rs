//! The holds in the catalog, and which splits they cover.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use palisade_index::{Deed, Index, Split};

use super::error::{Error, Result};
use super::{Covers, state};
use crate::{Hold, HoldBook, Release};

/// The kind of documents that are holds.
const KIND: &str = "hold";

/// All holds. Clones share them.
#[derive(Clone)]
pub struct Holds {
    index: Index,
    covers: Covers,
    book: Arc<Mutex<Book>>,
}

pub(super) struct Book {
    holds: HoldBook,
    /// Grows with every hold that is placed.
    generation: u64,
    /// What was found out about a hold and a split: neither changes.
    covered: HashMap<(String, String), bool>,
}

impl Holds {
    /// Those of the catalog.
    pub(super) fn open(index: Index, covers: Covers) -> Result<Self> {
        let holds = Self::kept(&index)?;
        let book = Book { holds: holds.try_into()?, generation: 0, covered: HashMap::new() };
        Ok(Self { index, covers, book: Arc::new(Mutex::new(book)) })
    }

    /// All that the catalog has, in the order in which they were placed, released ones too.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn kept(index: &Index) -> Result<Vec<Hold>> {
        let mut holds = Vec::new();
        for (id, body) in index.documents(KIND)? {
            let problem = |error: serde_json::Error| document_error(&id, &error);
            holds.push(serde_json::from_str::<Hold>(&body).map_err(problem)?);
        }
        holds.sort_by_key(|hold| hold.created_at);
        Ok(holds)
    }

    /// Places a hold, durably and in the log. It counts from the moment this returns.
    ///
    /// # Errors
    /// When it cannot be, or the catalog cannot be written.
    pub fn place(&self, hold: Hold) -> Result<()> {
        let mut book = self.book();
        let mut placed = book.holds.clone();
        placed.place(hold.clone())?;
        self.keep(&hold, "hold")?;
        book.holds = placed;
        book.generation += 1;
        Ok(())
    }

    /// Releases a hold.
    ///
    /// # Errors
    /// When there is none, it was released already, or the catalog cannot be written.
    pub fn release(&self, id: &str, release: Release) -> Result<Hold> {
        let mut book = self.book();
        let mut released = book.holds.clone();
        released.release(id, release)?;
        let hold = released.get(id).cloned().ok_or_else(|| crate::HoldError::Unknown(id.to_owned()))?;
        self.keep(&hold, "release")?;
        book.holds = released;
        book.covered.retain(|(of, _), _| of != id);
        Ok(hold)
    }

    /// All, in the order in which they were placed, released ones too.
    pub fn list(&self) -> Vec<Hold> {
        self.book().holds.iter().cloned().collect()
    }

    /// Which holds there are, as a number that every new one changes.
    pub(super) fn generation(&self) -> u64 {
        self.book().generation
    }

    /// Lets no hold be placed while the answer lives; nothing when one was since.
    pub(super) fn unchanged_since(&self, generation: u64) -> Option<MutexGuard<'_, Book>> {
        Some(self.book()).filter(|book| book.generation == generation)
    }

    /// How many holds cover a split.
    pub(super) fn count(&self, split: &Split) -> u32 {
        let span = state::span(split);
        let touching: Vec<Hold> = self.book().holds.covering(span, |_| true).cloned().collect();
        let covers = |hold: &&Hold| self.covers(hold, split.id());
        u32::try_from(touching.iter().filter(covers).count()).unwrap_or(u32::MAX)
    }

    /// The query runs once for a hold and a split, and nobody waits for it to place another hold.
    fn covers(&self, hold: &Hold, split: &str) -> bool {
        if hold.query.trim().is_empty() || hold.query.trim() == "*" {
            return true;
        }
        let key = (hold.id.clone(), split.to_owned());
        if let Some(known) = self.book().covered.get(&key) {
            return *known;
        }
        let covers = (self.covers)(split, hold);
        self.book().covered.insert(key, covers);
        covers
    }

    fn keep(&self, hold: &Hold, deed: &str) -> Result<()> {
        let paper = serde_json::to_value(hold).map_err(|error| document_error(&hold.id, &error))?;
        let body = paper.to_string();
        self.index.put_document(KIND, &hold.id, &body, Some(Deed { deed: deed.to_owned(), paper }))?;
        Ok(())
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn document_error(id: &str, problem: &serde_json::Error) -> Error {
    Error::Document { kind: KIND, id: id.to_owned(), problem: problem.to_string() }
}
