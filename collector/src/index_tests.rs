//! The doors in front of the real index: what was acknowledged is found, also after a restart.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt;
use palisade_access::{Caller, Credentials, Gate, Notebook, Secret};
use palisade_disk::RealDisk;
use palisade_index::Index;
use palisade_record::{Batch, ByteSize, FrameFlags, Lane, ManualClock, Origin, Timestamp, Value};
use tower::ServiceExt;

use crate::{Collector, Normaliser, Settings, routes};

fn open(directory: &Path) -> Index {
    let settings = palisade_index::Settings {
        data_dir: directory.to_owned(),
        split_bytes: ByteSize::mib(64),
        split_age: Duration::from_secs(3600),
        cache_bytes: ByteSize::mib(64),

        classes: Default::default(),
        tenant: "default".to_owned(),
    };
    Index::open(
        settings,
        palisade_index::Parts::near(Arc::new(RealDisk), Arc::new(palisade_record::SystemClock)),
        &Normaliser,
    )
    .unwrap()
}

async fn post(index: &Index, path: &str, body: Vec<u8>) -> (u16, serde_json::Value) {
    let clock = ManualClock::at(Timestamp::parse_rfc3339("2026-11-21T08:00:00Z").unwrap());
    let collector =
        Collector::new(index.clone(), Arc::new(clock), Settings { threads: 1, ..Settings::default() }, None);
    let token = Secret::random("pal_");
    let mut credentials = Credentials::new();
    credentials.add(&token, Caller::owner("admin"));
    let request = Request::post(path)
        .header(header::AUTHORIZATION, format!("Bearer {}", token.reveal()))
        .header(header::CONTENT_ENCODING, "zstd")
        .body(Body::from(zstd::encode_all(&body[..], 1).unwrap()))
        .unwrap();
    let answer = routes(collector)
        .into_router(&Gate::new(credentials, Arc::new(Notebook::default())))
        .oneshot(request)
        .await
        .unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}

/// Every record that is found: its stream, its time, its level and its bytes.
fn found(index: &Index) -> Vec<(String, String, String, String)> {
    let mut found = Vec::new();
    for block in index.snapshot().unwrap().tail {
        let (raw, levels) = (block.raw().unwrap(), block.column("level").unwrap());
        for (row, time) in (0u32..).zip(block.times().unwrap().iter()) {
            let level = levels.as_ref().and_then(|levels| {
                let position = levels.values_of(row).next()?;
                match levels.value(position as usize) {
                    Value::Text(text) => Some(text.to_owned()),
                    other => panic!("{other:?} is no level"),
                }
            });
            let stream = block.info().stream.to_string();
            let raw = String::from_utf8(raw.get(row as usize).to_vec()).unwrap();
            found.push((stream, Timestamp::from_nanos(*time).to_string(), level.unwrap_or_default(), raw));
        }
    }
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_found_also_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path());
    let lines = "{\"ts\":1772600767,\"severity\":40}\n2026-03-04 05:06:08 ERROR boom\n{broken\n";
    let (status, answer) = post(&index, "/api/v1/ingest/app", lines.into()).await;
    assert_eq!((status, answer), (200, serde_json::json!({"accepted": 3, "quarantined": 1})));

    let origin = Origin { file: "/var/log/a.log".into(), ..Origin::default() };
    let lane = Lane { agent: "node-1".into(), origin: Arc::new(origin), generation: 1 };
    let mut shipped = Batch::new(lane.clone(), 5, Vec::new(), "audit".parse().unwrap(), 0);
    shipped.push(0, 5, FrameFlags::default(), Timestamp::parse_rfc3339("2026-03-04T05:06:09Z"), b"text");
    shipped.to = 5;
    let mut gap = Batch::new(lane, 5, Vec::new(), "audit".parse().unwrap(), 5);
    (gap.to, gap.gap) = (9, Some("deleted".into()));
    let mut body = Vec::new();
    shipped.encode(&mut body);
    gap.encode(&mut body);
    // Sent again, as after a lost answer, it is acknowledged again and stored once.
    for marks in [[5, 9], [9, 9]] {
        let (status, answer) = post(&index, "/agent/v1/batches", body.clone()).await;
        let batches = marks.map(|mark| serde_json::json!({ "mark": mark }));
        assert_eq!((status, answer), (200, serde_json::json!({ "batches": batches })));
    }

    let before = found(&index);
    assert_eq!(before.len(), 5, "{before:?}");
    let is_there = |stream: &str, time: &str, level: &str, raw: &str| {
        before.iter().any(|record| {
            (record.0.as_str(), record.1.as_str(), record.2.as_str()) == (stream, time, level)
                && record.3.contains(raw)
        })
    };
    assert!(is_there("app", "2026-03-04T05:06:07.000Z", "warn", "1772600767"));
    assert!(is_there("app", "2026-03-04T05:06:08.000Z", "error", "boom"));
    assert!(is_there("app", "2026-11-21T08:00:00.000Z", "", "{broken"));
    assert!(is_there("audit", "2026-03-04T05:06:09.000Z", "", "text"));
    assert!(is_there("palisade.gaps", "2026-11-21T08:00:00.000Z", "", "4 bytes of /var/log/a.log"));

    index.close();
    drop(index);
    let index = open(directory.path());
    assert_eq!(found(&index), before);
    assert_eq!(index.marks("node-1").len(), 1);
    index.close();
}
