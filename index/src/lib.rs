//! Keeps records: durable in a journal first, searchable at once, immutable in splits later.
//!
//! The index is the only crate that knows how bytes lie on the collector's disk.

mod block;
mod catalog;
mod column;
mod error;
mod index;
mod rows;
mod snapshot;
mod split;
mod texts;

pub use block::{Block, BlockInfo, ColumnInfo, Record};
pub use catalog::Mark;
pub use column::Column;
pub use error::{Error, ErrorKind};
pub use index::{Durable, Index, Outcome, Parse, Receipt, Settings, Statistics, Submission};
pub use rows::Rows;
pub use snapshot::Snapshot;
pub use split::{Probe, Split};
pub use texts::Texts;
