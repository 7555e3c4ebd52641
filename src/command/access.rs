//! `palisade access`: who opened whose data, without a query language.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use data_encoding::HEXLOWER;
use palisade_disk::{RealDisk, replace_file};
use palisade_report::document::{Cell, ColumnKind, Table};
use palisade_report::tables;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::printed::Printed;
use crate::output::{Align, say, table};

/// Largest answer: ten thousand accesses with what explains them.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// What is shown of an access: the name in the answer, and the heading.
const COLUMNS: [(&str, &str); 9] = [
    ("timestamp", "time"),
    ("user", "user"),
    ("role", "role"),
    ("unit", "from"),
    ("action", "action"),
    ("outcome", "outcome"),
    ("person", "person"),
    ("after_hours", "after hours"),
    ("explained_by", "explained by"),
];

/// See who opened a person's data, or whose data a user opened.
///
/// Asks by the value as people know it, also where it is stored encrypted, in everything that is kept: hot, warm and cold. What other
/// systems told (`palisade review facts`) explains accesses; what nothing explains says so. The question is written down like any other.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade access --person P-4711 --from 2026-01-01
  palisade access --person P-4711 --unexplained
  palisade access --user nu-017 --from now-30d --outcome failure
  palisade access --person P-4711 --csv accesses.csv     for a spreadsheet; its SHA-256 is printed

`palisade review` has what nothing explains, the most striking first, and reviews to sign.")]
pub(crate) struct Access {
    /// Whose data was opened.
    #[arg(long, value_name = "VALUE", required_unless_present = "user", conflicts_with = "user")]
    person: Option<String>,

    /// Who opened it.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    /// From when on: RFC 3339, or like now-30d.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,

    /// Until when.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,

    /// Only accesses with this outcome, such as `failure`.
    #[arg(long, value_name = "OUTCOME")]
    outcome: Option<String>,

    /// Only what nothing explains.
    #[arg(long)]
    unexplained: bool,

    /// Write them as CSV to this file instead.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,

    #[command(flatten)]
    answer: Printed,
}

impl Access {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let client = self.answer.connection.open()?;
        let request = json!({
            "person": self.person, "user": self.user, "from": self.from, "to": self.to, "outcome": self.outcome,
            "unexplained": self.unexplained,
        });
        let answer = client.post("/api/v1/access", "application/json", &request)?;
        let mut written = Ok(());
        self.answer.print(answer, ANSWER_BYTES_MAX, |answer| match &self.csv {
            Some(file) => {
                written = write(file, answer);
                summary(answer)
            }
            None => {
                let rows: Vec<Vec<String>> = accesses(answer)
                    .map(|access| COLUMNS.map(|(key, _)| text(&access[key])).to_vec())
                    .collect();
                let mut lines = table(&COLUMNS.map(|(_, heading)| heading), &[Align::Left; 9], &rows);
                lines.push(String::new());
                lines.extend(summary(answer));
                lines
            }
        })?;
        written
    }
}

fn accesses(answer: &Value) -> impl Iterator<Item = &Value> {
    answer["accesses"].as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What the numbers mean, and what is missing.
fn summary(answer: &Value) -> Vec<String> {
    let number = |key: &str| answer[key].as_u64().unwrap_or(0);
    let mut lines = vec![format!(
        "{} accesses; of those looked at {} explained, {} not",
        number("count"),
        number("explained"),
        number("unexplained")
    )];
    if answer["has_facts"] == false {
        lines.push("nothing is explained, as no facts are configured: see [review] facts".to_owned());
    }
    if answer["is_cut"] == true {
        lines.push("there are more than are shown: ask about less time".to_owned());
    }
    if number("unusable_facts") > 0 {
        lines.push(format!("{} records of facts could not be used: they need valid_from, valid_to, and two of person, user and ward", number("unusable_facts")));
    }
    lines
}

fn write(file: &Path, answer: &Value) -> anyhow::Result<()> {
    let columns = COLUMNS.map(|(_, heading)| (heading, ColumnKind::Text));
    let mut found = Table::new("accesses", "Accesses", &columns);
    for access in accesses(answer) {
        found.row(COLUMNS.map(|(key, _)| match &access[key] {
            Value::Null => Cell::Missing,
            other => Cell::Text(text(other)),
        }));
    }
    let bytes = tables::csv(&found)?;
    let path = std::path::absolute(file)?;
    replace_file(&RealDisk, &path, &bytes).with_context(|| format!("cannot write {}", file.display()))?;
    say(&format!("{}  sha256 {}", file.display(), HEXLOWER.encode(&Sha256::digest(&bytes))));
    Ok(())
}
