//! Decides which rows of a block pass a filter.
//!
//! A query's tree is compiled once into a [`Node`] with folded texts, searchers and ready expressions, then evaluated
//! block by block: each predicate is asked once per distinct value or template, not once per row, and what it said of a
//! template or of a dictionary that blocks share is remembered.

mod address;
mod automata; // what queries look for, as automata
mod automaton; // what all texts of a template have in common
mod bitmap;
mod cells; // the texts of a template, place by place
mod certainty;
mod column; // one predicate on one column
mod compile;
mod criterion; // a predicate and what was learnt of it
mod described; // what is known before anything is read
mod evaluate;
mod field; // the values of a field
mod glob;
mod integers;
mod look; // classes of characters and places between them
mod needle; // a text that every match has
mod number;
mod one_of; // many values of one field
mod phrase;
mod predicate;
mod stored; // the blocks of the index
mod template_ids; // one predicate where only templates are known
mod templates; // one predicate on one template
mod texts; // many texts at once
mod view;

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
pub(crate) mod naive;
#[cfg(test)]
mod templates_tests;
#[cfg(test)]
mod tests;

pub(crate) use bitmap::RowBitmap;
pub(crate) use certainty::Certainty;
pub(crate) use compile::{FieldTest, Instants, LEVELS, Node, column_names, compile, level_class};
pub(crate) use criterion::{Criterion, Effort};
pub(crate) use evaluate::{is_searched_by_words, rows_of};
pub(crate) use field::{FieldView, field_views, is_origin_part, origin_part_of};
pub(crate) use glob::{Glob, Run};
pub(crate) use needle::single_folded;
pub(crate) use predicate::{Buffers, Is, Predicate};
pub(crate) use texts::TextsView;
pub(crate) use view::{
    BlockView, Codes, ColumnView, Content, FieldInfo, Shared, TemplateIdsView, TemplatesView,
};
