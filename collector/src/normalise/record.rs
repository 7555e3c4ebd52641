//! One record: from its bytes to its time and its fields.

use palisade_index::Standing;
use palisade_record::canonical::FIELDS;
use palisade_record::sealed::body_name;
use palisade_record::{FrameFlags, Timestamp, Value};

use super::clock_text::Reference;
use super::event_time::{self, EventTime};
use super::fields::{Field, Fields, Origin};
use super::json::Problem;
use super::layout::Layouts;
use super::names::{LEVEL, MESSAGE, NameId, Names, SERVICE};
use super::sealed::{self, Parts};
use super::sink::{Head, Sink};
use super::source::Source;
use super::{level, line_time, view};

/// The field that tells how long a record was of which only the head is kept.
const ORIGINAL_BYTES: &str = "truncated.original_bytes";

/// A record before it was read.
#[derive(Clone, Copy)]
pub(crate) struct Unread<'a> {
    pub(crate) offset: u64,
    pub(crate) flags: FrameFlags,
    pub(crate) time: Option<Timestamp>,
    /// How long it was, when it is truncated.
    pub(crate) original_bytes: u64,
    pub(crate) payload: &'a [u8],
}

/// Which name of the record stands for each canonical field.
type Claims = [Option<NameId>; FIELDS.len()];

/// Buffers for reading records, used again for each.
pub(crate) struct Workbench {
    names: Names,
    fields: Fields,
    layouts: Layouts,
    view: String,
    inner: String,
    reason: String,
    body_name: String,
    masked: String,
}

impl Workbench {
    pub(crate) fn new() -> Self {
        let (view, inner, reason) = (String::new(), String::new(), String::new());
        Self {
            names: Names::new(),
            fields: Fields::default(),
            layouts: Layouts::default(),
            view,
            inner,
            reason,
            body_name: String::new(),
            masked: String::new(),
        }
    }

    /// Reads a record into the sink of its group; says whether it is one for the quarantine.
    pub(crate) fn read<'s, S: Sink + 's>(
        &mut self,
        record: Unread<'_>,
        source: &Source<'_>,
        sink_of: impl FnOnce(&str) -> &'s mut S,
    ) -> bool {
        if self.names.begin_record() {
            self.layouts.clear();
        }
        self.fields.clear();
        self.reason.clear();
        if record.flags.contains(FrameFlags::MALFORMED) {
            self.reason.push_str("the line is not what the container runtime writes");
        } else {
            let before = view::before_text(record.payload);
            let blanks =
                record.payload[before..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let text = &record.payload[before + blanks..];
            if text.first() == Some(&b'{') {
                match self.read_object(text, before + blanks) {
                    Ok(text) => {
                        self.emit_object(record, text, source, sink_of);
                        return false;
                    }
                    Err(problem) => self.explain(problem, before + blanks, record.flags),
                }
            }
        }
        let sink = sink_of(source.service());
        self.emit_line(record, source, sink);
        !self.reason.is_empty()
    }

    fn read_object<'a>(&mut self, text: &'a [u8], before: usize) -> Result<&'a str, Problem> {
        let text = std::str::from_utf8(text)
            .map_err(|error| Problem { offset: error.valid_up_to(), what: "expected UTF-8" })?;
        if !self.layouts.read(text, before, &mut self.fields) {
            self.fields.read(text, Origin::Record(before), &mut self.names)?;
            self.layouts.learn(text, before, &self.fields);
        }
        Ok(text)
    }

    fn explain(&mut self, problem: Problem, before: usize, flags: FrameFlags) {
        use std::fmt::Write as _;
        let cut =
            if flags.contains(FrameFlags::TRUNCATED) { "; the record was too long and is cut" } else { "" };
        // Writing to a String cannot fail.
        _ = write!(self.reason, "not JSON at byte {}: {}{cut}", before + problem.offset, problem.what);
    }

    fn emit_line<S: Sink>(&mut self, record: Unread<'_>, source: &Source<'_>, sink: &mut S) {
        let Self { view, names, masked, .. } = self;
        let (text, standing) = view::text(record.payload, view);
        let text = sealed::masked(text, masked);
        if sealed::is_whole(record.payload) {
            self.reason.push_str(sealed::WHOLE);
        }
        let reference = Reference { zone: &source.zone, received_at: source.received_at };
        let told = || line_time::find(text.as_bytes(), reference).map(|found| found.time);
        let time = runtime_time(record).or_else(told).unwrap_or(source.received_at);
        sink.begin(head(record, source, time));
        if !text.is_empty() {
            sink.field("message", Value::Text(text), standing);
        }
        if let Some(level) = level::find(text) {
            sink.field("level", Value::Text(level), Standing::Nowhere);
        }
        if !self.reason.is_empty() {
            sink.field("quarantine.reason", Value::Text(&self.reason), Standing::Nowhere);
        }
        finish(names, record, source, sink);
    }

    fn emit_object<'s, S: Sink + 's>(
        &mut self,
        record: Unread<'_>,
        text: &str,
        source: &Source<'_>,
        sink_of: impl FnOnce(&str) -> &'s mut S,
    ) {
        let mut claims = Claims::default();
        self.claim(&mut claims, 0);
        let outer_count = self.fields.len();
        if self.read_inner(text, &claims) {
            self.claim(&mut claims, outer_count);
        }
        let reference = Reference { zone: &source.zone, received_at: source.received_at };
        let event = event_time::find(&self.fields, text, &self.names, reference);
        let told = event.told.map(|(time, _)| time);
        let time = told.or_else(|| runtime_time(record)).unwrap_or(source.received_at);
        let sink = sink_of(self.group(text, &claims, source));
        sink.begin(head(record, source, time));
        for position in 0..self.fields.len() {
            self.emit_field(position, position >= outer_count, text, &claims, event, sink);
        }
        if event.is_broken {
            sink.field("timestamp.problem", Value::Text(event_time::PROBLEM), Standing::Nowhere);
        }
        finish(&self.names, record, source, sink);
    }

    /// The first value of the field that stands for the service.
    fn group<'a>(&'a self, text: &'a str, claims: &Claims, source: &'a Source<'_>) -> &'a str {
        let Some(name) = claims[SERVICE] else { return source.service() };
        let field = self.fields.iter().find(|field| field.name == name);
        match field.map(|field| self.fields.value(field, text)) {
            Some(Value::Text(service)) => service,
            _ => "",
        }
    }

    fn emit_field<S: Sink>(
        &mut self,
        position: usize,
        is_inner: bool,
        text: &str,
        claims: &Claims,
        event: EventTime,
        sink: &mut S,
    ) {
        let field = self.fields.get(position);
        let name = self.final_name(field, claims);
        if is_inner && self.names.is_outer(name) {
            return;
        }
        self.names.mark(name, is_inner);
        // The column of event times has it already, unless that would not give back what is written.
        if event.told.is_some_and(|(_, told_at)| told_at == position)
            && (field.standing == Standing::Nowhere || sink.time(field.standing))
        {
            return;
        }
        let mut value = self.fields.value(field, text);
        if name == LEVEL
            && let Value::Integer(number) = value
            && let Some(level) = level::of_number(number)
        {
            value = Value::Text(level);
        }
        let name = self.names.text(name);
        match (value, field.standing) {
            (Value::Text(text), Standing::Quoted(start, _)) if sealed::may_be(text) => {
                match sealed::parts(text, start) {
                    Some(Parts { token, body }) => {
                        body_name(name, &mut self.body_name);
                        sink.field(name, Value::Text(token.0), token.1);
                        sink.field(&self.body_name, Value::Text(body.0), body.1);
                    }
                    None => {
                        sink.field(name, Value::Text(sealed::masked(text, &mut self.masked)), field.standing);
                    }
                }
            }
            // Inside of a message; the record's bytes have the rest.
            (Value::Text(text), Standing::Nowhere) if sealed::may_be(text) => {
                let token = sealed::parts(text, 0).map(|parts| parts.token.0);
                let text = token.unwrap_or_else(|| sealed::masked(text, &mut self.masked));
                sink.field(name, Value::Text(text), field.standing);
            }
            _ => sink.field(name, value, field.standing),
        }
    }

    /// The canonical name if this field stands for it, and its own otherwise.
    fn final_name(&self, field: Field, claims: &Claims) -> NameId {
        match self.names.canonical(field.name) {
            Some(canonical) if claims[canonical] == Some(field.name) => canonical,
            _ => field.name,
        }
    }

    /// Decides which of the names from `from` on stand for canonical fields nobody stands for yet: the canonical name
    /// itself, or else the first alias.
    fn claim(&self, claims: &mut Claims, from: usize) {
        let before = *claims;
        for field in self.fields.iter().skip(from) {
            let Some(canonical) = self.names.canonical(field.name) else { continue };
            let is_own = field.name == canonical;
            if before[canonical].is_none() && (is_own || claims[canonical].is_none()) {
                claims[canonical] = Some(field.name);
            }
        }
    }

    /// Adds the fields of a JSON object that is the text of the message; says whether there was one.
    fn read_inner(&mut self, text: &str, claims: &Claims) -> bool {
        let Some(message) = claims[MESSAGE] else { return false };
        let Some(field) = self.fields.iter().find(|field| field.name == message) else { return false };
        let Value::Text(text) = self.fields.value(field, text) else { return false };
        let text = text.trim_ascii();
        if !(text.starts_with('{') && text.ends_with('}')) {
            return false;
        }
        self.inner.clear();
        self.inner.push_str(text);
        let inner = std::mem::take(&mut self.inner);
        let outcome = self.fields.read(&inner, Origin::Inside, &mut self.names);
        self.inner = inner;
        outcome.is_ok()
    }
}

fn head<'a>(record: Unread<'a>, source: &Source<'_>, time: Timestamp) -> Head<'a> {
    Head { batch: source.batch, offset: record.offset, flags: record.flags.bits(), time, raw: record.payload }
}

/// The time the container runtime wrote.
fn runtime_time(record: Unread<'_>) -> Option<Timestamp> {
    record.time.filter(|time| line_time::is_plausible(*time))
}

/// Adds what is not in the record's text, and ends the record.
fn finish<S: Sink>(names: &Names, record: Unread<'_>, source: &Source<'_>, sink: &mut S) {
    for (name, value) in source.fields {
        if !value.is_empty() && !names.has(name) {
            sink.field(name, Value::Text(value), Standing::Nowhere);
        }
    }
    if record.flags.contains(FrameFlags::TRUNCATED) {
        let length = i64::try_from(record.original_bytes).unwrap_or(i64::MAX);
        sink.field(ORIGINAL_BYTES, Value::Integer(length), Standing::Nowhere);
    }
    sink.end();
}
