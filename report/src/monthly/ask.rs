//! Questions of a report: asked, remembered with their spans, and put into tables.

use std::cell::RefCell;

use palisade_record::Timestamp;
use serde_json::Value;

use crate::document::{Cell, ColumnKind, Query, Table};

/// Whoever answers questions in the query language.
pub trait Ask {
    /// The rows that a query with pipes gives, at most `limit`.
    ///
    /// # Errors
    /// Why there is no answer.
    fn ask(
        &self,
        query: &str,
        stream: Option<&str>,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Result<Answer, String>;
}

/// An answer.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Answer {
    /// Its rows.
    pub rows: Vec<Vec<Value>>,
    /// Whether there are more.
    pub is_cut: bool,
}

/// Asks about one span, and remembers what was asked.
pub(super) struct Questions<'a> {
    asked: &'a dyn Ask,
    from: Timestamp,
    to: Timestamp,
    queries: RefCell<Vec<Query>>,
}

/// An answer with the name of its question.
pub(super) struct Told {
    pub(super) id: String,
    pub(super) rows: Vec<Vec<Value>>,
    pub(super) is_cut: bool,
    /// Why there is no answer.
    pub(super) problem: Option<String>,
}

impl<'a> Questions<'a> {
    pub(super) fn new(asked: &'a dyn Ask, from: Timestamp, to: Timestamp) -> Self {
        Self { asked, from, to, queries: RefCell::default() }
    }

    /// Asks about the period of the report. A question without an answer is a gap, not the end of the report.
    pub(super) fn ask(&self, query: &str, stream: Option<&str>, limit: usize, note: &str) -> Told {
        let mut queries = self.queries.borrow_mut();
        let id = format!("Q{}", queries.len() + 1);
        queries.push(Query {
            id: id.clone(),
            text: query.to_owned(),
            stream: stream.map(str::to_owned),
            from: self.from,
            to: self.to,
            note: note.to_owned(),
        });
        match self.asked.ask(query, stream, self.from, self.to, limit) {
            Ok(Answer { rows, is_cut }) => Told { id, rows, is_cut, problem: None },
            Err(problem) => Told { id, rows: Vec::new(), is_cut: false, problem: Some(problem) },
        }
    }

    /// One number, and what it was in earlier spans.
    pub(super) fn number(
        &self,
        query: &str,
        stream: Option<&str>,
        before: &[(Timestamp, Timestamp)],
    ) -> (Told, Vec<Cell>) {
        let told = self.ask(query, stream, 1, "");
        let earlier = before.iter().map(|(from, to)| {
            let answer = self.asked.ask(query, stream, *from, *to, 1);
            answer.map_or(Cell::Missing, |answer| first(&answer.rows))
        });
        (told, earlier.collect())
    }

    pub(super) fn into_queries(self) -> Vec<Query> {
        self.queries.into_inner()
    }
}

impl Told {
    /// A table of its rows, each made of one row of the answer.
    pub(super) fn table(
        &self,
        id: &str,
        caption: &str,
        columns: &[(&str, ColumnKind)],
        cells: impl Fn(&[Value]) -> Vec<Cell>,
    ) -> Table {
        let mut table = Table::new(id, caption, columns).answering([&self.id]);
        table.is_cut = self.is_cut;
        self.rows.iter().for_each(|row| table.row(cells(row)));
        table
    }

    /// The first value of the first row.
    pub(super) fn first(&self) -> Cell {
        if self.problem.is_some() { Cell::Missing } else { first(&self.rows) }
    }
}

fn first(rows: &[Vec<Value>]) -> Cell {
    rows.first().and_then(|row| row.first()).map_or(Cell::Missing, Cell::of)
}

/// A row whose first value may be missing.
pub(super) fn named(row: &[Value]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = row.iter().map(Cell::of).collect();
    if let Some(first @ Cell::Missing) = cells.first_mut() {
        *first = Cell::from("(none)");
    }
    cells
}

/// A row that begins with a time.
pub(super) fn dated(row: &[Value]) -> Vec<Cell> {
    let mut cells = named(row);
    cells.iter_mut().take(1).for_each(to_time);
    cells
}

/// A row that begins with two times: from when to when.
pub(super) fn spanning(row: &[Value]) -> Vec<Cell> {
    let mut cells = named(row);
    cells.iter_mut().take(2).for_each(to_time);
    cells
}

fn to_time(cell: &mut Cell) {
    if let Cell::Text(text) = cell
        && let Some(time) = Timestamp::parse_rfc3339(text)
    {
        *cell = Cell::Time(time);
    }
}
