//! Puts what is sealed in a record that was found back in clear.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use palisade_record::RecordId;
use palisade_seal::{Keyring, Kind, UnsealError, envelopes};
use serde_json::{Map, Value};

/// A record in clear, as far as that was possible.
pub(crate) struct Unsealed {
    pub(crate) record: Value,
    /// Values that were put back.
    pub(crate) opened: usize,
    /// Values of people who were forgotten.
    pub(crate) erased: usize,
}

/// What stands in the place of a value whose subject was erased.
const ERASED: &str = "(erased)";

/// Unseals a record as the search renders it. Envelopes that do not open, for they were changed or moved, stay as they are.
pub(crate) fn unseal(keyring: &Keyring, mut record: Value) -> Result<Unsealed, UnsealError> {
    let text =
        |record: &Value, name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (stream, id) = (text(&record, "stream"), text(&record, "id"));
    // A record that is no text is told twice, and exactly as base64 only.
    let exact = record.get("raw_base64").and_then(|text| STANDARD.decode(text.as_str()?).ok());
    let raw = exact.unwrap_or_else(|| text(&record, "raw").into_bytes());
    let Ok(id) = id.parse::<RecordId>() else { return Ok(Unsealed { record, opened: 0, erased: 0 }) };
    let id = id.to_bytes();
    let mut clear: HashMap<String, Value> = HashMap::new();
    let (mut opened, mut erased) = (0, 0);
    for envelope in envelopes(&raw) {
        let token = format!("sealed:{}", envelope.token);
        match keyring.unseal(&stream, &id, [], &raw[envelope.range.clone()]) {
            Ok(unsealed) => {
                opened += 1;
                clear.insert(token, value_of(unsealed.kind, &unsealed.plaintext));
            }
            Err(UnsealError::Erased) => {
                erased += 1;
                clear.insert(token, Value::String(ERASED.to_owned()));
            }
            Err(UnsealError::Keys(error)) => return Err(error.into()),
            Err(_) => {}
        }
    }
    let whole = keyring.unseal_record(&stream, &id, &raw)?;
    if let Some(object) = record.as_object_mut() {
        object.insert("raw".to_owned(), Value::String(String::from_utf8_lossy(&whole.bytes).into_owned()));
        if object.contains_key("raw_base64") {
            object.insert("raw_base64".to_owned(), Value::String(STANDARD.encode(&*whole.bytes)));
        }
        if let Some(Value::Object(fields)) = object.get_mut("fields") {
            put_back(fields, &clear);
        }
    }
    Ok(Unsealed { record, opened, erased })
}

/// A sealed JSON value as it was written; a piece of text as text.
fn value_of(kind: Kind, plaintext: &[u8]) -> Value {
    let text = || Value::String(String::from_utf8_lossy(plaintext).into_owned());
    match kind {
        Kind::Json => serde_json::from_slice(plaintext).unwrap_or_else(|_| text()),
        Kind::Text | Kind::Record => text(),
    }
}

fn put_back(fields: &mut Map<String, Value>, clear: &HashMap<String, Value>) {
    for value in fields.values_mut() {
        match value {
            Value::Array(list) => list.iter_mut().for_each(|value| put_back_one(value, clear)),
            value => put_back_one(value, clear),
        }
    }
}

fn put_back_one(value: &mut Value, clear: &HashMap<String, Value>) {
    let Value::String(text) = value else { return };
    if let Some(found) = clear.get(text.as_str()) {
        *value = found.clone();
        return;
    }
    if text.contains("<sealed:") {
        for (token, found) in clear {
            let plain = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
            *text = text.replace(&format!("<{token}>"), &plain);
        }
    }
}
