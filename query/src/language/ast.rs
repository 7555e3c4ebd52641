//! The tree of a query.

use super::Pipe;

/// A part of the query's text, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

/// A filter and what happens to the records that pass it.
#[derive(Clone, PartialEq, Debug)]
pub struct Query {
    /// Which records.
    pub filter: Expr,
    /// What to make of them, in order.
    pub pipes: Vec<Pipe>,
}

/// A condition on a record.
#[derive(Clone, PartialEq, Debug)]
pub enum Expr {
    /// Every record.
    All,
    /// All of these.
    And(Vec<Expr>),
    /// At least one of these.
    Or(Vec<Expr>),
    /// Where this is not true.
    Not(Box<Expr>),
    /// One test.
    Term(Term),
}

impl Expr {
    /// Whether any condition is on the field with this name.
    pub fn names_field(&self, name: &str) -> bool {
        match self {
            Self::All => false,
            Self::And(parts) | Self::Or(parts) => parts.iter().any(|part| part.names_field(name)),
            Self::Not(inner) => inner.names_field(name),
            Self::Term(term) => term.field.as_ref().is_some_and(|field| field.text == name),
        }
    }

    /// A word or phrase in any field.
    pub fn mention(text: &str) -> Self {
        Self::Term(Term { field: None, test: Test::Text(text.to_owned()), span: Span::default() })
    }

    /// Records whose field has this value.
    pub fn equals(field: &str, value: &str) -> Self {
        Self::of_field(field, Test::Text(value.to_owned()))
    }

    /// Records that have a field.
    pub fn exists(field: &str) -> Self {
        Self::of_field(field, Test::Exists)
    }

    fn of_field(field: &str, test: Test) -> Self {
        Self::Term(Term { field: Some(Name::new(field)), test, span: Span::default() })
    }

    /// Both conditions.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, only) | (only, Self::All) => only,
            (Self::And(mut parts), other) => {
                parts.push(other);
                Self::And(parts)
            }
            (first, second) => Self::And(vec![first, second]),
        }
    }
}

/// A test of one field, or of all fields.
#[derive(Clone, PartialEq, Debug)]
pub struct Term {
    /// The field; `None` looks into every field.
    pub field: Option<Name>,
    /// What its values must be.
    pub test: Test,
    /// Where the test stands, without the field's name.
    pub span: Span,
}

/// A field's name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Name {
    /// The name, unescaped.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Name {
    /// A name that stands in no text.
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), span: Span::default() }
    }
}

/// What a value must be.
#[derive(Clone, PartialEq, Debug)]
pub enum Test {
    /// Anything: `field:*`.
    Exists,
    /// A word or a phrase.
    Text(String),
    /// A pattern with `*` and `?`.
    Wildcard(Vec<Piece>),
    /// A regular expression.
    Regex {
        /// The expression.
        pattern: String,
        /// The letters after it.
        flags: RegexFlags,
    },
    /// `=`, `!=`, `<`, `<=`, `>`, `>=`.
    Compare {
        /// Which.
        comparison: Comparison,
        /// With what.
        value: String,
    },
    /// `[10 TO 20]`.
    Range {
        /// The lower end; `None` for `*`.
        low: Option<Bound>,
        /// The upper end; `None` for `*`.
        high: Option<Bound>,
    },
}

/// A part of a pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// These characters.
    Text(String),
    /// `*`: any characters, or none.
    Any,
    /// `?`: one character.
    One,
}

/// The letters after a regular expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RegexFlags {
    /// `i`: upper and lower case are the same.
    pub ignore_case: bool,
    /// `s`: `.` is also the end of a line.
    pub dot_matches_newline: bool,
    /// `m`: `^` and `$` are also the ends of lines.
    pub multi_line: bool,
}

/// A comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// `=`: the whole value.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
}

impl Comparison {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// An end of a range.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bound {
    /// The value.
    pub value: String,
    /// Whether the value itself is inside.
    pub inclusive: bool,
}
