//! `palisade reveal`: sealed values in clear, for a reason.

use clap::Args;
use serde_json::{Map, Value, json};

use crate::client::{Connection, read_json};
use crate::output::{Output, say};

/// Show sealed values in clear, for a reason that is written down.
///
/// What you see, and why, is recorded in the stream `palisade.audit` before you see it. A reason is good for --minutes; the
/// grant that is printed lets you go on without giving it again.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade reveal 'patient_id:P-4711' --stream audit --reason 'request of the patient, ticket 812'
  palisade reveal 'id:0123…' --grant 5f0c… --raw
                                      the exact bytes of the records, with an earlier reason
  palisade reveal 'patient_id:P-4711' --from now-7d --reason 'complaint 17' --json | jq .fields")]
pub(crate) struct Reveal {
    /// Which records; all words belong to one query.
    #[arg(value_name = "QUERY", required = true)]
    query: Vec<String>,

    /// Why these values must be seen: who asked, and for what; 10 characters at least.
    #[arg(long, value_name = "TEXT", required_unless_present = "grant")]
    reason: Option<String>,

    /// A reason that was given before and is still good.
    #[arg(long, value_name = "ID", conflicts_with = "reason")]
    grant: Option<String>,

    /// The ticket to which this belongs.
    #[arg(long, value_name = "TEXT")]
    ticket: Option<String>,

    /// How long the reason is good, in minutes; 60 at most.
    #[arg(long, value_name = "N")]
    minutes: Option<u64>,

    /// Only records of this stream.
    #[arg(long, value_name = "NAME")]
    stream: Option<palisade_record::StreamName>,

    /// From when: RFC 3339, or like now-15m.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,

    /// Up to when.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,

    /// How many records, the newest first; 1000 at most.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    /// Print the bytes of each record as they came, and nothing else.
    #[arg(long, conflicts_with = "json")]
    raw: bool,

    /// Print one JSON object per record.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

/// Largest answer: a thousand long records.
const ANSWER_BYTES_MAX: u64 = 1 << 30;

impl Reveal {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let client = self.connection.open()?;
        let (_, answer) =
            read_json(client.post("/api/v1/reveal", "application/json", &self.body())?, ANSWER_BYTES_MAX)?;
        let mut output = Output::new();
        for record in answer["records"].as_array().map(Vec::as_slice).unwrap_or_default() {
            if self.json {
                output.line(&record.to_string())?;
            } else if self.raw {
                output.write(record["raw"].as_str().unwrap_or_default().as_bytes())?;
                output.write(b"\n")?;
            } else {
                let time = record["timestamp"].as_str().unwrap_or_default();
                output.line(&format!(
                    "{time} {} {}",
                    record["stream"].as_str().unwrap_or_default(),
                    record["fields"]
                ))?;
            }
        }
        output.flush()?;
        say(&format!(
            "{} values shown, {} of people who were forgotten; grant {} until {}",
            answer["values"],
            answer["erased"],
            answer["grant"]["id"].as_str().unwrap_or_default(),
            answer["grant"]["until"].as_str().unwrap_or_default()
        ));
        Ok(())
    }

    fn body(&self) -> Value {
        let mut body = Map::new();
        let mut put =
            |name: &str, value: Option<Value>| drop(value.map(|value| body.insert(name.to_owned(), value)));
        put("query", Some(json!(self.query.join(" "))));
        put("reason", self.reason.as_ref().map(|reason| json!(reason)));
        put("grant", self.grant.as_ref().map(|grant| json!(grant)));
        put("ticket", self.ticket.as_ref().map(|ticket| json!(ticket)));
        put("minutes", self.minutes.map(|minutes| json!(minutes)));
        put("stream", self.stream.as_ref().map(|stream| json!(stream)));
        put("from", self.from.as_ref().map(|from| json!(from)));
        put("to", self.to.as_ref().map(|to| json!(to)));
        put("limit", self.limit.map(|limit| json!(limit)));
        Value::Object(body)
    }
}
