//! Whoever does not see a field gets the answers that they would get if no record had it.

use palisade_access::{Grants, Role};

use super::*;

const GRANTS: [&str; 2] = ["audit/-level,-kubernetes,-message", "app/status,id,service,-id"];

/// Whether a field is shown, said again in the plainest way.
fn is_shown(stream: &str, field: &str) -> bool {
    match stream {
        "audit" => !["level", "kubernetes.pod", "message"].contains(&field),
        _ => ["status", "service"].contains(&field),
    }
}

/// Somebody who may export, and sees some fields.
fn reader() -> Caller {
    let mut reader = Caller::new("ann", [Role::Investigator]);
    reader.grants = Grants::of(GRANTS.map(str::to_owned)).unwrap();
    reader
}

/// The same records twice: on a server whose reader does not see all fields, and on one where the others never were, and whose reader
/// sees everything of the same streams.
fn twins(runner: &mut TestRunner) -> (Server, Server) {
    let (mut one, mut other) = (Server::new(), Server::new());
    let all: Vec<Given> = filled(&one, runner);
    for (number, batch) in all.chunk_by(|left, right| left.stream == right.stream).enumerate() {
        let stream = batch[0].stream;
        let records = batch.iter().map(|given| {
            let fields: BTreeMap<String, Json> = serde_json::from_slice(&given.raw).unwrap();
            let shown: BTreeMap<_, _> =
                fields.into_iter().filter(|(name, _)| is_shown(stream, name)).collect();
            let mut raw = serde_json::to_vec(&shown).unwrap();
            // As long as it was, so that the same records have the same ids.
            raw.resize(given.raw.len(), b' ');
            (given.time, raw)
        });
        other.give(stream, "/var/log/a.log", &records.collect::<Vec<_>>());
        if number % 2 == 1 {
            other.index.publish().unwrap();
        }
    }
    one.open_to(reader());
    let mut whole = Caller::new("ann", [Role::Investigator]);
    whole.grants = Grants::of(["audit", "app"].map(str::to_owned)).unwrap();
    other.open_to(whole);
    (one, other)
}

/// An answer without what depends on the clock, on how long records are, and on whether their bytes are shown.
fn plain(answer: Json) -> Json {
    match answer {
        Json::Object(object) => {
            let is_told = |name: &str| !["took_ms", "scanned", "raw", "withheld"].contains(&name);
            object
                .into_iter()
                .filter(|(name, _)| is_told(name))
                .map(|(name, value)| (name, plain(value)))
                .collect()
        }
        Json::Array(list) => list.into_iter().map(plain).collect(),
        other => other,
    }
}

/// An export without the mark of which one it is.
fn exported(server: &Server, query: &str, format: &str) -> String {
    let (status, bytes) =
        server.send(post("/api/v1/export", &json!({ "query": query, "format": format, "order": "time" })));
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(status, StatusCode::OK, "{query}: {text}");
    let unmarked = |line: &str| match format {
        "csv" => line.rsplit_once(',').unwrap().0.to_owned(),
        _ => {
            let mut record: Json = serde_json::from_str(line).unwrap();
            record.as_object_mut().unwrap().remove("export_id");
            plain(record).to_string()
        }
    };
    text.lines().map(unmarked).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_answer_is_what_it_would_be_if_no_record_had_the_field() {
    let mut runner = TestRunner::deterministic();
    let (hiding, without) = twins(&mut runner);
    let mut found = 0;
    for round in 0..120 {
        let query = condition().new_tree(&mut runner).unwrap().current().to_string();
        let same = |path: &str, request: Json| {
            let (left, right) = (plain(hiding.post(path, &request)), plain(without.post(path, &request)));
            assert_eq!(left, right, "{path} {request}");
            left
        };
        let page = same("/api/v1/search", json!({ "query": query, "limit": 1000 }));
        found += page["records"].as_array().unwrap().len();
        same("/api/v1/fields", json!({ "query": query }));
        same("/api/v1/histogram", json!({ "query": query, "by": "level" }));
        for field in ["level", "status", "message", "id", "service", "kubernetes.pod"] {
            same("/api/v1/values", json!({ "query": query, "field": field }));
        }
        let tables = [
            "stats count() as n by level, stream",
            "stats distinct(status), max(id) by service",
            "fields id, level, status | sort id",
        ];
        let table = tables[round % tables.len()];
        same("/api/v1/search", json!({ "query": format!("{query} | {table}"), "limit": 1000 }));
        let format = ["csv", "ndjson"][round % 2];
        assert_eq!(exported(&hiding, &query, format), exported(&without, &query, format), "{query}");
        let refused = hiding.send(post("/api/v1/patterns", &json!({ "query": query })));
        assert_eq!(refused.0, without.send(post("/api/v1/patterns", &json!({ "query": query }))).0);
    }
    assert!(found > 1_500, "the conditions are too strict to prove anything: {found}");
    for word in ["pay", "timeout", "deadbeef01", "10.0.0.1"] {
        let path = format!("/api/v1/correlate?id={word}");
        assert_eq!(plain(hiding.get(&path)), plain(without.get(&path)), "{word}");
    }
    let records = hiding.post("/api/v1/search", &json!({ "limit": 200 }));
    for id in ids(&records) {
        let path = format!("/api/v1/context?id={id}&before=2&after=2");
        let context = hiding.get(&path);
        assert_eq!(plain(context.clone()), plain(without.get(&path)), "{id}");
        let shows_bytes = |record: &Json| record.get("raw").is_some() || record["withheld"] != true;
        assert!(!context["records"].as_array().unwrap().iter().any(shows_bytes), "{context}");
    }
}

#[test]
fn exact_bytes_are_for_those_who_see_every_field() {
    let mut server = Server::new();
    server.give("audit", "/a", &[(1, br#"{"patient":"p-1","level":"info"}"#.to_vec())]);
    server.give("web", "/b", &[(2, br#"{"level":"info"}"#.to_vec())]);
    let mut reader = Caller::new("ann", [Role::Investigator]);
    reader.grants = Grants::of(["audit/-patient", "web"].map(str::to_owned)).unwrap();
    server.open_to(reader);

    for (path, request) in [
        ("/api/v1/export", json!({ "format": "raw" })),
        ("/api/v1/export", json!({ "format": "raw", "stream": "audit" })),
        ("/api/v1/evidence", json!({})),
    ] {
        server.check_refused(path, &request, StatusCode::FORBIDDEN, "withheld", "exact bytes");
    }
    let (status, bytes) = server.send(post("/api/v1/export", &json!({ "format": "raw", "stream": "web" })));
    assert_eq!((status, bytes), (StatusCode::OK, b"{\"level\":\"info\"}\n".to_vec()));
    let records = server.post("/api/v1/search", &json!({ "order": "oldest" }))["records"].clone();
    assert_eq!((&records[0]["withheld"], &records[0]["fields"]), (&json!(true), &json!({"level": "info"})));
    assert_eq!(records[1]["raw"], "{\"level\":\"info\"}");
}

#[test]
fn a_tail_tells_no_field_that_is_not_shown() {
    let mut server = Server::new();
    let mut reader = Caller::new("ann", [Role::Viewer]);
    reader.grants = Grants::of(["audit/-patient".to_owned()]).unwrap();
    server.open_to(reader);
    let follow = |query: &str| {
        let request = get(&format!("/api/v1/tail?query={query}"));
        server.runtime.block_on(async { server.router.clone().oneshot(request).await.unwrap() })
    };
    let (by_word, all) = (follow("smith"), follow(""));

    server.give("audit", "/a", &[(1, br#"{"patient":"smith","level":"info"}"#.to_vec())]);
    server.give("audit", "/a", &[(2, br#"{"author":"smith","level":"info"}"#.to_vec())]);

    let first = |response: axum::response::Response| {
        server.runtime.block_on(async {
            let mut events = response.into_body().into_data_stream();
            String::from_utf8(events.next().await.unwrap().unwrap().to_vec()).unwrap()
        })
    };
    assert!(first(by_word).contains(r#""fields":{"author":"smith","level":"info"}"#));
    let told = first(all);
    assert!(told.contains(r#""fields":{"level":"info"},"withheld":true"#), "{told}");
}
