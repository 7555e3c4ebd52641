//! The record that stands for bytes which could not be shipped.

use palisade_record::{Batch, Origin, Timestamp};
use serde::Serialize;

#[derive(Serialize)]
struct Gap<'a> {
    timestamp: Timestamp,
    message: String,
    #[serde(rename = "gap.stream")]
    stream: &'a str,
    #[serde(rename = "gap.from")]
    from: u64,
    #[serde(rename = "gap.to")]
    to: u64,
    #[serde(rename = "gap.bytes")]
    bytes: u64,
    #[serde(rename = "gap.reason")]
    reason: &'a str,
    #[serde(rename = "gap.agent")]
    agent: &'a str,
    #[serde(rename = "gap.generation")]
    generation: u64,
    origin: &'a Origin,
}

/// The text of the record; the same batch received at the same time always gives the same text.
pub(crate) fn record(batch: &Batch, reason: &str, received_at: Timestamp) -> Vec<u8> {
    let (file, bytes) = (&batch.lane.origin.file, batch.to - batch.from);
    let gap = Gap {
        timestamp: received_at,
        message: format!("{bytes} bytes of {file} could not be shipped: {reason}"),
        stream: batch.stream.as_str(),
        from: batch.from,
        to: batch.to,
        bytes,
        reason,
        agent: &batch.lane.agent,
        generation: batch.lane.generation,
        origin: &batch.lane.origin,
    };
    serde_json::to_vec(&gap).expect("texts and numbers always become JSON")
}
