//! What sealing costs: the same records taken in with three protected fields each, and with none.

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use palisade_record::ByteSize;
use palisade_seal::log::{Frontier, leaf_hash};

use crate::measure::CpuByStage;
use crate::stage::Stage;
use crate::table::Table;
use crate::{corpus, ingest};

const SEED: u64 = 1;
/// A patient is the subject of records: what else is protected goes with the patient when that is forgotten.
const PATIENTS: &str = r#"
[[streams]]
name = "app"
subject = "patient_id"
protected = ["patient_id", "patient_name", "insurance_id"]
"#;

/// Two of the values have nothing to do with the user who is the subject: nearly every record has a pair that was never
/// there, and the key store learns it.
const UNRELATED: &str = r#"
[[streams]]
name = "app"
subject = "user_id"
protected = ["user_id", "source_ip", "resource"]
"#;

/// Measure the CPU of taking records in, with three protected fields each and with none.
#[derive(Args, Debug)]
pub(crate) struct Sealing {
    /// The program that is measured.
    #[arg(long, value_name = "PATH", default_value = "target/release/palisade")]
    palisade: PathBuf,

    /// Size of the records.
    #[arg(long, value_name = "SIZE", default_value = "200MB")]
    bytes: ByteSize,

    /// Protect values that are new in nearly every record, which is the worst there is.
    #[arg(long)]
    unrelated: bool,

    /// How often each is measured; the one with the least CPU counts.
    #[arg(long, value_name = "COUNT", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    rounds: u64,

    /// Where data is written meanwhile.
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    work_dir: PathBuf,
}

struct Measured {
    cpu_s: f64,
    by_stage: CpuByStage,
    disk_bytes: u64,
}

impl Sealing {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut stage = Stage::new(&self.palisade, &self.work_dir)?;
        let path = stage.path("corpus.jsonl");
        let (lines, configuration) = match self.unrelated {
            true => (corpus::Lines::Structured, UNRELATED),
            false => (corpus::Lines::Patients, PATIENTS),
        };
        corpus::write(&path, lines, self.bytes, SEED)?;
        stage.take_corpus(&path)?;
        let config = stage.path("palisade.toml");
        fs::write(&config, configuration).context("cannot write the configuration")?;
        let (mut clear, mut sealed): (Option<Measured>, Option<Measured>) = (None, None);
        // One after the other, so that a slow minute of the machine is slow for both.
        for _ in 0..self.rounds {
            for (best, config) in [(&mut clear, None), (&mut sealed, Some(config.as_path()))] {
                let data_dir = stage.path("data");
                let ingested = ingest::measure(&stage, &data_dir, config)?;
                fs::remove_dir_all(&data_dir).context("cannot remove what was written")?;
                let cpu_s = ingested.usage.cpu_s;
                if best.as_ref().is_none_or(|best| cpu_s < best.cpu_s) {
                    let disk_bytes = ingested.bytes_data + ingested.bytes_index;
                    *best = Some(Measured { cpu_s, by_stage: ingested.cpu_by_stage, disk_bytes });
                }
            }
        }
        let (clear, sealed) = (clear.context("no round")?, sealed.context("no round")?);
        let (records, leaves_s) = leaves(&path)?;
        write!(io::stdout(), "{}", report(&clear, &sealed, records, leaves_s))?;
        Ok(())
    }
}

/// How many lines a file has, and how long it takes to hash each as a leaf and the leaves to a root. Both runs do that.
fn leaves(path: &std::path::Path) -> anyhow::Result<(u64, f64)> {
    let corpus = fs::read(path).context("cannot read the corpus")?;
    let start = Instant::now();
    let mut frontier = Frontier::new();
    corpus
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .for_each(|line| frontier.push(leaf_hash(line)));
    black_box(frontier.root());
    Ok((frontier.size(), start.elapsed().as_secs_f64()))
}

fn report(clear: &Measured, sealed: &Measured, records: u64, leaves_s: f64) -> String {
    let mut table = Table::default();
    table.row(["stage", "clear, CPU s", "sealed, CPU s", "more", ""]);
    let stages: BTreeMap<&String, ()> =
        clear.by_stage.keys().chain(sealed.by_stage.keys()).map(|stage| (stage, ())).collect();
    let mut row = |name: &str, clear: f64, sealed: f64| {
        table.row([
            name,
            &format!("{clear:.2}"),
            &format!("{sealed:.2}"),
            &format!("{:+.2}", sealed - clear),
            "",
        ]);
    };
    for stage in stages.into_keys() {
        let of = |measured: &Measured| measured.by_stage.get(stage).copied().unwrap_or(0.0);
        row(stage, of(clear), of(sealed));
    }
    row("all", clear.cpu_s, sealed.cpu_s);
    let more = sealed.cpu_s - clear.cpu_s;
    let share = |part: f64| part / sealed.cpu_s * 100.0;
    let mut text = table.text("What three protected fields of each record cost");
    text += &format!(
        "\n{records} records, {:.0} ns more for each value; disk {:.2} times as much\n\
         Sealing {:.1} %, Merkle leaves {:.1} % ({leaves_s:.2} s), together {:.1} % of the CPU of ingest\n",
        more / (3.0 * records as f64) * 1e9,
        sealed.disk_bytes as f64 / clear.disk_bytes as f64,
        share(more),
        share(leaves_s),
        share(more + leaves_s),
    );
    text
}
