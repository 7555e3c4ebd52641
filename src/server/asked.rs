//! What requests ask for, read strictly: a misspelt name must not quietly change what is done.

use palisade_access::ApiError;
use palisade_record::Timestamp;
use palisade_record::range::parse_moment;
use serde::de::DeserializeOwned;

/// A request in a body.
pub(super) fn from_body<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| {
        let hint = "send a JSON object with the fields it names";
        ApiError::invalid(format!("the request is not valid: {error}"), hint)
    })
}

/// A time that a request names.
pub(super) fn moment(name: &str, text: &str, now: Timestamp) -> Result<Timestamp, ApiError> {
    parse_moment(text, now).map_err(|problem| {
        let hint = "write RFC 3339 like 2026-10-01T00:00:00Z, or now-7d";
        ApiError::invalid(format!("`{name}`: {problem}"), hint)
    })
}
