//! A document as the template takes it: texts that are ready to print, and numbers only where something is drawn.

use jiff::tz::TimeZone;
use palisade_record::Timestamp;
use serde_json::{Value, json};
use typst::foundations::Datetime;

use super::shown::{grouped, moment, shown};
use super::visible::{Visible, lines, visible};
use crate::document::{Block, Cell, Chart, ChartKind, ColumnKind, Document, Figure, Query, Section, Table};
use crate::zoned::zoned;

/// Rows of a table on paper: some ten pages. All of them are in the files beside the report.
const ROWS_MAX: usize = 400;

/// Bars of a chart: more would be hairs.
const BARS_MAX: usize = 40;

/// The first digits of the root hash, in the footer of every page.
const ROOT_DIGITS: usize = 16;

/// The data of the template, with times in a zone, which is that of the document.
pub(super) fn of(document: &Document, zone: &TimeZone) -> Value {
    let time = |time: Timestamp| moment(time, zone);
    let checkpoint = document.checkpoint.as_ref();
    let stamp = checkpoint.map_or_else(
        || "no checkpoint yet".to_owned(),
        |checkpoint| {
            let root: String = checkpoint.root.chars().take(ROOT_DIGITS).collect();
            format!("log {} · {root}", checkpoint.size)
        },
    );
    json!({
        "id": visible(&document.id).into_whole(),
        "title": visible(&document.title).into_whole(),
        "stamp": stamp,
        "facts": [
            ["Tenant", visible(&document.tenant)],
            ["Period", visible(&format!("{}: {} to {}", document.period.name, time(document.period.from), time(document.period.to)))],
            ["Time zone", visible(&document.period.zone)],
            ["Generated", time(document.generated_at)],
            ["Generator", visible(&document.generator)],
            ["Report", visible(&document.id)],
            ["Log", visible(&checkpoint.map_or("no checkpoint yet".to_owned(), |checkpoint| format!("{}, {} entries, root {}", checkpoint.origin, checkpoint.size, checkpoint.root)))],
        ],
        "sections": document.sections.iter().map(|part| section(part, zone)).collect::<Vec<_>>(),
        "queries": document.queries.iter().map(|query| self::query(query, zone)).collect::<Vec<_>>(),
    })
}

/// A time as the compiler takes it, in UTC.
pub(super) fn datetime(time: Timestamp) -> Option<Datetime> {
    let date = zoned(time, &TimeZone::UTC)?.datetime();
    let small = |number: i8| u8::try_from(number).ok();
    Datetime::from_ymd_hms(
        i32::from(date.year()),
        small(date.month())?,
        small(date.day())?,
        small(date.hour())?,
        small(date.minute())?,
        small(date.second())?,
    )
}

fn section(section: &Section, zone: &TimeZone) -> Value {
    let blocks: Vec<Value> = section.blocks.iter().map(|block| self::block(block, zone)).collect();
    json!({ "id": section.id, "title": visible(&section.title), "blocks": blocks })
}

fn block(block: &Block, zone: &TimeZone) -> Value {
    match block {
        Block::Paragraph { text } => json!({ "kind": "paragraph", "text": visible(text) }),
        Block::Gap { text } => json!({ "kind": "gap", "text": visible(text) }),
        Block::Verbatim { caption, text } => {
            json!({ "kind": "verbatim", "caption": visible(caption), "text": lines(text) })
        }
        Block::Signatures { roles } => {
            json!({ "kind": "signatures", "roles": roles.iter().map(|role| visible(role)).collect::<Vec<_>>() })
        }
        Block::Figures { figures } => {
            json!({ "kind": "figures", "figures": figures.iter().map(|figure| self::figure(figure, zone)).collect::<Vec<_>>() })
        }
        Block::Table { table } => json!({ "kind": "table", "table": self::table(table, zone) }),
        Block::Chart { chart } => self::chart(chart, zone),
    }
}

fn figure(figure: &Figure, zone: &TimeZone) -> Value {
    let before: Vec<String> = figure
        .before
        .iter()
        .map(|cell| shown(cell, zone).map_or_else(|| "–".to_owned(), Visible::into_whole))
        .collect();
    json!({
        "label": visible(&figure.label), "value": shown(&figure.value, zone), "before": before.join(" · "), "query": figure.query,
    })
}

fn table(table: &Table, zone: &TimeZone) -> Value {
    let row = |row: &Vec<Cell>| row.iter().map(|cell| shown(cell, zone)).collect::<Vec<_>>();
    let columns: Vec<Value> = (table.columns.iter())
        .map(|column| {
            let kind = match column.kind {
                ColumnKind::Text => "text",
                ColumnKind::Number => "number",
                ColumnKind::Narrow => "narrow",
            };
            json!({ "title": visible(&column.title), "kind": kind })
        })
        .collect();
    let rows: Vec<_> = table.rows.iter().take(ROWS_MAX).map(row).collect();
    let left = table.rows.len().saturating_sub(ROWS_MAX);
    let more = match (left, table.is_cut) {
        (0, false) => None,
        (0, true) => {
            Some("There are more than stand here; ask the question again with a larger limit.".to_owned())
        }
        (left, is_cut) => {
            let left = grouped(i64::try_from(left).unwrap_or(i64::MAX));
            let rest = if is_cut {
                ", and there are more than stand there; ask the question again with a larger limit"
            } else {
                ""
            };
            Some(format!("{left} more rows stand in the file {}.csv{rest}.", table.id))
        }
    };
    json!({
        "id": table.id, "caption": visible(&table.caption), "columns": columns, "rows": rows, "more": more,
        "queries": table.queries.join(", "),
    })
}

fn chart(chart: &Chart, zone: &TimeZone) -> Value {
    let (kind, titles, bars) = match chart.kind {
        ChartKind::Bars => ("bars", Vec::new(), bars(chart, zone)),
        ChartKind::HeatMap => {
            let label = |row: &Vec<Cell>| row.first().and_then(|cell| shown(cell, zone));
            ("heat-map", chart.table.rows.iter().map(label).collect(), fields(chart))
        }
    };
    json!({
        "kind": kind, "alternative": visible(&chart.alternative()).into_whole(), "titles": titles, "bars": bars,
        "table": table(&chart.table, zone),
    })
}

/// A bar for each row.
fn bars(chart: &Chart, zone: &TimeZone) -> Vec<Value> {
    let most = chart.most();
    let bar = |row: &Vec<Cell>| {
        let part = row.get(1).map_or(0.0, Cell::magnitude).max(0.0) / most;
        let text = |at: usize| row.get(at).and_then(|cell| shown(cell, zone));
        json!({ "label": text(0), "value": text(1), "parts": [part] })
    };
    chart.table.rows.iter().take(BARS_MAX).map(bar).collect()
}

/// A row of fields for each column of numbers.
fn fields(chart: &Chart) -> Vec<Value> {
    let most = chart.most();
    let columns = chart.table.columns.iter().enumerate().skip(1);
    let row = |(at, column): (usize, &crate::document::Column)| {
        let part = |row: &Vec<Cell>| row.get(at).map_or(0.0, Cell::magnitude).max(0.0) / most;
        let parts: Vec<f64> = chart.table.rows.iter().map(part).collect();
        json!({ "label": visible(&column.title), "value": "", "parts": parts })
    };
    columns.map(row).collect()
}

fn query(query: &Query, zone: &TimeZone) -> Value {
    let stream = query.stream.as_ref().map_or("all streams".to_owned(), |stream| format!("stream {stream}"));
    let about = format!("{stream}, {} to {}", moment(query.from, zone), moment(query.to, zone));
    json!({ "id": query.id, "about": visible(&about), "text": lines(&query.text), "note": visible(&query.note) })
}
