//! Decides which rows of a block pass a filter.
//!
//! A query's tree is compiled once into a [`Node`] with folded texts, searchers and ready expressions, then evaluated
//! block by block: each predicate is asked once per distinct value of a column, not once per row.

mod address;
mod bitmap;
mod compile;
mod evaluate;
mod glob;
mod number;
mod phrase;
mod predicate;
mod view;

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
pub(crate) mod naive;
#[cfg(test)]
mod tests;

pub(crate) use bitmap::RowBitmap;
pub(crate) use compile::{FieldTest, Instants, LEVELS, Node, column_names, compile, level_class};
pub(crate) use evaluate::rows_of;
pub(crate) use glob::{Glob, Run};
pub(crate) use predicate::{Buffers, Is, Predicate};
pub(crate) use view::{BlockView, ColumnView, FieldInfo, FieldView, field_views, is_origin_part};
