//! `palisade inventory`: what is processed, where, and how long.

use clap::Args;
use serde_json::Value;

use super::printed::{Printed, shown};
use crate::output::{Align, table};

/// Largest answer: ten thousand streams.
const ANSWER_BYTES_MAX: u64 = 16 << 20;

/// What is shown of a stream: the name in the answer, and the heading.
const COLUMNS: [(&str, &str); 9] = [
    ("stream", "stream"),
    ("records", "records"),
    ("oldest", "oldest"),
    ("person", "whose"),
    ("protected", "protected"),
    ("looked_for", "looked for"),
    ("class", "class"),
    ("kept", "kept"),
    ("lock", "lock"),
];

/// See what is processed: which streams hold which protected fields, where, and how long.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade inventory
  palisade inventory --json                 for a record of processing activities")]
pub(crate) struct Inventory {
    #[command(flatten)]
    answer: Printed,
}

impl Inventory {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let answer = self.answer.connection.open()?.get("/api/v1/inventory", "application/json", &[])?;
        self.answer.print(answer, ANSWER_BYTES_MAX, |answer| {
            let row = |stream: &Value| COLUMNS.map(|(key, _)| shown(&stream[key])).to_vec();
            let rows: Vec<Vec<String>> =
                answer["streams"].as_array().into_iter().flatten().map(row).collect();
            let mut lines = table(&COLUMNS.map(|(_, heading)| heading), &[Align::Left; 9], &rows);
            lines.push(String::new());
            for (name, place) in answer["storages"].as_object().into_iter().flatten() {
                lines.push(format!("{name}: {}", shown(place)));
            }
            lines
        })
    }
}
