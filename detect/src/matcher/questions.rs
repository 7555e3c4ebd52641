//! Everything that any rule asks of the values of one column.

use aho_corasick::BuildError;
use foldhash::HashMap;

use super::atom::{Atom, AtomId, Question};
use super::literals::{Literals, LiteralsBuilder};
use super::time_part::{part_of, time_of};
use crate::number::Number;
use crate::rule::network::parse_address;
use crate::rule::{Comparison, Network, Pattern, Shape, TimePart, fold_char};

/// What is asked of the values of a column, of all fields that rules may mean by it.
pub(super) struct Questions {
    present: Vec<AtomId>,
    folded: Literals,
    cased: Literals,
    equal: HashMap<Number, Vec<AtomId>>,
    compare: Vec<(Comparison, Number, AtomId)>,
    parts: Vec<(TimePart, Comparison, Number, AtomId)>,
    networks: Vec<(Network, AtomId)>,
    /// Patterns without any text, like `???`.
    bare: Vec<(Pattern, AtomId)>,
}

/// Collects what is asked of a column.
#[derive(Default)]
pub(super) struct QuestionsBuilder {
    present: Vec<AtomId>,
    folded: LiteralsBuilder,
    cased: LiteralsBuilder,
    equal: HashMap<Number, Vec<AtomId>>,
    compare: Vec<(Comparison, Number, AtomId)>,
    parts: Vec<(TimePart, Comparison, Number, AtomId)>,
    networks: Vec<(Network, AtomId)>,
    bare: Vec<(Pattern, AtomId)>,
}

impl QuestionsBuilder {
    /// Takes an atom in. Those that are found out lazily are none of a column's questions.
    pub(super) fn add(&mut self, id: AtomId, atom: &Atom) {
        match &atom.question {
            Question::Present => self.present.push(id),
            Question::Text(pattern) => {
                let literals = if pattern.is_cased() { &mut self.cased } else { &mut self.folded };
                if pattern.shape() == Shape::Anything {
                    self.present.push(id);
                } else if !literals.add_pattern(id, pattern) {
                    self.bare.push((pattern.clone(), id));
                }
            }
            Question::Equal(number) => {
                self.equal.entry(*number).or_default().push(id);
            }
            Question::Compare(comparison, number) => self.compare.push((*comparison, *number, id)),
            Question::Part(part, comparison, number) => self.parts.push((*part, *comparison, *number, id)),
            Question::Network(network) => self.networks.push((*network, id)),
            Question::Regex(_) => {
                if let (Some(regex), Some(required)) = (&atom.regex, &atom.required) {
                    self.folded.add_regex(id, required, regex);
                }
            }
            Question::Field { .. } => {}
        }
    }

    pub(super) fn build(self) -> Result<Questions, BuildError> {
        Ok(Questions {
            present: self.present,
            folded: self.folded.build()?,
            cased: self.cased.build()?,
            equal: self.equal,
            compare: self.compare,
            parts: self.parts,
            networks: self.networks,
            bare: self.bare,
        })
    }
}

impl Questions {
    /// How much memory the automata take.
    pub(super) fn automata_bytes(&self) -> usize {
        self.folded.automaton_bytes() + self.cased.automaton_bytes()
    }

    /// Hands on the atoms that hold for a value, given by its text; some may come more than once.
    pub(super) fn find(&self, text: &str, folded: &mut Folded, hits: &mut Vec<AtomId>) {
        hits.extend_from_slice(&self.present);
        if !self.folded.is_empty() {
            self.folded.find(folded.of(text), text, hits);
        }
        if !self.cased.is_empty() {
            self.cased.find(text, text, hits);
        }
        if !(self.equal.is_empty() && self.compare.is_empty())
            && let Some(number) = Number::parse(text)
        {
            hits.extend(self.equal.get(&number).into_iter().flatten());
            let compare = self.compare.iter();
            hits.extend(compare.filter(|(how, with, _)| how.holds(number, *with)).map(|(.., atom)| *atom));
        }
        if !self.parts.is_empty()
            && let Some(time) = time_of(text)
        {
            let holds = |part, how: &Comparison, with| how.holds(Number::from(part_of(time, part)), with);
            let parts = self.parts.iter();
            hits.extend(
                parts.filter(|(part, how, with, _)| holds(*part, how, *with)).map(|(.., atom)| *atom),
            );
        }
        if !self.networks.is_empty()
            && let Some(address) = parse_address(text)
        {
            let networks = self.networks.iter();
            hits.extend(networks.filter(|(network, _)| network.contains(address)).map(|(_, atom)| *atom));
        }
        for (pattern, atom) in &self.bare {
            let text = if pattern.is_cased() { text } else { folded.of(text) };
            if pattern.matches_folded(text) {
                hits.push(*atom);
            }
        }
    }
}

/// A text without case, made once for all that look at it.
#[derive(Default)]
pub(super) struct Folded {
    buffer: String,
    made: bool,
}

impl Folded {
    /// Forgets the text before.
    pub(super) fn next(&mut self) {
        self.made = false;
    }

    fn of(&mut self, text: &str) -> &str {
        if !self.made {
            self.buffer.clear();
            if text.is_ascii() {
                self.buffer.push_str(text);
                self.buffer.make_ascii_lowercase();
            } else {
                self.buffer.extend(text.chars().map(fold_char));
            }
            self.made = true;
        }
        &self.buffer
    }
}
