//! `palisade user`: who may sign in, and as what.

use clap::{Args, Subcommand};
use palisade_access::Role;
use serde_json::{Value, json};

use super::printed::Printed;
use crate::output::{Align, escape, table};

/// Add, change, list and remove the people who may sign in.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade user add ann --role investigator --role privacy-officer
  palisade user add bob --role viewer --stream 'pay*' --stream ledger
  palisade user change bob --role viewer --role investigator --stream '*'
  palisade user password bob            a new first password
  palisade user disable ann             her sessions and tokens end at once

Roles: viewer, investigator, privacy-officer, auditor, admin, key-custodian. docs/access.md says what each may do.")]
pub(crate) struct User {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Add(Add),
    Change(Change),
    Password(Named),
    Disable(Named),
    Enable(Named),
    Remove(Named),
    List(List),
}

/// Add somebody; prints the password of the first sign-in.
#[derive(Args, Debug)]
struct Add {
    /// The name: lower-case letters, digits and `._-@+`.
    name: String,

    /// What they are. Repeatable.
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<Role>,

    /// Of which streams they read records, with `*` for any letters [default: all]. Repeatable.
    ///
    /// Behind a `/` stand the fields that they see there: `care/-patient*` is all but these, `web/status,url` nothing else.
    #[arg(long = "stream", value_name = "STREAM[/FIELDS]")]
    streams: Vec<String>,

    #[command(flatten)]
    answer: Printed,
}

/// Change somebody's roles or streams; what is not named stays.
#[derive(Args, Debug)]
struct Change {
    /// The name.
    name: String,

    /// What they are from now on. Repeatable.
    #[arg(long = "role", value_name = "ROLE", required_unless_present = "streams")]
    roles: Vec<Role>,

    /// Of which streams they read records from now on, and which fields; `*` for all. Repeatable.
    #[arg(long = "stream", value_name = "STREAM[/FIELDS]")]
    streams: Vec<String>,

    #[command(flatten)]
    answer: Printed,
}

/// Somebody by name: `password` gives a new first password, `disable` ends all sessions and tokens until `enable`, `remove` is for ever.
#[derive(Args, Debug)]
struct Named {
    /// The name.
    name: String,

    #[command(flatten)]
    answer: Printed,
}

/// Show who may sign in.
#[derive(Args, Debug)]
struct List {
    #[command(flatten)]
    answer: Printed,
}

const PATH: &str = "/api/v1/users";

/// Largest answer: ten thousand users.
const ANSWER_BYTES_MAX: u64 = 16 << 20;

impl User {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.what {
            What::Add(Add { name, roles, streams, answer }) => {
                let mut body = json!({"name": name, "roles": roles});
                if !streams.is_empty() {
                    body["streams"] = json!(streams);
                }
                let added = answer.connection.open()?.post(PATH, "application/json", &body)?;
                answer.print(added, ANSWER_BYTES_MAX, first_password)
            }
            What::Change(Change { name, roles, streams, answer }) => {
                let mut change = json!({});
                if !roles.is_empty() {
                    change["roles"] = json!(roles);
                }
                if !streams.is_empty() {
                    change["streams"] = json!(streams);
                }
                Named { name, answer }
                    .change(&change, |user| vec![format!("{} is changed", text(&user["name"]))])
            }
            What::Password(named) => named.change(&json!({"new_password": true}), first_password),
            What::Disable(named) => named.change(&json!({"is_disabled": true}), |user| {
                vec![format!("{} is disabled; all sessions and tokens have ended", text(&user["name"]))]
            }),
            What::Enable(named) => named.change(&json!({"is_disabled": false}), |user| {
                vec![format!("{} may sign in again", text(&user["name"]))]
            }),
            What::Remove(Named { name, answer }) => {
                let removed = answer.connection.open()?.delete(&format!("{PATH}/{name}"), &[])?;
                answer.print(removed, ANSWER_BYTES_MAX, |user| {
                    vec![format!("{} is removed, with all sessions and tokens", text(&user["name"]))]
                })
            }
            What::List(List { answer }) => {
                let users = answer.connection.open()?.get(PATH, "application/json", &[])?;
                answer.print(users, ANSWER_BYTES_MAX, lines)
            }
        }
    }
}

impl Named {
    fn change(self, change: &Value, lines: impl FnOnce(&Value) -> Vec<String>) -> anyhow::Result<()> {
        let client = self.answer.connection.open()?;
        let changed = client.post(&format!("{PATH}/{}", self.name), "application/json", change)?;
        self.answer.print(changed, ANSWER_BYTES_MAX, lines)
    }
}

fn first_password(user: &Value) -> Vec<String> {
    vec![
        format!("{} signs in with the password", text(&user["name"])),
        format!("  {}", text(&user["first_password"])),
        "and chooses another one then. It is shown this once.".to_owned(),
    ]
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default()).into_owned()
}

/// A list of texts on one line.
pub(super) fn list(value: &Value, otherwise: &str) -> String {
    let texts: Vec<String> = value.as_array().into_iter().flatten().map(text).collect();
    if texts.is_empty() { otherwise.to_owned() } else { texts.join(" ") }
}

fn lines(answer: &Value) -> Vec<String> {
    let row = |user: &Value| {
        let state = match (user["is_disabled"] == true, user["must_change_password"] == true) {
            (true, _) => "disabled",
            (false, true) => "has not chosen a password",
            (false, false) => "",
        };
        let last =
            user["last_sign_in_at"].as_str().map_or_else(|| "never".to_owned(), |at| escape(at).into_owned());
        vec![
            text(&user["name"]),
            list(&user["roles"], ""),
            list(&user["streams"], "all"),
            last,
            state.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = answer["users"].as_array().into_iter().flatten().map(row).collect();
    table(&["user", "roles", "streams", "last sign-in", ""], &[Align::Left; 5], &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_become_lines() {
        let user = |name: &str, disabled: bool| {
            json!({"name": name, "roles": ["viewer", "admin"], "streams": null, "is_disabled": disabled,
                "must_change_password": true, "last_sign_in_at": null})
        };
        let lines = lines(&json!({"users": [user("ann", false), user("bob", true)]}));
        assert!(
            lines[1].contains("viewer admin  all      never         has not chosen a password"),
            "{lines:?}"
        );
        assert!(lines[2].ends_with("disabled"), "{lines:?}");
    }
}
