//! Whether a detection holds for a record, straight from what the rule says: slow, and simple enough to be right.

use palisade_record::Value;

use super::compile::stream;
use super::probe::lies;
use super::time_part::{part_of, time_of};
use crate::Events;
use crate::number::Number;
use crate::pipeline::{Name, Pipeline};
use crate::rule::network::parse_address;
use crate::rule::{Condition, DASHES, Detection, Group, Item, LogSource, Pattern, Piece, Search, Test, fold};

/// Whether a detection holds for a record.
pub fn matches_naively(detection: &Detection, pipeline: &Pipeline, events: &dyn Events, row: usize) -> bool {
    let record = Record::new(events, row, pipeline, &detection.source);
    record.is_of_source()
        && record.search(&detection.search)
        && detection.filters.iter().all(|filter| record.search(filter))
}

/// A record as a rule with a certain log source sees it.
pub(super) struct Record<'a> {
    values: Vec<(Name, String)>,
    stream: &'a str,
    pipeline: &'a Pipeline,
    source: &'a LogSource,
}

impl<'a> Record<'a> {
    pub(super) fn new(
        events: &'a dyn Events,
        row: usize,
        pipeline: &'a Pipeline,
        source: &'a LogSource,
    ) -> Self {
        let mut values = Vec::new();
        events.values_of(row, &mut |name, value: Value<'_>| {
            values.push((Name::new(name), value.as_text().into_owned()));
        });
        Self { values, stream: events.stream(), pipeline, source }
    }

    /// Whether the record is one of the log source.
    pub(super) fn is_of_source(&self) -> bool {
        let of_stream = |name: &String| glob(&stream(name), self.stream);
        self.source.stream.as_ref().is_none_or(of_stream)
            && self.pipeline.requirements(self.source).all(|records| self.group(records))
    }

    pub(super) fn search(&self, search: &Search) -> bool {
        let selections: Vec<bool> =
            search.selections.iter().map(|selection| self.group(&selection.group)).collect();
        condition(&search.condition, &selections)
    }

    pub(super) fn group(&self, group: &Group) -> bool {
        match group {
            Group::All(parts) => parts.iter().all(|part| self.group(part)),
            Group::Any(parts) => parts.iter().any(|part| self.group(part)),
            Group::Item(item) => self.item(item),
        }
    }

    pub(super) fn item(&self, item: &Item) -> bool {
        let values = self.values(item.field.as_deref());
        let mut tests = item.tests.iter().map(|test| self.test(test, &values));
        let holds = if item.all { tests.all(|holds| holds) } else { tests.any(|holds| holds) };
        holds != item.negated
    }

    /// The texts of a field's values; those of all fields for keywords.
    pub(super) fn values(&self, field: Option<&str>) -> Vec<&str> {
        let names = field.map(|field| self.pipeline.names(self.source, field));
        let wanted = |name: &Name| names.as_ref().is_none_or(|names| names.contains(name));
        self.values.iter().filter(|(name, _)| wanted(name)).map(|(_, text)| text.as_str()).collect()
    }

    fn test(&self, test: &Test, values: &[&str]) -> bool {
        match test {
            Test::Any(tests) => tests.iter().any(|test| self.test(test, values)),
            Test::Absent => values.is_empty(),
            Test::Present => !values.is_empty(),
            Test::Text(pattern) => values.iter().any(|text| glob(pattern, text)),
            Test::Equal(number) => values.iter().any(|text| Number::parse(text) == Some(*number)),
            Test::Compare(how, with) => {
                values.iter().any(|text| Number::parse(text).is_some_and(|number| how.holds(number, *with)))
            }
            Test::Part(part, how, with) => values.iter().any(|text| {
                time_of(text).is_some_and(|time| how.holds(Number::from(part_of(time, *part)), *with))
            }),
            Test::Regex(regex) => values.iter().any(|text| regex.is_match(text)),
            Test::Network(network) => {
                values.iter().any(|text| parse_address(text).is_some_and(|address| network.contains(address)))
            }
            Test::Field(reference) => {
                let case = |text: &str| if reference.cased { text.to_owned() } else { fold(text) };
                let others = self.values(Some(&reference.field));
                values
                    .iter()
                    .any(|text| others.iter().any(|other| lies(reference.place, &case(text), &case(other))))
            }
        }
    }
}

fn condition(condition_: &Condition, selections: &[bool]) -> bool {
    match condition_ {
        Condition::Selection(number) => selections[*number],
        Condition::Not(inner) => !condition(inner, selections),
        Condition::All(parts) => parts.iter().all(|part| condition(part, selections)),
        Condition::Any(parts) => parts.iter().any(|part| condition(part, selections)),
    }
}

/// Whether text matches a pattern: which of its ends can be reached by the pieces so far, piece by piece.
fn glob(pattern: &Pattern, text: &str) -> bool {
    let text: Vec<char> =
        if pattern.is_cased() { text.chars().collect() } else { fold(text).chars().collect() };
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for piece in pattern.pieces() {
        let mut next = vec![false; text.len() + 1];
        for from in (0..=text.len()).filter(|from| reached[*from]) {
            match piece {
                Piece::Many => next[from..].fill(true),
                Piece::One if from < text.len() => next[from + 1] = true,
                Piece::Dash if from < text.len() && DASHES.contains(&text[from]) => next[from + 1] = true,
                Piece::Text(part)
                    if part.chars().eq(text[from..].iter().copied().take(part.chars().count())) =>
                {
                    next[from + part.chars().count()] = true;
                }
                _ => {}
            }
        }
        reached = next;
    }
    reached[text.len()]
}
