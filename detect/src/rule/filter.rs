//! Tuning that many rules share: what must also hold before they fire.

use super::{LogSource, RuleId, Search};

/// A filter, as its file tells it.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Which rules it tunes.
    pub target: Target,
    /// The log source that those rules must have.
    pub source: LogSource,
    /// What must hold besides.
    pub search: Search,
    /// Who it is.
    pub id: RuleId,
    /// Its line.
    pub line: u32,
}

/// Which rules a filter tunes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// All that have its log source.
    Any,
    /// Those with these ids or names, and the lines that tell them.
    Rules(Vec<(u32, String)>),
}
