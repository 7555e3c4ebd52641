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
    folded: Folded,
    digits: String,
    /// Values of this column so far, and those that were new.
    seen: usize,
    new: usize,
}

/// So many values tell whether a column repeats itself.
const TRIAL: usize = 512;
/// A column of which more than so many of a hundred values are new is not remembered any more: numbers and identifiers that
/// never come again cost more to remember than to look at.
const NEW_PERCENT_MAX: usize = 80;

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
        (self.seen, self.new) = (0, 0);
    }

    /// Begins with the next batch.
    pub(super) fn reset(&mut self) {
        self.next();
        self.hits.clear();
    }

    /// Where the atoms that hold for a value lie; see [`Self::hits`].
    pub(super) fn find(&mut self, value: &Value<'_>, questions: &[&Questions]) -> Range<usize> {
        let text = text_of(value, &mut self.digits);
        self.seen += 1;
        if self.seen > TRIAL && self.new * 100 > self.seen * NEW_PERCENT_MAX {
            return ask(text, questions, &mut self.folded, &mut self.hits);
        }
        let hash = self.hasher.hash_one(text);
        let same = |known: &Known| known.hash == hash && self.texts[known.text.clone()] == *text;
        if let Some(known) = self.table.find(hash, same) {
            return known.hits.clone();
        }
        self.new += 1;
        let hits = ask(text, questions, &mut self.folded, &mut self.hits);
        let from = self.texts.len();
        self.texts.push_str(text);
        let known = Known { hash, text: from..self.texts.len(), hits: hits.clone() };
        self.table.insert_unique(hash, known, |known| known.hash);
        hits
    }

    /// The atoms of a range.
    pub(super) fn hits(&self, range: Range<usize>) -> &[AtomId] {
        &self.hits[range]
    }
}

/// Adds the atoms that hold for a text, each once, and tells where they lie.
fn ask(text: &str, questions: &[&Questions], folded: &mut Folded, hits: &mut Vec<AtomId>) -> Range<usize> {
    let from = hits.len();
    folded.next();
    for questions in questions {
        questions.find(text, folded, hits);
    }
    if hits.len() > from + 1 {
        hits[from..].sort_unstable();
        let mut kept = from + 1;
        for at in from + 1..hits.len() {
            if hits[at] != hits[kept - 1] {
                hits[kept] = hits[at];
                kept += 1;
            }
        }
        hits.truncate(kept);
    }
    from..hits.len()
}
