//! Whether the memory of the program depends on how much it takes in: it must not.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use palisade_record::ByteSize;

use crate::search::serve;
use crate::stage::Stage;
use crate::{corpus, ingest};

const SEED: u64 = 1;
/// What is asked of each data directory: a page, and questions that read every record.
const QUESTIONS: [&str; 4] = [
    "level:error",
    "message:*imeou* | stats count()",
    "* | stats p99(duration_ms) by service",
    "* | top 20 source_ip",
];

/// Measure the most memory the program has while it takes in less and more data.
#[derive(Args, Debug)]
pub(crate) struct Memory {
    /// The program that is measured.
    #[arg(long, value_name = "PATH", default_value = "target/release/palisade")]
    palisade: PathBuf,

    /// How much is taken in: one size after the other.
    #[arg(long, value_name = "SIZE", value_delimiter = ',', default_value = "200MB,800MB,4GB")]
    sizes: Vec<ByteSize>,

    /// Where data is written meanwhile: the largest size and a quarter must fit.
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    work_dir: PathBuf,
}

struct Measured {
    ingest_peak_rss_mb: f64,
    query_peak_rss_mb: f64,
    ingest_cpu_s: f64,
}

impl Memory {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut out = io::stdout();
        writeln!(out, "{:>10}  {:>12}  {:>12}  {:>9}", "corpus", "ingest, peak", "search, peak", "ingest")?;
        for size in &self.sizes {
            let measured = self.measure(*size)?;
            writeln!(
                out,
                "{:>10}  {:>9.0} MB  {:>9.0} MB  {:>7.1} s",
                size.to_string(),
                measured.ingest_peak_rss_mb,
                measured.query_peak_rss_mb,
                measured.ingest_cpu_s,
            )?;
            out.flush()?;
        }
        Ok(())
    }

    fn measure(&self, size: ByteSize) -> anyhow::Result<Measured> {
        // A stage of its own: what was written goes before the next one.
        let mut stage = Stage::new(&self.palisade, &self.work_dir)?;
        let path = stage.path("corpus.jsonl");
        corpus::write(&path, corpus::Lines::Mixed, size, SEED)?;
        stage.take_corpus(&path)?;
        let data_dir = stage.path("data");
        let ingested = ingest::measure(&stage, &data_dir, None)?;
        fs::remove_file(&path).context("cannot remove the corpus")?;
        let (mut server, client) = serve(&stage, &data_dir, None)?;
        for question in QUESTIONS {
            client.post("/api/v1/search", &serde_json::json!({ "query": question }))?;
        }
        let query_peak = server.peak_rss_so_far();
        server.terminate()?;
        Ok(Measured {
            ingest_peak_rss_mb: ingested.usage.peak_rss_bytes as f64 / 1e6,
            query_peak_rss_mb: query_peak as f64 / 1e6,
            ingest_cpu_s: ingested.usage.cpu_s,
        })
    }
}
