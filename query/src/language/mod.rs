//! The text people type, as a tree.
//!
//! Filters are a superset of KQL and Lucene. A query is a filter and, after it, pipes; this version knows no pipes yet
//! and says so at the place where one begins.

mod ast;
mod error;
mod lexer;
mod parser;
mod print;

pub use ast::{Bound, Comparison, Expr, Name, Piece, Pipe, Query, RegexFlags, Span, Term, Test};
pub use error::QueryError;
pub use parser::parse;

/// Longest text of a query: far more than anyone types, enough for a list of a thousand ids.
pub const QUERY_BYTES_MAX: usize = 64 * 1024;

/// Deepest nesting of parentheses and `not`: the tree is walked by recursion.
pub const DEPTH_MAX: usize = 64;

/// Most terms in one query: each is compared with every value of its field.
pub const TERMS_MAX: usize = 1_024;
