//! The interface over a real index: what it answers is what a plain evaluation of every record says.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use futures::StreamExt;
use palisade_access::{Caller, Credentials, Gate, Notebook, Secret};
use palisade_disk::RealDisk;
use palisade_index::{Index, Parse, Rows, Standing, Submission};
use palisade_record::{
    Batch, ByteSize, FrameFlags, Lane, ManualClock, Origin, RecordId, TimeRange, Timestamp, Value,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use crate::filter::fake::{Owned, fake_record};
use crate::filter::naive::{Seen, condition, passes};
use crate::{Engine, Settings, routes};

mod cold;
mod export;
mod hidden_fields;
mod patterns;
mod tables;

/// Records are JSON objects of fields; lists are several values.
struct Objects;

impl Parse for Objects {
    fn parse(&self, batches: &[Batch], received_at: Timestamp) -> Vec<Rows> {
        let mut all: Vec<Rows> = Vec::new();
        for (number, batch) in (0u32..).zip(batches) {
            let found = all.iter().position(|rows| *rows.stream() == batch.stream);
            let found = found.unwrap_or_else(|| {
                all.push(Rows::new(batch.stream.clone(), ""));
                all.len() - 1
            });
            for frame in &batch.frames {
                let payload = batch.payload(frame);
                let time = frame.time.unwrap_or(received_at);
                all[found].begin(number, frame.offset, frame.flags.bits(), time, payload);
                // What each value is, is what matters here; where it stands is not.
                let nowhere = Standing::Nowhere;
                let Ok(fields) = serde_json::from_slice::<BTreeMap<String, Json>>(payload) else {
                    all[found].field("message", Value::Text(&String::from_utf8_lossy(payload)), nowhere);
                    continue;
                };
                for (name, value) in &fields {
                    let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                    for value in values {
                        match owned(&value) {
                            Owned::Text(text) => all[found].field(name, Value::Text(&text), nowhere),
                            Owned::Integer(number) => all[found].field(name, Value::Integer(number), nowhere),
                            Owned::Decimal(text) => all[found].field(name, Value::Decimal(&text), nowhere),
                            Owned::Boolean(truth) => all[found].field(name, Value::Boolean(truth), nowhere),
                        }
                    }
                }
            }
        }
        all
    }
}

/// Decimals are written as `{"d": "1.50"}`, so that their digits survive.
fn owned(value: &Json) -> Owned {
    match value {
        Json::String(text) => Owned::Text(text.clone()),
        Json::Bool(truth) => Owned::Boolean(*truth),
        Json::Object(object) => Owned::Decimal(object["d"].as_str().unwrap().to_owned()),
        other => Owned::Integer(other.as_i64().unwrap()),
    }
}

fn written(value: &Owned) -> Json {
    match value {
        Owned::Text(text) => json!(text),
        Owned::Integer(number) => json!(number),
        Owned::Decimal(text) => json!({ "d": text }),
        Owned::Boolean(truth) => json!(truth),
    }
}

const TOKEN: &str = "token";
const NOW: i64 = 1_000_000_000_000;

/// A server over an index of its own, and what it was given.
struct Server {
    index: Index,
    engine: Engine,
    router: Router,
    runtime: tokio::runtime::Runtime,
    next: std::cell::Cell<u64>,
    _directory: tempfile::TempDir,
}

struct Given {
    id: RecordId,
    time: i64,
    stream: &'static str,
    file: String,
    fields: BTreeMap<String, Vec<Owned>>,
    raw: Vec<u8>,
}

impl Given {
    fn seen(&self) -> Seen<'_> {
        let (id, stream) = (self.id.to_string(), self.stream);
        Seen { time: self.time, received_at: NOW, stream, id, file: &self.file, fields: &self.fields }
    }
}

impl Server {
    fn new() -> Self {
        Self::with(Settings { threads: 2, ..Settings::default() })
    }

    fn with(settings: Settings) -> Self {
        let parts = palisade_index::Parts::near(Arc::new(RealDisk), Arc::new(palisade_record::SystemClock));
        // So little that damage on disk is met, and not what is still in memory.
        Self::over(tempfile::tempdir().unwrap(), parts, ByteSize::kib(64), settings)
    }

    /// A server over what lies in a directory.
    fn over(
        directory: tempfile::TempDir,
        parts: palisade_index::Parts,
        cache_bytes: ByteSize,
        settings: Settings,
    ) -> Self {
        let index_settings = palisade_index::Settings {
            data_dir: directory.path().to_owned(),
            split_bytes: ByteSize::mib(64),
            split_age: Duration::from_secs(3_600),
            cache_bytes,
            classes: Default::default(),
            tenant: "default".to_owned(),
        };
        let index = Index::open(index_settings, parts, &Objects).unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::from_nanos(NOW)));
        let engine = Engine::new(index.clone(), settings, clock, None).unwrap();
        let router = router(&engine, Caller::owner("tester"));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { index, engine, router, runtime, next: std::cell::Cell::new(0), _directory: directory }
    }

    /// From now on whoever asks is this one.
    fn open_to(&mut self, caller: Caller) {
        self.router = router(&self.engine, caller);
    }

    /// Stores records of one file, as one batch.
    fn give(&self, stream: &'static str, file: &str, records: &[(i64, Vec<u8>)]) -> Vec<Given> {
        self.give_generation(stream, file, 1, records)
    }

    fn give_generation(
        &self,
        stream: &'static str,
        file: &str,
        generation: u64,
        records: &[(i64, Vec<u8>)],
    ) -> Vec<Given> {
        let origin = Arc::new(Origin { file: file.to_owned(), ..Origin::default() });
        let lane = Lane { agent: "node-1".into(), origin, generation };
        let prefix = lane.id_prefix();
        let from = self.next.get();
        let mut batch = Batch::new(lane, 1, b"identity".to_vec(), stream.parse().unwrap(), from);
        let mut given = Vec::new();
        for (time, raw) in records {
            let id = RecordId { prefix, offset: batch.to };
            let parsed: BTreeMap<String, Json> = serde_json::from_slice(raw).unwrap_or_else(|_| {
                BTreeMap::from([("message".to_owned(), json!(String::from_utf8_lossy(raw)))])
            });
            let values = |value: &Json| match value.as_array() {
                Some(values) => values.iter().map(owned).collect(),
                None => vec![owned(value)],
            };
            let fields = parsed.iter().map(|(name, value)| (name.clone(), values(value))).collect();
            given.push(Given { id, time: *time, stream, file: file.to_owned(), fields, raw: raw.clone() });
            let span = raw.len() as u64 + 1;
            batch.push(batch.to, span, FrameFlags::default(), Some(Timestamp::from_nanos(*time)), raw);
            batch.to += span;
        }
        self.next.set(batch.to);
        let received_at = Timestamp::from_nanos(NOW);
        let rows = Objects.parse(std::slice::from_ref(&batch), received_at);
        // Positions are not checked, so that any test may begin anywhere.
        let submission =
            Submission { batches: vec![batch], packed: None, rows, received_at, positioned: false };
        _ = self.runtime.block_on(self.index.append(submission)).unwrap();
        given
    }

    fn send(&self, request: Request<Body>) -> (StatusCode, Vec<u8>) {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let status = response.status();
            (status, to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
        })
    }

    fn post(&self, path: &str, body: &Json) -> Json {
        let (status, bytes) = self.send(post(path, body));
        assert_eq!(status, StatusCode::OK, "{path} {body}: {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes)
            .unwrap_or_else(|error| panic!("{path} {body}: {error}: {}", String::from_utf8_lossy(&bytes)))
    }

    fn get(&self, path: &str) -> Json {
        let (status, bytes) = self.send(get(path));
        assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap()
    }

    #[track_caller]
    fn check_refused(&self, path: &str, body: &Json, status: StatusCode, kind: &str, message: &str) -> Json {
        let (found, bytes) = self.send(post(path, body));
        let answer: Json = serde_json::from_slice(&bytes).unwrap();
        let error = answer["error"].clone();
        assert_eq!((found, error["kind"].as_str()), (status, Some(kind)), "{answer}");
        assert!(error["message"].as_str().unwrap().contains(message), "{answer}");
        assert!(!error["hint"].as_str().unwrap().is_empty());
        error
    }
}

/// What answers the bearer of the token.
fn router(engine: &Engine, caller: Caller) -> Router {
    let mut credentials = Credentials::new();
    credentials.add(&Secret::new(TOKEN), caller);
    routes(engine.clone()).into_router(&Gate::new(credentials, Arc::new(Notebook::default())))
}

impl Drop for Server {
    fn drop(&mut self) {
        self.index.close();
    }
}

fn post(path: &str, body: &Json) -> Request<Body> {
    let request = Request::post(path).header("authorization", format!("Bearer {TOKEN}"));
    request.body(Body::from(body.to_string())).unwrap()
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).header("authorization", format!("Bearer {TOKEN}")).body(Body::empty()).unwrap()
}

fn ids(answer: &Json) -> Vec<String> {
    answer["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Some blocks in splits and some in the tail, of two streams.
fn filled(server: &Server, runner: &mut TestRunner) -> Vec<Given> {
    let records = proptest::collection::vec(fake_record(), 40);
    let mut given = Vec::new();
    for (number, stream) in ["audit", "app", "audit", "app", "audit"].into_iter().enumerate() {
        let records: Vec<(i64, Vec<u8>)> = records
            .new_tree(runner)
            .unwrap()
            .current()
            .into_iter()
            .map(|record| {
                let values = |values: &Vec<Owned>| Json::from(values.iter().map(written).collect::<Vec<_>>());
                let fields: BTreeMap<_, _> =
                    record.fields.iter().map(|(name, list)| (name.clone(), values(list))).collect();
                (record.time, serde_json::to_vec(&fields).unwrap())
            })
            .collect();
        given.extend(server.give(stream, "/var/log/a.log", &records));
        if number % 2 == 1 {
            server.index.publish().unwrap();
        }
    }
    given
}

/// Time and two fields of the matches, as the fold of many records gets them, sorted.
fn coded(server: &Server, query: &str) -> Vec<(i64, Option<String>, Option<String>)> {
    let all = TimeRange { from: Timestamp::MIN, to: Timestamp::MAX };
    let blocks = server.engine.coded(query, None, all, &["status", "custom"]).unwrap();
    let of_block = |block: &crate::Coded| {
        let value = |record, field| block.value(record, field).map(str::to_owned);
        let times = block.times.iter().enumerate();
        times.map(|(record, time)| (time.as_nanos(), value(record, 0), value(record, 1))).collect::<Vec<_>>()
    };
    let mut records: Vec<_> = blocks.iter().flat_map(of_block).collect();
    records.sort();
    records
}

fn expected_codes(expected: &[&Given]) -> Vec<(i64, Option<String>, Option<String>)> {
    let text = |value: &Owned| match value {
        Owned::Text(text) | Owned::Decimal(text) => text.clone(),
        Owned::Integer(number) => number.to_string(),
        Owned::Boolean(truth) => truth.to_string(),
    };
    let first =
        |given: &Given, name: &str| given.fields.get(name).and_then(|values| values.first()).map(text);
    let mut records: Vec<_> =
        expected.iter().map(|given| (given.time, first(given, "status"), first(given, "custom"))).collect();
    records.sort();
    records
}

#[test]
fn every_answer_is_what_a_plain_evaluation_of_all_records_says() {
    let mut runner = TestRunner::deterministic();
    let server = Server::new();
    let given = filled(&server, &mut runner);
    let mut matches = 0;
    for _ in 0..150 {
        let filter = condition().new_tree(&mut runner).unwrap().current();
        // What is sent is text: it means the same when it is read again.
        let query = filter.to_string();
        let filter = crate::language::parse(&query).unwrap().filter;
        let mut expected: Vec<&Given> =
            given.iter().filter(|record| passes(&filter, &record.seen())).collect();
        matches += expected.len();

        let raw: Vec<u8> = expected.iter().flat_map(|record| [&record.raw[..], b"\n"].concat()).collect();
        let (status, exported) = server.send(post("/api/v1/export", &json!({ "query": query })));
        assert_eq!(status, StatusCode::OK, "{query}: {}", String::from_utf8_lossy(&exported));
        assert_eq!(String::from_utf8(exported).unwrap(), String::from_utf8(raw).unwrap(), "{query}");

        expected.sort_by_key(|record| (record.time, record.id));
        let oldest: Vec<String> = expected.iter().map(|record| record.id.to_string()).collect();
        let newest: Vec<String> = oldest.iter().rev().cloned().collect();
        let answer = server.post("/api/v1/search", &json!({ "query": query, "limit": 1000 }));
        assert_eq!(ids(&answer), newest, "{query}");
        assert_eq!(answer["cursor"], Json::Null);

        let mut paged = Vec::new();
        let mut cursor = Json::Null;
        loop {
            let request = json!({ "query": query, "limit": 33, "order": "oldest", "cursor": cursor });
            let page = server.post("/api/v1/search", &request);
            paged.extend(ids(&page));
            cursor = page["cursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(paged, oldest, "{query}");

        let histogram = server.post("/api/v1/histogram", &json!({ "query": query, "by": "level" }));
        assert_eq!(histogram["total"], expected.len(), "{query}");
        let values = server.post("/api/v1/values", &json!({ "query": query, "field": "status", "limit": 3 }));
        let missing = expected.iter().filter(|record| !record.fields.contains_key("status")).count();
        assert_eq!(values["missing"], missing, "{query}");
        let stored: usize =
            expected.iter().filter_map(|record| record.fields.get("status")).map(Vec::len).sum();
        let shown: u64 =
            values["values"].as_array().unwrap().iter().map(|v| v["count"].as_u64().unwrap()).sum();
        assert_eq!(shown + values["others"].as_u64().unwrap(), stored as u64, "{query}");
        assert_eq!(coded(&server, &query), expected_codes(&expected), "{query}");
        let fields = server.post("/api/v1/fields", &json!({ "query": query }));
        for field in fields["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            let with = expected.iter().filter(|record| record.fields.contains_key(name)).count();
            assert_eq!(field["records"], with, "{query} {name}");
        }
    }
    assert!(matches > 4_000, "the conditions are too strict to prove anything: {matches}");
}

#[test]
fn a_record_is_told_with_everything_that_is_known_of_it() {
    let server = Server::new();
    let raw = br#"{"level":"error","list":["a",1],"ratio":{"d":"1.50"},"ok":true}"#.to_vec();
    let given =
        server.give("app", "/var/log/a.log", &[(5_000_000, raw.clone()), (6_000_000, b"caf\xe9".to_vec())]);

    let answer = server.post("/api/v1/search", &json!({ "order": "oldest" }));

    let first = &answer["records"][0];
    assert_eq!(
        *first,
        json!({
            "id": given[0].id.to_string(),
            "timestamp": "1970-01-01T00:00:00.005Z",
            "received_at": "1970-01-01T00:16:40.000Z",
            "stream": "app",
            "origin": {"agent": "node-1", "file": "/var/log/a.log", "generation": 1, "offset": 0},
            "fields": {"level": "error", "list": ["a", 1], "ok": true, "ratio": 1.5},
            "raw": String::from_utf8(raw).unwrap(),
        })
    );
    let second = &answer["records"][1];
    assert_eq!(
        (second["raw"].as_str(), second["raw_base64"].as_str()),
        (Some("caf\u{fffd}"), Some("Y2Fm6Q=="))
    );
    assert_eq!(answer["scanned"]["rows"], 2);
    assert!(answer["took_ms"].is_number());
}

#[test]
fn ranges_begin_inside_and_end_outside() {
    let server = Server::new();
    let second = 1_000_000_000;
    let records: Vec<_> = (990..1_000).map(|at| (at * second, br#"{"a":1}"#.to_vec())).collect();
    server.give("app", "a", &records);
    let count = |range: Json| server.post("/api/v1/histogram", &range)["total"].as_u64().unwrap();

    assert_eq!(count(json!({})), 10);
    assert_eq!(count(json!({"from": "now-5s"})), 5);
    assert_eq!(count(json!({"from": 992_000, "to": "1970-01-01T00:16:34Z"})), 2);
    let histogram =
        server.post("/api/v1/histogram", &json!({"from": 990_000, "to": 1_000_000, "buckets": 5, "by": "a"}));
    assert_eq!(histogram["step_ms"], 2_000);
    let bucket = json!({"time": "1970-01-01T00:16:30.000Z", "count": 2, "by": {"1": 2}});
    assert_eq!(histogram["buckets"][0], bucket);
    assert_eq!(histogram["buckets"].as_array().unwrap().len(), 5);
}

#[test]
fn wrong_requests_are_told_what_is_wrong_and_where() {
    let server = Server::new();
    let bad = StatusCode::BAD_REQUEST;
    let refused = |path: &str, body: Json, kind: &str, message: &str| {
        server.check_refused(path, &body, bad, kind, message)
    };

    let error = refused("/api/v1/search", json!({"query": "a and (b"}), "query", "parenthesis is not closed");
    assert_eq!(error["position"], json!({"offset": 6, "length": 1}));
    let error =
        refused("/api/v1/histogram", json!({"query": "a | head 5"}), "query", "takes conditions only");
    assert_eq!(error["position"], json!({"offset": 4, "length": 6}));
    refused("/api/v1/search", json!({"querry": "a"}), "invalid", "querry");
    refused("/api/v1/search", json!({"from": "yesterday"}), "invalid", "yesterday");
    refused("/api/v1/search", json!({"from": "now", "to": "now-5m"}), "invalid", "later");
    refused("/api/v1/search", json!({"limit": 10_001}), "invalid", "limit");
    refused("/api/v1/search", json!({"cursor": "x"}), "invalid", "cursor");
    refused("/api/v1/search", json!({"stream": "../x"}), "invalid", "not a stream name");
    refused("/api/v1/values", json!({}), "invalid", "field");
    let (status, body) = server.send(get("/api/v1/export?queri=a"));
    assert_eq!(status, bad);
    assert!(String::from_utf8_lossy(&body).contains("queri"));
    let (status, _) = server.send(get("/api/v1/context?id=00000000000000000000000000000000"));
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = server.send(Request::get("/api/v1/streams").body(Body::empty()).unwrap());
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[test]
fn a_question_that_takes_too_much_is_refused_with_a_way_out() {
    let records: Vec<_> = (0..100).map(|at| (at, format!(r#"{{"a":"{at}"}}"#).into_bytes())).collect();
    let small = Server::with(Settings { memory: ByteSize::bytes(2_000), ..Settings::default() });
    small.give("app", "a", &records);
    let too_large = StatusCode::PAYLOAD_TOO_LARGE;
    small.check_refused("/api/v1/search", &json!({}), too_large, "too_much_memory", "memory");
    small.check_refused("/api/v1/values", &json!({"field": "a"}), too_large, "too_much_memory", "memory");
    let hasty = Server::with(Settings { timeout: Duration::ZERO, ..Settings::default() });
    hasty.give("app", "a", &records);
    hasty.check_refused(
        "/api/v1/search",
        &json!({}),
        StatusCode::REQUEST_TIMEOUT,
        "timeout",
        "longer than allowed",
    );
    assert!(hasty.engine.metrics().contains("palisade_query_timeouts_total 1\n"));
}

#[test]
fn neighbours_come_from_the_same_file_also_over_its_rotation() {
    let server = Server::new();
    let line = |at: i64| (at, format!(r#"{{"n":{at}}}"#).into_bytes());
    server.give_generation("app", "a", 1, &[line(1), line(2)]);
    server.give_generation("app", "b", 1, &[line(100)]);
    server.index.publish().unwrap();
    let here = server.give_generation("app", "a", 2, &[line(3), line(4), line(5), line(6)]);
    let numbers = |answer: &Json| -> Vec<i64> {
        answer["records"].as_array().unwrap().iter().map(|r| r["fields"]["n"].as_i64().unwrap()).collect()
    };

    let answer = server.get(&format!("/api/v1/context?id={}&before=3&after=1", here[1].id));
    assert_eq!((numbers(&answer), answer["position"].as_u64()), (vec![1, 2, 3, 4, 5], Some(3)));
    let answer = server.get(&format!("/api/v1/context?id={}&before=1&after=9", here[2].id));
    assert_eq!((numbers(&answer), answer["position"].as_u64()), (vec![4, 5, 6], Some(1)));
}

#[test]
fn an_id_is_followed_through_all_services() {
    let server = Server::new();
    let record = |at: i64, service: &str, level: &str, id: &str| {
        (
            at,
            json!({"service": service, "level": level, "message": format!("request {id} done")})
                .to_string()
                .into_bytes(),
        )
    };
    server.give("app", "a", &[record(3, "ledger", "err", "ab-1"), record(1, "gateway", "info", "ab-1")]);
    server.give("audit", "b", &[record(2, "gateway", "info", "ab-1"), record(4, "gateway", "info", "ab-12")]);

    let answer = server.get("/api/v1/correlate?id=AB-1");

    assert_eq!(ids(&answer).len(), 3);
    assert_eq!(answer["truncated"], false);
    let time = |nanos: i64| Timestamp::from_nanos(nanos).to_string();
    assert_eq!(
        answer["services"],
        json!([
            {"service": "gateway", "first": time(1), "last": time(2), "count": 2, "errors": 0},
            {"service": "ledger", "first": time(3), "last": time(3), "count": 1, "errors": 1},
        ])
    );
    let streams = server.get("/api/v1/streams");
    assert_eq!(streams["streams"][0]["name"], "app");
    assert_eq!(streams["streams"][1]["records"], 2);
}

#[test]
fn streams_have_all_records_in_order() {
    let server = Server::new();
    // Blocks that overlap in time, of two streams.
    let record = |at: i64| (at, format!(r#"{{"n":{at}}}"#).into_bytes());
    for start in 0..6 {
        let records: Vec<_> = (0..3_000).map(|step| record(step * 6 + start)).collect();
        server.give(if start % 2 == 0 { "app" } else { "audit" }, "a", &records);
        if start == 3 {
            server.index.publish().unwrap();
        }
    }
    let body = json!({ "order": "oldest", "query": "n>=6" });
    let mut request = post("/api/v1/search", &body);
    request.headers_mut().insert("accept", "application/x-ndjson".parse().unwrap());
    let (_, bytes) = server.send(request);
    let numbers: Vec<i64> = String::from_utf8(bytes)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap()["fields"]["n"].as_i64().unwrap())
        .collect();
    assert_eq!(numbers, (6..18_000).collect::<Vec<_>>());
    let (_, bytes) = server.send(get("/api/v1/export?order=time&stream=audit"));
    let expected: String = (0..18_000).filter(|n| n % 2 == 1).map(|n| format!("{{\"n\":{n}}}\n")).collect();
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

#[test]
fn a_stream_of_damaged_records_breaks_off() {
    let server = Server::new();
    for start in 0..2 {
        let record = |at: i64| (at, format!(r#"{{"n":{at}}}"#).into_bytes());
        let records: Vec<_> = (0..3_000).map(|step| record(step * 2 + start)).collect();
        server.give("app", "a", &records);
    }
    server.index.publish().unwrap();
    for object in server.objects() {
        let length = std::fs::metadata(&object).unwrap().len();
        std::fs::write(&object, vec![0; usize::try_from(length).unwrap()]).unwrap();
    }
    let response =
        server.runtime.block_on(server.router.clone().oneshot(get("/api/v1/export?order=time"))).unwrap();
    let status = response.status();
    let whole = server.runtime.block_on(to_bytes(response.into_body(), usize::MAX));
    assert!(!status.is_success() || whole.is_err(), "damage must not look like a short file");
}

impl Server {
    fn objects(&self) -> Vec<std::path::PathBuf> {
        let directory = self._directory.path().join("objects/splits");
        let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.extension().is_some_and(|extension| extension == "data")).collect()
    }
}

#[test]
fn a_tail_tells_new_matches_and_nothing_else() {
    let server = Server::new();
    server.give("app", "a", &[(1, br#"{"n":"old needle"}"#.to_vec())]);
    server.runtime.block_on(async {
        // What was stored before must have been told before the tail begins.
        let mut followed = server.index.follow();
        _ = tokio::time::timeout(Duration::from_secs(5), followed.recv()).await;
    });
    let response =
        server.runtime.block_on(server.router.clone().oneshot(get("/api/v1/tail?query=needle"))).unwrap();
    let mut body = response.into_body().into_data_stream();
    server.give("app", "a", &[(2, br#"{"n":"hay"}"#.to_vec()), (3, br#"{"n":"new needle"}"#.to_vec())]);

    let text = server.runtime.block_on(async {
        let mut text = String::new();
        while !text.contains("new needle") {
            let chunk = tokio::time::timeout(Duration::from_secs(30), body.next()).await.unwrap();
            text.push_str(&String::from_utf8_lossy(&chunk.unwrap().unwrap()));
        }
        text
    });

    assert!(text.contains("event: record\n"), "{text}");
    assert!(!text.contains("hay"), "{text}");
}

#[test]
fn a_client_that_goes_away_ends_its_export() {
    let server = Server::with(Settings { exports: 1, ..Settings::default() });
    let record = vec![b'x'; 60_000];
    for at in 0..20 {
        let records: Vec<_> = (0..30).map(|step| (at * 100 + step, record.clone())).collect();
        server.give("app", "a", &records);
    }
    let response = server.runtime.block_on(server.router.clone().oneshot(get("/api/v1/export"))).unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let (busy, _) = server.send(get("/api/v1/export"));
    assert_eq!(busy, StatusCode::TOO_MANY_REQUESTS);

    drop(response);

    let freed = server.engine.inner().exports.clone().acquire_owned();
    let freed = server.runtime.block_on(async { tokio::time::timeout(Duration::from_secs(30), freed).await });
    assert!(freed.is_ok(), "the export goes on without its reader");
}
