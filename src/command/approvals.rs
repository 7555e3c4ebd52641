//! `palisade approvals`: what waits for a second person.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::printed::Printed;
use crate::output::{Align, escape, table};

/// Largest answer: a thousand requests of 64 KiB.
const ANSWER_BYTES_MAX: u64 = 128 << 20;

/// Approve or refuse what others asked for, where the configuration wants two people (`access.two_people`).
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade approvals list
  palisade approvals approve 5f1c09aa17e2b0c4 --note 'agreed with the data protection officer'
  palisade approvals refuse 5f1c09aa17e2b0c4

Whoever asked cannot approve, and may take it back with `refuse`. What waits is forgotten after a week, and with a restart.")]
pub(crate) struct Approvals {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// What waits, with what was asked for.
    List(List),
    /// Have it done.
    Approve(Decide),
    /// Have it forgotten.
    Refuse(Decide),
}

#[derive(Args, Debug)]
struct List {
    #[command(flatten)]
    answer: Printed,
}

#[derive(Args, Debug)]
struct Decide {
    /// Its name, as `list` tells it.
    id: String,

    /// Why; it is recorded.
    #[arg(long, default_value = "", value_name = "TEXT")]
    note: String,

    #[command(flatten)]
    answer: Printed,
}

impl Approvals {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.what {
            What::List(list) => list.run(),
            What::Approve(decide) => decide.run(true),
            What::Refuse(decide) => decide.run(false),
        }
    }
}

impl List {
    fn run(self) -> anyhow::Result<()> {
        let answer = self.answer.connection.open()?.get("/api/v1/approvals", "application/json", &[])?;
        self.answer.print(answer, ANSWER_BYTES_MAX, |answer| {
            let text = |line: &Value, key: &str| escape(line[key].as_str().unwrap_or_default()).into_owned();
            let row = |line: &Value| {
                let asked = escape(&line["request"].to_string()).into_owned();
                vec![
                    text(line, "id"),
                    text(line, "deed"),
                    text(line, "asked_by"),
                    text(line, "asked_at"),
                    asked,
                ]
            };
            let rows: Vec<Vec<String>> =
                answer["approvals"].as_array().into_iter().flatten().map(row).collect();
            match rows.is_empty() {
                true => vec!["nothing waits".to_owned()],
                false => table(&["id", "deed", "asked by", "at", "request"], &[Align::Left; 5], &rows),
            }
        })
    }
}

impl Decide {
    fn run(self, approve: bool) -> anyhow::Result<()> {
        let client = self.answer.connection.open()?;
        let decision = json!({ "approve": approve, "note": self.note });
        let answer = client.post(&format!("/api/v1/approvals/{}", self.id), "application/json", &decision)?;
        self.answer.print(answer, ANSWER_BYTES_MAX, |answer| vec![answer.to_string()])
    }
}
