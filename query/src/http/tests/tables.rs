//! Queries with pipes, over a real index.

use super::*;

const MINUTE: i64 = 60_000_000_000;

/// The records and examples of the manual.
fn manual(name: &str) -> &'static str {
    let manual = include_str!("../../../../docs/query-language.md");
    manual.split(&format!("```{name}\n")).nth(1).unwrap().split("```").next().unwrap()
}

/// The records of the manual, some in a split and some not.
fn server_of_the_manual() -> Server {
    let server = Server::new();
    let records: Vec<(i64, Vec<u8>)> =
        (0..).zip(manual("records").lines()).map(|(minute, line)| (minute * MINUTE, line.into())).collect();
    server.give("app", "a", &records[..3]);
    server.index.publish().unwrap();
    server.give("app", "a", &records[3..]);
    server
}

#[test]
fn the_pipes_of_the_manual_make_what_it_says() {
    let server = server_of_the_manual();
    let mut examples: Vec<(&str, Vec<Json>)> = Vec::new();
    for line in manual("pipes").lines() {
        match line.strip_prefix("  ") {
            Some(row) => examples.last_mut().unwrap().1.push(serde_json::from_str(row).unwrap()),
            None => examples.push((line, Vec::new())),
        }
    }
    assert!(examples.len() > 15);
    for (query, rows) in examples {
        let answer = server.post("/api/v1/search", &json!({ "query": query }));
        assert_eq!(answer["rows"], Json::from(rows), "{query}");
        assert_eq!((&answer["truncated"], &answer["approximate"]), (&json!(false), &json!([])), "{query}");
    }
}

#[test]
fn a_table_tells_its_columns_and_what_was_read() {
    let server = server_of_the_manual();
    let query = "* | stats count() as n, last(message) by service, bin(1h)";
    let answer = server.post("/api/v1/search", &json!({ "query": query, "limit": 2 }));

    let columns = json!([
        {"name": "service", "kind": "text"},
        {"name": "timestamp", "kind": "time"},
        {"name": "n", "kind": "number"},
        {"name": "last(message)", "kind": "text"},
    ]);
    assert_eq!(answer["columns"], columns);
    assert_eq!(answer["rows"].as_array().unwrap().len(), 2);
    assert_eq!(answer["truncated"], true);
    assert_eq!(answer["scanned"]["rows"], 6);
    assert!(answer["took_ms"].is_number());
}

#[test]
fn a_table_is_told_line_by_line_to_who_accepts_it() {
    let server = server_of_the_manual();
    let mut request =
        post("/api/v1/search", &json!({ "query": "* | top 2 service | fields count, service" }));
    request.headers_mut().insert("accept", "application/x-ndjson".parse().unwrap());
    let (status, bytes) = server.send(request);
    assert_eq!(status, StatusCode::OK);
    let lines = "{\"count\":3,\"service\":\"ledger\"}\n{\"count\":2,\"service\":\"payments\"}\n";
    assert_eq!(String::from_utf8(bytes).unwrap(), lines);
}

#[test]
fn records_behind_pipes_are_rows_with_the_columns_that_matter() {
    let server = server_of_the_manual();
    let names = |query: &str| {
        let answer = server.post("/api/v1/search", &json!({ "query": query }));
        let columns = answer["columns"].as_array().unwrap().clone();
        columns.iter().map(|column| column["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("* | head 2"), ["timestamp", "level", "service", "message"]);
    assert_eq!(names("* | sort user_id | head 2"), ["timestamp", "level", "service", "message", "user_id"]);
    assert_eq!(names("* | head 2 | where status>5 | fields id, stream"), ["id", "stream"]);
    let oldest =
        server.post("/api/v1/search", &json!({"query": "* | head 1 | fields user_id", "order": "oldest"}));
    assert_eq!(oldest["rows"], json!([["ann"]]));
    // Conditions behind the filter are part of it: records are told as ever.
    let records = server.post("/api/v1/search", &json!({ "query": "level:error | where user_id:bob" }));
    assert_eq!(records["records"].as_array().unwrap().len(), 1);
}

#[test]
fn pipes_that_cannot_be_are_refused_at_their_place() {
    let server = server_of_the_manual();
    let bad = StatusCode::BAD_REQUEST;
    let refused = |body: Json, kind: &str, message: &str| {
        server.check_refused("/api/v1/search", &body, bad, kind, message)
    };
    let error = refused(json!({"query": "* | stas count()"}), "query", "no pipe `stas`");
    assert_eq!(error["position"], json!({"offset": 4, "length": 4}));
    assert!(error["hint"].as_str().unwrap().contains("stats"));
    let error = refused(json!({"query": "* | stats count() as n | sort m"}), "query", "no column `m`");
    assert_eq!(error["position"], json!({"offset": 30, "length": 1}));
    refused(json!({"query": "* | head 5", "cursor": "x"}), "invalid", "cursor");
    refused(json!({"query": "* | head 5", "limit": 0}), "invalid", "limit");
    refused(json!({"query": "* | head 5 | where timestamp > soon"}), "query", "soon");
    server.check_refused(
        "/api/v1/evidence",
        &json!({"query": "* | head 5"}),
        bad,
        "query",
        "conditions only",
    );
}

#[test]
fn a_question_with_too_many_groups_is_refused_with_a_way_out() {
    let server = Server::with(Settings { memory: ByteSize::bytes(20_000), ..Settings::default() });
    let records: Vec<_> =
        (0..2_000).map(|at| (at, format!(r#"{{"a":"value {at}"}}"#).into_bytes())).collect();
    server.give("app", "a", &records);
    let too_large = StatusCode::PAYLOAD_TOO_LARGE;
    for query in ["* | stats count() by a", "* | dedup a | stats count()", "* | sort a"] {
        server.check_refused(
            "/api/v1/search",
            &json!({ "query": query }),
            too_large,
            "too_much_memory",
            "memory",
        );
    }
    let counted = server.post("/api/v1/search", &json!({ "query": "* | stats count()" }));
    assert_eq!(counted["rows"], json!([[2_000]]));
}
