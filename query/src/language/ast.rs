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
