//! What the query language means: every question is also answered by looking at every entry of the bank.

use serde_json::json;

use crate::bank::{Bank, Entry, time_text};

/// Records per page: several pages for the larger answers.
const PAGE: usize = 2_000;

type Condition = fn(&Entry) -> bool;

const QUESTIONS: [(&str, Condition); 42] = [
    ("level:error", |entry| entry.level == "ERROR"),
    ("level:ERROR", |entry| entry.level == "ERROR"),
    ("service:statements", |entry| entry.service == "Statements"),
    ("service:payments and level:warn", |entry| entry.service == "payments" && entry.level == "WARN"),
    ("service:(payments or ledger)", |entry| ["payments", "ledger"].contains(&entry.service)),
    ("not level:info", |entry| entry.level != "INFO"),
    ("-level:info", |entry| entry.level != "INFO"),
    ("\"connection reset\"", |entry| entry.says_all("connection reset")),
    ("\"reset the connection\"", |entry| entry.says_all("reset the connection")),
    ("message:\"reset by peer\"", |entry| entry.says_all("reset by peer")),
    ("timeout", |entry| entry.says("timeout")),
    ("message:TIMEOUT", |entry| entry.says("timeout")),
    ("connection peer", |entry| entry.says("connection") && entry.says("peer")),
    ("überweisung", |entry| entry.says("überweisung")),
    ("message:müller", |entry| entry.says("müller")),
    ("source_ip:10.0.0.0/8", |entry| entry.ip[0] == 10),
    ("source_ip:10.200.7.0/25", |entry| entry.ip[..3] == [10, 200, 7] && entry.ip[3] < 128),
    ("source_ip:192.168.1.17", |entry| entry.ip == [192, 168, 1, 17]),
    ("status>=500", |entry| entry.status >= 500),
    ("status:200", |entry| entry.status == 200),
    ("status!=200", |entry| entry.status != 200),
    ("status:[400 TO 499]", |entry| (400..=499).contains(&entry.status)),
    ("status:{400 TO 500}", |entry| entry.status > 400 && entry.status < 500),
    ("duration_ms>100 and duration_ms<=250.5", |entry| entry.duration > 100.0 && entry.duration <= 250.5),
    ("duration_ms:[* TO 10}", |entry| entry.duration < 10.0),
    ("duration_ms:12.5", |entry| entry.duration.to_bits() == 12.5_f64.to_bits()),
    ("path:/v1/*", |entry| entry.path.starts_with("/v1/")),
    ("path:*/cards/?", |entry| entry.path.contains("/cards/") && entry.path.len() == "/v1/cards/7".len()),
    ("message:/time(d )?out/i", |entry| {
        let message = entry.message.to_lowercase();
        message.contains("timeout") || message.contains("timed out")
    }),
    ("message:/shard=1[0-5]$/", |entry| {
        let shards = ["shard=10", "shard=11", "shard=12", "shard=13", "shard=14", "shard=15"];
        shards.iter().any(|shard| entry.message.ends_with(shard))
    }),
    ("user_id:*", |entry| entry.user.is_some()),
    ("not user_id:*", |entry| entry.user.is_none()),
    ("user_id:u01?3", |entry| {
        entry
            .user
            .as_deref()
            .is_some_and(|user| user.len() == 5 && user.starts_with("u01") && user.ends_with('3'))
    }),
    ("outcome:failure action:login", |entry| {
        entry.outcome == Some("failure") && entry.action == Some("login")
    }),
    ("region:eu*", |entry| entry.region.starts_with("eu")),
    ("(level:error or level:warn) and not service:gateway and status>=400", |entry| {
        ["ERROR", "WARN"].contains(&entry.level) && entry.service != "gateway" && entry.status >= 400
    }),
    ("not (level:(info or debug) or region:us*)", |entry| {
        !["INFO", "DEBUG"].contains(&entry.level) && !entry.region.starts_with("us")
    }),
    ("device.os:ios", |entry| entry.device == Some("iOS")),
    ("tags:vip", |entry| entry.tags.contains(&"vip")),
    ("new_customer:true level:error", |entry| entry.is_new && entry.level == "ERROR"),
    ("service:pay*ts or service:l*r", |entry| ["payments", "ledger"].contains(&entry.service)),
    ("*", |_| true),
];

impl Bank {
    /// All records of an answer, page after page, as their bytes.
    #[track_caller]
    fn ask(&self, question: &str, more: &serde_json::Value) -> Vec<String> {
        let mut request = json!({"query": question, "stream": "bank", "limit": PAGE});
        for (name, value) in more.as_object().into_iter().flatten() {
            request[name] = value.clone();
        }
        let mut found = Vec::new();
        loop {
            let answer = self.world.collector.client().post("/api/v1/search", &request).json();
            let records = answer["records"].as_array().expect("an answer has records");
            found.extend(
                records.iter().map(|record| record["raw"].as_str().expect("a record has raw").to_owned()),
            );
            if records.is_empty() || !answer["cursor"].is_string() {
                return found;
            }
            request["cursor"] = answer["cursor"].clone();
        }
    }
}

#[test]
fn every_question_is_answered_as_by_looking_at_every_line() {
    let bank = Bank::open(1);
    let mut wrong = Vec::new();

    for (question, condition) in QUESTIONS {
        let found = bank.ask(question, &json!({}));
        let expected: Vec<&str> = bank
            .entries
            .iter()
            .rev()
            .filter(|entry| condition(entry))
            .map(|entry| entry.raw.as_str())
            .collect();
        assert!(!expected.is_empty(), "{question} is true of something");
        if found != expected {
            let missing = expected.iter().find(|raw| !found.iter().any(|found| found == *raw));
            let extra = found.iter().find(|found| !expected.contains(&found.as_str()));
            wrong.push(format!(
                "{question}: {} instead of {}\n   missing {missing:?}\n   too many {extra:?}",
                found.len(),
                expected.len()
            ));
        }
    }

    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), QUESTIONS.len(), wrong.join("\n"));
}

#[test]
fn a_needle_is_found_in_whatever_part_it_lies() {
    let bank = Bank::open(2);

    for position in [0, 5_000, 12_999, 13_000, 19_999] {
        let needle = &bank.entries[position].correlation_id;
        let found = bank.ask(&format!("correlation_id:{needle}"), &json!({"order": "oldest"}));
        let expected = bank.entries.iter().filter(|entry| entry.correlation_id == *needle);
        assert_eq!(found, expected.map(|entry| entry.raw.clone()).collect::<Vec<_>>());
        assert!(!found.is_empty());
    }
}

#[test]
fn a_span_of_time_takes_its_first_instant_and_leaves_its_last() {
    let bank = Bank::open(3);
    let (from, to) = (bank.entries[9_000].millis, bank.entries[15_000].millis);

    let found = bank.ask("level:warn", &json!({"from": time_text(from), "to": time_text(to)}));

    let inside = bank.entries[9_000..15_000].iter().rev().filter(|entry| entry.level == "WARN");
    assert_eq!(found, inside.map(|entry| entry.raw.clone()).collect::<Vec<_>>());
}

#[test]
fn answers_are_the_same_after_a_restart() {
    let mut bank = Bank::open(4);
    let before: Vec<_> = ["level:error", "\"connection reset\"", "status>=500", "*"]
        .map(|question| (question, bank.ask(question, &json!({}))))
        .into();

    bank.world.collector.kill();
    bank.world.start_collector();
    for (question, before) in &before {
        assert_eq!(bank.ask(question, &json!({})), *before, "{question} after a kill");
    }
    bank.world.collector.terminate();
    bank.world.start_collector();
    for (question, before) in &before {
        assert_eq!(bank.ask(question, &json!({})), *before, "{question} after a stop");
    }
}

#[test]
fn a_wrong_question_is_answered_with_the_place_of_the_mistake() {
    let bank = crate::world::World::new();
    let client = bank.collector.client();
    for (question, offset) in [("level:error and (service:a", 16), ("status>=", 0), ("\"never closed", 0)] {
        let answer = client.post("/api/v1/search", &json!({"query": question}));
        assert_eq!(answer.status, 400, "{question}: {}", answer.text());
        let error = answer.error();
        assert_eq!(error["position"]["offset"], offset, "{question}: {error}");
        assert!(!error["hint"].as_str().unwrap().is_empty(), "{error}");
    }
}
