//! A published, immutable unit of records.

use std::sync::Arc;

use crate::Block;
use crate::error::Result;

/// A question to the index of a split: which blocks can hold a match? The answer may name too many, never too few.
#[derive(Clone, PartialEq, Debug)]
pub enum Probe {
    /// Nothing is known: every block.
    Any,
    /// No block at all.
    None,
    /// Blocks in which some value has this word, folded by `palisade_record::words::fold`.
    Word(String),
    /// Blocks in which some value has a word that begins with this, folded.
    Prefix(String),
    /// Blocks that all of these name.
    All(Vec<Probe>),
    /// Blocks that one of these names.
    OneOf(Vec<Probe>),
}

/// A published, immutable unit of records.
#[derive(Debug)]
pub struct Split {}

impl Split {
    /// Its name.
    pub fn id(&self) -> &str {
        todo!()
    }
    /// Its blocks, in the order in which they were written.
    pub fn blocks(&self) -> &[Arc<Block>] {
        todo!()
    }
    /// For each block whether it can hold a match.
    pub fn candidates(&self, _probe: &Probe) -> Result<Vec<bool>> {
        todo!()
    }
}
