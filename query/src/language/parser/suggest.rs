//! What somebody may have meant.

use super::pipes::PIPES;
use crate::language::{QueryError, Span};

/// What other languages call the pipes.
const FOREIGN: [(&str, &str); 16] = [
    ("aggregate", "stats"),
    ("count", "stats count()"),
    ("distinct", "dedup"),
    ("filter", "where"),
    ("limit", "head"),
    ("order", "sort"),
    ("project", "fields"),
    ("search", "where"),
    ("select", "fields"),
    ("summarize", "stats"),
    ("table", "fields"),
    ("tail", "sort"),
    ("take", "head"),
    ("timeseries", "timechart"),
    ("uniq", "dedup"),
    ("unique", "dedup"),
];

/// How much alike two words must be, from 0 to 1: one letter wrong in four.
const LIKENESS_MIN: f64 = 0.7;

/// The one of some words that is most like this one.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(&word, known);
    let alike = known.map(|known| (likeness(known), known)).filter(|(likeness, _)| *likeness >= LIKENESS_MIN);
    alike.max_by(|left, right| left.0.total_cmp(&right.0)).map(|(_, known)| known)
}

/// A hint that names the word that was probably meant.
pub(super) fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str>, otherwise: &str) -> String {
    match nearest(word, known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => otherwise.to_owned(),
    }
}

pub(super) fn unknown_pipe(word: &str, span: Span) -> QueryError {
    let known = format!("the pipes are {}; quote | to search for it", PIPES.join(", "));
    if word.is_empty() {
        return QueryError::new(span, "a pipe is missing after `|`", known);
    }
    let foreign = FOREIGN.iter().find(|(foreign, _)| foreign.eq_ignore_ascii_case(word));
    let hint = match foreign {
        Some((_, ours)) => format!("did you mean `{ours}`?"),
        None => did_you_mean(word, PIPES.into_iter(), &known),
    };
    QueryError::new(span, format!("there is no pipe `{word}`"), hint)
}
