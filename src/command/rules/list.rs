//! `palisade rules list`: what is in force.

use clap::Args;
use serde_json::Value;

use crate::command::printed::Printed;
use crate::output::{Align, escape, table};

/// Show the rules of a running server, and how they are doing.
#[derive(Args, Debug)]
pub(super) struct List {
    #[command(flatten)]
    answer: Printed,
}

/// Largest answer: tens of thousands of rules.
const ANSWER_BYTES_MAX: u64 = 256 << 20;

impl List {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let rules = self.answer.connection.open()?.get("/api/v1/rules", "application/json", &[])?;
        self.answer.print(rules, ANSWER_BYTES_MAX, lines)
    }
}

fn lines(answer: &Value) -> Vec<String> {
    let text = |value: &Value| escape(value.as_str().unwrap_or_default()).to_string();
    let rules = answer["rules"].as_array().into_iter().flatten();
    let row = |rule: &Value| {
        let number = |name: &str| rule[name].as_u64().unwrap_or_default().to_string();
        vec![
            text(&rule["id"]),
            text(&rule["title"]),
            text(&rule["level"]),
            number("found"),
            number("late"),
            number("open_alerts"),
            text(&rule["condition"]),
        ]
    };
    let rows: Vec<Vec<String>> = rules.map(row).collect();
    let names = ["rule", "title", "level", "found", "late", "open", "condition"];
    let aligns =
        [Align::Left, Align::Left, Align::Left, Align::Right, Align::Right, Align::Right, Align::Left];
    let mut lines = table(&names, &aligns, &rows);
    for problem in answer["problems"].as_array().into_iter().flatten() {
        lines.push(format!(
            "refused: {}:{}: {}",
            text(&problem["file"]),
            problem["line"],
            text(&problem["reason"])
        ));
    }
    lines
}
