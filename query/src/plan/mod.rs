//! What can be known before a block is read: which blocks cannot hold a match.
//!
//! Everything here may only err on one side: a block that holds a match is never left out.

mod certainty;
mod needed;
mod probe;
mod regex_words;

#[cfg(test)]
mod tests;

pub(crate) use crate::filter::Certainty;
pub(crate) use certainty::{SpanOnly, SplitDescription, certainty};
pub(crate) use needed::{Needed, needed};
pub(crate) use probe::probe;
