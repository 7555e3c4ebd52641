//! `palisade search`: a question and its answer.

mod estimate;
mod progress;

use std::io::{BufRead, BufReader, Read};

use anyhow::Context;
use clap::{Args, ValueEnum};
use palisade_query::language::Stage;
use palisade_record::ByteSize;
use serde_json::{Value, json};

use self::progress::ProgressLine;
use crate::client::{Client, Connection, read_json};
use crate::output::{Align, Output, RecordPrinter, escape_value, say, table};

/// Search the records of a server.
///
/// Prints matching records, newest first, with time, level, service and message. A query with pipes prints a table.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade search 'level:error and service:payments' --from now-1h
  palisade search 'correlation_id:c-4f1d09aa17' --order oldest      one request through all services
  palisade search 'outcome:failure action:login source_ip:10.0.0.0/8' --fields source_ip,user_id
  palisade search 'status>=500' --fields service,status,duration_ms
  palisade search '\"connection reset\"' --all --ndjson | jq .fields.service
  palisade search 'level:error | top 10 service'
  palisade search '* | timechart span=5m p99(duration_ms), count() by service' --from now-1h --ndjson

Without --from all of time is searched. Finding nothing is no failure: the exit code is 0.")]
pub(crate) struct Search {
    /// What to look for; all words belong to one query. Everything when left out.
    #[arg(value_name = "QUERY")]
    query: Vec<String>,

    #[command(flatten)]
    scope: Scope,

    /// Most records, or rows of a table, to print.
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,

    /// Which records come first.
    #[arg(long, value_enum, default_value = "newest")]
    order: Order,

    /// Print all matching records or rows, not only --limit of them.
    #[arg(long)]
    all: bool,

    /// Print time and these fields, separated by commas, instead of level, service and message.
    #[arg(long, value_name = "FIELDS", value_delimiter = ',', conflicts_with_all = ["json", "ndjson"])]
    fields: Vec<String>,

    /// Print the server's answer as it is: one JSON object.
    #[arg(long, conflicts_with_all = ["ndjson", "all"])]
    json: bool,

    /// Print one JSON object per record, as they are found, or per row of a table.
    #[arg(long)]
    ndjson: bool,

    /// Tell on standard error how the answer came about: what was left out unread, what was read, and how long it took.
    #[arg(long, conflicts_with = "ndjson")]
    explain: bool,

    /// Tell what the search would read, how long that takes and what it costs; do not run it.
    #[arg(long, conflicts_with_all = ["ndjson", "json", "all", "explain"])]
    estimate: bool,

    #[command(flatten)]
    connection: Connection,
}

/// What part of the records a question is about.
#[derive(Args, Debug)]
pub(crate) struct Scope {
    /// Only records of this stream.
    #[arg(long, value_name = "NAME")]
    pub(crate) stream: Option<palisade_record::StreamName>,

    /// Only records from this time on: 2026-11-21T08:00:00Z, 2026-11-21, now-15m.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) from: Option<String>,

    /// Only records before this time.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) to: Option<String>,
}

impl Scope {
    /// The parts of a request that say so.
    pub(crate) fn request(&self, query: &str) -> Value {
        let mut request = json!({ "query": query });
        let stream = self.stream.as_ref().map(|stream| stream.as_str().to_owned());
        for (name, value) in [("from", &self.from), ("to", &self.to), ("stream", &stream)] {
            if let Some(value) = value {
                request[name] = json!(value);
            }
        }
        request
    }
}

/// The order of records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Order {
    /// The latest first.
    Newest,
    /// The earliest first.
    Oldest,
}

impl Order {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
        }
    }
}

const PATH: &str = "/api/v1/search";
const ESTIMATE_PATH: &str = "/api/v1/estimate";

/// Largest answer that is held in memory: ten thousand records of six kilobytes.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// Records asked for at once with --all.
const PAGE_RECORDS: u32 = 1_000;

impl Search {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let client = self.connection.open()?;
        let query = self.query.join(" ");
        let mut request = self.scope.request(&query);
        // With --all a table comes whole; records come page by page.
        if !self.all || !has_table(&query) {
            request["limit"] = json!(if self.all { PAGE_RECORDS } else { self.limit });
        }
        request["order"] = json!(self.order.as_str());
        if self.explain {
            request["explain"] = json!(true);
        }
        if self.estimate {
            let body = client.post(ESTIMATE_PATH, "application/json", &request)?;
            return estimate::print(&read_json(body, ANSWER_BYTES_MAX)?.1);
        }
        if progress::is_seen() {
            request["progress"] = json!(true);
        }
        if self.ndjson { self.stream(&client, request) } else { self.print(&client, request) }
    }

    /// Pages of records, as lines.
    fn print(&self, client: &Client, mut request: Value) -> anyhow::Result<()> {
        let mut output = Output::new();
        let mut printer = RecordPrinter::new(output.has_colours(), self.fields.clone());
        let mut heading = printer.heading();
        let (mut records, mut took_millis) = (0, 0.0);
        loop {
            let body = client.post(PATH, "application/json", &request)?;
            let (bytes, answer) = progress::read_answer(body, ANSWER_BYTES_MAX)?;
            took_millis += answer["took_ms"].as_f64().unwrap_or(0.0);
            if self.json {
                output.write(bytes.trim_ascii_end())?;
                output.write(b"\n")?;
            }
            if answer["columns"].is_array() {
                return self.print_table(output, &answer);
            }
            let page = answer["records"].as_array().map(Vec::as_slice).unwrap_or_default();
            records += page.len();
            if !self.json {
                printer.prepare(page.iter());
                if let Some(heading) = heading.take().filter(|_| !page.is_empty()) {
                    output.line(&heading)?;
                }
                page.iter().try_for_each(|record| output.line(&printer.line(record)))?;
            }
            let is_last = page.is_empty() || !answer["cursor"].is_string();
            if !self.all || is_last {
                output.flush()?;
                summarise(&answer, "record", records, took_millis, !is_last && !self.all);
                return Ok(());
            }
            request["cursor"] = answer["cursor"].clone();
        }
    }

    /// The answer to a query with pipes. It has one page.
    fn print_table(&self, mut output: Output, answer: &Value) -> anyhow::Result<()> {
        if !self.json {
            table_lines(answer).iter().try_for_each(|line| output.line(line))?;
        }
        output.flush()?;
        let rows = answer["rows"].as_array().map_or(0, Vec::len);
        let took_millis = answer["took_ms"].as_f64().unwrap_or(0.0);
        summarise(answer, "row", rows, took_millis, answer["truncated"] == true);
        for column in answer["approximate"].as_array().into_iter().flatten() {
            let part = |name: &str| escape_value(&column[name]);
            say(&format!("{} is approximate: {} ({})", part("column"), part("error"), part("method")));
        }
        Ok(())
    }

    /// Records as the server finds them, byte for byte.
    fn stream(&self, client: &Client, mut request: Value) -> anyhow::Result<()> {
        if self.all
            && let Some(request) = request.as_object_mut()
        {
            // Without a limit a streamed answer has all records.
            request.remove("limit");
        }
        let body = client.post(PATH, "application/x-ndjson", &request)?;
        copy_lines(body, &mut Output::new())
    }
}

/// Whether the answer is a table. What cannot be read is the server's to refuse.
fn has_table(query: &str) -> bool {
    let pipes = palisade_query::language::parse(query).map(|query| query.pipes).unwrap_or_default();
    pipes.iter().any(|pipe| !matches!(pipe.stage, Stage::Where(_)))
}

/// A table as aligned lines, numbers on the right.
fn table_lines(answer: &Value) -> Vec<String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let columns = list(&answer["columns"]);
    let names: Vec<String> = columns.iter().map(|column| escape_value(&column["name"])).collect();
    let align = |column: &Value| if column["kind"] == "number" { Align::Right } else { Align::Left };
    let aligns: Vec<Align> = columns.iter().map(align).collect();
    let row = |row: &Value| list(row).iter().map(escape_value).collect();
    let rows: Vec<Vec<String>> = list(&answer["rows"]).iter().map(row).collect();
    table(&names.iter().map(String::as_str).collect::<Vec<_>>(), &aligns, &rows)
}

/// Copies an answer line by line; what breaks off in the middle is an error.
fn copy_lines(body: impl Read, output: &mut Output) -> anyhow::Result<()> {
    let mut lines = BufReader::new(body);
    let (mut line, mut shown) = (Vec::new(), ProgressLine::default());
    while lines.read_until(b'\n', &mut line).context("the answer broke off; ask again")? > 0 {
        if !shown.takes(&line) {
            output.write(&line)?;
        }
        line.clear();
    }
    output.flush()
}

/// Says on standard error what the answer cost.
fn summarise(answer: &Value, what: &str, count: usize, took_millis: f64, has_more: bool) {
    // Only an answer that was asked for an explanation has one.
    for (name, part) in answer["explanation"].as_object().into_iter().flatten() {
        say(&format!("{name}: {}", escape_value(part)));
    }
    let scanned = |part: &str| answer["scanned"][part].as_u64().unwrap_or(0);
    let size = ByteSize::bytes(scanned("bytes"));
    let far = match scanned("far_requests") {
        0 => String::new(),
        requests => format!(
            ", {} in {} from far away",
            ByteSize::bytes(scanned("far_bytes")),
            plural(requests, "request")
        ),
    };
    let more = if has_more { "; there are more: --limit, --all" } else { "" };
    say(&format!(
        "{} in {took_millis:.1} ms (scanned {}, {size}, in {} of {}{far}){more}",
        plural(count as u64, what),
        plural(scanned("rows"), "row"),
        plural(scanned("blocks"), "block"),
        plural(scanned("splits"), "split"),
    ));
}

fn plural(count: u64, name: &str) -> String {
    if count == 1 { format!("1 {name}") } else { format!("{count} {name}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_its_numbers_on_the_right() {
        let answer = json!({
            "columns": [{"name": "service", "kind": "text"}, {"name": "n", "kind": "number"}],
            "rows": [["pay\u{1b}", 7], [null, 1234]],
        });
        assert_eq!(table_lines(&answer), ["service       n", "pay\\u{1b}     7", "           1234"]);
    }

    #[test]
    fn conditions_behind_the_filter_make_no_table() {
        assert!(has_table("level:error | head 5"));
        assert!(!has_table("level:error | where status>=500"));
        assert!(!has_table("level:error |"));
    }
}
