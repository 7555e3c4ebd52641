//! Mistakes in a configuration file, each with its place.

use std::fmt;
use std::ops::Range;

/// A mistake.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Problem {
    /// Where it stands in the file, in bytes.
    pub(crate) span: Range<usize>,
    /// What is wrong and what to write instead.
    pub(crate) message: String,
}

/// All mistakes of a file, as lines `file:line:column: what`, in the order in which they stand in it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Problems(Vec<String>);

impl Problems {
    /// Finds line and column of each mistake.
    pub(crate) fn new(name: &str, text: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.span.start);
        let render = |problem: &Problem| {
            let before = &text[..text.floor_char_boundary(problem.span.start.min(text.len()))];
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
            format!("{name}:{line}:{column}: {}", problem.message)
        };
        Self(problems.iter().map(render).collect())
    }

    /// The lines.
    pub(crate) fn lines(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [only] => formatter.write_str(only),
            lines => {
                write!(formatter, "the configuration has {} mistakes:", lines.len())?;
                lines.iter().try_for_each(|line| write!(formatter, "\n  {line}"))
            }
        }
    }
}

impl std::error::Error for Problems {}

/// A sentence of the parser as a part of ours.
pub(super) fn lower(message: &str) -> String {
    let mut characters = message.trim().chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => "this is not TOML".to_owned(),
    }
}

/// `; did you mean …?` when one of the known words is near, nothing otherwise.
pub(super) fn suggestion(given: &str, known: &[&str]) -> String {
    nearest(given, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// Words more different than this are different words.
const SIMILARITY_MIN: f64 = 0.7;

fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    let likeness = |word: &str| strsim::jaro_winkler(&given.to_lowercase(), word);
    let best = known.iter().copied().max_by(|left, right| likeness(left).total_cmp(&likeness(right)))?;
    (likeness(best) >= SIMILARITY_MIN).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_suggested_and_a_far_one_is_not() {
        assert_eq!(suggestion("lisen", &["listen", "tls"]), "; did you mean `listen`?");
        assert_eq!(suggestion("Data_Dir", &["data_dir"]), "; did you mean `data_dir`?");
        assert_eq!(suggestion("zebra", &["listen", "tls"]), "");
    }
}
