//! Kinds of messages and explanations, over a real index.

use palisade_index::{Piece, Template};

use super::*;

/// Records of one batch: enough for messages to be stored by template.
const PART: i64 = 400;

/// Messages of two services: with numbers, ids and without, some without a level, one record without a message.
fn messages(server: &Server) -> Vec<(i64, String)> {
    let mut all = Vec::new();
    for part in 0..4i64 {
        let mut records = Vec::new();
        for number in 0..PART {
            let time = (part * PART + number) * 1_000_000_000;
            let message = match number % 4 {
                0 => format!("user u{:04} logged in from 10.0.{part}.{number}", number * 7 + part * 1_001),
                1 => format!(
                    "request {:08x}beef finished in {number}{part} ms",
                    number * 7_919 + 268_435_456 + part
                ),
                2 => "cache flushed".to_owned(),
                _ => format!("word{} is rare", "x".repeat(usize::try_from(number % 13).unwrap())),
            };
            let level = if number % 4 == 1 { "ERROR" } else { "INFO" };
            let record = if number % 4 == 2 {
                json!({ "message": message })
            } else {
                json!({ "message": message, "level": level })
            };
            records.push((time, record.to_string().into_bytes()));
            all.push((time, message));
        }
        records.push((part * PART * 1_000_000_000, br#"{"level":"INFO"}"#.to_vec()));
        server.give("app", "/var/log/a.log", &records);
        if part == 1 {
            server.index.publish().unwrap();
        }
    }
    all
}

fn shown(message: &str) -> String {
    let template = Template::of(message).unwrap();
    let piece = |piece| match piece {
        Piece::Text(text) => text,
        Piece::Digits => "<number>",
        Piece::LowerHex(_) | Piece::UpperHex(_) => "<hex>",
        Piece::Uuid => "<uuid>",
    };
    template.pieces().map(piece).collect()
}

#[test]
fn messages_are_grouped_by_what_does_not_differ() {
    let server = Server::new();
    let all = messages(&server);
    let answer = server.post("/api/v1/patterns", &json!({ "buckets": 6 }));
    let mut expected: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    for (time, message) in &all {
        expected.entry(shown(message)).or_default().push((*time, message.clone()));
    }
    let patterns = answer["patterns"].as_array().unwrap();
    assert_eq!(patterns.len(), expected.len());
    assert_eq!(
        (&answer["total"], &answer["missing"], &answer["others"]),
        (&json!(1_600), &json!(4), &json!(0))
    );
    for pattern in patterns {
        let messages = &expected[pattern["pattern"].as_str().unwrap()];
        assert_eq!(pattern["count"], messages.len(), "{pattern}");
        let bars = pattern["sparkline"].as_array().unwrap();
        assert_eq!(bars.len(), 6);
        assert_eq!(bars.iter().map(|bar| bar.as_u64().unwrap()).sum::<u64>(), messages.len() as u64);
        let newest = messages.iter().max().unwrap();
        assert_eq!(pattern["example"]["message"], newest.1);
        assert_eq!(pattern["last_seen"], Timestamp::from_nanos(newest.0).to_string());
        assert_eq!(pattern["first_seen"], Timestamp::from_nanos(messages[0].0).to_string());
    }
    let request =
        patterns.iter().find(|pattern| pattern["pattern"] == "request <hex> finished in <number> ms");
    assert_eq!(request.unwrap()["levels"], json!(["ERROR"]));
    assert!(
        patterns
            .iter()
            .any(|pattern| pattern["pattern"] == "cache flushed" && pattern["levels"] == json!([]))
    );
}

#[test]
fn rare_kinds_are_counted_together() {
    let server = Server::new();
    messages(&server);
    let answer = server.post("/api/v1/patterns", &json!({ "query": "level:INFO", "limit": 1 }));
    let first = &answer["patterns"][0];
    assert_eq!(first["pattern"], "user u<number> logged in from <number>.<number>.<number>.<number>");
    assert_eq!((&first["count"], &first["share"]), (&json!(400), &json!(0.5)));
    assert_eq!(
        (&answer["total"], &answer["others"], &answer["missing"]),
        (&json!(800), &json!(400), &json!(4))
    );
}

#[test]
fn an_explanation_tells_what_was_left_out() {
    let server = Server::new();
    messages(&server);
    server.index.publish().unwrap();
    let explain = |query: &str| {
        let request = json!({ "query": query, "explain": true, "limit": 2_000 });
        server.post("/api/v1/search", &request)["explanation"].clone()
    };
    let told = explain("flushed");
    assert_eq!((&told["splits"]["opened"], &told["rows_passed"]), (&json!(2), &json!(400)));
    let looked_at =
        [&told["templates"]["all_pass"], &told["templates"]["undecided"], &told["values_looked_at"]];
    assert!(looked_at.iter().any(|count| **count != 0), "{told}");
    assert_eq!(told["splits"]["left_out_by_index"], 0);
    let told = explain("nowhere");
    assert_eq!((&told["splits"]["left_out_by_index"], &told["blocks"]["filtered"]), (&json!(2), &json!(0)));
    let told = explain("level:WARNING");
    assert_eq!((&told["blocks"]["left_out_by_values"], &told["rows"]), (&json!(2), &json!(0)));
    let told = explain("timestamp>=2020-01-01");
    assert_eq!((&told["splits"]["left_out_by_time"], &told["splits"]["opened"]), (&json!(2), &json!(0)));
    let told = explain("stream:app");
    assert_eq!((&told["blocks"]["taken_whole"], &told["rows_passed"]), (&json!(2), &json!(1_604)));
    let answer = server.post("/api/v1/search", &json!({ "query": "flushed" }));
    assert_eq!(answer.get("explanation"), None);
}
