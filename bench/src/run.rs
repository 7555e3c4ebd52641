//! The whole run, in order.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Args;
use palisade_record::ByteSize;

use crate::report::Results;
use crate::search::Texts;
use crate::stage::Stage;
use crate::{compress, corpus, fresh, ingest, search, ship};

/// The seed of the corpus that is made when none is given.
const SEED: u64 = 1;

/// Measure ingest, search and shipping over one corpus.
#[derive(Args, Debug)]
pub(crate) struct Run {
    /// The program that is measured.
    #[arg(long, value_name = "PATH", default_value = "target/release/palisade")]
    palisade: PathBuf,

    /// A file of JSON lines with timestamps, and with at most eight levels [default: one is made].
    #[arg(long, value_name = "FILE", conflicts_with = "bytes")]
    corpus: Option<PathBuf>,

    /// Size of the corpus that is made.
    #[arg(long, value_name = "SIZE", default_value = "200MB")]
    bytes: ByteSize,

    /// Where the figures go, as JSON.
    #[arg(long, value_name = "FILE", default_value = "bench/results.json")]
    out: PathBuf,

    /// Where data is written meanwhile; on a disk whose syncs are real.
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    work_dir: PathBuf,

    #[command(flatten)]
    texts: Texts,
}

impl Run {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut stage = Stage::new(&self.palisade, &self.work_dir)?;
        let corpus = match self.corpus {
            Some(corpus) => corpus,
            None => {
                say(&format!("making a corpus of {}", self.bytes))?;
                let path = stage.path("corpus.jsonl");
                corpus::write(&path, corpus::Lines::Mixed, self.bytes, SEED)?;
                path
            }
        };
        stage.take_corpus(&corpus)?;
        say("compressing with zstd -3")?;
        let zstd = compress::measure(&stage)?;
        say("taking the corpus in")?;
        let data_dir = stage.path("data");
        let ingested = ingest::measure(&stage, &data_dir, None)?;
        say("asking questions")?;
        let searched = search::measure(&stage, &data_dir, &self.texts)?;
        say("looking for records that just came")?;
        let fresh = fresh::measure(&stage)?;
        say("shipping with the agent alone")?;
        let shipped = ship::measure(&stage)?;

        let results = Results::new(stage.corpus_bytes, zstd, ingested, searched, fresh, &shipped);
        write!(io::stdout(), "{}", results.tables())?;
        let mut json = serde_json::to_string_pretty(&results)?;
        json.push('\n');
        if let Some(folder) = self.out.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        fs::write(&self.out, json).with_context(|| format!("cannot write {}", self.out.display()))?;
        ensure!(results.wrong.is_empty(), "{} questions were answered wrongly", results.wrong.len());
        Ok(())
    }
}

/// Tells people what goes on, beside the figures.
fn say(text: &str) -> anyhow::Result<()> {
    writeln!(io::stderr(), "{text}").context("cannot write to standard error")
}
