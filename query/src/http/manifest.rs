//! What an export was: its manifest, as the audit trail tells it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::response::Response;
use palisade_access::{Act, ApiError, Caller};
use palisade_record::{StreamName, TimeRange, Timestamp};
use serde_json::{Map, Value, json};

use super::json;
use crate::Engine;
use crate::engine::{Kind, Order, Question, page};

/// Records that an export leaves in the trail: that it began, and how it ended.
const RECORDS_MAX: usize = 2;

/// How long the trail may take until what was written to it is found: usually some milliseconds.
const SEARCHABLE_MAX: Duration = Duration::from_secs(5);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// What of the records is told: who took out what, and what left.
const TOLD: [&str; 13] = [
    "export_id",
    "user_id",
    "roles",
    "format",
    "query",
    "asked_stream",
    "from",
    "to",
    "columns",
    "outcome",
    "results",
    "bytes",
    "sha256",
];

/// The manifest of an export, for whoever made it.
pub(super) async fn manifest(
    State(engine): State<Engine>,
    act: Act,
    Path(id): Path<String>,
) -> Result<Response, ApiError> {
    if id.len() != 32 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let hint = "take the id from the header `Palisade-Export` of its answer";
        return Err(ApiError::invalid("this is no id of an export", hint));
    }
    act.tell("export_id", &*id);
    let mut records = found(&engine, act.caller(), &id).await?;
    let start = Instant::now();
    while records.len() < RECORDS_MAX && start.elapsed() < SEARCHABLE_MAX {
        tokio::time::sleep(PAUSE).await;
        records = found(&engine, act.caller(), &id).await?;
    }
    let [began, ended] = &records[..] else {
        let hint = "its id stands in the header `Palisade-Export`, and the manifest is there when the last byte has left";
        return Err(ApiError::not_found("no export of yours with this id has ended", hint));
    };
    let mut manifest = Map::new();
    for record in [began, ended] {
        for name in TOLD {
            if let Some(value) = record["fields"].get(name) {
                manifest.insert(name.to_owned(), value.clone());
            }
        }
    }
    manifest.insert("began_at".to_owned(), began["timestamp"].clone());
    manifest.insert("ended_at".to_owned(), ended["timestamp"].clone());
    // What is in the audit trail is evidence: these are the records to ask for with their proofs.
    manifest.insert("records".to_owned(), json!([began["id"], ended["id"]]));
    Ok(json(Value::Object(manifest).to_string()))
}

/// What the trail says of an export of `caller`. Also to those who may not read the trail: it is what they did themselves.
async fn found(engine: &Engine, caller: &Caller, id: &str) -> Result<Vec<Value>, ApiError> {
    let range = TimeRange { from: Timestamp::MIN, to: Timestamp::MAX };
    let query = format!("export_id:\"{id}\" action:export*");
    let question = Question::new(&query, Some(&StreamName::audit_trail()), range, &engine.asked_by_itself())?;
    let work = move |inner: &_, budget: &_| {
        page(inner, budget, &question, Order::Oldest, None, RECORDS_MAX, Arc::default())
    };
    let found = engine.run(Kind::Search, work).await?;
    let records = found.records.iter().filter_map(|record| serde_json::from_str::<Value>(record).ok());
    Ok(records.filter(|record| record["fields"]["user_id"] == caller.name.as_str()).collect())
}
