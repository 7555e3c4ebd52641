//! The text people type, as a tree.
//!
//! Filters are a superset of KQL and Lucene. A query is a filter and, after it, pipes that count, sort and choose.

mod ast;
mod error;
mod lexer;
mod parser;
mod pipe;
mod print;

pub use ast::{Bound, Comparison, Expr, Name, Piece, Query, RegexFlags, Span, Term, Test};
pub use error::QueryError;
pub(crate) use parser::nearest;
pub use parser::parse;
pub use pipe::{Aggregate, Function, Key, Pipe, SortKey, Stage, Step};

/// Longest text of a query: far more than anyone types, enough for a list of a thousand ids.
pub const QUERY_BYTES_MAX: usize = 64 * 1024;

/// Deepest nesting of parentheses and `not`: the tree is walked by recursion.
pub const DEPTH_MAX: usize = 64;

/// Most terms in one query: each is compared with every value of its field.
pub const TERMS_MAX: usize = 1_024;

/// Most pipes of one query: each makes a table out of a table.
pub const PIPES_MAX: usize = 32;

/// Most names or aggregates in one list of a pipe: each is a column of the answer.
pub const COLUMNS_MAX: usize = 64;

/// Most records or rows that a pipe can be told to keep: they are held in memory, sorted.
pub const HEAD_MAX: u64 = 100_000;
