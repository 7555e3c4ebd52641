//! The entries of the log: what happened to the records of a tenant, one JSON text each.

use palisade_record::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::split::SplitSummary;

/// The one version of entries.
const VERSION: u8 = 1;

/// One thing that happened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The version of this format.
    pub v: u8,
    /// Whose records.
    pub tenant: String,
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What can happen.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The batches with the numbers from `first` up to, but not including, `next` became `parts` splits, of which this is
    /// one. The ranges of two publishings meet: a gap between them is a gap in the evidence.
    Split {
        /// The number of the first batch of the publishing.
        first: u64,
        /// The number of the first batch that is not part of it.
        next: u64,
        /// Which split of the publishing, counted from one.
        part: u64,
        /// How many splits it made.
        parts: u64,
        /// The split.
        split: Box<SplitSummary>,
    },
    /// Batches without a record to keep.
    Empty {
        /// See `split`.
        first: u64,
        /// See `split`.
        next: u64,
    },
    /// Nothing happened for a while.
    Idle,
    /// Something was done to what is stored: a disposal, an erasure, a hold, its release.
    Deed {
        /// Which kind of thing.
        deed: String,
        /// The paper about it.
        paper: Value,
    },
}

impl Entry {
    /// An entry of now.
    pub fn new(tenant: &str, at: Timestamp, event: Event) -> Self {
        Self { v: VERSION, tenant: tenant.to_owned(), at, event }
    }

    /// As it is hashed and stored.
    ///
    /// # Panics
    /// Never: nothing in an entry has a key that is not text.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an entry has text keys only")
    }

    /// Reads an entry.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let entry: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if entry.v == VERSION {
            Ok(entry)
        } else {
            Err(format!("entry has version {}, this program reads {VERSION}", entry.v))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn entries_come_back() {
        let at = Timestamp::from_nanos(1_700_000_000_123_456_789);
        for event in [
            Event::Empty { first: 3, next: 9 },
            Event::Idle,
            Event::Deed { deed: "disposal".to_owned(), paper: serde_json::json!({"split": "a", "rows": 3}) },
        ] {
            let entry = Entry::new("default", at, event);
            assert_eq!(Entry::parse(&entry.to_bytes()).unwrap(), entry);
        }
    }

    #[test]
    fn an_entry_of_another_version_is_refused() {
        let text = br#"{"v":2,"tenant":"default","at":"2026-01-01T00:00:00Z","kind":"idle"}"#;
        assert!(Entry::parse(text).unwrap_err().contains("version 2"));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            _ = Entry::parse(&bytes);
        }
    }
}
