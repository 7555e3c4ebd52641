//! What rules ask of values, each question once.

use foldhash::HashMap;
use regex::Regex;

use super::expression::Expression;
use super::regex_literal::required_literal;
use crate::number::Number;
use crate::rule::{Comparison, Network, Pattern, Place, TimePart};

/// The number of an atom.
pub(super) type AtomId = u32;

/// The number of a slot: a field, by all names that records may have for it.
pub(super) type SlotId = u32;

/// What is asked of the values of a field.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Question {
    /// Is there one?
    Present,
    /// Is its text such?
    Text(Pattern),
    /// Is it this number?
    Equal(Number),
    /// Is it a number that compares so?
    Compare(Comparison, Number),
    /// Is it a time of which a part compares so?
    Part(TimePart, Comparison, Number),
    /// Is this regular expression found in it? Its text has its flags.
    Regex(String),
    /// Is it an address of this network?
    Network(Network),
    /// Does a value of another field lie in it?
    Field { other: SlotId, place: Place, cased: bool },
}

/// A question about the values of a slot that is only asked when an expression comes to it.
#[derive(Clone, Debug)]
pub(super) struct Lazy {
    pub(super) slot: SlotId,
    pub(super) kind: LazyKind,
}

#[derive(Clone, Debug)]
pub(super) enum LazyKind {
    Regex(Regex),
    Field { other: SlotId, place: Place, cased: bool },
}

/// An atom: a question about a slot.
#[derive(Clone, Debug)]
pub(super) struct Atom {
    pub(super) slot: SlotId,
    pub(super) question: Question,
    /// The expression of a `Question::Regex`.
    pub(super) regex: Option<Regex>,
    /// A text that must be where the expression is found.
    pub(super) required: Option<String>,
}

impl Atom {
    /// What is left to be found out when an expression comes to it: a regular expression without a text that a pass over all
    /// values could look for, and what needs two fields.
    pub(super) fn lazy(&self) -> Option<Lazy> {
        let kind = match (&self.question, &self.regex) {
            (Question::Field { other, place, cased }, _) => {
                LazyKind::Field { other: *other, place: *place, cased: *cased }
            }
            (_, Some(regex)) if self.required.is_none() => LazyKind::Regex(regex.clone()),
            _ => return None,
        };
        Some(Lazy { slot: self.slot, kind })
    }
}

/// Atoms, each once.
#[derive(Default)]
pub(super) struct Atoms {
    pub(super) all: Vec<Atom>,
    known: HashMap<(SlotId, Question), AtomId>,
}

impl Atoms {
    /// The expression that a question is; the same question is the same atom.
    pub(super) fn ask(&mut self, slot: SlotId, question: Question, regex: Option<&Regex>) -> Expression {
        let id = self.intern(slot, question, regex);
        match self.all[id as usize].lazy() {
            None => Expression::Atom(id),
            Some(_) => Expression::Lazy(id),
        }
    }

    fn intern(&mut self, slot: SlotId, question: Question, regex: Option<&Regex>) -> AtomId {
        let next = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        *self.known.entry((slot, question)).or_insert_with_key(|(slot, question)| {
            let required = regex.and_then(|regex| required_literal(regex.as_str()));
            self.all.push(Atom { slot: *slot, question: question.clone(), regex: regex.cloned(), required });
            next
        })
    }
}
