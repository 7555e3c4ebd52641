//! Keeps records: durable in a journal first, searchable at once, immutable in splits later.
//!
//! The index is the only crate that knows how bytes lie on the collector's disk.

mod block; // rows of one stream, column by column
mod catalog; // which splits count, and from where the journal does
mod column; // the values of one field in a block
mod encode; // rows become a block
mod error;
mod index; // the whole: open, append, look, follow, close
mod ingest; // the journal thread
mod inspect; // one file alone, for people
mod journal; // what makes a record safe
mod marks; // how far every lane is stored
mod pack; // how sections are packed
mod placement; // where each row came from
mod publish; // the split thread
mod recover; // what happens at the start
mod rows; // records that were just parsed
mod shared; // what threads and callers see together
mod snapshot; // what a query sees
mod split; // what records become
mod storage; // where objects lie
mod submission; // what is handed over, and the answer
mod tail; // what is not in a split yet
mod tail_thread; // makes it searchable
mod texts; // many byte strings in one buffer

#[cfg(test)]
mod tests;

pub use block::{Block, BlockInfo, ColumnInfo, Record};
pub use catalog::Mark;
pub use column::Column;
pub use error::{Error, ErrorKind};
pub use index::{Index, Settings, Statistics};
pub use inspect::{
    BlockReport, CatalogReport, JournalReport, SplitReport, inspect_catalog, inspect_journal, inspect_split,
};
pub use rows::Rows;
pub use snapshot::Snapshot;
pub use split::{Probe, Split, StreamShare};
pub use submission::{Durable, Outcome, Parse, Receipt, Submission};
pub use texts::Texts;
