//! `[[streams]]`: how long the records of a stream are kept, and what in them is protected.

use std::ops::Range;

use palisade_index::ClassName;
use palisade_record::StreamName;
use palisade_seal::detector::UserPattern;
use palisade_seal::policy::{Policy, Protection};
use toml_edit::TableLike;

use super::problem::Problem;
use super::section::Section;
use super::value;

/// What is said about one stream.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Stream {
    pub(crate) name: StreamName,
    /// The class that says how long its records are kept, and where.
    pub(crate) class: ClassName,
    /// Whether sealed journal files go into the cold storage within seconds of arrival.
    pub(crate) receipts: bool,
    /// What is encrypted in its records.
    pub(crate) protection: Protection,
}

/// The stream that is there from the start.
const AUDIT: &str = "audit";

impl Stream {
    /// The protected field that says whose a record is: the one that is named so, or else the first.
    pub(crate) fn person(&self) -> Option<&str> {
        let Protection { subject, fields, .. } = &self.protection;
        subject.as_ref().or(fields.first()).map(String::as_str)
    }

    /// The streams of a configuration that says nothing: that of a hospital's audit trail.
    ///
    /// # Panics
    /// Never: the name is one.
    pub(crate) fn ready() -> Vec<Self> {
        let protection = Protection {
            stream: AUDIT.to_owned(),
            fields: vec!["patient_id".to_owned()],
            ..Protection::default()
        };
        let name = AUDIT.parse().expect("`audit` is the name of a stream");
        vec![Self { name, class: ClassName::standard(), receipts: false, protection }]
    }
}

/// A stream, and where it stands in the file.
pub(super) type Placed = (Stream, Range<usize>);

/// All streams of the file; `audit` is there too when the file does not name it.
pub(super) fn read(tables: Vec<(&dyn TableLike, Range<usize>)>, problems: &mut Vec<Problem>) -> Vec<Placed> {
    let mut streams: Vec<Placed> = Vec::new();
    for (table, place) in tables {
        let Some(stream) = stream(table, place.clone(), problems) else { continue };
        if streams.iter().any(|(other, _)| other.name == stream.name) {
            let message = format!("`streams.name` {} is there twice; join the two tables", stream.name);
            problems.push(Problem { span: place, message });
            continue;
        }
        streams.push((stream, place));
    }
    let missing = |ready: &Stream| !streams.iter().any(|(stream, _)| stream.name == ready.name);
    let ready: Vec<Placed> =
        Stream::ready().into_iter().filter(missing).map(|stream| (stream, 0..0)).collect();
    ready.into_iter().chain(streams).collect()
}

fn stream(table: &dyn TableLike, place: Range<usize>, problems: &mut Vec<Problem>) -> Option<Stream> {
    let mut section = Section::new("streams", table, place.clone());
    let name = section.required(problems, "name", "\"audit\"", value::stream);
    let class = section.value(problems, "class", value::class);
    let receipts = section.value(problems, "receipts", value::truth).unwrap_or_default();
    let mut protection = Protection {
        fields: section.value(problems, "protected", value::texts).unwrap_or_default(),
        subject: section.value(problems, "subject", value::text),
        ..Protection::default()
    };
    let detectors = &mut protection.detectors;
    detectors.builtin = section.value(problems, "detectors", value::texts).unwrap_or_default();
    detectors.named_values = section.value(problems, "named_values", value::truth).unwrap_or_default();
    detectors.patterns = patterns(section.tables(problems, "patterns"), problems);
    section.finish(problems);
    let name = name?;
    protection.stream = name.to_string();
    if let Err(wrong) = Policy::new(&protection) {
        problems.push(Problem { span: place, message: format!("`streams` {name}: {wrong}") });
    }
    Some(Stream { name, class: class.unwrap_or_else(ClassName::standard), receipts, protection })
}

fn patterns(tables: Vec<(&dyn TableLike, Range<usize>)>, problems: &mut Vec<Problem>) -> Vec<UserPattern> {
    let mut patterns = Vec::new();
    for (table, place) in tables {
        let mut section = Section::new("streams.patterns", table, place);
        let name = section.required(problems, "name", "\"member\"", value::text);
        let regex = section.required(problems, "regex", "'\\bM[0-9]{8}\\b'", value::text);
        section.finish(problems);
        if let (Some(name), Some(regex)) = (name, regex) {
            patterns.push(UserPattern { name, regex });
        }
    }
    patterns
}
