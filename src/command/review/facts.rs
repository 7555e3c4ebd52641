//! `palisade review facts`: a table of another system, told as records that explain accesses.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use palisade_record::{StreamName, Timestamp};
use palisade_review::{Fact, FactFields, Unusable};
use serde_json::{Map, Value};

use super::super::printed::Printed;
use crate::client::{Client, read_json};
use crate::output::say;

/// Records of one request.
const RECORDS_MAX: usize = 10_000;

/// Longest line of a table: no fact has more to say.
const FIELDS_BYTES_MAX: usize = 64 << 10;

/// Largest answer to records that were sent.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// Tell what explains accesses: appointments, stays, duties, from a CSV file with a line of headings.
///
/// Each line says what belonged together, from when to when: a person and a user (an appointment), a person and a ward (a stay), or a
/// user and a ward (a duty). Columns: kind, valid_from, valid_to (RFC 3339), user_id, ward, reference, and the one that says whose data
/// it is, as it is called in records. Other columns are kept. Systems that speak HTTP send the same as JSON to
/// /api/v1/ingest/STREAM.
#[derive(Args, Debug)]
pub(super) struct Facts {
    /// The table; `-` reads from standard input.
    file: PathBuf,

    /// The stream of facts, as `[review]` names it.
    #[arg(long, value_name = "STREAM")]
    stream: StreamName,

    /// The column that says whose data it is.
    #[arg(long, value_name = "COLUMN", default_value = "patient_id")]
    person: String,

    #[command(flatten)]
    answer: Printed,
}

impl Facts {
    pub(super) fn run(self) -> anyhow::Result<()> {
        // All of it is read before anything is sent: a table with a mistake is told nothing of.
        let records = self.records()?;
        let client = self.answer.connection.open()?;
        for piece in records.chunks(RECORDS_MAX) {
            send(&client, &self.stream, piece)?;
        }
        say(&format!("{} facts told", records.len()));
        Ok(())
    }

    fn records(&self) -> anyhow::Result<Vec<Map<String, Value>>> {
        let source: Box<dyn Read> = match self.file == Path::new("-") {
            true => Box::new(stdin()),
            false => Box::new(
                File::open(&self.file).with_context(|| format!("cannot read {}", self.file.display()))?,
            ),
        };
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(source);
        let place = self.file.display().to_string();
        let headings = reader.headers().with_context(|| format!("{place} is no table"))?.clone();
        let mut records = Vec::new();
        for line in reader.records() {
            let line = line.with_context(|| format!("{place} is no table"))?;
            let number = line.position().map_or(0, csv::Position::line);
            if line.as_slice().len() > FIELDS_BYTES_MAX {
                bail!("{place}, line {number}: longer than {FIELDS_BYTES_MAX} bytes");
            }
            let fields = headings.iter().zip(line.iter()).filter(|(_, value)| !value.is_empty());
            let record: Map<String, Value> =
                fields.map(|(name, value)| (name.to_owned(), Value::String(value.to_owned()))).collect();
            self.check(&record).map_err(|problem| anyhow::anyhow!("{place}, line {number}: {problem}"))?;
            records.push(record);
        }
        Ok(records)
    }

    /// Whether a line is a fact.
    fn check(&self, record: &Map<String, Value>) -> Result<(), String> {
        let field = |name: &str| record.get(name).and_then(Value::as_str).map(str::to_owned);
        let (valid_from, valid_to) = (field("valid_from"), field("valid_to"));
        let fields = FactFields {
            kind: field("kind"),
            person: field(&self.person),
            user: field("user_id"),
            unit: field("ward"),
            valid_from: valid_from.clone(),
            valid_to: valid_to.clone(),
            reference: None,
        };
        match Fact::try_from(fields) {
            Ok(_) => Ok(()),
            Err(Unusable::Names) => {
                Err(format!("it names fewer than two of `{}`, `user_id` and `ward`", self.person))
            }
            Err(Unusable::Times) => {
                for (name, value) in [("valid_from", &valid_from), ("valid_to", &valid_to)] {
                    match value {
                        None => return Err(format!("it has no `{name}`")),
                        Some(text) if Timestamp::parse_rfc3339(text).is_none() => {
                            let text = text.escape_debug();
                            return Err(format!(
                                "`{name}` is `{text}`; write it like 2026-10-01T08:00:00+02:00"
                            ));
                        }
                        Some(_) => {}
                    }
                }
                Err("`valid_to` is before `valid_from`".to_owned())
            }
        }
    }
}

fn send(client: &Client, stream: &StreamName, records: &[Map<String, Value>]) -> anyhow::Result<()> {
    let records = Value::Array(records.iter().cloned().map(Value::Object).collect());
    let answer = client.post(&format!("/api/v1/ingest/{stream}"), "application/json", &records)?;
    let (_, answer) = read_json(answer, ANSWER_BYTES_MAX)?;
    if answer["quarantined"] != 0 {
        bail!("{} of the facts were not taken as they are: {answer}", answer["quarantined"]);
    }
    Ok(())
}
