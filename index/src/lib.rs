//! Keeps records: durable in a journal first, searchable at once, immutable in splits later.
//!
//! The index is the only crate that knows how bytes lie on the collector's disk.

mod arrivals; // what becomes durable, for a reader that must not miss any
mod block; // rows of one stream, column by column
mod cache; // decoded parts that were used lately
mod catalog; // which splits count, and from where the journal does
mod chunk; // rows that wait to be sealed
mod class; // how long records are kept, by stream
mod column; // the values of one field in a block
mod copies; // where the data object of a split is
mod encoding; // values become few bytes
mod error;
mod estimate; // what a question will read from far away
mod evidence; // what happened, and the signed log of it
mod far; // what is read from far away
mod fetch; // few requests for much of it
#[doc(hidden)]
pub mod fuzzing; // doors for it, and for nothing else
mod index; // the whole: open, append, look, follow, close
mod ingest; // the journal thread
mod inspect; // one file alone, for people
mod journal; // what makes a record safe
mod marks; // how far every lane is stored
mod needle; // in which splits of a day a word can be
mod needle_keeper; // makes them
mod pack; // how sections are packed
mod placement; // where each row came from
mod publish; // the split thread
mod rebuild; // records from their parts
mod receipts; // journal files that go into the cold storage as they are
mod recover; // what happens at the start
mod rows; // records that were just parsed
mod seal; // rows become a slice of blocks
mod seal_thread; // does it
mod shape; // records without their values
mod shared; // what threads and callers see together
mod side_by_side; // small reads, many at once
mod slice; // blocks that share dictionaries
mod snapshot; // what a query sees
mod split; // what records become
mod storages; // the nearest first
mod strings; // many texts in one buffer
mod submission; // what is handed over, and the answer
mod tail; // what is not in a split yet
mod tail_thread; // makes it searchable
mod texts; // many byte strings in one buffer
mod times; // event times
pub mod verify; // whether all of it is what was signed
mod zone; // what makes reading a column unnecessary

#[cfg(test)]
mod tests;

pub use arrivals::{Arrivals, Arrived, ArrivedRows, ReadFrom, Waited};
pub use block::{Block, BlockInfo, ColumnInfo, Record};
pub use cache::CacheStatistics;
pub use catalog::Mark;
pub use class::{ClassName, StreamClasses};
pub use column::{Column, SliceDictionary};
pub use copies::{Copies, FarCopy};
pub use encoding::{Piece, Template, TemplateColumn, TemplateIds};
pub use error::{Error, ErrorKind};
pub use estimate::{Estimate, FarEstimate, SplitsByTier};
pub use evidence::{
    CHECKPOINTS, Deed, Entry, EntryProof, Event, LOG, LogReader, ProvedRecords, ProvenRecord, Prover,
    RecordPath, RestoredCatalog, SignedCheckpoint, SignedEntry, checkpoint_name, is_of_log, page_range,
    restore_catalog, verify_record,
};
pub use far::FarReads;
pub use fetch::{Wanted, fetch};
pub use index::{Index, Parts, Settings, Statistics};
pub use inspect::{
    BlockReport, CatalogReport, JournalReport, PartReport, SplitReport, catalog_splits, inspect_catalog,
    inspect_journal, inspect_split, open_splits,
};
pub use receipts::{JournalReceipt, RECEIPTS, receipt_batches, receipt_name};
pub use rows::{Rows, Standing};
pub use side_by_side::{READS_AT_ONCE, side_by_side};
pub use snapshot::Snapshot;
pub use split::{IndexSource, ObjectDigest, Probe, Split, SplitSummary, StreamShare};
pub use storages::Storages;
pub use strings::Strings;
pub use submission::{Durable, Outcome, Parse, Receipt, Submission};
pub use texts::Texts;
pub use zone::FewValues;
