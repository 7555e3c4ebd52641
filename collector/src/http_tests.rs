//! The doors from outside, with a storage that remembers what it was given.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use palisade_access::{Caller, Credentials, Gate, Notebook, Permission, Secret};
use palisade_index::{Error, Mark, Outcome, Submission};
use palisade_record::{Batch, FrameFlags, Lane, ManualClock, Origin, Timestamp};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::storage::{Pending, Storage};
use crate::{Collector, Settings, routes};

/// What the storage will answer, and what it was given.
#[derive(Default)]
struct Memory {
    submissions: Mutex<Vec<Submission>>,
    answers: Mutex<Vec<Result<Vec<Outcome>, Error>>>,
    marks: Vec<Mark>,
}

struct Shared(Arc<Memory>);

impl Storage for Shared {
    fn append(&self, submission: Submission) -> Pending<'_, Result<Vec<Outcome>, Error>> {
        Box::pin(async move {
            let stored = submission.batches.iter().map(|batch| Outcome::Stored { mark: batch.to }).collect();
            self.0.submissions.lock().unwrap().push(submission);
            self.0.answers.lock().unwrap().pop().unwrap_or(Ok(stored))
        })
    }

    fn marks(&self, agent: &str) -> Vec<Mark> {
        self.0.marks.iter().filter(|mark| &*mark.lane.agent == agent).cloned().collect()
    }
}

struct House {
    memory: Arc<Memory>,
    collector: Collector,
    router: Router,
    token: Secret,
}

impl House {
    fn new() -> Self {
        Self::with(Memory::default(), Settings { threads: 1, ..Settings::default() })
    }

    fn with(memory: Memory, settings: Settings) -> Self {
        let memory = Arc::new(memory);
        let clock = ManualClock::at(Timestamp::parse_rfc3339("2026-11-21T08:00:00Z").unwrap());
        let collector =
            Collector::with_storage(Box::new(Shared(Arc::clone(&memory))), Arc::new(clock), settings, None);
        let token = Secret::random("pal_");
        let mut credentials = Credentials::new();
        credentials.add(&token, Caller::owner("admin"));
        let router =
            routes(collector.clone()).into_router(&Gate::new(credentials, Arc::new(Notebook::default())));
        Self { memory, collector, router, token }
    }

    fn answering(answer: Result<Vec<Outcome>, Error>) -> Self {
        let house = Self::new();
        house.memory.answers.lock().unwrap().push(answer);
        house
    }

    async fn send(&self, request: axum::http::request::Builder, body: Body) -> (Response<()>, Value) {
        let authorization = format!("Bearer {}", self.token.reveal());
        let request = request.header(header::AUTHORIZATION, authorization).body(body).unwrap();
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (Response::from_parts(head, ()), serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    async fn post(&self, path: &str, encoding: &str, body: impl Into<Body>) -> (u16, Value) {
        let request = Request::post(path).header(header::CONTENT_ENCODING, encoding);
        let (head, answer) = self.send(request, body.into()).await;
        (head.status().as_u16(), answer)
    }

    fn payloads(&self) -> Vec<String> {
        let submissions = self.memory.submissions.lock().unwrap();
        let batches = submissions.iter().flat_map(|submission| &submission.batches);
        let payloads = batches.flat_map(|batch| batch.frames.iter().map(|frame| batch.payload(frame)));
        payloads.map(|payload| String::from_utf8_lossy(payload).into_owned()).collect()
    }
}

fn batch(agent: &str, lines: &[&str]) -> Batch {
    let lane = Lane { agent: agent.into(), origin: Arc::new(Origin::default()), generation: 1 };
    let mut batch = Batch::new(lane, 5, b"id".to_vec(), "app".parse().unwrap(), 0);
    for line in lines {
        batch.push(batch.to, line.len() as u64 + 1, FrameFlags::default(), None, line.as_bytes());
        batch.to += line.len() as u64 + 1;
    }
    batch
}

fn encode(batches: &[Batch]) -> Vec<u8> {
    let mut bytes = Vec::new();
    batches.iter().for_each(|batch| batch.encode(&mut bytes));
    bytes
}

fn zstd(content: &[u8]) -> Vec<u8> {
    zstd::encode_all(content, 1).unwrap()
}

#[test]
fn every_route_says_who_may_call_it() {
    let declared = routes(House::new().collector).declared();
    let of = |path: &str| declared.iter().find(|route| route.path == path).unwrap().permission;
    assert_eq!(of("/agent/v1/batches"), Permission::Ship);
    assert_eq!(of("/agent/v1/positions"), Permission::Ship);
    assert_eq!(of("/api/v1/ingest/{stream}"), Permission::Ingest);
}

#[tokio::test]
async fn batches_are_acknowledged_in_order() {
    let house = House::new();
    let content = encode(&[batch("node-1", &["one", "two"]), batch("node-1", &["three"])]);
    let packed = zstd(&content);

    let (status, answer) = house.post("/agent/v1/batches", "zstd", packed.clone()).await;

    assert_eq!((status, answer), (200, json!({"batches": [{"mark": 8}, {"mark": 6}]})));
    assert_eq!(house.payloads(), ["one", "two", "three"]);
    {
        let submissions = house.memory.submissions.lock().unwrap();
        assert_eq!(submissions[0].packed.as_deref(), Some(&packed[..]));
        assert!(submissions[0].positioned);
        assert_eq!(submissions[0].rows.iter().map(palisade_index::Rows::len).sum::<usize>(), 3);
    }
    let (status, _) = house.post("/agent/v1/batches", "identity", content).await;
    assert_eq!(status, 200);
    assert!(house.memory.submissions.lock().unwrap()[1].packed.is_none());
    let metrics = house.collector.metrics().render();
    for line in [
        "palisade_collector_requests_total{door=\"agent\"} 2",
        "palisade_collector_records_total{door=\"agent\"} 6",
        "palisade_collector_in_flight_bytes 0",
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
}

#[tokio::test]
async fn the_clock_of_an_agent_is_compared_with_the_one_here() {
    let house = House::new();
    let content = encode(&[batch("node-1", &["one"])]);
    let path = "/agent/v1/batches?agent=node-1&sent_at=2026-11-21T08:01:30.250Z";
    assert_eq!(house.post(path, "identity", content.clone()).await.0, 200);
    assert_eq!(house.post(path, "identity", content.clone()).await.0, 200);
    let [_, event, _] = &house.payloads()[..] else { panic!("{:?}", house.payloads()) };
    let event: Value = serde_json::from_str(event).unwrap();
    assert_eq!(
        (&event["action"], &event["agent"], &event["ahead_millis"], &event["outcome"]),
        (&json!("agent.clock"), &json!("node-1"), &json!(90_250), &json!("failure"))
    );

    for query in ["agent=node-1&sent_at=yesterday", "agent=&sent_at=2026-11-21T08:01:30Z"] {
        let (status, answer) =
            house.post(&format!("/agent/v1/batches?{query}"), "identity", content.clone()).await;
        assert_eq!((status, &answer["error"]["kind"]), (400, &json!("invalid")), "{answer}");
    }
    assert_eq!(house.payloads().len(), 3, "nothing of what was refused is stored");
}

#[tokio::test]
async fn what_cannot_be_written_down_of_a_clock_keeps_nothing_from_being_taken() {
    let house = House::new();
    // The last is answered first.
    let refused = Err(Error::Full("a test"));
    house.memory.answers.lock().unwrap().extend([refused, Ok(vec![Outcome::Stored { mark: 4 }])]);
    let content = encode(&[batch("node-1", &["one"])]);
    let path = "/agent/v1/batches?agent=node-1&sent_at=2026-11-21T08:01:30Z";
    assert_eq!(house.post(path, "identity", content.clone()).await.0, 200);
    assert_eq!(house.post(path, "identity", content).await.0, 200);
    assert_eq!(house.payloads().len(), 4, "it is written down with the next one");
}

#[tokio::test]
async fn a_lane_that_does_not_continue_is_a_conflict_with_every_mark() {
    let outcomes =
        vec![Outcome::Stored { mark: 4 }, Outcome::Gap { mark: 2 }, Outcome::Incarnation { mark: 9 }];
    let house = House::answering(Ok(outcomes));
    let three = [batch("n", &["one"]), batch("n", &["two"]), batch("n", &["three"])];
    let (status, answer) = house.post("/agent/v1/batches", "zstd", zstd(&encode(&three))).await;
    assert_eq!(status, 409);
    assert_eq!(answer["error"]["kind"], "conflict");
    assert!(house.collector.metrics().render().contains("records_total{door=\"agent\"} 1\n"));
    assert_eq!(
        answer["batches"],
        json!([
            {"mark": 4, "accepted": true, "conflict": null},
            {"mark": 2, "accepted": false, "conflict": "gap"},
            {"mark": 9, "accepted": false, "conflict": "incarnation"},
        ])
    );
}

#[tokio::test]
async fn what_is_not_a_batch_is_named_by_number_and_byte() {
    let house = House::new();
    let good = encode(&[batch("node-1", &["one"])]);
    let broken = [good.clone(), good[..good.len() - 1].to_vec()].concat();
    let (status, answer) = house.post("/agent/v1/batches", "identity", broken).await;
    assert_eq!((status, &answer["error"]["kind"]), (400, &json!("invalid")));
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.starts_with(&format!("batch 2, which begins at byte {}", good.len())), "{message}");

    for agent in ["", "door:ingest"] {
        let (status, _) = house.post("/agent/v1/batches", "identity", encode(&[batch(agent, &["x"])])).await;
        assert_eq!(status, 400, "{agent:?}");
    }
    assert!(house.payloads().is_empty());
}

#[tokio::test]
async fn an_index_that_cannot_store_is_said_so_with_a_time_to_come_again() {
    for (error, status) in
        [(Error::Full("the tail is full"), 429), (Error::Stopped { path: "journal/1".into() }, 503)]
    {
        let house = House::answering(Err(error));
        let (head, _) = house.send(Request::post("/api/v1/ingest/app"), Body::from("x")).await;
        assert_eq!(head.status(), status);
        assert!(head.headers().contains_key(header::RETRY_AFTER));
    }
}

#[tokio::test]
async fn lines_are_taken_whatever_they_are() {
    let house = House::new();
    let body = "{\"a\":1}\n\nplain\r\n{broken\n[1]";
    let (status, answer) =
        house.post("/api/v1/ingest/app?zone=Europe/Berlin", "zstd", zstd(body.as_bytes())).await;
    assert_eq!((status, answer), (200, json!({"accepted": 4, "quarantined": 1})));
    assert_eq!(house.payloads(), ["{\"a\":1}", "plain\r", "{broken", "[1]"]);
    let submissions = house.memory.submissions.lock().unwrap();
    let Submission { batches, packed, positioned, .. } = &submissions[0];
    assert!(packed.is_none() && !positioned);
    let batch = &batches[0];
    assert_eq!((&*batch.lane.agent, batch.lane.origin.file.as_str()), ("door:ingest", "/api/v1/ingest/app"));
    assert_eq!((batch.zone.as_str(), batch.from, batch.to), ("Europe/Berlin", 0, body.len() as u64));
    assert_eq!(batch.frames.iter().map(|frame| frame.offset).collect::<Vec<_>>(), [0, 9, 16, 24]);
}

#[tokio::test]
async fn every_request_has_a_lane_of_its_own() {
    let house = House::new();
    for _ in 0..2 {
        house.post("/api/v1/ingest/app", "identity", "same").await;
    }
    let submissions = house.memory.submissions.lock().unwrap();
    assert_ne!(submissions[0].batches[0].lane, submissions[1].batches[0].lane);
}

#[tokio::test]
async fn an_array_is_records_too_and_nothing_is_nothing() {
    let house = House::new();
    let (status, answer) = house.post("/api/v1/ingest/app", "identity", "[{\"a\":1.0}, {\"b\":2}]").await;
    assert_eq!((status, answer), (200, json!({"accepted": 2, "quarantined": 0})));
    assert_eq!(house.payloads(), ["{\"a\":1.0}", "{\"b\":2}"]);
    let (status, answer) = house.post("/api/v1/ingest/app", "identity", "").await;
    assert_eq!((status, answer), (200, json!({"accepted": 0, "quarantined": 0})));
}

#[tokio::test]
async fn large_bodies_become_several_batches_and_long_lines_are_cut() {
    let house = House::new();
    let long = "x".repeat(1_100_000);
    let body = format!("{long}\n{}", "{\"a\":1}\n".repeat(70_000));
    let (status, answer) = house.post("/api/v1/ingest/app", "zstd", zstd(body.as_bytes())).await;
    assert_eq!((status, answer["accepted"].clone()), (200, json!(70_001)));
    let submissions = house.memory.submissions.lock().unwrap();
    let batches = &submissions[0].batches;
    assert_eq!(batches.len(), 2);
    let first = &batches[0].frames[0];
    assert!(first.flags.contains(FrameFlags::TRUNCATED));
    assert_eq!((first.original_bytes, first.payload.len()), (1_100_000, 1 << 20));
    assert_eq!(batches[0].to, batches[1].from);
    assert_eq!(batches[1].to, body.len() as u64);
    // The journal must be able to read back what the door made.
    let bytes = encode(batches);
    let mut reader = palisade_record::wire::Reader::new(&bytes);
    assert_eq!(&Batch::decode(&mut reader).unwrap(), &batches[0]);
    assert_eq!(&Batch::decode(&mut reader).unwrap(), &batches[1]);
}

#[tokio::test]
async fn wrong_requests_are_refused_with_the_next_step() {
    let house = House::new();
    for (path, encoding, body, status) in [
        ("/api/v1/ingest/NotAName", "identity", b"x".to_vec(), 400),
        ("/api/v1/ingest/..%2fx", "identity", b"x".to_vec(), 400),
        ("/api/v1/ingest/%252e", "identity", b"x".to_vec(), 400),
        ("/api/v1/ingest/app?zone=Mars/Olympus", "identity", b"x".to_vec(), 400),
        ("/api/v1/ingest/app", "br", b"x".to_vec(), 415),
        ("/api/v1/ingest/app", "gzip, gzip", b"x".to_vec(), 415),
        ("/api/v1/ingest/app", "gzip", b"x".to_vec(), 400),
        ("/api/v1/ingest/app", "zstd", zstd(&vec![0; 200 << 20]), 413),
        ("/api/v1/ingest/app", "zstd", zstd("x\n".repeat(1_100_000).as_bytes()), 413),
        ("/api/v1/ingest/app", "zstd", zstd(format!("[{}1]", "1,".repeat(1_100_000)).as_bytes()), 413),
        ("/api/v1/ingest/app", "identity", vec![b'x'; (32 << 20) + 1], 413),
        ("/api/v1/ingest/%ff", "identity", b"x".to_vec(), 400),
        ("/api/v1/ingest/app?zone=UTC&zone=UTC", "identity", b"x".to_vec(), 400),
        ("/agent/v1/batches", "gzip", b"x".to_vec(), 400),
    ] {
        let (found, answer) = house.post(path, encoding, body).await;
        assert_eq!(found, status, "{path} {encoding} {answer}");
        assert!(answer["error"]["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{answer}");
    }
    assert!(house.payloads().is_empty());
    assert!(house.collector.metrics().render().contains("{door=\"ingest\",reason=\"too_large\"} 4"));
}

#[tokio::test]
async fn a_body_that_says_it_is_too_long_is_not_read() {
    let house = House::new();
    let endless = Body::from_stream(futures_never());
    let request = Request::post("/api/v1/ingest/app").header(header::CONTENT_LENGTH, 33 << 20);
    let (head, _) = house.send(request, endless).await;
    assert_eq!(head.status(), 413);
}

#[tokio::test]
async fn a_body_that_never_comes_is_given_up() {
    let settings = Settings { body_patience: Duration::from_millis(20), ..Settings::default() };
    let house = House::with(Memory::default(), settings);
    let (head, answer) =
        house.send(Request::post("/api/v1/ingest/app"), Body::from_stream(futures_never())).await;
    assert_eq!((head.status().as_u16(), &answer["error"]["kind"]), (408, &json!("timeout")));
    assert!(house.collector.metrics().render().contains("in_flight_bytes 0"));
}

#[tokio::test]
async fn positions_are_told_so_that_an_agent_can_go_on() {
    let lane = batch("node-1", &[]).lane;
    let mark = Mark { lane, incarnation: u64::MAX, identity: vec![0, 0xab], mark: 77 };
    let house = House::with(Memory { marks: vec![mark], ..Memory::default() }, Settings::default());
    let (head, answer) = house.send(Request::get("/agent/v1/positions?agent=node-1"), Body::empty()).await;
    assert_eq!(head.status(), 200);
    let lane = json!({"agent": "node-1", "origin": {}, "generation": 1});
    let position =
        json!({"lane": lane, "incarnation": "18446744073709551615", "identity": "00ab", "mark": 77});
    assert_eq!(answer, json!({"positions": [position]}));
    let (head, _) = house.send(Request::get("/agent/v1/positions"), Body::empty()).await;
    assert_eq!(head.status(), 400);
}

/// A body that neither continues nor ends.
fn futures_never() -> impl futures::Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static {
    futures::stream::pending()
}
