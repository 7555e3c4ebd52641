//! What makes the splits evidence: entries that say what happened, and the signed log of them.

mod access; // for those who look after it
mod entry; // one thing that happened
mod entry_proof; // that it stands in the log
mod keeper; // the log thread
mod page; // what one publishing changed, to be found without a catalog
mod prover; // records with what proves them
mod receipts; // journal files in the cold storage
mod record_proof; // from a record to the log
mod reindex; // index objects that are made again
mod restore; // a lost catalog
mod signed_log; // the log as objects

#[cfg(test)]
mod tests;

pub use access::Deed;
pub use entry::{Entry, Event};
pub use entry_proof::{EntryProof, SignedCheckpoint};
pub(crate) use keeper::LogKeeper;
pub use page::page_range;
pub(crate) use page::{FOLDER as PAGES, Page, page_name};
pub use prover::{ProvedRecords, Prover, SignedEntry};
pub(crate) use receipts::check_receipt;
pub use record_proof::{ProvenRecord, RecordPath, verify_record};
pub(crate) use reindex::reindex;
pub use restore::{RestoredCatalog, restore_catalog};
pub(crate) use signed_log::SignedLog;
pub use signed_log::{CHECKPOINTS, LOG, LogReader, checkpoint_name, is_of_log};
