//! Pieces of a record that are replaced by envelopes.

use std::ops::Range;

/// A piece of a record, and the protection under which it is sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Edit<'p> {
    /// Where it stands in the payload; of a text value with its quotes.
    pub(super) range: Range<usize>,
    /// The protection's name.
    pub(super) name: &'p str,
    /// Whether the piece is a whole JSON value; a piece of text otherwise.
    pub(super) is_value: bool,
    /// What a person would search for; empty when that is not known.
    pub(super) value: String,
}

/// What shall happen to a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Verdict<'p> {
    /// Nothing in it is protected.
    Clear,
    /// These pieces are, from the front, without overlaps.
    Pieces(Vec<Edit<'p>>),
    /// It cannot be told which: all of it.
    Whole,
}

impl<'p> Verdict<'p> {
    /// From pieces in any order. Where two overlap it cannot be told what is meant, and all is sealed.
    pub(super) fn of(mut edits: Vec<Edit<'p>>) -> Self {
        if edits.is_empty() {
            return Self::Clear;
        }
        edits.sort_by_key(|edit| edit.range.start);
        let overlap = |pair: &[Edit<'_>]| pair[0].range.end > pair[1].range.start;
        if edits.windows(2).any(overlap) { Self::Whole } else { Self::Pieces(edits) }
    }
}
