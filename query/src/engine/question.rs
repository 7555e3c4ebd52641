//! What is asked, before anything is read.

use std::sync::Arc;

use palisade_access::Caller;
use palisade_index::Block;
use palisade_record::{StreamName, TimeRange, Timestamp};

use super::Failure;
use super::readable::{STREAM, of_stream, readable, shown};
use crate::Sealed;
use crate::filter::{Instants, Node, compile};
use crate::language::{Expr, Pipe, Query, QueryError, Stage, parse};

/// A query's filter together with the conditions of the pipes right behind it, and the other pipes.
pub(crate) fn split(query: Query) -> (Expr, Vec<Pipe>) {
    let mut filter = query.filter;
    let mut pipes = query.pipes.into_iter().peekable();
    while let Some(Pipe { stage: Stage::Where(condition), .. }) =
        pipes.next_if(|pipe| matches!(pipe.stage, Stage::Where(_)))
    {
        filter = filter.and(condition);
    }
    (filter, pipes.collect())
}

/// What a question means depends on this.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    /// What `now-15m` counts from.
    pub(crate) now: Timestamp,
    /// What is sealed in the records.
    pub(crate) sealed: Option<Sealed>,
    /// Who asks; nobody when the program asks itself, which reads everything.
    pub(crate) reader: Option<Caller>,
}

/// A condition on records with everything that limits it.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The condition, with time and stream.
    pub(crate) node: Node,
    /// The time that was asked about.
    pub(crate) range: TimeRange,
    /// Who asks, when there are fields that they do not see.
    reader: Option<Caller>,
}

impl Question {
    /// From the text of a query without pipes, or with such only that are conditions too.
    pub(crate) fn new(
        query: &str,
        stream: Option<&StreamName>,
        range: TimeRange,
        asking: &Asking,
    ) -> Result<Self, Failure> {
        let (filter, rest) = split(parse(query)?);
        match rest.first() {
            Some(pipe) => {
                let hint = "ask with the part before this `|`, or send the whole to /api/v1/search";
                Err(QueryError::new(pipe.span, "this question takes conditions only", hint).into())
            }
            None => Self::from_filter(filter, stream, range, asking),
        }
    }

    /// All records that carry a word or phrase in any field.
    pub(crate) fn mentions(text: &str, range: TimeRange, asking: &Asking) -> Result<Self, Failure> {
        Self::from_filter(Expr::mention(text), None, range, asking)
    }

    /// From the tree of a condition.
    pub(crate) fn from_filter(
        filter: Expr,
        stream: Option<&StreamName>,
        range: TimeRange,
        asking: &Asking,
    ) -> Result<Self, Failure> {
        let now = asking.now;
        let filter = match &asking.sealed {
            Some(sealed) => sealed.expand(filter)?,
            None => filter,
        };
        let mut parts = Vec::new();
        if let Some(reader) = &asking.reader {
            // Who looks for something does not look for those who looked for it before.
            let is_open = stream.is_none() && !filter.names_field(STREAM);
            if let Some(readable) = readable(reader, is_open) {
                parts.push(compile(&readable, now)?);
            }
        }
        if range != TimeRange::ALL {
            let high =
                if range.to == Timestamp::MAX { i64::MAX } else { range.to.as_nanos().saturating_sub(1) };
            parts.push(Node::Time(Instants { low: range.from.as_nanos(), high }));
        }
        if let Some(stream) = stream {
            parts.push(compile(&of_stream(stream), now)?);
        }
        parts.push(compile(&filter, now)?);
        let node = match (parts.len(), parts.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                parts.extend(last);
                Node::And(parts)
            }
        };
        let reader = asking.reader.clone().filter(|reader| !reader.grants.are_whole());
        Ok(Self { node, range, reader })
    }

    /// A block as whoever asks may see it: nothing that is asked or answered knows of a field that they do not see.
    pub(crate) fn shown(&self, block: &Arc<Block>) -> Arc<Block> {
        match &self.reader {
            Some(reader) => shown(reader, block),
            None => Arc::clone(block),
        }
    }
}
