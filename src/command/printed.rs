//! Answers of a server, as its JSON or as lines for people.

use clap::Args;
use serde_json::Value;

use crate::client::{Answer, Connection, read_json};
use crate::output::{Output, escape};

/// Where a command asks, and how it shows the answer.
#[derive(Args, Debug)]
pub(crate) struct Printed {
    /// Print JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// A value of an answer in a line for people.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => escape(text).into_owned(),
        Value::Array(list) if list.is_empty() => "-".to_owned(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

impl Printed {
    /// Shows an answer of at most so many bytes.
    pub(crate) fn print(
        &self,
        body: Answer,
        bytes_max: u64,
        lines: impl FnOnce(&Value) -> Vec<String>,
    ) -> anyhow::Result<()> {
        let (_, answer) = read_json(body, bytes_max)?;
        let mut output = Output::new();
        if self.json {
            output.line(&answer.to_string())?;
        } else {
            lines(&answer).iter().try_for_each(|line| output.line(line))?;
        }
        output.flush()
    }
}
