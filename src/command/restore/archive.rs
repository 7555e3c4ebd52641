//! Records in archive classes: what bringing them back costs, and how far it is.

use clap::Args;
use palisade_record::ByteSize;
use serde_json::{Value, json};

use crate::command::printed::Printed;
use crate::output::{Align, escape, table};

/// Tell what bringing records back from an archive class costs, and begin it with --yes.
#[derive(Args, Debug)]
pub(super) struct Request {
    /// Records from then on: a time, or a span back from now like now-400d.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,

    /// Up to, but not including, then.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,

    /// Only where there are records of this stream.
    #[arg(long)]
    stream: Option<String>,

    /// How fast: expedited, standard or bulk.
    #[arg(long, default_value = "standard")]
    speed: String,

    /// For how many days the records can be searched then.
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    keep_days: u32,

    /// Agree to the price, and begin.
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    answer: Printed,
}

/// Show restores that were begun.
#[derive(Args, Debug)]
pub(super) struct List {
    #[command(flatten)]
    answer: Printed,
}

const PATH: &str = "/api/v1/restores";

/// Largest answer: restores are told without their objects.
const ANSWER_BYTES_MAX: u64 = 4 << 20;

impl Request {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let mut body = json!({"speed": self.speed, "keep_days": self.keep_days, "confirm": self.yes});
        for (key, given) in [("from", self.from), ("to", self.to), ("stream", self.stream)] {
            if let Some(given) = given {
                body[key] = given.into();
            }
        }
        let answer = self.answer.connection.open()?.post(PATH, "application/json", &body)?;
        self.answer.print(answer, ANSWER_BYTES_MAX, lines)
    }
}

impl List {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let answer = self.answer.connection.open()?.get(PATH, "application/json", &[])?;
        self.answer.print(answer, ANSWER_BYTES_MAX, lines)
    }
}

fn lines(answer: &Value) -> Vec<String> {
    let text = |value: &Value| escape(value.as_str().unwrap_or_default()).to_string();
    let row = |restore: &Value| {
        let estimate = &restore["estimate"];
        let phase = match &restore["phase"] {
            Value::String(phase) => phase.clone(),
            phase => format!("ready until {}", text(&phase["ready"]["until"])),
        };
        let hours = estimate["ready_before_seconds"].as_u64().unwrap_or(0).div_ceil(3_600);
        vec![
            text(&restore["id"]),
            format!("{} of {}", restore["ready"], restore["objects"]),
            ByteSize::bytes(estimate["bytes"].as_u64().unwrap_or(0)).to_string(),
            format!("{} $", text(&estimate["dollars"])),
            format!("{hours} h"),
            phase,
        ]
    };
    let rows: Vec<Vec<String>> = answer["restores"].as_array().into_iter().flatten().map(row).collect();
    let align = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right, Align::Left];
    table(&["restore", "ready", "bytes", "price", "within", "state"], &align, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restore_is_told_with_price_and_time() {
        let estimate = json!({"bytes": 1024, "dollars": "0.05", "ready_before_seconds": 18_000});
        let ready = json!({"ready": {"until": "2026-01-01T00:00:00Z"}});
        let restore =
            json!({"id": "1-glacier", "ready": 1, "objects": 2, "estimate": estimate, "phase": ready});
        let lines = lines(&json!({"restores": [restore]}));
        for part in ["1 of 2", "0.05 $", "5 h", "ready until 2026-01-01T00:00:00Z"] {
            assert!(lines[1].contains(part), "{lines:?}");
        }
    }
}
