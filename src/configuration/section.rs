//! One table of the file while it is read: every key is asked for once, and what nobody asked for is a mistake.

use std::ops::Range;

use toml_edit::{Item, TableLike};

use super::problem::{Problem, suggestion};

/// A table, and the keys that were asked for.
pub(super) struct Section<'a> {
    name: &'a str,
    table: &'a dyn TableLike,
    place: Range<usize>,
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    pub(super) fn new(name: &'a str, table: &'a dyn TableLike, place: Range<usize>) -> Self {
        Self { name, table, place, known: Vec::new() }
    }

    /// A value that may be absent. `read` says what is wrong with it: `must be …`.
    pub(super) fn value<T>(
        &mut self,
        problems: &mut Vec<Problem>,
        key: &'static str,
        read: impl FnOnce(&toml_edit::Value) -> Result<T, String>,
    ) -> Option<T> {
        self.known.push(key);
        let item = self.table.get(key)?;
        let result = match item {
            Item::Value(value) => read(value),
            _ => Err("must be a value, not a table".to_owned()),
        };
        result
            .map_err(|wrong| {
                let span = item.span().unwrap_or_else(|| self.place.clone());
                problems.push(Problem { span, message: format!("`{}` {wrong}", self.path(key)) });
            })
            .ok()
    }

    /// A value without which the table means nothing.
    pub(super) fn required<T>(
        &mut self,
        problems: &mut Vec<Problem>,
        key: &'static str,
        example: &str,
        read: impl FnOnce(&toml_edit::Value) -> Result<T, String>,
    ) -> Option<T> {
        if self.table.get(key).is_none() {
            let message = format!("`{}` is missing; write {key} = {example}", self.path(key));
            problems.push(Problem { span: self.place.clone(), message });
        }
        self.value(problems, key, read)
    }

    /// A table inside this one, when it is there and is one.
    pub(super) fn table(
        &mut self,
        problems: &mut Vec<Problem>,
        key: &'static str,
    ) -> Option<&'a dyn TableLike> {
        self.known.push(key);
        let item = self.table.get(key)?;
        let table = item.as_table_like();
        if table.is_none() {
            let path = self.path(key);
            let wrong = if item.is_array_of_tables() { "is there once" } else { "is a table" };
            let message = format!("`{path}` {wrong}; begin it with a line [{path}]");
            problems.push(Problem { span: self.key_span(key), message });
        }
        table
    }

    /// All tables of a name that can be there several times.
    pub(super) fn tables(
        &mut self,
        problems: &mut Vec<Problem>,
        key: &'static str,
    ) -> Vec<(&'a dyn TableLike, Range<usize>)> {
        self.known.push(key);
        let Some(item) = self.table.get(key) else { return Vec::new() };
        let place = self.key_span(key);
        if let Some(tables) = item.as_array_of_tables() {
            return tables
                .iter()
                .map(|table| (table as &dyn TableLike, table.span().unwrap_or_else(|| place.clone())))
                .collect();
        }
        let inline = item.as_array().and_then(|array| {
            let table = |value: &'a toml_edit::Value| {
                let table = value.as_inline_table()?;
                Some((table as &dyn TableLike, value.span().unwrap_or_else(|| place.clone())))
            };
            array.iter().map(table).collect::<Option<Vec<_>>>()
        });
        inline.unwrap_or_else(|| {
            let path = self.path(key);
            let message = format!("`{path}` is a list of tables; begin each with a line [[{path}]]");
            problems.push(Problem { span: place, message });
            Vec::new()
        })
    }

    /// Whether a key is there, right or wrong.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn finish(self, problems: &mut Vec<Problem>) {
        for (key, item) in self.table.iter() {
            if self.known.contains(&key) {
                continue;
            }
            let kind = if item.is_table() || item.is_array_of_tables() { "table" } else { "key" };
            let known = self.known.join(", ");
            let place = if self.name.is_empty() { "the file".to_owned() } else { format!("[{}]", self.name) };
            let message = match suggestion(key, &self.known) {
                near if near.is_empty() => format!("{place} has no {kind} `{key}`; known are {known}"),
                near => format!("{place} has no {kind} `{key}`{near}"),
            };
            problems.push(Problem { span: self.key_span(key), message });
        }
    }

    /// Where the table begins.
    pub(super) fn place(&self) -> Range<usize> {
        self.place.clone()
    }

    fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    fn key_span(&self, key: &str) -> Range<usize> {
        let of_key = || self.table.key(key)?.span();
        let of_item = || self.table.get(key)?.span();
        of_key().or_else(of_item).unwrap_or_else(|| self.place.clone())
    }
}
