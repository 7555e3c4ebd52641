//! A published, immutable unit of records: a data object (the evidence) and an index object (rebuildable).

use std::ops::Range;

mod contents;
pub(crate) mod footer;
mod read;
mod vocabulary;
pub(crate) mod words;
mod write;

pub use read::{Probe, Split};
pub(crate) use vocabulary::{Vocabulary, VocabularyBuilder, VocabularySource};
pub use write::StreamShare;
pub(crate) use write::{SplitSummary, shares, write};

/// Object names of a split.
pub(crate) fn data_name(id: &str) -> String {
    format!("splits/{id}.data")
}

/// See [`data_name`].
pub(crate) fn index_name(id: &str) -> String {
    format!("splits/{id}.index")
}

/// The numbers of the batches inside, from the name of one of the objects.
pub(crate) fn sequences_of(name: &str) -> Option<Range<u64>> {
    let (id, _) = name.strip_prefix("splits/")?.split_once('.')?;
    let (first, last) = id.split_once('-')?;
    let number = |text| u64::from_str_radix(text, 16).ok();
    Some(number(first)?..number(last)?.checked_add(1)?)
}
