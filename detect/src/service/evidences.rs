//! Records for notices, found by searching.

use palisade_query::Engine;
use palisade_record::{RecordId, Timestamp};
use serde_json::Value;

use crate::run::Evidences;

/// Finds them, if this process searches. An alert is told without them if they cannot be found: it must not wait for them.
pub(super) struct Found(pub(super) Option<Engine>);

impl Evidences for Found {
    fn records(&self, wanted: &[(RecordId, Timestamp)]) -> Vec<Value> {
        let Some(engine) = &self.0 else { return Vec::new() };
        engine.records(wanted).unwrap_or_else(|problem| {
            tracing::warn!(problem = %problem.message, "an alert is told without its records");
            Vec::new()
        })
    }
}
