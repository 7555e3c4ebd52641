//! What is processed, where, and how long: what a record of processing activities needs to know of logs.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use palisade_access::{Act, ApiError, Permission, Routes, waiting};
use palisade_lifecycle::Classes;
use palisade_query::Engine;
use palisade_record::TimeRange;
use serde_json::{Value, json};

use crate::configuration::{Configuration, Storage, Stream};

/// Streams of an answer.
const STREAMS_MAX: usize = 10_000;

/// What knows of it. Clones share it.
#[derive(Clone)]
pub(super) struct Inventory {
    engine: Engine,
    streams: Vec<Stream>,
    classes: Classes,
    storage: Storage,
}

impl Inventory {
    pub(super) fn of(configuration: &Configuration, engine: Engine) -> Self {
        Self {
            engine,
            streams: configuration.streams.clone(),
            classes: configuration.classes.clone(),
            storage: configuration.storage.clone(),
        }
    }

    /// `GET /api/v1/inventory`.
    pub(super) fn routes(self) -> Routes {
        Routes::new().get("/api/v1/inventory", Permission::Report, inventory).with_state(self)
    }

    /// Every stream that is configured or has records. Waits for answers.
    fn list(&self) -> Result<Value, ApiError> {
        let asked = "* | stats count(), first(timestamp), last(timestamp) by stream";
        let counted = self.engine.table(asked, None, TimeRange::ALL, STREAMS_MAX)?;
        let mut lines: Vec<Value> = Vec::new();
        for stream in &self.streams {
            let row = counted.rows.iter().find(|row| row.first() == Some(&json!(stream.name)));
            lines.push(self.line(stream.name.as_str(), Some(stream), row));
        }
        for row in &counted.rows {
            let Some(name) = row.first().and_then(Value::as_str) else { continue };
            if self.streams.iter().all(|stream| stream.name.as_str() != name) {
                lines.push(self.line(name, None, Some(row)));
            }
        }
        Ok(json!({ "streams": lines, "storages": self.storages(), "is_cut": counted.truncated }))
    }

    fn line(&self, name: &str, stream: Option<&Stream>, row: Option<&Vec<Value>>) -> Value {
        let value = |at: usize| row.and_then(|row| row.get(at)).cloned().unwrap_or(Value::Null);
        // A stream of which nothing is said has the standard class.
        let class = stream.map_or("standard", |stream| stream.class.as_str());
        let kept = self.classes.get(class).ok();
        let protection = stream.map(|stream| &stream.protection);
        json!({
            "stream": name,
            "records": value(1).as_u64().unwrap_or(0),
            "oldest": value(2),
            "newest": value(3),
            "protected": protection.map(|protection| protection.fields.clone()).unwrap_or_default(),
            "person": stream.and_then(Stream::person),
            "looked_for": protection.map(|protection| protection.detectors.builtin.clone()).unwrap_or_default(),
            "class": class,
            "kept": kept.map(|class| class.retention.to_string()),
            "lock": kept.map(|class| class.lock_in_effect().to_string()),
        })
    }

    /// Where records are.
    fn storages(&self) -> Value {
        json!({
            "hot": self.storage.data_dir, "warm": Storage::place(self.storage.warm.as_ref()), "cold": Storage::place(self.storage.cold.as_ref()),
            "anchor": Storage::place(self.storage.anchor.as_ref()),
        })
    }
}

async fn inventory(State(inventory): State<Inventory>, act: Act) -> Result<Response, ApiError> {
    let list = waiting(move || inventory.list()).await??;
    act.tell("results", list["streams"].as_array().map_or(0, Vec::len));
    Ok(Json(list).into_response())
}
