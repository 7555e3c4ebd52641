//! `palisade stats`: how much there is, how small it became, how far the agent is behind.

use clap::Args;
use palisade_record::ByteSize;
use serde_json::Value;

use crate::client::{Connection, read_json};
use crate::output::{Align, Output, escape, table};

/// Show streams, records, sizes and the agent's lag.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade stats
  palisade stats --json | jq .totals.records

With --json: {streams: [{stream, records, bytes}], totals: {…}, agent: {…} or null}; sizes are in bytes.")]
pub(crate) struct Stats {
    /// Print the server's answer as it is: one JSON object.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    connection: Connection,
}

/// Largest answer: some thousands of streams.
const ANSWER_BYTES_MAX: u64 = 4 << 20;

impl Stats {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let client = self.connection.open()?;
        let body = client.get(crate::server::STATISTICS_PATH, "application/json", &[])?;
        let (bytes, answer) = read_json(body, ANSWER_BYTES_MAX)?;
        let mut output = Output::new();
        if self.json {
            output.write(bytes.trim_ascii_end())?;
            output.write(b"\n")?;
        } else {
            lines(&answer).iter().try_for_each(|line| output.line(line))?;
        }
        output.flush()
    }
}

fn lines(answer: &Value) -> Vec<String> {
    let number = |value: &Value| value.as_u64().unwrap_or(0);
    let size = |value: &Value| ByteSize::bytes(number(value)).to_string();
    let row = |stream: &Value| {
        let name = stream["stream"].as_str().unwrap_or_default().to_owned();
        vec![name, number(&stream["records"]).to_string(), size(&stream["bytes"])]
    };
    let streams = answer["streams"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rows: Vec<Vec<String>> = streams.iter().map(row).collect();
    let mut lines = table(&["stream", "records", "bytes"], &[Align::Left, Align::Right, Align::Right], &rows);
    let totals = &answer["totals"];
    lines.push(String::new());
    lines.push(format!("records     {} ({})", number(&totals["records"]), size(&totals["bytes"])));
    lines.push(format!(
        "splits      {} with {} records: data {}, index {}{}",
        number(&totals["splits"]),
        number(&totals["split_records"]),
        size(&totals["data_bytes"]),
        size(&totals["index_bytes"]),
        match totals["ratio"].as_f64() {
            Some(ratio) => format!("; {:.1} % of the records' own size", ratio * 100.0),
            None => String::new(),
        }
    ));
    lines.push(format!(
        "waiting     {} records; journal {}",
        number(&totals["tail_records"]),
        size(&totals["journal_bytes"])
    ));
    let agent = &answer["agent"];
    if agent.is_object() {
        lines.push(format!(
            "agent       {} files; {} unread, {} records acknowledged, {} gaps",
            number(&agent["files"]),
            size(&agent["lag_bytes"]),
            number(&agent["acked_records"]),
            number(&agent["gaps"])
        ));
        if let Some(problem) = agent["last_error"].as_str().filter(|problem| !problem.is_empty()) {
            lines.push(format!("            last problem: {}", escape(problem)));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_lines_for_people() {
        let answer = serde_json::json!({
            "streams": [{"stream": "app", "records": 12, "bytes": 2048}],
            "totals": {
                "records": 12, "bytes": 2048, "splits": 1, "split_records": 10, "data_bytes": 512,
                "index_bytes": 100, "ratio": 0.299, "tail_records": 2, "journal_bytes": 300,
            },
            "agent": null,
        });

        assert_eq!(
            lines(&answer),
            [
                "stream  records  bytes",
                "app          12  2 KiB",
                "",
                "records     12 (2 KiB)",
                "splits      1 with 10 records: data 512 B, index 100 B; 29.9 % of the records' own size",
                "waiting     2 records; journal 300 B",
            ]
        );
    }
}
