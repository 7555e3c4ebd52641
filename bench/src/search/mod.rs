//! How long questions take, warm and after a restart, beside a plain scan of the same file. Every answer is compared with
//! what reading the whole corpus says.

mod answer;
mod client;
mod cold;
mod corpus;
mod line;
mod pick;
mod questions;
mod scan;
mod truth;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde::Serialize;

use crate::measure::{Latencies, Latency, Watched};
use crate::stage::Stage;
pub(crate) use client::Client;
use questions::Question;
pub(crate) use questions::Texts;
pub(crate) use scan::Scans;

const WARM_UPS: usize = 3;
/// At least so many runs of a question, and more while there is time: a percentile wants many.
const RUNS_MIN: usize = 20;
const RUNS_MAX: usize = 200;
const RUNS_TIME: Duration = Duration::from_secs(1);
/// Restarts per question: the middle one counts.
const COLD_RUNS: usize = 3;

/// Times of one question.
#[derive(Clone, Copy, PartialEq, Serialize, Debug)]
pub(crate) struct Timed {
    #[serde(flatten)]
    pub(crate) latency: Latency,
    /// The first time after a restart, with nothing in the page cache.
    pub(crate) cold_ms: f64,
    /// How many records the answer is about.
    pub(crate) hits: u64,
}

/// What searching took.
pub(crate) struct Searched {
    pub(crate) queries: BTreeMap<&'static str, Timed>,
    pub(crate) scans: Scans,
    pub(crate) peak_rss_bytes: u64,
    /// From a start with a cold cache until the server is ready.
    pub(crate) start_ms: f64,
    /// Questions that were answered wrongly, or not at all.
    pub(crate) wrong: Vec<String>,
}

/// Asks everything of a server on a data directory that holds the corpus.
pub(crate) fn measure(stage: &Stage, data_dir: &Path, texts: &Texts) -> anyhow::Result<Searched> {
    let questions = questions::all(&stage.corpus, texts)?;
    let (mut server, client) = serve(stage, data_dir, None)?;
    let (mut warm, mut wrong) = (BTreeMap::new(), Vec::new());
    for question in &questions {
        match ask_often(&client, question) {
            Ok(latency) => _ = warm.insert(question.name, latency),
            Err(error) => wrong.push(format!("{error:#}")),
        }
    }
    let peak_rss_bytes = server.peak_rss_so_far();
    server.terminate()?;
    let (mut queries, mut starts) = (BTreeMap::new(), Latencies::default());
    for question in &questions {
        // What is wrong has no time.
        let Some(latency) = warm.get(question.name).copied() else { continue };
        let cold_ms = ask_cold(stage, data_dir, question, &mut starts)?;
        queries.insert(question.name, Timed { latency, cold_ms, hits: question.expected.hits() });
    }
    let scans = scan::measure(&stage.corpus, texts)?;
    Ok(Searched { queries, scans, peak_rss_bytes, start_ms: starts.summary().p50_ms, wrong })
}

/// The time of a question that has been asked before.
fn ask_often(client: &Client, question: &Question) -> anyhow::Result<Latency> {
    let (mut latencies, mut runs, mut start) = (Latencies::default(), 0, Instant::now());
    while runs < WARM_UPS + RUNS_MIN || (runs < RUNS_MAX && start.elapsed() < RUNS_TIME) {
        let took = ask(client, question)?;
        runs += 1;
        if runs > WARM_UPS {
            latencies.push(took);
        } else {
            start = Instant::now();
        }
    }
    Ok(latencies.summary())
}

/// The time of a question that is the first one of a server.
fn ask_cold(
    stage: &Stage,
    data_dir: &Path,
    question: &Question,
    starts: &mut Latencies,
) -> anyhow::Result<f64> {
    let mut latencies = Latencies::default();
    for _ in 0..COLD_RUNS {
        cold::forget(data_dir).with_context(|| format!("cannot read {}", data_dir.display()))?;
        let start = Instant::now();
        let (server, client) = serve(stage, data_dir, None)?;
        starts.push(start.elapsed());
        latencies.push(ask(&client, question)?);
        server.terminate()?;
    }
    Ok(latencies.summary().p50_ms)
}

/// Asks once; an error when the answer is wrong.
fn ask(client: &Client, question: &Question) -> anyhow::Result<Duration> {
    let start = Instant::now();
    let answer = client.post(question.path, &question.body)?;
    let took = start.elapsed();
    question.expected.check(&answer).with_context(|| {
        let body = question.body.to_string();
        format!("WRONG ANSWER to `{}` ({} {body:.300})", question.name, question.path)
    })?;
    Ok(took)
}

/// A server on a data directory, with a configuration if there is one, when it is ready.
pub(crate) fn serve(
    stage: &Stage,
    data_dir: &Path,
    config: Option<&Path>,
) -> anyhow::Result<(Watched, Client)> {
    let address = data_dir.join("address");
    // Of a server that has ended: its port may be another's by now.
    _ = fs::remove_file(&address);
    let mut command = stage.command("serve");
    command.arg("--data-dir").arg(data_dir).args(["--listen", "127.0.0.1:0"]);
    if let Some(config) = config {
        command.arg("--config").arg(config);
    }
    let mut server = Watched::start("palisade serve", &mut command, stage.log("serve"))?;
    let mut client = None;
    server.wait_until("it was ready", || {
        let Ok(address) = fs::read_to_string(&address) else { return Ok(false) };
        let Ok(token) = fs::read_to_string(data_dir.join("admin.token")) else { return Ok(false) };
        let ready = Client::new(address.trim(), token.trim());
        let is_ready = ready.is_ready();
        client = is_ready.then_some(ready);
        Ok(is_ready)
    })?;
    Ok((server, client.context("the server never got ready")?))
}
