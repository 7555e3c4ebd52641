//! Decides which rows of a table pass a condition.

use palisade_record::Timestamp;
use palisade_record::canonical::canonical;

use super::cell::{Cell, Scalar};
use crate::filter::{Buffers, Instants, Node, Predicate};

/// A condition on rows with these columns.
pub(super) struct RowFilter<'a> {
    node: &'a Node,
    columns: &'a [String],
    buffers: Buffers,
    text: String,
}

impl<'a> RowFilter<'a> {
    pub(super) fn new(node: &'a Node, columns: &'a [String]) -> Self {
        Self { node, columns, buffers: Buffers::default(), text: String::new() }
    }

    pub(super) fn passes(&mut self, row: &[Cell]) -> bool {
        self.holds(self.node, row)
    }

    fn holds(&mut self, node: &Node, row: &[Cell]) -> bool {
        match node {
            Node::All => true,
            Node::And(parts) => parts.iter().all(|part| self.holds(part, row)),
            Node::Or(parts) => parts.iter().any(|part| self.holds(part, row)),
            Node::Not(inner) => !self.holds(inner, row),
            Node::Field(test) => test.names.iter().any(|name| {
                let same = |column: &String| column == name || canonical(column) == name;
                let place = self.columns.iter().position(same);
                place.is_some_and(|place| self.has(&test.criterion.predicate, &row[place], name == "message"))
            }),
            Node::Anywhere(criterion) => {
                let (columns, predicate) = (self.columns, &criterion.predicate);
                row.iter().zip(columns).any(|(cell, name)| self.has(predicate, cell, name == "message"))
            }
            Node::Time(instants) => self.is_in(*instants, "timestamp", row),
            Node::Received(instants) => self.is_in(*instants, "received_at", row),
            // Ids are compared as the texts that they are in a table, too.
            Node::Id(_) => false,
        }
    }

    fn has(&mut self, predicate: &Predicate, cell: &Cell, is_message: bool) -> bool {
        let Self { buffers, text, .. } = self;
        cell.scalars().any(|value| predicate.holds(value.as_value(text), is_message, buffers))
    }

    fn is_in(&self, instants: Instants, column: &str, row: &[Cell]) -> bool {
        let Some(place) = self.columns.iter().position(|name| name == column) else { return false };
        row[place].scalars().any(|value| match value {
            Scalar::Time(nanos) => instants.contains(Timestamp::from_nanos(nanos)),
            Scalar::Text(text) => Timestamp::parse_rfc3339(text).is_some_and(|time| instants.contains(time)),
            _ => false,
        })
    }
}
