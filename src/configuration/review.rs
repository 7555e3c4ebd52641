//! `[review]`: whose accesses are reviewed, and what explains them.

use std::ops::Range;

use palisade_lifecycle::Term;
use toml_edit::TableLike;

use super::problem::Problem;
use super::section::Section;
use super::streams::Stream;
use super::{Review, value};

/// Nobody reviews anything in less.
const DUE_MIN: Term = Term::days(1);

pub(super) fn read(
    table: &dyn TableLike,
    place: Range<usize>,
    streams: &[Stream],
    problems: &mut Vec<Problem>,
) -> Review {
    let mut section = Section::new("review", table, place.clone());
    let mut review = Review::default();
    review.stream = section.value(problems, "stream", value::stream);
    review.facts = section.value(problems, "facts", value::stream);
    review.monthly = section.value(problems, "monthly", value::truth).unwrap_or(review.monthly);
    review.due = section.value(problems, "due", value::term).unwrap_or(review.due);
    section.finish(problems);
    let mut wrong = |message: String| problems.push(Problem { span: place.clone(), message });
    if review.due < DUE_MIN {
        wrong("`review.due` is less than a day; name one like 14d".to_owned());
    }
    let Some(of) = review.of(streams) else {
        let message = "`review.stream` has no protected field, which would say whose data was opened; name one in `streams.protected`";
        wrong(message.to_owned());
        return review;
    };
    let facts = review.facts.as_ref().and_then(|name| streams.iter().find(|stream| stream.name == *name));
    let is_protected = facts.is_some_and(|stream| stream.protection.fields.contains(&of.person));
    if let Some(name) = review.facts.as_ref().filter(|_| !is_protected) {
        wrong(format!(
            "`review.facts`: the stream `{name}` does not protect `{}`, as `{}` does; without it, what it says of people would be \
             in clear, and could not be compared",
            of.person, of.stream
        ));
    }
    review
}

/// Whose accesses are reviewed.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Reviewed {
    pub(crate) stream: palisade_record::StreamName,
    /// The field that says whose data was opened.
    pub(crate) person: String,
}

impl Review {
    /// The stream whose accesses are reviewed, if there is one that says whose data was opened.
    pub(crate) fn of(&self, streams: &[Stream]) -> Option<Reviewed> {
        let is_meant = |stream: &&Stream| match &self.stream {
            Some(name) => stream.name == *name,
            None => !stream.protection.fields.is_empty(),
        };
        let stream = streams.iter().find(is_meant)?;
        Some(Reviewed { stream: stream.name.clone(), person: stream.person()?.to_owned() })
    }
}
