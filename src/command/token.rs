//! `palisade token`: what programs come with.

use clap::{Args, Subcommand};
use palisade_access::Role;
use serde_json::{Value, json};

use super::printed::Printed;
use super::user::list;
use crate::output::{Align, escape, table};

/// Make, list and revoke tokens: for programs that ask, and for machines that send.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade token add --role viewer --stream 'pay*' --days 30 --label 'dashboard of payments'
  palisade token add --role agent --label 'cluster west'
  palisade token list
  palisade token revoke 5f1c09aa17e2

A token does a part of what its maker may, and nothing once its maker is gone. Those of machines (role agent) are made by whoever
manages users, and stay.")]
pub(crate) struct Token {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Add(Add),
    List(List),
    Revoke(Revoke),
}

/// Make a token; it is printed this once.
#[derive(Args, Debug)]
struct Add {
    /// What it is for.
    #[arg(long, value_name = "TEXT")]
    label: String,

    /// What it may do. Repeatable.
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<Role>,

    /// Of which streams it reads records, with `*` for any letters [default: all that you may]. Repeatable.
    ///
    /// Behind a `/` stand the fields that it sees there: `care/-patient*` is all but these, `web/status,url` nothing else.
    #[arg(long = "stream", value_name = "STREAM[/FIELDS]")]
    streams: Vec<String>,

    /// Days until it ends.
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    days: u32,

    #[command(flatten)]
    answer: Printed,
}

/// Show your tokens, or everybody's if you manage users.
#[derive(Args, Debug)]
struct List {
    #[command(flatten)]
    answer: Printed,
}

/// End a token at once.
#[derive(Args, Debug)]
struct Revoke {
    /// The token, as `palisade token list` names it.
    id: String,

    #[command(flatten)]
    answer: Printed,
}

const PATH: &str = "/api/v1/tokens";

/// Largest answer: ten thousand tokens.
const ANSWER_BYTES_MAX: u64 = 16 << 20;

impl Token {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.what {
            What::Add(Add { label, roles, streams, days, answer }) => {
                let mut body = json!({"label": label, "roles": roles, "days": days});
                if !streams.is_empty() {
                    body["streams"] = json!(streams);
                }
                let added = answer.connection.open()?.post(PATH, "application/json", &body)?;
                // Alone on standard output, so that a script can take it.
                answer.print(added, ANSWER_BYTES_MAX, |token| vec![text(&token["token"])])
            }
            What::List(List { answer }) => {
                let tokens = answer.connection.open()?.get(PATH, "application/json", &[])?;
                answer.print(tokens, ANSWER_BYTES_MAX, lines)
            }
            What::Revoke(Revoke { id, answer }) => {
                let revoked = answer.connection.open()?.delete(&format!("{PATH}/{id}"), &[])?;
                answer.print(revoked, ANSWER_BYTES_MAX, |token| {
                    vec![format!("{} is revoked", text(&token["id"]))]
                })
            }
        }
    }
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default()).into_owned()
}

fn lines(answer: &Value) -> Vec<String> {
    let row = |token: &Value| {
        let last =
            token["last_used_at"].as_str().map_or_else(|| "never".to_owned(), |at| escape(at).into_owned());
        vec![
            text(&token["id"]),
            text(&token["owner"]),
            list(&token["roles"], ""),
            list(&token["streams"], "all"),
            text(&token["expires_at"]),
            last,
            text(&token["label"]),
        ]
    };
    let rows: Vec<Vec<String>> = answer["tokens"].as_array().into_iter().flatten().map(row).collect();
    table(&["token", "owner", "roles", "streams", "until", "last used", "for"], &[Align::Left; 7], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_become_lines_without_the_tokens() {
        let token = json!({"id": "5f1c", "owner": "ann", "roles": ["viewer"], "streams": ["pay*"],
            "expires_at": "2027-01-01T00:00:00.000Z", "last_used_at": null, "label": "dashboard"});
        let lines = lines(&json!({"tokens": [token]}));
        assert!(lines[1].contains("ann    viewer  pay*"), "{lines:?}");
        assert!(lines[1].ends_with("dashboard"), "{lines:?}");
    }
}
