//! The fields of one record, collected before it is known under which names they are kept.

use palisade_index::Standing;
use palisade_record::Value;
use palisade_record::limits::{FIELD_NAME_BYTES_MAX, RECORD_DEPTH_MAX, RECORD_FIELDS_MAX};

use super::json::{Open, Problem, Token, Tokens};
use super::json_text::Text;
use super::names::{NameId, Names};

/// Fields that are added to a record from its origin and from what is found in it.
const ADDED_FIELDS_MAX: usize = 16;
/// Fields taken from the record's own text.
const OWN_FIELDS_MAX: usize = RECORD_FIELDS_MAX - ADDED_FIELDS_MAX;

/// A field whose text, if any, lies in the record or in [`Fields`].
#[derive(Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: NameId,
    /// Where the value stands in the record.
    pub(crate) standing: Standing,
    /// How the value is written.
    pub(crate) kind: Kind,
    value: Kept,
}

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Text,
    Number,
    Boolean,
    /// What lies too deep to become fields: one text.
    Container,
}

#[derive(Clone, Copy)]
enum Kept {
    Text(Range),
    Decimal(Range),
    Integer(i64),
    Boolean(bool),
}

/// Where a text lies.
#[derive(Clone, Copy)]
enum Range {
    /// In the text of the record.
    Record(usize, usize),
    /// In [`Fields`].
    Aside(usize, usize),
}

impl Field {
    /// Where the value stands in the record, without its quotes.
    pub(crate) fn range(&self) -> Option<(usize, usize)> {
        match self.standing {
            Standing::Nowhere => None,
            Standing::Bare(start, end) | Standing::Quoted(start, end) => Some((start as usize, end as usize)),
        }
    }
}

/// What fields are read from.
#[derive(Clone, Copy)]
pub(crate) enum Origin {
    /// The text of the record, which begins so many bytes after the record.
    Record(usize),
    /// A text inside of another value.
    Inside,
}

/// Fields of one record; the buffers are used again for the next one.
#[derive(Default)]
pub(crate) struct Fields {
    list: Vec<Field>,
    aside: String,
    path: String,
    bases: Vec<usize>,
    open: Open,
}

impl Fields {
    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.aside.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn get(&self, position: usize) -> Field {
        self.list[position]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Field> + '_ {
        self.list.iter().copied()
    }

    /// The value of a field of the record with this text.
    pub(crate) fn value<'a>(&'a self, field: Field, record: &'a str) -> Value<'a> {
        let text = |range| match range {
            Range::Record(start, end) => &record[start..end],
            Range::Aside(start, end) => &self.aside[start..end],
        };
        match field.value {
            Kept::Text(range) => Value::Text(text(range)),
            Kept::Decimal(range) => Value::Decimal(text(range)),
            Kept::Integer(number) => Value::Integer(number),
            Kept::Boolean(truth) => Value::Boolean(truth),
        }
    }

    /// Adds the fields of a JSON object; what is not one adds nothing.
    pub(crate) fn read(&mut self, text: &str, origin: Origin, names: &mut Names) -> Result<(), Problem> {
        let (list_before, aside_before) = (self.list.len(), self.aside.len());
        let mut open = std::mem::take(&mut self.open);
        let outcome = self.read_tokens(Tokens::new(text, &mut open), origin, names);
        self.open = open;
        if outcome.is_err() {
            self.list.truncate(list_before);
            self.aside.truncate(aside_before);
        }
        outcome
    }

    fn read_tokens(
        &mut self,
        mut tokens: Tokens<'_, '_>,
        origin: Origin,
        names: &mut Names,
    ) -> Result<(), Problem> {
        self.path.clear();
        self.bases.clear();
        if tokens.next()? != Some(Token::ObjectBegin) {
            return Err(Problem { offset: 0, what: "expected an object" });
        }
        self.bases.push(0);
        while let Some(token) = tokens.next()? {
            match token {
                Token::Key(key) => self.enter(key),
                Token::ObjectBegin | Token::ArrayBegin if tokens.depth() > RECORD_DEPTH_MAX => {
                    let rest = tokens.rest_of_container()?;
                    let text = Text { raw: rest, is_escaped: false };
                    self.push(names, origin, tokens.offset(), text, Kind::Container);
                }
                Token::ObjectBegin => self.bases.push(self.path.len()),
                Token::ObjectEnd => {
                    let base = self.bases.pop().unwrap_or(0);
                    self.path.truncate(base);
                }
                Token::ArrayBegin | Token::ArrayEnd | Token::Null => {}
                Token::Text(text) => self.push(names, origin, tokens.offset() - 1, text, Kind::Text),
                Token::Number(number) => {
                    let text = Text { raw: number, is_escaped: false };
                    self.push(names, origin, tokens.offset(), text, Kind::Number);
                }
                Token::Boolean(truth) => {
                    let text = Text { raw: if truth { "true" } else { "false" }, is_escaped: false };
                    self.push(names, origin, tokens.offset(), text, Kind::Boolean);
                }
            }
        }
        Ok(())
    }

    /// Makes the path that of a member of the innermost object.
    fn enter(&mut self, key: Text<'_>) {
        let base = self.bases.last().copied().unwrap_or(0);
        self.path.truncate(base);
        if base > 0 {
            self.path.push('.');
        }
        key.append_to(&mut self.path);
        if self.path.len() > FIELD_NAME_BYTES_MAX {
            let end = self.path.floor_char_boundary(FIELD_NAME_BYTES_MAX);
            self.path.truncate(end);
        }
    }

    /// Adds a field with the path that was entered last, whose value ends at `end`.
    fn push(&mut self, names: &mut Names, origin: Origin, end: usize, text: Text<'_>, kind: Kind) {
        if self.is_full() {
            return;
        }
        // A member without a name cannot be asked for.
        let path = if self.path.is_empty() { "_" } else { &self.path };
        let name = names.id(self.list.len(), path);
        self.push_value(name, origin, end, text, kind);
    }

    /// Whether no further field is taken.
    pub(crate) fn is_full(&self) -> bool {
        self.list.len() >= OWN_FIELDS_MAX
    }

    /// Adds a field whose value ends at `end` of what it is read from, without its quotes.
    pub(crate) fn push_value(
        &mut self,
        name: NameId,
        origin: Origin,
        end: usize,
        text: Text<'_>,
        kind: Kind,
    ) {
        let start = end - text.raw.len();
        let (standing, range) = match origin {
            Origin::Record(before) => {
                let place = |offset: usize| u32::try_from(before + offset).unwrap_or(u32::MAX);
                let standing = if kind == Kind::Text { Standing::Quoted } else { Standing::Bare };
                let range = if text.is_escaped { self.aside(text) } else { Range::Record(start, end) };
                (standing(place(start), place(end)), range)
            }
            Origin::Inside => (Standing::Nowhere, self.aside(text)),
        };
        let value = match kind {
            Kind::Text | Kind::Container => Kept::Text(range),
            // Only digits and a sign parse as an integer; `1.0` and `1e3` keep their text.
            Kind::Number => text.raw.parse().map_or(Kept::Decimal(range), Kept::Integer),
            Kind::Boolean => Kept::Boolean(text.raw == "true"),
        };
        self.list.push(Field { name, standing, kind, value });
    }

    fn aside(&mut self, text: Text<'_>) -> Range {
        let start = self.aside.len();
        text.append_to(&mut self.aside);
        Range::Aside(start, self.aside.len())
    }
}
