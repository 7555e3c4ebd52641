//! `palisade erase`: forgets a person.

use clap::Args;
use serde_json::json;

use crate::client::{Connection, read_json};
use crate::output::Output;

/// Forget a person: destroy the key of all that is sealed about them.
///
/// Their records stay, for they cannot be changed, but nobody reads or finds what is sealed in them any more. Prints a
/// certificate, which is also an entry of the log. This cannot be undone.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade erase patient_id P-4711 --reason 'request of 2026-11-20, approved by the data-protection officer' --yes
  palisade erase patient_id P-4711 --reason '…' --yes --json > certificate.json")]
pub(crate) struct Erase {
    /// The protected field whose value names the person.
    #[arg(value_name = "FIELD")]
    field: String,

    /// The value.
    #[arg(value_name = "VALUE")]
    value: String,

    /// Why, for the certificate. Do not name the person.
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// Also people in whose records the value stands, though it does not name them.
    #[arg(long)]
    linked: bool,

    /// Do it: without this nothing is done.
    #[arg(long)]
    yes: bool,

    /// Print the certificate as JSON.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

/// Largest answer: the ids of some thousand subjects.
const ANSWER_BYTES_MAX: u64 = 4 << 20;

impl Erase {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        if !self.yes {
            anyhow::bail!("nothing was done: this cannot be undone, so say --yes");
        }
        let client = self.connection.open()?;
        let body =
            json!({ "field": self.field, "value": self.value, "reason": self.reason, "linked": self.linked });
        let (_, answer) =
            read_json(client.post("/api/v1/erasures", "application/json", &body)?, ANSWER_BYTES_MAX)?;
        let mut output = Output::new();
        if self.json {
            output.line(&answer.to_string())?;
        } else {
            let subjects = answer["subjects"].as_array().map_or(0, Vec::len);
            output.line("Certificate of erasure")?;
            output.line(&format!("subjects     {subjects}"))?;
            for name in ["erased_at", "complete_on", "by", "reason", "statement"] {
                output.line(&format!("{name:<13}{}", answer[name].as_str().unwrap_or_default()))?;
            }
        }
        output.flush()
    }
}
