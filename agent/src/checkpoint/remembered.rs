//! What is remembered of one generation of one file.

use std::sync::Arc;

use crate::identity::{Identity, Marker};

/// One generation of one file, as it is remembered.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Remembered {
    /// The path of the file as it is named while it is written.
    pub(crate) live: Arc<str>,
    /// Which generation of that path.
    pub(crate) number: u64,
    /// Drawn at random when the generation began.
    pub(crate) incarnation: u64,
    /// Where the file was last seen; mostly its live path, and then the same bytes in memory.
    pub(crate) path: Arc<str>,
    /// How to know it again.
    pub(crate) identity: Identity,
    /// Reading goes on here: the smallest offset that any lane still needs.
    pub(crate) done: u64,
    /// The file was at least this long.
    pub(crate) seen: u64,
    /// Per lane, up to where the collector has acknowledged.
    pub(crate) acked: [u64; 2],
    /// Per lane, where its own records begin: what lies before belongs to a record of the generation before.
    pub(crate) begin: [u64; 2],
    /// What stood before `done`.
    pub(crate) marker: Marker,
    /// Everything was acknowledged, and nothing will be added.
    pub(crate) is_complete: bool,
}

/// The name of a generation: its live path and number.
pub(crate) type Key = (Arc<str>, u64);
