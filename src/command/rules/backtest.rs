//! `palisade rules backtest`: what a rule would have told.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use crate::command::printed::Printed;
use crate::output::{Align, escape, table};

/// Run a rule over what is stored: what it would have told, how often, and what another text of it would change.
#[derive(Args, Debug)]
pub(super) struct Backtest {
    /// The rule: its id or name.
    #[arg(value_name = "RULE")]
    rule: String,

    /// Another text of the rule, instead of the one in force.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// From then on: a time, or a span back from now like now-7d.
    #[arg(long, value_name = "TIME")]
    from: String,

    /// Up to, but not including, then [default: now].
    #[arg(long, value_name = "TIME")]
    to: Option<String>,

    /// Compare with the rule in force, or without --file with the rule as it was before.
    #[arg(long)]
    compare: bool,

    #[command(flatten)]
    answer: Printed,
}

/// Largest answer: a thousand episodes, twice.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

impl Backtest {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let mut body = json!({"rule": self.rule, "from": self.from, "compare": self.compare});
        if let Some(to) = self.to {
            body["to"] = to.into();
        }
        if let Some(path) = &self.file {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            body["text"] = text.into();
        }
        let client = self.answer.connection.open()?;
        let report = client.post("/api/v1/rules/backtest", "application/json", &body)?;
        self.answer.print(report, ANSWER_BYTES_MAX, lines)
    }
}

fn lines(report: &Value) -> Vec<String> {
    let text = |value: &Value| escape(value.as_str().unwrap_or_default()).to_string();
    let row = |episode: &Value| {
        let group: Vec<String> = episode["group"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|pair| format!("{}={}", text(&pair[0]), text(&pair[1])))
            .collect();
        vec![text(&episode["from"]), text(&episode["to"]), episode["peak"].to_string(), group.join(" ")]
    };
    let rows: Vec<Vec<String>> = report["episodes"].as_array().into_iter().flatten().map(row).collect();
    let aligns = [Align::Left, Align::Left, Align::Right, Align::Left];
    let mut lines = table(&["from", "to", "peak", "group"], &aligns, &rows);
    lines.push(format!(
        "{} episodes, {:.1} a week; {} records looked at, {} found",
        report["began"],
        report["per_week"].as_f64().unwrap_or_default(),
        report["records"],
        report["found"]
    ));
    if report["is_cut"] == json!(true) {
        lines.push("There is more than one backtest looks at; ask for a shorter time.".to_owned());
    }
    if let Some(earlier) = report["earlier"].as_object() {
        let count = |name: &str| earlier.get(name).and_then(Value::as_array).map_or(0, Vec::len);
        lines.push(format!(
            "before: {} episodes; {} are new, {} are gone",
            earlier.get("began").cloned().unwrap_or_default(),
            count("only_now"),
            count("only_before")
        ));
    }
    lines
}
