//! What sealing costs: the same records taken in with three protected fields each, and with none.

mod values;

use std::collections::BTreeSet;
use std::fs;
use std::hint::black_box;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
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
        let (lines, configuration, names) = match self.unrelated {
            true => (corpus::Lines::Structured, UNRELATED, ["user_id", "source_ip", "resource"]),
            false => (corpus::Lines::Patients, PATIENTS, ["patient_id", "patient_name", "insurance_id"]),
        };
        corpus::write(&path, lines, self.bytes, SEED)?;
        stage.take_corpus(&path)?;
        let config = stage.path("palisade.toml");
        fs::write(&config, configuration).context("cannot write the configuration")?;
        let (mut clear, mut first, mut known) = (None, None, None);
        let keys = stage.path("keys");
        // One after the other, so that a slow minute of the machine is slow for all.
        for _ in 0..self.rounds {
            better(&mut clear, taken_in(&stage, None, None)?);
            better(&mut first, taken_in(&stage, Some(&config), None)?);
            if !keys.exists() {
                fs::rename(stage.path("data").join("keys"), &keys).context("there are no keys")?;
            }
            better(&mut known, taken_in(&stage, Some(&config), Some(&keys))?);
        }
        let measured = (clear.context("no round")?, first.context("no round")?, known.context("no round")?);
        let (records, leaves_s) = leaves(&path)?;
        let values_s = values::seal_all(&path, names, &stage.path(""))?;
        write!(io::stdout(), "{}", report(&measured, records, [values_s, leaves_s]))?;
        Ok(())
    }
}

/// Takes the corpus in, with the keys of an earlier run if there are any.
fn taken_in(stage: &Stage, config: Option<&Path>, keys: Option<&Path>) -> anyhow::Result<Measured> {
    let data_dir = stage.path("data");
    if data_dir.exists() {
        fs::remove_dir_all(&data_dir).context("cannot remove what was written")?;
    }
    if let Some(keys) = keys {
        let folder = data_dir.join("keys");
        fs::create_dir_all(&folder).context("cannot make the folder of the keys")?;
        for entry in fs::read_dir(keys).context("cannot read the keys")? {
            let path = entry?.path();
            fs::copy(&path, folder.join(path.file_name().context("a file without a name")?))?;
        }
    }
    let ingested = ingest::measure(stage, &data_dir, config)?;
    let disk_bytes = ingested.bytes_data + ingested.bytes_index;
    Ok(Measured { cpu_s: ingested.usage.cpu_s, by_stage: ingested.cpu_by_stage, disk_bytes })
}

fn better(best: &mut Option<Measured>, measured: Measured) {
    if best.as_ref().is_none_or(|best| measured.cpu_s < best.cpu_s) {
        *best = Some(measured);
    }
}

/// How many lines a file has, and how long it takes to hash each as a leaf and the leaves to a root. Both runs do that.
fn leaves(path: &Path) -> anyhow::Result<(u64, f64)> {
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

fn report(
    (clear, first, known): &(Measured, Measured, Measured),
    records: u64,
    [values_s, leaves_s]: [f64; 2],
) -> String {
    let mut table = Table::default();
    table.row(["stage", "clear, CPU s", "sealed, CPU s", "keys known, CPU s", "more", ""]);
    let all = [clear, first, known];
    let stages: BTreeSet<&String> = all.iter().flat_map(|measured| measured.by_stage.keys()).collect();
    let mut row = |name: &str, [clear, first, known]: [f64; 3]| {
        let [clear_s, first_s, known_s] = [clear, first, known].map(|seconds| format!("{seconds:.2}"));
        table.row([name, &clear_s, &first_s, &known_s, &format!("{:+.2}", known - clear), ""]);
    };
    for stage in stages {
        row(stage, all.map(|measured| measured.by_stage.get(stage).copied().unwrap_or(0.0)));
    }
    row("all", all.map(|measured| measured.cpu_s));
    let mut text = table.text("What three protected fields of each record cost");
    let values = 3.0 * records as f64;
    let share = |part: f64, of: &Measured| part / of.cpu_s * 100.0;
    for (name, sealed) in [("People that are new", first), ("People that are known", known)] {
        let more = sealed.cpu_s - clear.cpu_s;
        text += &format!(
            "\n{name}: {:.0} ns more for each value; {:.1} % of the CPU of ingest, with the Merkle leaves {:.1} %",
            more / values * 1e9,
            share(more, sealed),
            share(more + leaves_s, sealed),
        );
    }
    text += &format!(
        "\nSealing alone (tokens, encryption, envelopes): {values_s:.2} s, {:.0} ns for each value; {:.1} %, with the leaves {:.1} %",
        values_s / values * 1e9,
        share(values_s, known),
        share(values_s + leaves_s, known),
    );
    text += &format!(
        "\n{records} records; leaves {leaves_s:.2} s; disk {:.2} times as much, {:.0} bytes more for each value\n",
        known.disk_bytes as f64 / clear.disk_bytes as f64,
        (known.disk_bytes as f64 - clear.disk_bytes as f64) / values,
    );
    text
}
