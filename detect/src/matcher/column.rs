//! The different values of a column, and the atoms that hold for each.

use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use palisade_record::Value;

use super::atom::AtomId;
use super::probe::text_of;
use super::questions::{Folded, Questions};

/// Finds out once for every different value of a column which atoms hold.
///
/// A value is its text here: `4624` is the same whether a record has it as a number or as text.
#[derive(Default)]
pub(super) struct Column {
    table: HashTable<Known>,
    hasher: RandomState,
    texts: String,
    hits: Vec<AtomId>,
    found: Vec<AtomId>,
    folded: Folded,
    digits: String,
}

struct Known {
    hash: u64,
    text: Range<usize>,
    hits: Range<usize>,
}

impl Column {
    /// Begins with the next column.
    pub(super) fn next(&mut self) {
        self.table.clear();
        self.texts.clear();
    }

    /// Begins with the next batch.
    pub(super) fn reset(&mut self) {
        self.next();
        self.hits.clear();
    }

    /// Where the atoms that hold for a value lie; see [`Self::hits`].
    pub(super) fn find(&mut self, value: &Value<'_>, questions: &Questions) -> Range<usize> {
        let text = text_of(value, &mut self.digits);
        let hash = self.hasher.hash_one(text);
        let same = |known: &Known| known.hash == hash && self.texts[known.text.clone()] == *text;
        if let Some(known) = self.table.find(hash, same) {
            return known.hits.clone();
        }
        self.folded.next();
        self.found.clear();
        questions.find(text, &mut self.folded, &mut self.found);
        self.found.sort_unstable();
        self.found.dedup();
        let hits = self.hits.len()..self.hits.len() + self.found.len();
        self.hits.extend_from_slice(&self.found);
        let text = {
            let from = self.texts.len();
            self.texts.push_str(text);
            from..self.texts.len()
        };
        self.table.insert_unique(hash, Known { hash, text, hits: hits.clone() }, |known| known.hash);
        hits
    }

    /// The atoms of a range.
    pub(super) fn hits(&self, range: Range<usize>) -> &[AtomId] {
        &self.hits[range]
    }
}
