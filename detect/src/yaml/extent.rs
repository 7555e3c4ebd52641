//! How large a value is, so that aliases cannot make it larger than a file may be.

use super::{Kind, Node};

/// How large a value is.
pub(super) struct Extent {
    pub(super) nodes: usize,
    pub(super) depth: usize,
}

impl Extent {
    /// Of a value and all in it.
    pub(super) fn of(node: &Node) -> Self {
        let around = |inner: &mut dyn Iterator<Item = &Node>| {
            inner.map(Self::of).fold(Self { nodes: 1, depth: 1 }, |all, one| Self {
                nodes: all.nodes + one.nodes,
                depth: all.depth.max(one.depth + 1),
            })
        };
        match &node.kind {
            Kind::List(nodes) => around(&mut nodes.iter()),
            Kind::Mapping(mapping) => around(&mut mapping.entries.iter().map(|entry| &entry.value)),
            _ => Self { nodes: 1, depth: 0 },
        }
    }
}
