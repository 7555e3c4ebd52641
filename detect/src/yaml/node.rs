//! A value of a YAML document, with the line it begins on.

use super::{Fault, parse_duration};
use crate::number::Number;
use std::time::Duration;

/// A value and its line.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// The line it begins on, from 1.
    pub line: u32,
    /// What it is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, and how it is written.
    Number {
        /// Its value.
        number: Number,
        /// Its text.
        written: String,
    },
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping.
    Mapping(Mapping),
}

/// Keys and what they map to, in the order in which they are written. No key comes twice.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Mapping {
    /// The line it begins on.
    pub line: u32,
    /// The entries.
    pub entries: Vec<Entry>,
}

/// A key and what it maps to.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The key's line.
    pub line: u32,
    /// The key, as it is written.
    pub key: String,
    /// What it maps to.
    pub value: Node,
}

impl Node {
    /// What people call it.
    pub const fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Boolean(_) => "true or false",
            Kind::Number { .. } => "a number",
            Kind::Text(_) => "text",
            Kind::List(_) => "a list",
            Kind::Mapping(_) => "a mapping",
        }
    }

    fn expected(&self, name: &str, what: &str) -> Fault {
        Fault::new(self.line, format!("`{name}` must be {what}, not {}", self.describe()))
    }

    /// The mapping that it is.
    pub fn mapping(&self, name: &str) -> Result<&Mapping, Fault> {
        match &self.kind {
            Kind::Mapping(mapping) => Ok(mapping),
            _ => Err(self.expected(name, "a mapping")),
        }
    }

    /// The list that it is.
    pub fn list(&self, name: &str) -> Result<&[Self], Fault> {
        match &self.kind {
            Kind::List(nodes) => Ok(nodes),
            _ => Err(self.expected(name, "a list")),
        }
    }

    /// The scalar as it is written.
    pub fn text(&self, name: &str) -> Result<String, Fault> {
        match &self.kind {
            Kind::Text(text) => Ok(text.clone()),
            Kind::Number { written, .. } => Ok(written.clone()),
            Kind::Boolean(value) => Ok(value.to_string()),
            _ => Err(self.expected(name, "text")),
        }
    }

    /// A list of texts, or one text.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, Fault> {
        match &self.kind {
            Kind::List(nodes) => nodes.iter().map(|node| node.text(name)).collect(),
            Kind::Null => Ok(Vec::new()),
            _ => Ok(vec![self.text(name)?]),
        }
    }

    /// Whether it is `true`.
    pub fn boolean(&self, name: &str) -> Result<bool, Fault> {
        match self.kind {
            Kind::Boolean(value) => Ok(value),
            _ => Err(self.expected(name, "true or false")),
        }
    }

    /// The number that it is.
    pub fn number(&self, name: &str) -> Result<Number, Fault> {
        match &self.kind {
            Kind::Number { number, .. } => Ok(*number),
            _ => Err(self.expected(name, "a number")),
        }
    }

    /// A span of time: `15s`, `5m`, `1h`, `7d`, `1w`, `1M`, `1y`.
    pub fn duration(&self, name: &str) -> Result<Duration, Fault> {
        let text = self.text(name)?;
        parse_duration(&text).map_err(|reason| Fault::new(self.line, format!("`{name}`: {reason}")))
    }
}

impl Mapping {
    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// What a key maps to.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// What a key maps to, which must be there.
    pub fn require(&self, key: &str) -> Result<&Node, Fault> {
        self.get(key).ok_or_else(|| Fault::new(self.line, format!("`{key}:` is missing")))
    }

    /// Refuses keys that nobody reads: most are misspelt, and what they meant would not happen.
    pub fn only(&self, known: &[&str]) -> Result<(), Fault> {
        match self.entries.iter().find(|entry| !known.contains(&entry.key.as_str())) {
            None => Ok(()),
            Some(entry) => Err(Fault::new(
                entry.line,
                format!("`{}:` is not known here; known are {}", entry.key, known.join(", ")),
            )),
        }
    }

    /// The text of a key, if it is there.
    pub fn optional_text(&self, key: &str) -> Result<Option<String>, Fault> {
        match self.get(key) {
            None | Some(Node { kind: Kind::Null, .. }) => Ok(None),
            Some(node) => node.text(key).map(Some),
        }
    }

    /// The texts of a key; none if it is not there.
    pub fn optional_texts(&self, key: &str) -> Result<Vec<String>, Fault> {
        self.get(key).map_or_else(|| Ok(Vec::new()), |node| node.texts(key))
    }
}
