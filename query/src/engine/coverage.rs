//! Whether there is anything that a query asks for, for those who decide what may not go.

use std::sync::Arc;
use std::time::Instant;

use palisade_record::TimeRange;

use super::{Asking, Budget, Engine, Failure, Order, Question, page};
use crate::filter::{RowBitmap, rows_of};
use crate::language::{Comparison, Expr, Name, Span, Term, Test, parse};
use crate::plan::{Certainty, certainty};
use crate::sealed::masked;

impl Engine {
    /// The text of a query of conditions alone as it may be written down: protected values in it are sealed.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn kept_query(&self, query: &str) -> Result<String, String> {
        let kept = |query| {
            condition(query, TimeRange::ALL, &self.asked_by_itself())?;
            match &self.inner().sealed {
                Some(sealed) => Ok(sealed.seal_query(query)?),
                None => Ok(query.to_owned()),
            }
        };
        kept(query).map_err(|failure: Failure| failure.to_string())
    }

    /// The text of a query, pipes and all, as it may be written down: protected values in it are sealed. Nothing if it cannot be read.
    pub(crate) fn recorded_query(&self, query: &str) -> Result<Option<String>, Failure> {
        let Ok(_) = parse(query) else { return Ok(None) };
        match &self.inner().sealed {
            Some(sealed) => Ok(Some(sealed.seal_query(query)?)),
            None => Ok(Some(query.to_owned())),
        }
    }

    /// A kept query as people may see it: protected values are tokens.
    pub fn masked_query(kept: &str) -> String {
        masked(kept)
    }

    /// Whether any record of a published split passes a kept query, on the thread of the caller. A split that is not there
    /// has none.
    ///
    /// # Errors
    /// When the query is none, or the split cannot be read.
    pub fn split_has_match(&self, split: &str, kept: &str) -> Result<bool, String> {
        self.has_match(split, kept).map_err(|failure| failure.to_string())
    }

    /// Whether any record with an event in `range` passes a kept query and has this value in this field, on the thread of
    /// the caller.
    ///
    /// # Errors
    /// When the query is none, or something cannot be read.
    pub fn has_value(&self, kept: &str, range: TimeRange, field: &str, value: &str) -> Result<bool, String> {
        self.has_value_in(kept, range, field, value).map_err(|failure| failure.to_string())
    }

    fn has_match(&self, split: &str, kept: &str) -> Result<bool, Failure> {
        let node = condition(&self.opened(kept)?, TimeRange::ALL, &self.asked_by_itself())?.node;
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

    fn has_value_in(&self, kept: &str, range: TimeRange, field: &str, value: &str) -> Result<bool, Failure> {
        let span = Span::default();
        let field = Some(Name { text: field.to_owned(), span });
        let test = Test::Compare { comparison: Comparison::Equal, value: value.to_owned() };
        let filter = parse(&self.opened(kept)?)?.filter.and(Expr::Term(Term { field, test, span }));
        let question = Question::from_filter(filter, None, range, &self.asked_by_itself())?;
        let inner = self.inner();
        let settings = &inner.settings;
        let budget = Budget::new(Some(Instant::now() + settings.timeout), settings.memory);
        let found = page(inner, &budget, &question, Order::Newest, None, 1, Arc::default())?;
        Ok(!found.records.is_empty())
    }

    /// A kept query as it was written.
    pub(crate) fn opened(&self, kept: &str) -> Result<String, Failure> {
        match &self.inner().sealed {
            Some(sealed) => Ok(sealed.open_query(kept)?),
            None => Ok(kept.to_owned()),
        }
    }
}

fn condition(query: &str, range: TimeRange, asking: &Asking) -> Result<Question, Failure> {
    Question::new(query, None, range, asking)
}
