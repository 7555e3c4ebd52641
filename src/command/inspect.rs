//! `palisade inspect`: what one file of the data directory holds.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use palisade_index::{
    CatalogReport, JournalReport, SplitReport, inspect_catalog, inspect_journal, inspect_split,
};
use palisade_record::ByteSize;
use serde::Serialize;

use crate::output::{Align, Output, table};

/// Check one file of the data directory and show what it holds.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade inspect palisade-data/journal/0000000000000003.journal
  palisade inspect palisade-data/objects/splits/*.data --json
  palisade inspect palisade-data/catalog.sqlite

Every checksum in the file is checked. Damage is told with its byte, and the exit code is 1. Nothing is changed; a journal
or a data object can be looked at while the server runs.")]
pub(crate) struct Inspect {
    /// Journal files (.journal), data objects (.data) or the catalog (.sqlite).
    #[arg(required = true)]
    files: Vec<PathBuf>,

    /// Print one JSON object for each file.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Report {
    Journal(JournalReport),
    Split(SplitReport),
    Catalog(CatalogReport),
}

impl Inspect {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut output = Output::new();
        for file in &self.files {
            let report = match file.extension().and_then(|ending| ending.to_str()) {
                Some("journal") => Report::Journal(inspect_journal(file)?),
                Some("data") => Report::Split(inspect_split(file)?),
                Some("sqlite") => Report::Catalog(inspect_catalog(file)?),
                _ => bail!(
                    "{}: a file that ends in .journal, .data or .sqlite can be inspected",
                    file.display()
                ),
            };
            if self.json {
                output.line(&serde_json::to_string(&report)?)?;
            } else {
                lines(&report).iter().try_for_each(|line| output.line(line))?;
            }
        }
        output.flush()
    }
}

fn lines(report: &Report) -> Vec<String> {
    let size = |bytes: u64| ByteSize::bytes(bytes).to_string();
    match report {
        Report::Journal(journal) => {
            let torn = match journal.torn_bytes {
                0 => String::new(),
                bytes => format!("; {bytes} bytes at the end were torn by a crash and never acknowledged"),
            };
            let path = journal.path.display();
            let JournalReport { groups, entries, batches, records, .. } = journal;
            vec![format!(
                "{path}: {records} records in {batches} batches, {entries} entries, {groups} groups{torn}"
            )]
        }
        Report::Split(split) => {
            let rows = split.blocks.iter().map(|block| {
                let fields = block.fields.len().to_string();
                let (raw, packed) = (size(block.raw_bytes), size(block.packed_bytes));
                vec![
                    block.stream.clone(),
                    block.rows.to_string(),
                    raw,
                    packed,
                    fields,
                    block.oldest.clone(),
                    block.newest.clone(),
                ]
            });
            let titles = ["stream", "records", "bytes", "packed", "fields", "oldest", "newest"];
            let align = [
                Align::Left,
                Align::Right,
                Align::Right,
                Align::Right,
                Align::Right,
                Align::Left,
                Align::Left,
            ];
            let path = split.path.display();
            let mut lines =
                vec![format!("{path}: {} records, {} as they came", split.rows, size(split.raw_bytes))];
            lines.extend(table(&titles, &align, &rows.collect::<Vec<_>>()));
            let parts = split.parts.iter().map(|part| {
                let kind = part.kind.to_owned();
                vec![kind, part.name.clone(), part.sections.to_string(), size(part.packed_bytes)]
            });
            let align = [Align::Left, Align::Left, Align::Right, Align::Right];
            lines.extend(table(&["part", "field", "sections", "packed"], &align, &parts.collect::<Vec<_>>()));
            lines
        }
        Report::Catalog(catalog) => {
            let rows = catalog.splits.iter().map(|(id, rows, raw, data, index)| {
                vec![id.clone(), rows.to_string(), size(*raw), size(*data), size(*index)]
            });
            let align = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right];
            let CatalogReport { journal_file, next_sequence, lanes, .. } = catalog;
            let mut lines = vec![format!(
                "journal counts from file {journal_file:016x}, batch {next_sequence}; {lanes} lanes have a mark"
            )];
            lines.extend(table(
                &["split", "records", "bytes", "data", "index"],
                &align,
                &rows.collect::<Vec<_>>(),
            ));
            lines
        }
    }
}
