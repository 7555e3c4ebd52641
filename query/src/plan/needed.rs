//! Which parts of a block a condition looks at, so that they can be read from far away before it does, all at once.

use palisade_index::Block;

use crate::filter::{BlockView, Certainty, Node, is_searched_by_words};

/// Parts of a block.
#[derive(Default, Debug)]
pub(crate) struct Needed<'a> {
    /// Fields, some perhaps twice.
    pub(crate) fields: Vec<&'a str>,
    /// Whether event times are looked at.
    pub(crate) times: bool,
    /// Whether it is looked at where each row came from.
    pub(crate) places: bool,
}

/// The parts of `block` that `node` can come to look at; with luck it decides without some of them.
pub(crate) fn needed<'a>(node: &'a Node, block: &'a Block) -> Needed<'a> {
    let mut needed = Needed::default();
    add(node, block, &mut needed);
    needed
}

fn add<'a>(node: &'a Node, block: &'a Block, needed: &mut Needed<'a>) {
    match node {
        Node::All => {}
        Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| add(part, block, needed)),
        Node::Not(inner) => add(inner, block, needed),
        Node::Field(test) => {
            let is_open = |name: &&String| test.of_name(name, block) == Certainty::Maybe;
            needed.fields.extend(test.names.iter().filter(is_open).map(String::as_str));
        }
        Node::Anywhere(criterion) => {
            let open = block.fields().filter(|(name, field)| {
                is_searched_by_words(name)
                    && criterion.of_field(field, *name == "message", block.info().rows) == Certainty::Maybe
            });
            needed.fields.extend(open.map(|(name, _)| name));
        }
        Node::Time(instants) => {
            let (oldest, newest) = (block.info().oldest, block.info().newest);
            needed.times |= !(instants.contains(oldest) && instants.contains(newest));
        }
        Node::Received(_) | Node::Id(_) => needed.places = true,
    }
}
