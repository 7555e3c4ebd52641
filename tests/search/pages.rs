//! Pages cover everything exactly once, in order, whatever arrives meanwhile.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::bank::{Bank, ENTRIES};

/// Small pages, so that there are many borders.
const PAGE: usize = 333;

fn pages(bank: &Bank, order: &str, mut between: impl FnMut()) -> Vec<Value> {
    let mut request = json!({"query": "*", "stream": "bank", "limit": PAGE, "order": order});
    let mut records = Vec::new();
    loop {
        let answer = bank.world.collector.client().post("/api/v1/search", &request).json();
        let page = answer["records"].as_array().unwrap().clone();
        assert!(page.len() <= PAGE);
        let is_last = page.is_empty() || !answer["cursor"].is_string();
        records.extend(page);
        if is_last {
            return records;
        }
        request["cursor"] = answer["cursor"].clone();
        between();
    }
}

fn times(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["timestamp"].as_str().expect("a record has a time")).collect()
}

#[test]
fn pages_newest_first_cover_everything_once() {
    let bank = Bank::open(11);

    let records = pages(&bank, "newest", || {});

    let ids: HashSet<&str> = records.iter().map(|record| record["id"].as_str().unwrap()).collect();
    assert_eq!((records.len(), ids.len()), (ENTRIES, ENTRIES));
    assert!(times(&records).is_sorted_by(|left, right| left >= right));
}

#[test]
fn pages_oldest_first_are_the_same_the_other_way_round() {
    let bank = Bank::open(12);

    let mut oldest = pages(&bank, "oldest", || {});
    let newest = pages(&bank, "newest", || {});

    oldest.reverse();
    let ids = |records: &[Value]| records.iter().map(|record| record["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&oldest), ids(&newest));
}

#[test]
fn records_that_arrive_between_pages_disturb_no_page() {
    let bank = Bank::open(13);
    let mut late = 0;

    let records = pages(&bank, "newest", || {
        late += 1;
        let body =
            format!("{{\"timestamp\":\"2026-11-20T23:00:00.{late:03}Z\",\"message\":\"late {late}\"}}\n");
        bank.world.collector.client().send("/api/v1/ingest/bank", &[], body.as_bytes()).json();
    });

    let of_the_bank = records.iter().filter(|record| !record["raw"].as_str().unwrap().contains("late "));
    assert_eq!(of_the_bank.count(), ENTRIES);
}

#[test]
fn an_answer_as_lines_has_every_record() {
    let bank = Bank::open(14);

    let body = json!({"query": "level:error", "stream": "bank"}).to_string();
    let headers = [("content-type", "application/json"), ("accept", "application/x-ndjson")];
    let answer = bank.world.collector.client().send("/api/v1/search", &headers, body.as_bytes());

    assert_eq!(answer.status, 200, "{}", answer.text());
    let expected = bank.entries.iter().filter(|entry| entry.level == "ERROR").count();
    let lines: Vec<Value> = answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), expected);
}
