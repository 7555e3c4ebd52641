//! What a predicate says about all texts of a template.

use std::sync::OnceLock;

use palisade_index::Template;

use super::automata::{of_glob, of_phrase, of_regex, of_whole};
use super::automaton::Automaton;
use super::cells::{Cell, cells, literals_are};
use super::compile::LEVELS;
use super::predicate::{End, EndKind, Is};
use super::{Certainty, Predicate};

/// Automata of a predicate, made when they are first needed. Those that would be too large are missing.
#[derive(Default, Debug)]
pub(crate) struct Automata {
    /// For values that are texts.
    in_text: OnceLock<Option<Automaton>>,
    /// For values that are keywords; several when one of several words will do.
    as_keyword: OnceLock<Vec<Option<Automaton>>>,
}

impl Predicate {
    /// Which of a template's texts pass; `is_message` as for [`Predicate::holds`].
    pub(crate) fn on_template(
        &self,
        template: &Template,
        is_message: bool,
        automata: &Automata,
    ) -> Certainty {
        // What stands in slots is no space.
        let is_text = is_message || !literals_are(template, |literal| !literal.is_whitespace());
        match self {
            Self::Anything => Certainty::Always,
            Self::OneOf(_) => Certainty::Maybe,
            Self::Phrase(phrase) => {
                let automaton = automata.in_text.get_or_init(|| of_phrase(phrase.folded()));
                judge(automaton.as_ref(), &cells(template, true))
            }
            Self::Is(is) if is_text && !is.whole => {
                let automaton = automata.in_text.get_or_init(|| of_phrase(is.phrase.folded()));
                judge(automaton.as_ref(), &cells(template, true))
            }
            Self::Is(is) => is.on_template(template, automata),
            Self::Glob(glob, everything_is_text) => {
                if is_text || *everything_is_text {
                    let automaton = automata.in_text.get_or_init(|| of_glob(glob, false));
                    return judge(automaton.as_ref(), &cells(template, true));
                }
                let known = automata.as_keyword.get_or_init(|| vec![of_glob(glob, true)]);
                judge_all(known, &cells(template, true))
            }
            Self::Regex(regex) => {
                let automaton = automata.in_text.get_or_init(|| of_regex(regex.as_str()));
                judge(automaton.as_ref(), &cells(template, false))
            }
            Self::Between(low, high) => {
                let cannot = |end: &Option<End>| end.as_ref().is_some_and(|end| !end.may_order(template));
                if cannot(low) || cannot(high) { Certainty::Never } else { Certainty::Maybe }
            }
        }
    }
}

fn judge(automaton: Option<&Automaton>, cells: &[Cell]) -> Certainty {
    let Some(automaton) = automaton else { return Certainty::Maybe };
    if !automaton.finds(cells, false) {
        Certainty::Never
    } else if automaton.finds(cells, true) {
        Certainty::Always
    } else {
        Certainty::Maybe
    }
}

fn judge_all(automata: &[Option<Automaton>], cells: &[Cell]) -> Certainty {
    automata.iter().map(|automaton| judge(automaton.as_ref(), cells)).max().unwrap_or(Certainty::Maybe)
}

impl Is {
    /// Of texts that are compared as keywords.
    fn on_template(&self, template: &Template, automata: &Automata) -> Certainty {
        let known = automata.as_keyword.get_or_init(|| {
            let class = self.level.and_then(|level| LEVELS.iter().find(|class| class[0] == level));
            let others = class.copied().unwrap_or_default().iter().map(|word| of_whole(word));
            std::iter::once(of_whole(self.phrase.folded())).chain(others).collect()
        });
        let of_words = judge_all(known, &cells(template, true));
        if of_words != Certainty::Never || self.level.is_some() {
            return of_words;
        }
        let may_differ = if self.number().is_some() {
            literals_are(template, |literal| literal.is_ascii_digit() || "-.".contains(literal))
        } else {
            self.network.is_some() && is_address_like(template)
        };
        if may_differ { Certainty::Maybe } else { Certainty::Never }
    }
}

impl End {
    /// Whether one of the texts may be of the kind that the end is compared with.
    fn may_order(&self, template: &Template) -> bool {
        match self.kind {
            EndKind::Number(_) => {
                literals_are(template, |literal| literal.is_ascii_digit() || "+-.eE".contains(literal))
            }
            EndKind::Address(_) => is_address_like(template),
            EndKind::Text(_) => true,
        }
    }
}

fn is_address_like(template: &Template) -> bool {
    literals_are(template, |literal| literal.is_ascii_hexdigit() || ".:".contains(literal))
}
