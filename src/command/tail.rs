//! `palisade tail`: records as they arrive.

use std::time::Duration;

use anyhow::Context;
use clap::Args;
use serde_json::Value;

use crate::client::{Answer, Client, Connection, Events};
use crate::output::{Closed, Output, RecordPrinter, say};

/// Follow records as they arrive, until Ctrl-C.
///
/// A dropped connection is made again, and a notice says that records in between were not shown.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade tail
  palisade tail 'level:error and not service:gateway'
  palisade tail 'action:login outcome:failure' --fields source_ip,user_id
  palisade tail --json | jq .fields.message")]
pub(crate) struct Tail {
    /// What to look for; all words belong to one query. Everything when left out.
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    /// Only records of this stream.
    #[arg(long, value_name = "NAME")]
    stream: Option<palisade_record::StreamName>,

    /// Print time and these fields, separated by commas, instead of level, service and message.
    #[arg(long, value_name = "FIELDS", value_delimiter = ',', conflicts_with = "json")]
    fields: Vec<String>,

    /// Print one JSON object per record.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

const PATH: &str = "/api/v1/tail";

/// Pauses between attempts to connect again: soon at first, then not a burden.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(5)];

impl Tail {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let client = self.connection.open()?;
        end_quietly_when_interrupted()?;
        let query = self.query.join(" ");
        let mut output = Output::new();
        let mut printer = RecordPrinter::new(output.has_colours(), self.fields.clone());
        if let Some(heading) = printer.heading() {
            output.line(&heading)?;
        }
        // A server that cannot be reached at the start is a mistake; one that goes away later comes back.
        let mut events = self.connect(&client, &query)?;
        loop {
            match self.follow(&mut events, &mut printer, &mut output) {
                Ok(()) => say(
                    "palisade: the server ended the tail; connecting again, records in between are not shown",
                ),
                Err(error) if error.is::<Closed>() => return Err(error),
                Err(error) => {
                    say(&format!("palisade: {error:#}; connecting again, records in between are not shown"));
                }
            }
            events = self.connect_again(&client, &query);
            say("palisade: connected again");
        }
    }

    fn connect(&self, client: &Client, query: &str) -> anyhow::Result<Events<Answer>> {
        let mut parameters = vec![("query", query)];
        if let Some(stream) = &self.stream {
            parameters.push(("stream", stream.as_str()));
        }
        Ok(Events::new(client.get(PATH, "text/event-stream", &parameters)?))
    }

    fn connect_again(&self, client: &Client, query: &str) -> Events<Answer> {
        let longest = PAUSES[PAUSES.len() - 1];
        let mut pauses = PAUSES.into_iter();
        loop {
            std::thread::park_timeout(pauses.next().unwrap_or(longest));
            if let Ok(events) = self.connect(client, query) {
                return events;
            }
        }
    }

    fn follow(
        &self,
        events: &mut Events<Answer>,
        printer: &mut RecordPrinter,
        output: &mut Output,
    ) -> anyhow::Result<()> {
        while let Some(event) = events.next()? {
            match event.name.as_str() {
                "" | "record" | "message" if self.json => output.line(&event.data)?,
                "" | "record" | "message" => {
                    let record: Value =
                        serde_json::from_str(&event.data).context("the server sent no JSON")?;
                    output.line(&printer.line(&record))?;
                }
                "lag" => {
                    let dropped = serde_json::from_str::<Value>(&event.data).unwrap_or_default();
                    let dropped = dropped["dropped"].as_u64().unwrap_or(0);
                    say(&format!(
                        "palisade: {dropped} records are not shown: they arrive faster than they are read"
                    ));
                }
                // A newer server may tell more than this program knows.
                _ => {}
            }
            output.flush()?;
        }
        Ok(())
    }
}

/// Ctrl-C is how a tail ends: every line printed so far is whole, and nothing has failed.
fn end_quietly_when_interrupted() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
    let runtime = runtime.context("cannot listen for signals")?;
    let wait = move || {
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            std::process::exit(0);
        }
    };
    std::thread::Builder::new().name("interrupt".into()).spawn(wait).context("cannot start a thread")?;
    Ok(())
}
