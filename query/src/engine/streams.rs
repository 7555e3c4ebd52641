//! Which streams there are.

use std::collections::BTreeMap;

use palisade_access::Caller;
use palisade_record::{StreamName, Timestamp};
use serde::Serialize;

use super::{Failure, Inner};

/// What is stored of a stream.
#[derive(Serialize, PartialEq, Debug)]
pub(crate) struct StreamSummary {
    pub(crate) name: StreamName,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
    pub(crate) oldest: Timestamp,
    pub(crate) newest: Timestamp,
}

/// Counts every stream that `reader` may read, without reading anything.
pub(crate) fn streams(inner: &Inner, reader: &Caller) -> Result<Vec<StreamSummary>, Failure> {
    let snapshot = inner.index.snapshot()?;
    let mut streams: BTreeMap<StreamName, StreamSummary> = BTreeMap::new();
    let tail = snapshot.tail_streams();
    for info in snapshot.splits.iter().flat_map(|split| split.streams()).chain(&tail) {
        let known = streams.entry(info.stream.clone()).or_insert_with(|| StreamSummary {
            name: info.stream.clone(),
            records: 0,
            bytes: 0,
            oldest: info.oldest,
            newest: info.newest,
        });
        known.records += info.rows;
        known.bytes += info.raw_bytes;
        known.oldest = known.oldest.min(info.oldest);
        known.newest = known.newest.max(info.newest);
    }
    streams.retain(|name, _| reader.reads(name.as_str()));
    Ok(streams.into_values().collect())
}
