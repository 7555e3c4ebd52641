//! The numbers beside the records: they are those one gets by counting.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::bank::{Bank, ENTRIES, time_text};

#[test]
fn the_bars_of_a_histogram_add_up_to_what_is_found() {
    let bank = Bank::open(21);
    let (first, last) = (bank.entries[0].millis, bank.entries[ENTRIES - 1].millis);
    let span = json!({"from": time_text(first), "to": time_text(last + 1)});
    for (question, count) in [
        ("*", ENTRIES),
        ("level:error", bank.entries.iter().filter(|entry| entry.level == "ERROR").count()),
        (
            "\"connection reset\"",
            bank.entries.iter().filter(|entry| entry.says_all("connection reset")).count(),
        ),
    ] {
        let mut request = span.clone();
        (request["query"], request["stream"]) = (json!(question), json!("bank"));
        let answer = bank.world.collector.client().post("/api/v1/histogram", &request).json();
        assert_eq!(sum_of_counts(&answer), count as u64, "{question}: {answer}");
    }
}

/// The sum of all numbers under a key `count` in the list of bars.
fn sum_of_counts(answer: &Value) -> u64 {
    let bars = answer["buckets"].as_array().unwrap_or_else(|| panic!("no buckets in {answer}"));
    bars.iter().map(|bar| bar["count"].as_u64().unwrap_or_else(|| panic!("no count in {bar}"))).sum()
}

#[test]
fn the_values_of_a_field_are_counted_exactly() {
    let bank = Bank::open(22);
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for entry in bank.entries.iter().filter(|entry| entry.status >= 500) {
        *expected.entry(entry.service.to_lowercase()).or_default() += 1;
    }

    let request = json!({"query": "status>=500", "stream": "bank", "field": "service", "limit": 100});
    let answer = bank.world.collector.client().post("/api/v1/values", &request).json();

    let values = answer["values"].as_array().unwrap_or_else(|| panic!("no values in {answer}"));
    let found: BTreeMap<String, u64> = values
        .iter()
        .map(|value| (value["value"].as_str().unwrap().to_lowercase(), value["count"].as_u64().unwrap()))
        .collect();
    assert_eq!(found, expected);
    let counts: Vec<u64> = values.iter().map(|value| value["count"].as_u64().unwrap()).collect();
    assert!(counts.is_sorted_by(|left, right| left >= right), "the most frequent first: {counts:?}");
}

#[test]
fn the_fields_of_the_records_are_listed() {
    let bank = Bank::open(23);

    let answer =
        bank.world.collector.client().post("/api/v1/fields", &json!({"query": "*", "stream": "bank"})).json();

    let text = answer.to_string();
    for field in ["level", "service", "message", "correlation_id", "device.os", "new_customer", "duration_ms"]
    {
        assert!(text.contains(&format!("\"{field}\"")), "{field} is not in {text}");
    }
}

#[test]
fn the_neighbours_of_a_record_are_those_of_its_file() {
    let world = crate::world::World::new();
    let mut log = world.plain("context");
    let mut other = world.plain("noise");
    for _ in 0..100 {
        log.line("a line among its neighbours");
        other.line("a line of another file");
    }
    let _agent = world.agent_of_plain();
    world.settle("app", &[&log.ledger, &other.ledger]).assert_perfect();
    let client = world.collector.client();
    let payload = |index: usize| String::from_utf8_lossy(&log.ledger.records()[index].payload).into_owned();
    let request = json!({"query": "\"context 0000050\"", "limit": 10});
    let found = client.post("/api/v1/search", &request).json();
    let record = &found["records"][0];
    assert_eq!(record["raw"], payload(50), "{found}");

    let id = record["id"].as_str().unwrap();
    let answer = client.get(&format!("/api/v1/context?id={id}&before=5&after=5")).json();

    let raws: Vec<String> = texts_under(&answer, "raw");
    for index in 45..=55 {
        assert!(index == 50 || raws.contains(&payload(index)), "line {index} is a neighbour: {answer}");
    }
    assert!(raws.iter().all(|raw| raw.starts_with("context ")), "only lines of its own file: {raws:?}");
}

/// All texts under a key, wherever they stand.
fn texts_under(value: &Value, key: &str) -> Vec<String> {
    match value {
        Value::Object(parts) => {
            let own = parts.get(key).and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(parts.values().flat_map(|part| texts_under(part, key))).collect()
        }
        Value::Array(parts) => parts.iter().flat_map(|part| texts_under(part, key)).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn all_records_that_carry_an_id_are_one_timeline() {
    let bank = Bank::open(24);
    let id = &bank.entries[100].correlation_id;

    let answer = bank.world.collector.client().get(&format!("/api/v1/correlate?id={id}")).json();

    let expected: Vec<String> = bank
        .entries
        .iter()
        .filter(|entry| entry.correlation_id == *id)
        .map(|entry| entry.raw.clone())
        .collect();
    assert_eq!(texts_under(&answer, "raw"), expected);
}
