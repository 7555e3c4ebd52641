//! What is wrong with a query, where, and what to write instead.

use thiserror::Error;

use super::Span;

/// An error in the text of a query.
#[derive(Error, Clone, PartialEq, Eq, Debug)]
#[error("{message} (at byte {offset}); {hint}")]
pub struct QueryError {
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub hint: String,
    /// The first byte of the part that is wrong.
    pub offset: usize,
    /// How many bytes it has; zero when something is missing there.
    pub length: usize,
}

impl QueryError {
    /// An error about a part of the text.
    pub fn new(span: Span, message: impl Into<String>, hint: impl Into<String>) -> Self {
        let length = span.end.saturating_sub(span.start);
        Self { message: message.into(), hint: hint.into(), offset: span.start, length }
    }
}
