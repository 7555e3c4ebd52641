//! How the values of a column become few bytes, and come back. Pure functions: nothing here reads or writes a file.

mod bits; // numbers of less than 64 bits, without gaps
pub(crate) mod bodies; // bodies of sealed values
mod cut; // a text becomes a skeleton and values
mod dictionary; // the templates of a split
pub(crate) mod integers; // a sequence of numbers
pub(crate) mod sorted_texts; // the values of a slice's dictionary
mod template; // what texts of one kind have in common
mod template_column; // texts stored as templates and values
pub(crate) mod texts; // texts as they stand

pub use template::{Piece, Template};
pub use template_column::{TemplateColumn, TemplateIds};

pub(crate) use bodies::Bodies;
pub(crate) use dictionary::{TemplateDictionary, Templates};
pub(crate) use integers::Integers;
pub(crate) use template_column::CutTexts;
