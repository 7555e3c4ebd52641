//! `palisade hold`: what may not be disposed of while a matter is open.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::printed::Printed;
use crate::output::{Align, escape, table};

/// Place, list and release legal holds.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade hold place --matter 26-1841 --reason 'asked for by counsel' --query 'patient_id:p-7' --from 2026-01-01
  palisade hold list
  palisade hold release hold-1795600000000000000 --reason 'matter closed'

A split that a hold covers is not disposed of, and its evidence carries the store's own legal hold. A hold has no end:
somebody has to release it.")]
pub(crate) struct Hold {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Place(Place),
    List(List),
    Release(Release),
}

/// Hold records: nothing they are in is disposed of.
#[derive(Args, Debug)]
struct Place {
    /// The case.
    #[arg(long, value_name = "NAME")]
    matter: String,

    /// Why these records are needed.
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// Which records; `*` for all in the span.
    #[arg(long, default_value = "*")]
    query: String,

    /// Records from then on: a time, or a span back from now like now-30d.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,

    /// Up to, but not including, then. Left out, records still to come are held too.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,

    #[command(flatten)]
    answer: Printed,
}

/// Show all holds, released ones too.
#[derive(Args, Debug)]
struct List {
    #[command(flatten)]
    answer: Printed,
}

/// End a hold.
#[derive(Args, Debug)]
struct Release {
    /// The hold, as `palisade hold list` names it.
    id: String,

    /// Why it ends.
    #[arg(long, value_name = "TEXT")]
    reason: String,

    #[command(flatten)]
    answer: Printed,
}

const PATH: &str = "/api/v1/holds";

/// Largest answer: ten thousand holds with reasons of a page.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

impl Hold {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.what {
            What::Place(Place { matter, reason, query, from, to, answer }) => {
                let mut body = json!({"matter": matter, "reason": reason, "query": query});
                for (key, moment) in [("from", from), ("to", to)] {
                    if let Some(moment) = moment {
                        body[key] = moment.into();
                    }
                }
                let placed = answer.connection.open()?.post(PATH, "application/json", &body)?;
                answer.print(placed, ANSWER_BYTES_MAX, |hold| vec![format!("{} holds", text(&hold["id"]))])
            }
            What::List(List { answer }) => {
                let holds = answer.connection.open()?.get(PATH, "application/json", &[])?;
                answer.print(holds, ANSWER_BYTES_MAX, lines)
            }
            What::Release(Release { id, reason, answer }) => {
                let client = answer.connection.open()?;
                let released = client.delete(&format!("{PATH}/{id}"), &[("reason", &reason)])?;
                answer.print(released, ANSWER_BYTES_MAX, |hold| {
                    vec![format!("{} is released", text(&hold["id"]))]
                })
            }
        }
    }
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default()).to_string()
}

fn lines(answer: &Value) -> Vec<String> {
    let row = |hold: &Value| {
        let released = &hold["released"];
        let state = if released.is_null() {
            "holds".to_owned()
        } else {
            format!("released {}", text(&released["at"]))
        };
        vec![
            text(&hold["id"]),
            text(&hold["matter"]),
            text(&hold["query"]),
            text(&hold["from"]),
            text(&hold["to"]),
            text(&hold["author"]),
            state,
        ]
    };
    let rows: Vec<Vec<String>> = answer["holds"].as_array().into_iter().flatten().map(row).collect();
    table(&["hold", "matter", "query", "from", "to", "author", "state"], &[Align::Left; 7], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_become_lines_that_say_which_still_hold() {
        let hold = |released: Value| {
            json!({"id": "hold-1", "matter": "m", "query": "*", "from": null, "to": null, "author": "ada",
                "released": released})
        };
        let lines =
            lines(&json!({"holds": [hold(Value::Null), hold(json!({"at": "2026-01-01T00:00:00Z"}))]}));
        assert!(lines[1].ends_with("holds"), "{lines:?}");
        assert!(lines[2].ends_with("released 2026-01-01T00:00:00Z"), "{lines:?}");
    }
}
