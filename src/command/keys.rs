//! `palisade keys`: how the keys stand, and their upkeep.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::client::{Connection, read_json};
use crate::output::Output;

/// Look after the keys of protected fields.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade keys status
  palisade keys rotate                wrap all keys with a new tenant key; nothing that is stored changes
  palisade keys backup nightly        a copy in DATA_DIR/keys/nightly.backup.sqlite; move it away from the evidence
  palisade keys backup nightly --json | jq -r .file

Without the keys nobody reads what is sealed, ever: keep copies. A copy still knows who was forgotten after it was
made: let copies expire after 30 days.")]
pub(crate) struct Keys {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Show versions, people with keys, erasures.
    Status(Common),
    /// Make a new tenant key and wrap all others with it.
    Rotate(Common),
    /// Copy the key store.
    Backup {
        /// The name of the copy: letters, digits, `-`, `_` and `.`.
        #[arg(value_name = "NAME")]
        name: String,

        #[command(flatten)]
        common: Common,
    },
}

#[derive(Args, Debug)]
struct Common {
    /// Print the server's answer as it is: one JSON object.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

/// Largest answer; there are no lists in it.
const ANSWER_BYTES_MAX: u64 = 1 << 20;

impl Keys {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let post = |common: &Common, path: &str, body: &Value| {
            read_json(common.connection.open()?.post(path, "application/json", body)?, ANSWER_BYTES_MAX)
        };
        let (common, (_, answer)) = match &self.action {
            Action::Status(common) => {
                let body = common.connection.open()?.get("/api/v1/keys", "application/json", &[])?;
                (common, read_json(body, ANSWER_BYTES_MAX)?)
            }
            Action::Rotate(common) => (common, post(common, "/api/v1/keys/rotate", &json!({}))?),
            Action::Backup { name, common } => {
                (common, post(common, "/api/v1/keys/backup", &json!({ "name": name }))?)
            }
        };
        let mut output = Output::new();
        if common.json {
            output.line(&answer.to_string())?;
        } else {
            for (name, value) in answer.as_object().into_iter().flatten() {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                output.line(&format!("{name:<12}{value}"))?;
            }
        }
        output.flush()
    }
}
