//! A published, immutable unit of records: a data object (the evidence) and an index object (rebuildable).

use std::ops::Range;

use crate::class::ClassName;

mod contents;
pub(crate) mod footer;
mod near_index;
mod read;
mod vocabulary;
pub(crate) mod words;
mod write;

pub use near_index::IndexSource;
pub use read::{Probe, Split};
pub(crate) use vocabulary::{Vocabulary, VocabularyBuilder, VocabularySource};
pub(crate) use write::{Content, root_of, shares, write};
pub use write::{ObjectDigest, SplitSummary, StreamShare};

/// Where the objects of splits lie.
pub(crate) const FOLDER: &str = "splits/";

/// The name of a split of the batches from `first` to `last` of a class.
pub(crate) fn id_of(first: u64, last: u64, class: &ClassName) -> String {
    format!("{first:016x}-{last:016x}-{class}")
}

/// Object names of a split.
pub(crate) fn data_name(id: &str) -> String {
    format!("{FOLDER}{id}.data")
}

/// See [`data_name`].
pub(crate) fn index_name(id: &str) -> String {
    format!("{FOLDER}{id}.index")
}

/// The numbers of the batches inside, from the name of one of the objects.
pub(crate) fn sequences_of(name: &str) -> Option<Range<u64>> {
    let (id, _) = name.strip_prefix(FOLDER)?.split_once('.')?;
    let mut parts = id.splitn(3, '-');
    let (first, last, _class) = (parts.next()?, parts.next()?, parts.next()?);
    let number = |text| u64::from_str_radix(text, 16).ok();
    Some(number(first)?..number(last)?.checked_add(1)?)
}
