//! The tables of a report as files: CSV for spreadsheets, JSON for programs. Complete, where paper shows the first rows.

use palisade_record::Timestamp;
use serde_json::{Value, json};

use crate::document::{Block, Cell, Document, Section, Table};

/// A spreadsheet takes a cell that begins so for a formula, which may do anything: an apostrophe before it says that it is text.
const FORMULA_SIGNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// All tables of a report with the parts in which they stand, charts' included.
pub fn all(document: &Document) -> impl Iterator<Item = (&Section, &Table)> {
    document.sections.iter().flat_map(|section| {
        section.blocks.iter().filter_map(move |block| match block {
            Block::Table { table } => Some((section, table)),
            Block::Chart { chart } => Some((section, &chart.table)),
            _ => None,
        })
    })
}

/// A table as CSV (RFC 4180), with headings.
///
/// # Errors
/// When the memory for it cannot be had.
pub fn csv(table: &Table) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(table.columns.iter().map(|column| harmless(&column.title)))?;
    for row in &table.rows {
        writer.write_record(row.iter().map(text))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// The tables, figures and questions of a report as one JSON object.
pub fn json(document: &Document) -> Value {
    let tables: Vec<Value> = all(document)
        .map(|(section, table)| {
            let rows: Vec<Vec<Value>> = table.rows.iter().map(|row| row.iter().map(value).collect()).collect();
            let columns: Vec<&str> = table.columns.iter().map(|column| column.title.as_str()).collect();
            json!({
                "id": table.id, "section": section.id, "caption": table.caption, "columns": columns, "rows": rows,
                "queries": table.queries, "is_cut": table.is_cut,
            })
        })
        .collect();
    let figures =
        document.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            Block::Figures { figures } => Some(figures),
            _ => None,
        });
    let figures: Vec<Value> = figures
        .flatten()
        .map(|figure| {
            let before: Vec<Value> = figure.before.iter().map(value).collect();
            json!({"label": figure.label, "value": value(&figure.value), "before": before, "query": figure.query})
        })
        .collect();
    json!({
        "id": document.id, "title": document.title, "tenant": document.tenant, "period": document.period,
        "generated_at": document.generated_at, "generator": document.generator, "checkpoint": document.checkpoint,
        "figures": figures, "tables": tables, "queries": document.queries,
    })
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Text(text) => json!(text),
        Cell::Integer(count) => json!(count),
        Cell::Decimal(number) | Cell::Seconds(number) | Cell::Share(number) => json!(number),
        Cell::Bytes(count) => json!(count),
        Cell::Time(time) => json!(time),
        Cell::Missing => Value::Null,
    }
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => harmless(text),
        Cell::Time(time) => Timestamp::to_string(time),
        Cell::Missing => String::new(),
        other => value(other).to_string(),
    }
}

fn harmless(text: &str) -> String {
    if text.starts_with(FORMULA_SIGNS) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::ColumnKind;

    #[test]
    fn what_a_spreadsheet_would_compute_is_text() {
        let mut table = Table::new("t", "c", &[("user", ColumnKind::Text), ("count", ColumnKind::Number)]);
        table.row(["=cmd|' /C calc'!A0".into(), Cell::Integer(-5)]);
        table.row(["a \"quoted\", b\nand more".into(), Cell::Missing]);

        let text = String::from_utf8(csv(&table).unwrap()).unwrap();

        assert_eq!(text, "user,count\r\n'=cmd|' /C calc'!A0,-5\r\n\"a \"\"quoted\"\", b\nand more\",\r\n");
    }
}
