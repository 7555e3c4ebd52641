//! All texts that rules look for in a field, found in one pass.

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};
use foldhash::HashMap;
use regex::Regex;

use super::atom::AtomId;
use crate::rule::{Pattern, Shape};

/// Up to so many bytes of texts the automaton is a table of every state and every byte, which takes hundreds of bytes of memory for
/// each byte of text; past it, one that takes a tenth of that. For the 969 public rules this bound comes to 14 MB, and larger ones
/// (12 KiB: 33 MB, 128 KiB: 88 MB) are no faster.
const DFA_BYTES_MAX: usize = 4 << 10;

/// Texts, and the atoms they stand for.
#[derive(Default)]
pub(super) struct Literals {
    whole: HashMap<Box<str>, Vec<AtomId>>,
    automaton: Option<AhoCorasick>,
    /// What it means that a text of the automaton was found, by the text's number.
    uses: Vec<Box<[Use]>>,
}

/// What it means that a text was found.
#[derive(Clone)]
struct Use {
    atom: AtomId,
    proof: Proof,
}

#[derive(Clone)]
enum Proof {
    /// Nothing more is needed.
    Found,
    AtStart,
    AtEnd,
    Pattern(Pattern),
    /// Searched in the text as it is, not folded.
    Regex(Regex),
}

/// Collects texts.
#[derive(Default)]
pub(super) struct LiteralsBuilder {
    whole: HashMap<Box<str>, Vec<AtomId>>,
    numbers: HashMap<String, usize>,
    uses: Vec<Vec<Use>>,
}

impl LiteralsBuilder {
    /// Adds a pattern; `false` if there is no text in it to look for.
    pub(super) fn add_pattern(&mut self, atom: AtomId, pattern: &Pattern) -> bool {
        let variants = pattern.without_dashes();
        let has_text = |variant: &Pattern| !matches!(variant.shape(), Shape::Anything | Shape::Pieces(None));
        variants.iter().all(has_text) && variants.iter().all(|variant| self.add_variant(atom, variant))
    }

    fn add_variant(&mut self, atom: AtomId, pattern: &Pattern) -> bool {
        let (text, proof) = match pattern.shape() {
            Shape::Whole(text) => {
                self.whole.entry(text.into()).or_default().push(atom);
                return true;
            }
            Shape::Start(text) => (text, Proof::AtStart),
            Shape::End(text) => (text, Proof::AtEnd),
            Shape::Anywhere(text) => (text, Proof::Found),
            Shape::Pieces(Some(text)) => (text, Proof::Pattern(pattern.clone())),
            Shape::Anything | Shape::Pieces(None) => return false,
        };
        self.add(text, Use { atom, proof });
        true
    }

    /// Adds a regular expression in whose matches a text must lie.
    pub(super) fn add_regex(&mut self, atom: AtomId, required: &str, regex: &Regex) {
        self.add(required, Use { atom, proof: Proof::Regex(regex.clone()) });
    }

    fn add(&mut self, text: &str, meaning: Use) {
        let number = match self.numbers.get(text) {
            Some(number) => *number,
            None => {
                self.numbers.insert(text.to_owned(), self.uses.len());
                self.uses.push(Vec::new());
                self.uses.len() - 1
            }
        };
        self.uses[number].push(meaning);
    }

    pub(super) fn build(self) -> Result<Literals, BuildError> {
        let mut texts = vec![String::new(); self.uses.len()];
        for (text, number) in self.numbers {
            texts[number] = text;
        }
        let automaton = match texts.iter().map(String::len).sum() {
            0 => None,
            bytes => {
                let kind = if bytes <= DFA_BYTES_MAX {
                    AhoCorasickKind::DFA
                } else {
                    AhoCorasickKind::ContiguousNFA
                };
                Some(AhoCorasick::builder().match_kind(MatchKind::Standard).kind(Some(kind)).build(&texts)?)
            }
        };
        let uses = self.uses.into_iter().map(Vec::into_boxed_slice).collect();
        Ok(Literals { whole: self.whole, automaton, uses })
    }
}

impl Literals {
    /// How much memory the automaton takes.
    pub(super) fn automaton_bytes(&self) -> usize {
        self.automaton.as_ref().map_or(0, AhoCorasick::memory_usage)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.automaton.is_none()
    }

    /// Hands on the atoms that hold for a text, some more than once. `original` is the text before it was folded.
    pub(super) fn find(&self, text: &str, original: &str, hits: &mut Vec<AtomId>) {
        if let Some(atoms) = self.whole.get(text) {
            hits.extend_from_slice(atoms);
        }
        let Some(automaton) = &self.automaton else { return };
        let mut tried = Vec::new();
        let mut first_time = |atom: AtomId| {
            let first = !tried.contains(&atom);
            tried.extend(first.then_some(atom));
            first
        };
        for found in automaton.find_overlapping_iter(text) {
            for meaning in &*self.uses[found.pattern().as_usize()] {
                let holds = match &meaning.proof {
                    Proof::Found => true,
                    Proof::AtStart => found.start() == 0,
                    Proof::AtEnd => found.end() == text.len(),
                    // A text may be found many times; once is enough to be looked at.
                    Proof::Pattern(pattern) => first_time(meaning.atom) && pattern.matches_folded(text),
                    Proof::Regex(regex) => first_time(meaning.atom) && regex.is_match(original),
                };
                if holds {
                    hits.push(meaning.atom);
                }
            }
        }
    }
}
