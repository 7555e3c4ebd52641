//! The audit trail: the stream `palisade.audit`, which is evidence like any other.

use palisade_access::{AuditTrail, Recorded};
use palisade_collector::Collector;
use palisade_record::StreamName;
use serde_json::Value;

/// Who acts when nobody asked for it, in records of what was done.
pub(super) const ITSELF: &str = "palisade";

/// Writes to the stream `palisade.audit`.
pub(super) struct Trail(pub(super) Collector);

impl AuditTrail for Trail {
    fn record(&self, event: Value) -> Recorded<'_> {
        Box::pin(async move {
            let line = format!("{event}\n").into_bytes();
            self.0.record(StreamName::audit_trail(), line).await.map_err(|error| error.message)
        })
    }
}
