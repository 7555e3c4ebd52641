//! How long questions take, beside a plain scan of the same file. Every answer is compared with what reading the whole
//! corpus says.

mod answer;
mod client;
mod questions;
mod scan;
mod truth;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use serde::Serialize;

use crate::measure::{Latencies, Latency, Watched};
use crate::stage::Stage;
use client::Client;
pub(crate) use questions::Texts;
pub(crate) use scan::Scans;

const WARM_UPS: usize = 3;
const RUNS: usize = 20;

/// Times of one question.
#[derive(Clone, Copy, PartialEq, Serialize, Debug)]
pub(crate) struct Timed {
    #[serde(flatten)]
    pub(crate) latency: Latency,
    /// How many records the answer is about.
    pub(crate) hits: u64,
}

/// What searching took.
pub(crate) struct Searched {
    pub(crate) queries: BTreeMap<&'static str, Timed>,
    pub(crate) scans: Scans,
    pub(crate) peak_rss_bytes: u64,
}

/// Asks everything of a server on a data directory that holds the corpus.
pub(crate) fn measure(stage: &Stage, data_dir: &Path, texts: &Texts) -> anyhow::Result<Searched> {
    let questions = questions::all(&stage.corpus, texts)?;
    let mut command = stage.command("serve");
    command.arg("--data-dir").arg(data_dir).args(["--listen", "127.0.0.1:0"]);
    let mut server = Watched::start("palisade serve", &mut command, stage.log("serve"))?;
    let client = connect(&mut server, data_dir)?;
    let mut queries = BTreeMap::new();
    for question in &questions {
        let mut latencies = Latencies::default();
        for run in 0..WARM_UPS + RUNS {
            let start = Instant::now();
            let answer = client.post(question.path, &question.body)?;
            let took = start.elapsed();
            question.expected.check(&answer).with_context(|| {
                format!("WRONG ANSWER to `{}` ({} {})", question.name, question.path, question.body)
            })?;
            if run >= WARM_UPS {
                latencies.push(took);
            }
        }
        let timed = Timed { latency: latencies.summary(), hits: question.expected.hits() };
        queries.insert(question.name, timed);
    }
    let peak_rss_bytes = server.terminate()?.peak_rss_bytes;
    Ok(Searched { queries, scans: scan::measure(&stage.corpus, texts)?, peak_rss_bytes })
}

fn connect(server: &mut Watched, data_dir: &Path) -> anyhow::Result<Client> {
    let token = fs::read_to_string(data_dir.join("admin.token")).context("the data has no admin token")?;
    let address = data_dir.join("address");
    let mut client = None;
    server.wait_until("it was ready", || {
        let Ok(address) = fs::read_to_string(&address) else { return Ok(false) };
        let ready = Client::new(address.trim(), token.trim());
        let is_ready = ready.is_ready();
        client = is_ready.then_some(ready);
        Ok(is_ready)
    })?;
    client.context("the server never got ready")
}
