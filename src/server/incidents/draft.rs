//! A draft of what to tell an authority: what is known stands in it, and what only people know is asked for.

use std::fmt::Write;

use palisade_access::ApiError;
use palisade_query::Engine;
use palisade_query::language::Name;
use palisade_record::{StreamName, TimeRange, Timestamp};
use palisade_review::{Duty, Incident, Standing, Told};
use serde_json::{Value, json};

use crate::configuration::Stream;

/// What is known of the records of an incident.
pub(super) struct Known {
    records: u64,
    first: Option<String>,
    last: Option<String>,
    /// People whose data is in them, by stream and field.
    people: Vec<(String, String, u64)>,
    users: u64,
}

impl Known {
    /// Asks. People are counted where a stream says whose data is in a record.
    pub(super) fn ask(
        engine: &Engine,
        streams: &[Stream],
        query: &str,
        stream: Option<&str>,
    ) -> Result<Self, ApiError> {
        let named = |name: &str| name.parse::<StreamName>().map_err(ApiError::internal);
        let of = stream.map(named).transpose()?;
        let row = |pipes: &str, of: Option<&StreamName>| -> Result<Vec<Value>, ApiError> {
            let table = engine.kept_table(query, pipes, of, TimeRange::ALL, 1)?;
            Ok(table.rows.into_iter().next().unwrap_or_default())
        };
        let all = row("stats count(), distinct(user_id), first(timestamp), last(timestamp)", of.as_ref())?;
        let number = |row: &[Value], at: usize| row.get(at).and_then(Value::as_u64).unwrap_or(0);
        let text = |at: usize| all.get(at).and_then(Value::as_str).map(str::to_owned);
        let mut people = Vec::new();
        for stream in streams.iter().filter(|stream| of.as_ref().is_none_or(|of| *of == stream.name)) {
            let Some(field) = stream.person() else { continue };
            let asked = format!("stats distinct({})", Name::new(field));
            people.push((
                stream.name.to_string(),
                field.to_owned(),
                number(&row(&asked, Some(&stream.name))?, 0),
            ));
        }
        Ok(Self { records: number(&all, 0), users: number(&all, 1), first: text(2), last: text(3), people })
    }

    /// The same for programs.
    pub(super) fn as_json(&self) -> Value {
        let people = |(stream, field, count): &(String, String, u64)| json!({ "stream": stream, "field": field, "people": count });
        json!({
            "records": self.records, "users": self.users, "first": self.first, "last": self.last,
            "people": self.people.iter().map(people).collect::<Vec<_>>(),
        })
    }
}

/// What nobody but people knows.
const ASKED: &str = "**to be written**";

/// The draft, as Markdown: the parts that Article 33(3) of the GDPR and Article 23(4) of NIS2 ask for.
pub(super) fn draft(incident: &Incident, known: Option<&Known>, now: Timestamp) -> String {
    let mut text = String::new();
    let mut line = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    line(&format!("# {}", plain(&incident.title)));
    line("");
    line(&format!("Incident {}, draft of {now}. Not sent to anybody.", incident.id));
    line("");
    line("## Clocks");
    line("");
    line(&format!("Aware at {}.", incident.aware_at));
    line("");
    for duty in Duty::ALL {
        line(&format!(
            "- {}: due at {}, {}{}",
            duty.name(),
            incident.due_at(duty),
            standing(incident.standing(duty, now)),
            told(incident, duty)
        ));
    }
    line("");
    line("## 1. What happened, and whose data it is about");
    line("");
    line(&format!("Nature of the incident: {ASKED}"));
    line("");
    match known {
        Some(known) => known_as_text(known, incident, &mut line),
        None => line(&format!(
            "Number of people and records: {ASKED} (no question was named whose records are about it)"
        )),
    }
    line("");
    line("## 2. Whom to ask");
    line("");
    line(&format!("Data protection officer, or another contact: {ASKED}"));
    line("");
    line("## 3. What is likely to follow from it");
    line("");
    line(ASKED);
    line("");
    line("## 4. What was done, and what is planned");
    line("");
    line(&format!("Planned: {ASKED}"));
    line("");
    for note in &incident.notes {
        line(&format!("- {}, {}: {}", note.at, plain(&note.by), plain(&note.text)));
    }
    line("");
    line("## 5. Cause, and effects across borders");
    line("");
    line(&format!("Suspected to be unlawful or malicious: {ASKED}"));
    line(&format!("Effects in other countries: {ASKED}"));
    text
}

fn known_as_text(known: &Known, incident: &Incident, line: &mut impl FnMut(&str)) {
    let query = incident.query.as_deref().map(Engine::masked_query).unwrap_or_default();
    let stream = incident.stream.as_deref().unwrap_or("all streams");
    line(&format!("- {} records in {stream}, of {} users", known.records, known.users));
    if let (Some(first), Some(last)) = (&known.first, &known.last) {
        line(&format!("- from {first} to {last}"));
    }
    for (stream, field, people) in &known.people {
        line(&format!("- {people} different values of `{field}` in `{stream}`: so many people, or nearly"));
    }
    line(&format!("- asked for with `{}`", query.replace('`', "'")));
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Open => "open",
        Standing::Soon => "open, due soon",
        Standing::Overdue => "OVERDUE",
        Standing::Done => "done",
        Standing::Late => "done, too late",
        Standing::NotNeeded => "not needed",
    }
}

fn told(incident: &Incident, duty: Duty) -> String {
    let mut text = String::new();
    if let Some(Told { at, note, .. }) = incident.told.iter().rev().find(|told| told.duty == duty) {
        let at = at.map(|at| format!("told at {at}, ")).unwrap_or_default();
        // Writing to a String cannot fail.
        _ = write!(text, " ({at}{}: {})", plain(&note.by), plain(&note.text));
    }
    text
}

/// A text of people on one line, in which nothing is Markdown.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\n' | '\r' | '\t' => plain.push(' '),
            sign if sign.is_control() => {}
            sign if "\\`*_[]<>#|".contains(sign) => plain.extend(['\\', sign]),
            sign => plain.push(sign),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_no_markup_in_the_draft() {
        assert_eq!(plain("a\n# b <script> [x](y) *z*"), "a \\# b \\<script\\> \\[x\\](y) \\*z\\*");
    }
}
