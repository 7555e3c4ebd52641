//! Records as rows: which columns they have, and what lies in them.

use bytes::Bytes;

use super::{Encoder, RowEncoder};
use crate::engine::search::Hit;
use crate::engine::statistics::{Cell, Table, rows_of};
use crate::engine::{self, Budget, Failure, Inner, Question, Scan};
use crate::filter::column_names;

/// Columns of one export: as many as a worksheet of the oldest spreadsheets still in use shows four times over, and few enough that
/// the rows of a window fit in memory.
pub(crate) const COLUMNS_MAX: usize = 1_024;

/// What every record has.
const FIXED: [&str; 4] = ["timestamp", "received_at", "id", "stream"];

/// The column that tells which export a row left with.
const EXPORT_COLUMN: &str = "export_id";

/// What the values of a column are, where they are all of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Text,
    Integer,
    /// Numbers some of which have a fraction.
    Float,
    Boolean,
    Time,
}

/// A column of an export.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

impl Column {
    fn new(name: &str, kind: Kind) -> Self {
        Self { name: name.to_owned(), kind }
    }

    /// The column for the id of the export.
    pub(crate) fn of_export() -> Self {
        Self::new(EXPORT_COLUMN, Kind::Text)
    }
}

/// Writes records as rows, with the id of the export at the end of each: a row that turns up elsewhere says where it was taken out.
pub(crate) struct Columns {
    names: Vec<String>,
    export: Cell,
    rows: Box<dyn RowEncoder>,
}

impl Columns {
    /// Rows of these columns, and the one of the export, for an encoder of both.
    pub(crate) fn new(columns: &[Column], export: &str, rows: Box<dyn RowEncoder>) -> Self {
        let names = columns.iter().map(|column| column.name.clone()).collect();
        Self { names, export: Cell::Text(export.into()), rows }
    }
}

impl Encoder for Columns {
    fn records(&mut self, hits: &[Hit], scan: &Scan<'_>) -> Result<Bytes, Failure> {
        let mut rows = scan.inner.pool.install(|| rows_of(hits, &self.names, scan.budget))?;
        rows.iter_mut().for_each(|row| row.push(self.export.clone()));
        self.rows.rows(&rows)
    }

    fn end(&mut self) -> Result<Bytes, Failure> {
        self.rows.end()
    }
}

/// Columns whose kinds do not matter.
pub(crate) fn named_columns(names: &[String]) -> Vec<Column> {
    names.iter().map(|name| Column::new(name, Kind::Text)).collect()
}

/// The columns of the matches: those that are named, else what every record has and all fields that the matches have.
pub(crate) fn columns_of(
    inner: &Inner,
    budget: &Budget,
    question: &Question,
    named: &[String],
) -> Result<Vec<Column>, Failure> {
    let found = engine::fields(inner, budget, question)?.fields;
    let kind_of = |name: &str| match name {
        "timestamp" | "@timestamp" | "received_at" => Kind::Time,
        name => {
            let names = column_names(name);
            let mut kinds =
                found.iter().filter(|field| names.contains(&field.name)).map(|field| field.values);
            kinds.next().filter(|first| kinds.all(|kind| kind == *first)).unwrap_or(Kind::Text)
        }
    };
    if !named.is_empty() {
        return Ok(named.iter().map(|name| Column::new(name, kind_of(name))).collect());
    }
    let fixed = FIXED.iter().map(|name| Column::new(name, kind_of(name)));
    // A field with the name of what every record has is told by that one.
    let fields = found.iter().filter(|field| !FIXED.contains(&&*field.name));
    let columns: Vec<Column> =
        fixed.chain(fields.map(|field| Column::new(&field.name, field.values))).collect();
    if columns.len() > COLUMNS_MAX {
        let message = format!("these records have {} fields, more than {COLUMNS_MAX} columns", columns.len());
        return Err(Failure::TooMuch(message, "name the columns that you need, or export as ndjson".into()));
    }
    Ok(columns)
}

/// The columns of a table.
pub(crate) fn columns_of_table(table: &Table) -> Vec<Column> {
    let kind_at = |place: usize| {
        let mut kinds = table.rows.iter().filter_map(|row| kind_of_cell(&row[place]));
        let first = kinds.next().unwrap_or(Kind::Text);
        kinds.fold(first, Kind::and)
    };
    table.columns.iter().enumerate().map(|(place, name)| Column::new(name, kind_at(place))).collect()
}

impl Kind {
    /// The kind of values of both kinds.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (one, same) if one == same => one,
            (Self::Integer | Self::Float, Self::Integer | Self::Float) => Self::Float,
            _ => Self::Text,
        }
    }
}

fn kind_of_cell(cell: &Cell) -> Option<Kind> {
    Some(match cell {
        Cell::Null => return None,
        Cell::Boolean(_) => Kind::Boolean,
        Cell::Integer(_) => Kind::Integer,
        Cell::Float(_) | Cell::Decimal(_) => Kind::Float,
        Cell::Time(_) => Kind::Time,
        Cell::Text(_) | Cell::List(_) => Kind::Text,
    })
}
