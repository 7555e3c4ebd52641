//! Events from JSON, for tests of rules and for stored records: flattened as records are when they arrive.

use std::collections::BTreeMap;

use palisade_record::canonical::canonical;
use palisade_record::{RecordId, Timestamp, Value};
use serde_json::Value as Json;

use crate::Events;

/// Deeper objects are kept as their JSON text, as one value.
const DEPTH_MAX: usize = 32;

/// Events of one stream, made from JSON objects.
#[derive(Clone, Debug)]
pub struct JsonEvents {
    stream: String,
    columns: BTreeMap<String, Vec<(usize, Owned)>>,
    times: Vec<Timestamp>,
    /// When they arrived.
    arrivals: Vec<Timestamp>,
    ids: Vec<RecordId>,
}

#[derive(Clone, Debug)]
enum Owned {
    Text(String),
    Integer(i64),
    Decimal(String),
    Boolean(bool),
}

impl Owned {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Integer(number) => Value::Integer(*number),
            Self::Decimal(text) => Value::Decimal(text),
            Self::Boolean(value) => Value::Boolean(*value),
        }
    }
}

impl JsonEvents {
    /// No events of a stream.
    pub fn new(stream: &str) -> Self {
        Self {
            stream: stream.to_owned(),
            columns: BTreeMap::new(),
            times: Vec::new(),
            arrivals: Vec::new(),
            ids: Vec::new(),
        }
    }

    /// Events of a stream, one for each object.
    pub fn from_objects<'a>(stream: &str, objects: impl IntoIterator<Item = &'a Json>) -> Self {
        let mut events = Self::new(stream);
        objects.into_iter().for_each(|object| events.push(object));
        events
    }

    /// Adds a stored record, as the HTTP interface tells it; gives its time. Where it comes from is a field of it too.
    pub fn push_record(&mut self, record: &Json) -> Timestamp {
        self.push(&record["fields"]);
        let row = self.times.len() - 1;
        for (part, value) in record["origin"].as_object().into_iter().flatten() {
            if let Some(text) = value.as_str() {
                self.put(row, &format!("origin.{part}"), Owned::Text(text.to_owned()));
            }
        }
        let time = |name: &str| record[name].as_str().and_then(Timestamp::parse_rfc3339);
        self.times[row] = time("timestamp").unwrap_or_default();
        self.arrivals[row] = time("received_at").unwrap_or(self.times[row]);
        if let Some(id) = record["id"].as_str().and_then(|id| id.parse().ok()) {
            self.ids[row] = id;
        }
        self.times[row]
    }

    /// Adds an event. Nested objects are fields with dots, lists are several values of one field, null is no value, and
    /// fields that have a canonical name lie under it.
    pub fn push(&mut self, event: &Json) {
        let row = self.times.len();
        // The row must exist before its fields, and a time that nobody told is that of the epoch.
        self.times.push(Timestamp::default());
        self.arrivals.push(Timestamp::default());
        self.ids.push(RecordId { prefix: 0, offset: row as u64 });
        self.add(row, "", event, 0);
        let told =
            self.columns.get("timestamp").and_then(|column| column.last()).filter(|(at, _)| *at == row);
        if let Some(time) = told.and_then(|(_, value)| Timestamp::parse_rfc3339(&value.value().as_text())) {
            (self.times[row], self.arrivals[row]) = (time, time);
        }
    }

    fn add(&mut self, row: usize, name: &str, value: &Json, depth: usize) {
        match value {
            Json::Null => {}
            Json::Object(object) if depth < DEPTH_MAX => {
                for (key, value) in object {
                    let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                    self.add(row, &name, value, depth + 1);
                }
            }
            Json::Array(values) if depth < DEPTH_MAX => {
                values.iter().for_each(|value| self.add(row, name, value, depth + 1));
            }
            Json::Object(_) | Json::Array(_) => self.put(row, name, Owned::Text(value.to_string())),
            Json::String(text) => self.put(row, name, Owned::Text(text.clone())),
            Json::Bool(value) => self.put(row, name, Owned::Boolean(*value)),
            Json::Number(number) => {
                let value =
                    number.as_i64().map_or_else(|| Owned::Decimal(number.to_string()), Owned::Integer);
                self.put(row, name, value);
            }
        }
    }

    fn put(&mut self, row: usize, name: &str, value: Owned) {
        let name = canonical(name);
        match self.columns.get_mut(name) {
            Some(column) => column.push((row, value)),
            None => {
                self.columns.insert(name.to_owned(), vec![(row, value)]);
            }
        }
    }
}

impl Events for JsonEvents {
    fn len(&self) -> usize {
        self.times.len()
    }

    fn stream(&self) -> &str {
        &self.stream
    }

    fn values(&self, field: &str, take: &mut dyn FnMut(usize, Value<'_>)) {
        for (row, value) in self.columns.get(field).into_iter().flatten() {
            take(*row, value.value());
        }
    }

    fn values_of(&self, row: usize, take: &mut dyn FnMut(&str, Value<'_>)) {
        for name in self.columns.keys() {
            self.value(name, row, &mut |value| take(name, value));
        }
    }

    fn value(&self, field: &str, row: usize, take: &mut dyn FnMut(Value<'_>)) {
        let Some(column) = self.columns.get(field) else { return };
        let first = column.partition_point(|(at, _)| *at < row);
        column[first..].iter().take_while(|(at, _)| *at == row).for_each(|(_, value)| take(value.value()));
    }

    fn fields(&self, take: &mut dyn FnMut(&str)) {
        self.columns.keys().for_each(|name| take(name));
    }

    fn time(&self, row: usize) -> Timestamp {
        self.times[row]
    }

    fn received_at(&self, row: usize) -> Timestamp {
        self.arrivals[row]
    }

    fn id(&self, row: usize) -> RecordId {
        self.ids[row]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn stored_records_keep_when_they_arrived_and_where_they_come_from() {
        let mut events = JsonEvents::new("app");
        events.push_record(&json!({
            "id": "00000000000000010000000000000002", "timestamp": "2026-01-01T00:00:01Z", "received_at": "2026-01-01T00:00:09Z",
            "origin": {"agent": "node-1", "namespace": "ledger", "offset": 7}, "fields": {"action": "login"},
        }));
        let mut names = Vec::new();
        events.fields(&mut |name| names.push(name.to_owned()));
        assert_eq!(names, ["action", "origin.agent", "origin.namespace"]);
        let (time, arrived) = (events.time(0), events.received_at(0));
        assert_eq!(arrived, time.plus(std::time::Duration::from_secs(8)));
    }

    #[test]
    fn objects_become_columns_as_records_do() {
        let events = JsonEvents::from_objects(
            "app",
            &[
                json!({"a": {"b": [1, "x", null]}, "user.name": "eve", "@timestamp": "2026-01-01T00:00:01Z"}),
                json!({"a": {"b": 1.5}, "list": [{"k": true}, {"k": 2}]}),
            ],
        );
        let texts = |field: &str, row| {
            let mut texts = Vec::new();
            events.value(field, row, &mut |value| texts.push(value.as_text().into_owned()));
            texts
        };
        assert_eq!(events.len(), 2);
        assert_eq!(texts("a.b", 0), ["1", "x"]);
        assert_eq!(texts("a.b", 1), ["1.5"]);
        assert_eq!(texts("user_id", 0), ["eve"]);
        assert_eq!(texts("list.k", 1), ["true", "2"]);
        assert_eq!(events.time(0), Timestamp::from_seconds(1_767_225_601, 0).unwrap());
        let mut rows = Vec::new();
        events.values("a.b", &mut |row, _| rows.push(row));
        assert_eq!(rows, [0, 0, 1]);
    }
}
