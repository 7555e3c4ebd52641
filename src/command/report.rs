//! `palisade report`: reports for auditors.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use palisade_disk::{RealDisk, replace_file};
use serde_json::{Value, json};

use super::printed::Printed;
use super::verify::proof_file;
use crate::client::{Client, Connection, read_json};
use crate::output::{Align, Output, say, table};
use crate::server;

/// Largest report: some thousand pages.
const PDF_BYTES_MAX: u64 = 1 << 30;
/// Largest answer about reports.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// Make the evidence report of a month, as a PDF with its proof.
///
/// The server asks itself the questions of the report, prints answers, questions and gaps, and lets the signed log tell of the file. It
/// makes one by itself when a month is over, unless `[reports] monthly = false`.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  palisade report --month 2026-10 --out october.pdf
  palisade report --month 2026-10 --zone Europe/Berlin --out october.pdf --tables october/
  palisade report list
  palisade report fetch default-2026-10-1793847600000 --out october.pdf
                                      one that was made before, with its proof
  palisade verify --report october.pdf --key log.vkey
  palisade report typeset october/document.json --out again.pdf
                                      the same bytes again, from the data"
)]
pub(crate) struct Report {
    #[command(subcommand)]
    what: Option<What>,

    /// The month [default: the last one that is over].
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<String>,

    /// The zone in which the month begins and hours are told [default: as configured].
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,

    #[command(flatten)]
    files: Files,

    #[command(flatten)]
    connection: Connection,
}

/// What is written.
#[derive(Args, Debug)]
struct Files {
    /// Write the PDF to this file, and its proof to FILE.tlog-proof once the log tells of it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Write every table as CSV into this folder, all of them as tables.json, and what the report was made of as document.json.
    #[arg(long, value_name = "DIR")]
    tables: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
enum What {
    List(List),
    Fetch(Fetch),
    Typeset(Typeset),
}

/// The reports that were made, the newest first.
#[derive(Args, Debug)]
struct List {
    #[command(flatten)]
    answer: Printed,
}

/// Write a report that was made before, and its proof.
#[derive(Args, Debug)]
struct Fetch {
    /// Its name, as `list` tells it.
    id: String,

    #[command(flatten)]
    files: Files,

    #[command(flatten)]
    connection: Connection,
}

/// Make the PDF again from the document of a report: the same document gives the same bytes.
#[derive(Args, Debug)]
struct Typeset {
    /// The document, from `--tables`.
    document: PathBuf,

    /// Where the PDF goes.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Report {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.what {
            Some(What::List(list)) => list.run(),
            Some(What::Fetch(fetch)) => write(&fetch.connection.open()?, &fetch.id, &fetch.files),
            Some(What::Typeset(typeset)) => typeset.run(),
            None => {
                let client = self.connection.open()?;
                let wanted = json!({ "month": self.month, "zone": self.zone });
                let answer = client.post("/api/v1/reports", "application/json", &wanted)?;
                let (_, line) = read_json(answer, ANSWER_BYTES_MAX)?;
                let id = line["id"].as_str().context("the answer has no id; is this a Palisade server?")?;
                let mut output = Output::new();
                output.line(&format!("{id}  {}  sha256 {}", text(&line["title"]), text(&line["sha256"])))?;
                output.flush()?;
                write(&client, id, &self.files)
            }
        }
    }
}

/// Writes the files of a report that are wanted.
fn write(client: &Client, id: &str, files: &Files) -> anyhow::Result<()> {
    let get = |path: &str, accept: &str| -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let answer = client.get(&format!("/api/v1/reports/{id}{path}"), accept, &[])?;
        let mut answer = std::io::Read::take(answer, PDF_BYTES_MAX);
        std::io::Read::read_to_end(&mut answer, &mut bytes).context("the answer broke off")?;
        Ok(bytes)
    };
    if let Some(out) = &files.out {
        put(out, &get("", "application/pdf")?)?;
        // The log is signed with the next publishing.
        match get("/proof", "text/plain") {
            Ok(proof) => put(&proof_file(out), &proof)?,
            Err(_) => say(&format!(
                "the log does not tell of it yet; later `palisade report fetch {id} --out …` writes the proof, too"
            )),
        }
    }
    if let Some(folder) = &files.tables {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        put(&folder.join("document.json"), &get("/document", "application/json")?)?;
        let all = get("/tables", "application/json")?;
        let listed: Value = serde_json::from_slice(&all).context("the answer is not JSON")?;
        put(&folder.join("tables.json"), &all)?;
        for table in listed["tables"].as_array().into_iter().flatten() {
            let name = text(&table["id"]);
            // Names of tables have names of streams in them, which cannot leave a folder; a server that lies could.
            if name.contains('/') || name.starts_with('.') {
                bail!("`{}` is no name of a table; is this a Palisade server?", name.escape_debug());
            }
            put(&folder.join(format!("{name}.csv")), &get(&format!("/tables/{name}"), "text/csv")?)?;
        }
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    // A relative name has no folder that could be synced.
    let path = std::path::absolute(path)?;
    replace_file(&RealDisk, &path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

impl List {
    fn run(self) -> anyhow::Result<()> {
        let answer = self.answer.connection.open()?.get("/api/v1/reports", "application/json", &[])?;
        self.answer.print(answer, ANSWER_BYTES_MAX, |answer| {
            let rows: Vec<Vec<String>> = (answer["reports"].as_array().into_iter().flatten())
                .map(|line| {
                    ["id", "generated_at", "by", "sha256"].map(|key| text(&line[key]).to_owned()).to_vec()
                })
                .collect();
            match rows.is_empty() {
                true => vec!["no report was made yet".to_owned()],
                false => table(&["id", "made", "by", "sha256"], &[Align::Left; 4], &rows),
            }
        })
    }
}

impl Typeset {
    fn run(self) -> anyhow::Result<()> {
        let place = self.document.display();
        let document = fs::read(&self.document).with_context(|| format!("cannot read {place}"))?;
        let pdf =
            server::typeset(&document).with_context(|| format!("{place} is no document of a report"))?;
        put(&self.out, &pdf)
    }
}
