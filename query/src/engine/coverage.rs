//! Whether a split holds anything that a query asks for, for those who decide what may not go.

use palisade_record::TimeRange;

use super::{Asking, Engine, Failure, Question};
use crate::filter::{RowBitmap, rows_of};
use crate::plan::{Certainty, certainty};

impl Engine {
    /// Whether a text is a query of conditions alone.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn check_condition(&self, query: &str) -> Result<(), String> {
        condition(query, &self.asking()).map(drop).map_err(|failure| failure.to_string())
    }

    /// Whether any record of a published split passes a query, on the thread of the caller. A split that is not there has
    /// none.
    ///
    /// # Errors
    /// When the query is none, or the split cannot be read.
    pub fn split_has_match(&self, split: &str, query: &str) -> Result<bool, String> {
        self.has_match(split, query).map_err(|failure| failure.to_string())
    }

    fn has_match(&self, split: &str, query: &str) -> Result<bool, Failure> {
        let node = condition(query, &self.asking())?.node;
        let splits = self.inner().index.splits();
        let Some(split) = splits.iter().find(|known| known.id() == split) else { return Ok(false) };
        for block in split.blocks()? {
            if certainty(&node, &**block) == Certainty::Never {
                continue;
            }
            let all = RowBitmap::full(block.info().rows);
            if !rows_of(&node, &**block, &all)?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn condition(query: &str, asking: &Asking) -> Result<Question, Failure> {
    Question::new(query, None, TimeRange::ALL, asking)
}
