//! An index object that is made again has other bytes than the one before: the log tells of it first.

use std::sync::{Arc, PoisonError};

use palisade_record::Clock;

use super::entry::{Entry, Event};
use crate::ObjectDigest;
use crate::cache::Remade;
use crate::catalog::SharedCatalog;

/// Has the log tell of index objects that are made again.
pub(crate) fn reindex(catalog: SharedCatalog, tenant: Arc<str>, clock: Arc<dyn Clock>) -> Remade {
    Box::new(move |split, index| {
        let ObjectDigest { bytes, sha256 } = index;
        let paper = serde_json::json!({"split": split, "bytes": bytes, "sha256": sha256});
        let event = Event::Deed { deed: "reindex".to_owned(), paper };
        let entry = Entry::new(&tenant, clock.now(), event).to_bytes();
        catalog.lock().unwrap_or_else(PoisonError::into_inner).append_log(entry)
    })
}
