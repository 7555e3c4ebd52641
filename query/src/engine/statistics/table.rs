//! Rows and columns: what every pipe makes for the next one.

use serde::Serialize;

use super::cell::Cell;
use crate::engine::{Budget, Failure};

/// A table.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Cell>>,
    pub(crate) approximate: Vec<Approximate>,
}

/// A column that is not exact.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
pub(crate) struct Approximate {
    pub(crate) column: String,
    pub(crate) method: &'static str,
    /// How far a value may be off.
    pub(crate) error: String,
}

/// A column as it is told.
#[derive(Serialize, Debug)]
pub(crate) struct ColumnKind<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: &'static str,
}

impl Table {
    /// Takes memory for the rows.
    pub(super) fn charge(&self, budget: &Budget) -> Result<(), Failure> {
        let row = |row: &Vec<Cell>| {
            size_of::<Vec<Cell>>()
                + row.iter().map(|cell| size_of::<Cell>() + cell.heap_bytes()).sum::<usize>()
        };
        budget.charge(self.rows.iter().map(row).sum())
    }

    /// The columns with the kind of their values: `number`, `text`, `time`, `boolean`, `list`, or `mixed`.
    pub(crate) fn kinds(&self) -> Vec<ColumnKind<'_>> {
        let kind = |place: usize| {
            let mut kinds = self.rows.iter().filter_map(|row| row[place].kind());
            let first = kinds.next().unwrap_or("text");
            if kinds.all(|kind| kind == first) { first } else { "mixed" }
        };
        self.columns.iter().enumerate().map(|(place, name)| ColumnKind { name, kind: kind(place) }).collect()
    }

    /// The rows as JSON lists.
    pub(crate) fn rows_as_lists(&self) -> String {
        let mut text = String::from("[");
        for (number, row) in self.rows.iter().enumerate() {
            text.push_str(if number > 0 { ",[" } else { "[" });
            for (place, cell) in row.iter().enumerate() {
                if place > 0 {
                    text.push(',');
                }
                cell.push_json(&mut text);
            }
            text.push(']');
        }
        text.push(']');
        text
    }

    /// The rows as JSON objects, each on a line.
    pub(crate) fn rows_as_objects(&self) -> String {
        let names: Vec<String> =
            self.columns.iter().map(|name| serde_json::json!(name).to_string()).collect();
        let mut text = String::new();
        for row in &self.rows {
            for (place, (name, cell)) in names.iter().zip(row).enumerate() {
                text.push(if place > 0 { ',' } else { '{' });
                text.push_str(name);
                text.push(':');
                cell.push_json(&mut text);
            }
            text.push_str("}\n");
        }
        text
    }
}
