//! Stored records, the oldest first, as rules see them.

use std::collections::BTreeMap;

use palisade_query::Engine;
use palisade_record::{StreamName, TimeRange, Timestamp};
use serde_json::Value;

use crate::JsonEvents;

/// Records of one page: enough that asking costs little beside looking, few enough for some megabytes.
const PAGE_RECORDS: usize = 5_000;

/// Why history cannot be read.
pub type HistoryError = palisade_access::ApiError;

/// Some records, and where the next ones begin.
pub struct Page {
    /// By stream, each in the order of time.
    pub events: Vec<JsonEvents>,
    /// How many records there are.
    pub records: usize,
    /// The last time among them.
    pub until: Option<Timestamp>,
    /// Where the next page begins; nothing at the end.
    pub cursor: Option<String>,
}

/// Tells stored records.
pub trait History {
    /// A page of what matches a query.
    ///
    /// # Errors
    /// When it cannot be read.
    fn page(
        &self,
        query: &str,
        stream: Option<&StreamName>,
        range: TimeRange,
        after: Option<&str>,
    ) -> Result<Page, HistoryError>;
}

/// Records that are found by searching.
pub struct SearchHistory(pub Engine);

impl History for SearchHistory {
    fn page(
        &self,
        query: &str,
        stream: Option<&StreamName>,
        range: TimeRange,
        after: Option<&str>,
    ) -> Result<Page, HistoryError> {
        let found = self.0.page(query, stream, range, after, PAGE_RECORDS)?;
        Ok(page(&found.records, found.cursor))
    }
}

/// Records as the HTTP interface tells them.
pub(super) fn page(records: &[Value], cursor: Option<String>) -> Page {
    let mut by_stream: BTreeMap<&str, JsonEvents> = BTreeMap::new();
    let mut until = None;
    for record in records {
        let stream = record["stream"].as_str().unwrap_or_default();
        let events = by_stream.entry(stream).or_insert_with(|| JsonEvents::new(stream));
        until = until.max(Some(events.push_record(record)));
    }
    Page { events: by_stream.into_values().collect(), records: records.len(), until, cursor }
}
