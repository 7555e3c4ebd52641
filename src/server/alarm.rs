//! Something of which somebody must be told, once.

use palisade_access::AuditTrail;
use palisade_index::Index;
use serde_json::Value;

/// The kind of documents that say that an alarm was given.
const GIVEN: &str = "alarm";

/// An event in the audit trail, of which a rule of the pack `palisade` makes an alert.
pub(super) struct Alarm {
    /// By which it is known whether it was given.
    pub(super) key: String,
    pub(super) event: Value,
}

impl Alarm {
    /// Whether it was given already.
    pub(super) fn is_given(&self, index: &Index) -> Result<bool, String> {
        Ok(index.document(GIVEN, &self.key).map_err(|error| error.to_string())?.is_some())
    }

    /// Writes it to the audit trail, and down that it was given: in this order, since saying it twice, when the program ends in
    /// between, is better than not at all.
    pub(super) async fn give(self, index: &Index, trail: &dyn AuditTrail) -> Result<(), String> {
        trail.record(self.event).await?;
        let (index, key) = (index.clone(), self.key);
        let given = tokio::task::spawn_blocking(move || index.put_document(GIVEN, &key, "{}", None));
        given.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }
}
