//! Words that every match of a regular expression has.

use palisade_index::Probe;
use palisade_record::words::{fold_char, is_word_char};
use regex_syntax::hir::{Hir, HirKind};

use super::probe::{all, one_of};
use crate::filter::single_folded;

/// What a text that the expression matches somewhere has. Only words that lie completely inside of required
/// characters count: the text around a match may make the outermost ones longer.
pub(super) fn probe(pattern: &str) -> Probe {
    regex_syntax::parse(pattern).map_or(Probe::Any, |hir| of(&hir))
}

fn of(hir: &Hir) -> Probe {
    match hir.kind() {
        HirKind::Capture(capture) => of(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min >= 1 => of(&repetition.sub),
        HirKind::Alternation(branches) => one_of(branches.iter().map(of).collect()),
        HirKind::Concat(_) | HirKind::Literal(_) | HirKind::Class(_) => {
            let mut run = Run::default();
            run.take(hir);
            run.finish();
            all(run.probes)
        }
        HirKind::Repetition(_) | HirKind::Look(_) | HirKind::Empty => Probe::Any,
    }
}

/// Required characters, folded, as they follow each other.
#[derive(Default)]
struct Run {
    text: String,
    probes: Vec<Probe>,
}

impl Run {
    fn take(&mut self, hir: &Hir) {
        match hir.kind() {
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.take(part)),
            HirKind::Capture(capture) if is_required(&capture.sub) => self.take(&capture.sub),
            HirKind::Literal(literal) => match std::str::from_utf8(&literal.0) {
                Ok(text) => self.text.extend(text.chars().map(fold_char)),
                Err(_) => self.finish(),
            },
            HirKind::Class(class) => match single_folded(class) {
                Some(character) => self.text.push(character),
                None => self.finish(),
            },
            // A place between two characters, or none.
            HirKind::Look(_) | HirKind::Empty => {}
            _ => {
                self.finish();
                self.probes.push(of(hir));
            }
        }
    }

    fn finish(&mut self) {
        let text = std::mem::take(&mut self.text);
        let (Some(first), Some(last)) = (text.find(not_word), text.rfind(not_word)) else { return };
        let inner = palisade_record::words::words(&text[first..last]);
        self.probes.extend(inner.map(|word| Probe::Word(word.to_owned())));
    }
}

fn not_word(character: char) -> bool {
    !is_word_char(character)
}

fn is_required(hir: &Hir) -> bool {
    matches!(hir.kind(), HirKind::Concat(_) | HirKind::Literal(_) | HirKind::Class(_))
}
