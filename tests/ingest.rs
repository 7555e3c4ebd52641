//! The door for everybody: `POST /api/v1/ingest/{stream}`.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::world::{Client, World};

const NDJSON: (&str, &str) = ("content-type", "application/x-ndjson");

/// Names and values.
type Headers = Vec<(&'static str, &'static str)>;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 3).unwrap()
}

/// Lines of JSON, each with its number.
fn lines(count: usize) -> String {
    (0..count).map(|number| format!("{{\"message\":\"line {number}\",\"number\":{number}}}\n")).collect()
}

fn found(client: &Client, question: &str) -> Vec<Value> {
    let request = json!({"query": question, "limit": 1_000});
    client.post("/api/v1/search", &request).json()["records"].as_array().unwrap().clone()
}

#[test]
fn lines_are_accepted_in_every_shape_and_compression() {
    let world = World::new();
    let client = world.collector.client();
    let text = lines(10);
    let array = format!("[{}]", text.trim_end().replace('\n', ","));
    let json_type = ("content-type", "application/json");
    let bodies: [(&str, Headers, Vec<u8>); 6] = [
        ("lines", vec![NDJSON], text.clone().into_bytes()),
        ("no-type", vec![], text.clone().into_bytes()),
        ("no-last-newline", vec![NDJSON], text.trim_end().as_bytes().to_vec()),
        ("array", vec![json_type], array.clone().into_bytes()),
        ("gzip", vec![NDJSON, ("content-encoding", "gzip")], gzip(text.as_bytes())),
        ("zstd", vec![json_type, ("content-encoding", "zstd")], zstd(array.as_bytes())),
    ];
    for (stream, headers, body) in bodies {
        let answer = client.send(&format!("/api/v1/ingest/{stream}"), &headers, &body).json();
        assert_eq!(
            (&answer["accepted"], &answer["quarantined"]),
            (&json!(10), &json!(0)),
            "{stream}: {answer}"
        );
        let exported = world.collector.export(stream);
        let exported: Vec<Value> =
            exported.iter().map(|line| serde_json::from_slice(line).unwrap()).collect();
        let numbers: Vec<u64> = exported.iter().map(|record| record["number"].as_u64().unwrap()).collect();
        assert_eq!(numbers, (0..10).collect::<Vec<_>>(), "{stream}");
    }
}

#[test]
fn what_was_acknowledged_is_found_by_the_very_next_search() {
    let world = World::new();
    let client = world.collector.client();
    for number in 0..50 {
        let body = format!("{{\"message\":\"fresh\",\"ticket\":\"t-{number}\"}}\n");
        client.send("/api/v1/ingest/fresh", &[NDJSON], body.as_bytes()).json();
        assert_eq!(found(&client, &format!("ticket:t-{number}")).len(), 1, "ticket {number}");
    }
}

#[test]
fn what_is_no_json_is_kept_and_says_so() {
    let world = World::new();
    let client = world.collector.client();
    let body = b"{\"message\":\"good\"}\nplain text\n{\"message\":\"cut\n\xff\xfe not text\n{\"message\":\"good too\"}\n";

    let answer = client.send("/api/v1/ingest/mixed", &[NDJSON], body).json();

    assert_eq!(answer["accepted"], 5, "accepted counts all that is kept: {answer}");
    assert!(answer["quarantined"].as_u64().unwrap() >= 1, "{answer}");
    assert_eq!(world.collector.export_bytes("mixed"), body, "every byte is kept");
    let reasons = found(&client, "quarantine.reason:*");
    assert_eq!(reasons.len() as u64, answer["quarantined"].as_u64().unwrap(), "{reasons:?}");
}

#[test]
fn fields_that_change_their_type_reject_nothing() {
    let world = World::new();
    let client = world.collector.client();
    let body = concat!(
        "{\"value\":1}\n{\"value\":\"one\"}\n{\"value\":{\"deep\":true}}\n{\"value\":[1,\"two\",null]}\n",
        "{\"value\":1e400}\n{\"value\":12345678901234567890123}\n{\"value\":null}\n{}\n",
    );

    let answer = client.send("/api/v1/ingest/types", &[NDJSON], body.as_bytes()).json();

    assert_eq!((&answer["accepted"], &answer["quarantined"]), (&json!(8), &json!(0)), "{answer}");
    assert_eq!(found(&client, "value:one").len(), 1);
    assert_eq!(found(&client, "value:1").len(), 2);
    assert_eq!(found(&client, "value.deep:true").len(), 1);
    assert_eq!(world.collector.export_bytes("types"), body.as_bytes());
}

#[test]
fn a_bomb_is_refused_and_the_server_lives() {
    /// Sixty-four times what a body may unpack to would take a server without bounds down.
    const UNPACKED_BYTES: usize = 512 * 1024 * 1024;
    const MEMORY_MAX_KIB: u64 = 1024 * 1024;
    let mut world = World::new();
    let client = world.collector.client();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![b' '; 1024 * 1024];
    (0..UNPACKED_BYTES / zeros.len()).for_each(|_| encoder.write_all(&zeros).unwrap());
    let gzip_bomb = encoder.finish().unwrap();
    let zstd_bomb = zstd::stream::encode_all(std::io::repeat(b' ').take_bytes(UNPACKED_BYTES), 1).unwrap();
    for (encoding, bomb) in [("gzip", gzip_bomb), ("zstd", zstd_bomb)] {
        for path in ["/api/v1/ingest/bomb", "/agent/v1/batches"] {
            let answer = client.send(path, &[NDJSON, ("content-encoding", encoding)], &bomb);
            assert!(
                answer.status == 413 || (path.starts_with("/agent") && (400..500).contains(&answer.status)),
                "{encoding} {path}: {} {}",
                answer.status,
                answer.text()
            );
            answer.error();
        }
    }

    assert_eq!(client.send("/api/v1/ingest/after", &[NDJSON], b"{\"message\":\"alive\"}\n").status, 200);
    let memory = world.collector.program().memory_peak_kib();
    assert!(memory < MEMORY_MAX_KIB, "the server took {memory} KiB");
}

/// The beginning of an endless reader.
trait TakeBytes: std::io::Read + Sized {
    fn take_bytes(self, bytes: usize) -> std::io::Take<Self> {
        self.take(bytes as u64)
    }
}

impl TakeBytes for std::io::Repeat {}

#[test]
fn wrong_requests_are_refused_with_what_is_wrong() {
    let world = World::new();
    let client = world.collector.client();
    let cases: [(&str, Headers, &[u8], u16); 6] = [
        ("/api/v1/ingest/UPPER", vec![], b"{}\n", 400),
        ("/api/v1/ingest/..%2fescape", vec![], b"{}\n", 404),
        ("/api/v1/ingest/app", vec![("content-encoding", "br")], b"x", 415),
        ("/api/v1/ingest/app", vec![("content-encoding", "gzip")], b"not gzip", 400),
        ("/agent/v1/batches", vec![], b"not batches", 400),
        ("/api/v1/search", vec![("content-type", "application/json")], b"{\"query\":", 400),
    ];
    for (path, headers, body, status) in cases {
        let answer = client.send(path, &headers, body);
        assert_eq!(answer.status, status, "{path} {headers:?}: {}", answer.text());
        answer.error();
    }
    assert!(world.collector.export("app").is_empty());
}

#[test]
fn requests_at_the_same_time_are_all_kept_once() {
    const CLIENTS: usize = 8;
    const REQUESTS: usize = 40;
    let world = World::new();
    std::thread::scope(|scope| {
        for number in 0..CLIENTS {
            let client = world.collector.client();
            scope.spawn(move || {
                for request in 0..REQUESTS {
                    let body = format!("{{\"message\":\"c{number} r{request}\"}}\n");
                    assert_eq!(client.send("/api/v1/ingest/crowd", &[NDJSON], body.as_bytes()).status, 200);
                }
            });
        }
    });

    let mut stored = world.collector.export("crowd");
    stored.sort();
    stored.dedup();
    assert_eq!(stored.len(), CLIENTS * REQUESTS);
    assert_eq!(world.collector.export("crowd").len(), CLIENTS * REQUESTS);
}
