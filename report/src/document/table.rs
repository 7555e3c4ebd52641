//! Tables: complete in CSV and JSON, their first rows on paper.

use serde::{Deserialize, Serialize};

use super::Cell;

/// A table.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Table {
    /// By which it is found among files, like `access-by-role`.
    pub id: String,
    /// What it shows.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each as long as there are columns.
    pub rows: Vec<Vec<Cell>>,
    /// The questions whose answers it shows.
    pub queries: Vec<String>,
    /// Whether the answer had more rows than stand here.
    pub is_cut: bool,
}

/// A column.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Column {
    /// Its heading.
    pub title: String,
    /// How its values are shown.
    pub kind: ColumnKind,
}

/// How the values of a column are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnKind {
    /// From the left, as wide as there is room.
    Text,
    /// From the right, as narrow as can be.
    Number,
    /// From the left, as narrow as can be: times and short words.
    Narrow,
}

impl Table {
    /// A table without rows.
    pub fn new(id: &str, caption: &str, columns: &[(&str, ColumnKind)]) -> Self {
        let column = |(title, kind): &(&str, ColumnKind)| Column { title: (*title).to_owned(), kind: *kind };
        Self {
            id: id.to_owned(),
            caption: caption.to_owned(),
            columns: columns.iter().map(column).collect(),
            rows: Vec::new(),
            queries: Vec::new(),
            is_cut: false,
        }
    }

    /// The same, answering these questions.
    #[must_use]
    pub fn answering<'a>(mut self, queries: impl IntoIterator<Item = &'a String>) -> Self {
        self.queries.extend(queries.into_iter().cloned());
        self
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }
}
