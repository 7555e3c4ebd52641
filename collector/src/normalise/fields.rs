//! The fields of one record, collected before it is known under which names they are kept.

use palisade_record::Value;
use palisade_record::limits::{FIELD_NAME_BYTES_MAX, RECORD_DEPTH_MAX, RECORD_FIELDS_MAX};

use super::json::{Open, Problem, Token, Tokens};
use super::json_text::Text;
use super::names::{NameId, Names};

/// Fields that are added to a record from its origin and from what is found in it.
const ADDED_FIELDS_MAX: usize = 16;
/// Fields taken from the record's own text.
const OWN_FIELDS_MAX: usize = RECORD_FIELDS_MAX - ADDED_FIELDS_MAX;

/// A field whose text, if any, lies in [`Fields`].
#[derive(Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: NameId,
    value: Kept,
}

#[derive(Clone, Copy)]
enum Kept {
    Text { start: usize, end: usize },
    Decimal { start: usize, end: usize },
    Integer(i64),
    Boolean(bool),
}

/// Fields of one record; the buffers are used again for the next one.
#[derive(Default)]
pub(crate) struct Fields {
    list: Vec<Field>,
    text: String,
    path: String,
    bases: Vec<usize>,
    open: Open,
}

impl Fields {
    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.text.clear();
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

    pub(crate) fn value(&self, field: Field) -> Value<'_> {
        match field.value {
            Kept::Text { start, end } => Value::Text(&self.text[start..end]),
            Kept::Decimal { start, end } => Value::Decimal(&self.text[start..end]),
            Kept::Integer(number) => Value::Integer(number),
            Kept::Boolean(truth) => Value::Boolean(truth),
        }
    }

    /// Adds the fields of a JSON object; what is not one adds nothing.
    pub(crate) fn read(&mut self, text: &str, names: &mut Names) -> Result<(), Problem> {
        let (list_before, text_before) = (self.list.len(), self.text.len());
        let mut open = std::mem::take(&mut self.open);
        let outcome = self.read_tokens(Tokens::new(text, &mut open), names);
        self.open = open;
        if outcome.is_err() {
            self.list.truncate(list_before);
            self.text.truncate(text_before);
        }
        outcome
    }

    fn read_tokens(&mut self, mut tokens: Tokens<'_, '_>, names: &mut Names) -> Result<(), Problem> {
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
                    let (start, rest) = (self.text.len(), tokens.rest_of_container()?);
                    self.text.push_str(rest);
                    self.push(names, Kept::Text { start, end: self.text.len() });
                }
                Token::ObjectBegin => self.bases.push(self.path.len()),
                Token::ObjectEnd => {
                    let base = self.bases.pop().unwrap_or(0);
                    self.path.truncate(base);
                }
                Token::ArrayBegin | Token::ArrayEnd | Token::Null => {}
                Token::Text(text) => {
                    let start = self.text.len();
                    text.append_to(&mut self.text);
                    self.push(names, Kept::Text { start, end: self.text.len() });
                }
                Token::Number(number) => {
                    let kept = self.number(number);
                    self.push(names, kept);
                }
                Token::Boolean(truth) => self.push(names, Kept::Boolean(truth)),
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

    fn number(&mut self, number: &str) -> Kept {
        // Only digits and a sign parse as an integer; `1.0` and `1e3` keep their text.
        if let Ok(integer) = number.parse() {
            return Kept::Integer(integer);
        }
        let start = self.text.len();
        self.text.push_str(number);
        Kept::Decimal { start, end: self.text.len() }
    }

    fn push(&mut self, names: &mut Names, value: Kept) {
        if self.list.len() >= OWN_FIELDS_MAX {
            return;
        }
        // A member without a name cannot be asked for.
        let path = if self.path.is_empty() { "_" } else { &self.path };
        let name = names.id(self.list.len(), path);
        self.list.push(Field { name, value });
    }
}
