//! Records as lines: time, level, service, message, aligned.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use super::{escape, escape_value};

/// Widest the column of services becomes; longer names push their own line only.
const SERVICE_WIDTH_MAX: usize = 24;
const LEVEL_WIDTH: usize = 5;

/// Makes lines of records. The column of services grows with the names that were seen, so that a stream of records
/// is aligned without being held back.
#[derive(Debug)]
pub(crate) struct RecordPrinter {
    colours: bool,
    fields: Vec<String>,
    widths: Vec<usize>,
    service_width: usize,
}

impl RecordPrinter {
    /// Prints time, level, service and message; or, when `fields` are named, time and those.
    pub(crate) fn new(colours: bool, fields: Vec<String>) -> Self {
        let widths = fields.iter().map(String::len).collect();
        Self { colours, fields, widths, service_width: 0 }
    }

    /// The line of names above the records, when fields were chosen.
    pub(crate) fn heading(&self) -> Option<String> {
        if self.fields.is_empty() {
            return None;
        }
        let mut line = format!("{:24}", "timestamp");
        for (name, width) in self.fields.iter().zip(&self.widths) {
            _ = write!(line, "  {name:width$}");
        }
        Some(self.paint(Style::new().dimmed(), line.trim_end()))
    }

    /// Makes room for the services of records that are known ahead.
    pub(crate) fn prepare<'a>(&mut self, records: impl Iterator<Item = &'a Value>) {
        for record in records {
            self.service_width = self.service_width.max(service_of(record).chars().count());
            for (name, width) in self.fields.iter().zip(&mut self.widths) {
                *width = (*width).max(field_of(record, name).chars().count()).min(SERVICE_WIDTH_MAX);
            }
        }
        self.service_width = self.service_width.min(SERVICE_WIDTH_MAX);
    }

    /// One record as a line.
    pub(crate) fn line(&mut self, record: &Value) -> String {
        self.prepare(std::iter::once(record));
        let time = field_of(record, "timestamp");
        let mut line = self.paint(Style::new().dimmed(), &format!("{time:24}"));
        if self.fields.is_empty() {
            let level = field_of(record, "level");
            let shown = format!("{:LEVEL_WIDTH$}", level.to_uppercase());
            let service = format!("{:width$}", service_of(record), width = self.service_width);
            _ = write!(
                line,
                "  {}  {}  {}",
                self.paint(style_of(&level), &shown),
                self.paint(AnsiColor::Cyan.on_default(), &service),
                message_of(record)
            );
        } else {
            for (name, width) in self.fields.iter().zip(&self.widths) {
                _ = write!(line, "  {:width$}", field_of(record, name));
            }
        }
        line.truncate(line.trim_end().len());
        line
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.colours && style != Style::new() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

fn style_of(level: &str) -> Style {
    match level.to_ascii_lowercase().as_str() {
        "fatal" | "critical" | "emergency" | "alert" | "error" | "err" => AnsiColor::Red.on_default().bold(),
        "warn" | "warning" => AnsiColor::Yellow.on_default(),
        "debug" | "trace" => Style::new().dimmed(),
        _ => Style::new(),
    }
}

fn message_of(record: &Value) -> String {
    let message = field_of(record, "message");
    match record.get("raw") {
        _ if !message.is_empty() => message,
        Some(raw) => escape_value(raw),
        // Whoever sees only some of the fields does not see the exact text.
        None => escape_value(&record["fields"]),
    }
}

fn service_of(record: &Value) -> String {
    let named = field_of(record, "service");
    let of_origin = |part: &str| escape_value(&record["origin"][part]);
    [named, of_origin("container"), field_of(record, "stream")]
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or_default()
}

/// A field of the record: first what the record says of itself, then its fields, then its origin as `origin.pod`.
fn field_of(record: &Value, name: &str) -> String {
    let place = match name.strip_prefix("origin.") {
        Some(part) => record["origin"].get(part),
        None if matches!(name, "id" | "timestamp" | "received_at" | "stream" | "raw") => record.get(name),
        None => record["fields"].get(name),
    };
    match place {
        // Several values of one field.
        Some(Value::Array(values)) => values.iter().map(escape_value).collect::<Vec<_>>().join(","),
        Some(value) => escape_value(value),
        None => escape(nested(&record["fields"], name).as_deref().unwrap_or_default()).into_owned(),
    }
}

/// A field by its path, for answers whose fields are nested.
fn nested(fields: &Value, name: &str) -> Option<String> {
    let found = name.split('.').try_fold(fields, |value, part| value.get(part))?;
    (!found.is_object()).then(|| escape_value(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(level: &str, service: &str, message: &str) -> Value {
        json!({
            "timestamp": "2026-11-21T08:00:00.000Z",
            "stream": "app",
            "origin": {"pod": "p-1"},
            "fields": {"level": level, "service": service, "message": message, "user_id": "u-7"},
            "raw": "…",
        })
    }

    #[test]
    fn records_become_aligned_lines() {
        let records = [record("error", "pay", "no \u{1b}[31mmoney"), record("info", "accounts", "hello")];
        let mut printer = RecordPrinter::new(false, Vec::new());
        printer.prepare(records.iter());

        assert_eq!(
            printer.line(&records[0]),
            "2026-11-21T08:00:00.000Z  ERROR  pay       no \\u{1b}[31mmoney"
        );
        assert_eq!(printer.line(&records[1]), "2026-11-21T08:00:00.000Z  INFO   accounts  hello");
    }

    #[test]
    fn chosen_fields_replace_the_usual_columns() {
        let mut printer = RecordPrinter::new(false, vec!["user_id".into(), "origin.pod".into()]);

        assert_eq!(printer.heading().unwrap(), "timestamp                 user_id  origin.pod");
        assert_eq!(printer.line(&record("info", "a", "b")), "2026-11-21T08:00:00.000Z  u-7      p-1");
    }

    #[test]
    fn a_record_without_fields_shows_its_bytes_and_its_stream() {
        let plain =
            json!({"timestamp": "2026-11-21T08:00:00.000Z", "stream": "nginx", "fields": {}, "raw": "GET /"});

        let line = RecordPrinter::new(false, Vec::new()).line(&plain);

        assert_eq!(line, "2026-11-21T08:00:00.000Z         nginx  GET /");
    }

    #[test]
    fn colours_are_only_used_when_asked_for() {
        let line = RecordPrinter::new(true, Vec::new()).line(&record("error", "a", "b"));

        assert!(line.contains("\u{1b}[31m"), "{line:?}");
    }
}
