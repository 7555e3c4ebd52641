//! Reports for auditors: a [`Document`] is made of data alone; it becomes a PDF ([`render`]), and its tables CSV and JSON
//! ([`tables`]). What controls ask for is data, too ([`controls`]).
//!
//! Whatever stands in records reaches the typesetting as data, never as markup.

pub mod controls;
pub mod document;
pub mod monthly;
pub mod tables;
mod typeset;
mod zoned;

pub use document::Document;
pub use typeset::{RenderError, render};
