//! How soon a record is found once it is acknowledged, while others pour in.

use std::fmt::Write as _;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::measure::{Latencies, Latency};
use crate::search::{Client, serve};
use crate::stage::Stage;

const PROBES: usize = 200;
/// Between two probes, so that they meet the load in different states.
const PROBE_PAUSE: Duration = Duration::from_millis(20);
/// One request of the load, and how often there is one: ten megabytes a second.
const LOAD_BYTES: usize = 1 << 20;
const LOAD_PAUSE: Duration = Duration::from_millis(100);
/// What is not found until then is lost.
const PATIENCE: Duration = Duration::from_secs(60);
const NDJSON: &str = "application/x-ndjson";

/// What came out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Freshness {
    /// From the acknowledgement to the answer that has the record.
    pub(crate) latency: Latency,
    /// Megabytes a second that came in meanwhile.
    pub(crate) load_mb_per_s: f64,
}

/// Pours the beginning of the corpus into a new server, again and again, and looks for single records.
pub(crate) fn measure(stage: &Stage) -> anyhow::Result<Freshness> {
    let data_dir = stage.path("fresh");
    let (server, client) = serve(stage, &data_dir, None)?;
    let load = load(stage)?;
    let (stop, bytes) = (AtomicBool::new(false), AtomicU64::new(0));
    let start = Instant::now();
    let (latencies, pouring) = thread::scope(|scope| {
        let pouring = scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                client.send("/api/v1/ingest/load", NDJSON, &load)?;
                bytes.fetch_add(load.len() as u64, Ordering::Relaxed);
                thread::park_timeout(LOAD_PAUSE);
            }
            anyhow::Ok(())
        });
        let latencies = probe(&client);
        stop.store(true, Ordering::Relaxed);
        pouring.thread().unpark();
        (latencies, pouring.join())
    });
    let seconds = start.elapsed().as_secs_f64();
    match pouring {
        Ok(poured) => poured.context("the load broke off")?,
        Err(_) => bail!("the load broke off"),
    }
    let latency = latencies?.summary();
    server.terminate()?;
    fs::remove_dir_all(&data_dir).context("cannot remove what was written")?;
    Ok(Freshness { latency, load_mb_per_s: bytes.into_inner() as f64 / 1e6 / seconds })
}

/// Whole lines from the beginning of the corpus.
fn load(stage: &Stage) -> anyhow::Result<String> {
    let mut bytes = vec![0; LOAD_BYTES];
    let mut file = fs::File::open(&stage.corpus)?;
    let mut length = 0;
    loop {
        match std::io::Read::read(&mut file, &mut bytes[length..])? {
            0 => break,
            read => length += read,
        }
    }
    bytes.truncate(length);
    let end = memchr::memrchr(b'\n', &bytes).context("the first line of the corpus is too long")?;
    bytes.truncate(end + 1);
    String::from_utf8(bytes).context("the corpus cannot be read as text")
}

fn probe(client: &Client) -> anyhow::Result<Latencies> {
    let (mut latencies, mut record) = (Latencies::default(), String::new());
    for probe in 0..PROBES {
        record.clear();
        // Writing to a String cannot fail.
        _ = writeln!(record, "{{\"message\":\"looked for at once\",\"probe\":\"p{probe}x\"}}");
        client.send("/api/v1/ingest/probes", NDJSON, &record)?;
        let acknowledged = Instant::now();
        let request = json!({ "query": format!("probe:p{probe}x"), "stream": "probes", "limit": 1 });
        loop {
            let answer: Value = serde_json::from_str(&client.post("/api/v1/search", &request)?)?;
            if answer["records"].as_array().is_some_and(|records| !records.is_empty()) {
                break;
            }
            if acknowledged.elapsed() > PATIENCE {
                bail!("probe {probe} was acknowledged and is not found");
            }
        }
        latencies.push(acknowledged.elapsed());
        thread::park_timeout(PROBE_PAUSE);
    }
    Ok(latencies)
}
