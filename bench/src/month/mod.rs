//! How long the report of a month takes, beside reading the same month once as anybody would.

mod records;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use clap::Args;
use serde_json::Value;

use self::records::{FILES, Truth};
use crate::measure::Watched;
use crate::search::serve;
use crate::stage::Stage;
use crate::table::Table;

const SEED: u64 = 1;
const MONTH: &str = "2026-10";

const CONFIGURATION: &str = r#"
[[streams]]
name = "ward"
protected = ["patient_id"]
[[streams]]
name = "care"
protected = ["patient_id"]
[[streams]]
name = "signins"
[reports]
monthly = false
[review]
stream = "ward"
"#;

/// Measure the report of a month of accesses to patients' data, with a bank's sign-ins beside them.
///
/// Every number of accesses by role in the report is compared with what was generated. `--facts` tells what explains some of the accesses,
/// so that the report also ranks what nothing explains.
#[derive(Args, Debug)]
pub(crate) struct Month {
    /// The program that is measured.
    #[arg(long, value_name = "PATH", default_value = "target/release/palisade")]
    palisade: PathBuf,

    /// How many accesses.
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    accesses: u64,

    /// Tell what explains a part of them.
    #[arg(long)]
    facts: bool,

    /// How often the report is made.
    #[arg(long, value_name = "COUNT", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..))]
    rounds: u64,

    /// Where data is written meanwhile.
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    work_dir: PathBuf,

    /// Keep the last report here, with its tables in a folder beside it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Month {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let stage = Stage::new(&self.palisade, &self.work_dir)?;
        let (data_dir, config) = (stage.path("data"), stage.path("palisade.toml"));
        let more = if self.facts { "facts = \"care\"\n" } else { "" };
        fs::write(&config, format!("{CONFIGURATION}{more}")).context("cannot write the configuration")?;
        let truth = records::write(&stage.path(""), self.accesses, self.facts, SEED)
            .context("cannot write the month")?;
        let ingest_s = take_in(&stage, &data_dir, &config)?;
        let (naive_s, by_role) = naive(&stage.path("ward.jsonl"))?;
        ensure!(by_role == truth.by_role_text(), "the generator and the naive reader disagree");
        for name in FILES {
            fs::remove_file(stage.path(&format!("{name}.jsonl"))).context("cannot remove the month")?;
        }
        let (mut server, _) = serve(&stage, &data_dir, Some(&config))?;
        let out = self.out.clone().unwrap_or_else(|| stage.path("report.pdf"));
        let tables = out.with_extension("tables");
        let mut rounds = Vec::new();
        for _ in 0..self.rounds {
            rounds.push(report(&stage, &data_dir, &out, &tables)?);
        }
        check(&tables.join("tables.json"), &truth)?;
        let peak_rss = server.peak_rss_so_far();
        server.terminate()?;
        let fastest_s = rounds.iter().copied().fold(f64::INFINITY, f64::min);
        let mut table = Table::default();
        table.row(["accesses", &truth.accesses.to_string(), ""]);
        table.row(["facts that explain some", &truth.facts.to_string(), ""]);
        table.row(["sign-ins of a bank", &truth.sign_ins.to_string(), ""]);
        table.row(["taken in, all synced and in splits", &format!("{ingest_s:.1} s"), ""]);
        let all: Vec<String> = rounds.iter().map(|seconds| format!("{seconds:.2}")).collect();
        table.row(["report", &format!("{fastest_s:.2} s"), &format!("of {}", all.join(" "))]);
        table.row(["counting by role line by line", &format!("{naive_s:.2} s"), "serde_json, one thread"]);
        table.row(["report", &format!("{:.2} x", fastest_s / naive_s), "counting line by line"]);
        table.row(["peak memory of the server", &format!("{:.0} MB", peak_rss as f64 / 1e6), ""]);
        write!(io::stdout(), "{}", table.text("The report of a month"))?;
        Ok(())
    }
}

impl Truth {
    fn by_role_text(&self) -> BTreeMap<String, u64> {
        self.by_role.iter().map(|(role, count)| ((*role).to_owned(), *count)).collect()
    }
}

/// Takes the month in; how long that took.
fn take_in(stage: &Stage, data_dir: &Path, config: &Path) -> anyhow::Result<f64> {
    let mut command = stage.command("serve");
    command.arg("--data-dir").arg(data_dir).args(["--listen", "127.0.0.1:0", "--until-idle"]);
    command.arg("--config").arg(config);
    for name in FILES {
        command.arg("--files").arg(Stage::files(name, &stage.path(&format!("{name}.jsonl"))));
    }
    let start = Instant::now();
    let server = Watched::start("palisade serve --until-idle", &mut command, stage.log("ingest"))?;
    server.finish()?;
    Ok(start.elapsed().as_secs_f64())
}

/// What anybody would write: each line parsed, and counted by the role in it.
fn naive(path: &Path) -> anyhow::Result<(f64, BTreeMap<String, u64>)> {
    let start = Instant::now();
    let mut by_role = BTreeMap::new();
    for line in BufReader::new(fs::File::open(path)?).lines() {
        let record: Value = serde_json::from_str(&line?)?;
        let role = record["role"].as_str().context("a line without a role")?;
        match by_role.get_mut(role) {
            Some(count) => *count += 1,
            None => _ = by_role.insert(role.to_owned(), 1),
        }
    }
    Ok((start.elapsed().as_secs_f64(), by_role))
}

/// Makes the report with the command that people use; how long they wait for it.
fn report(stage: &Stage, data_dir: &Path, out: &Path, tables: &Path) -> anyhow::Result<f64> {
    let read =
        |name: &str| fs::read_to_string(data_dir.join(name)).with_context(|| format!("there is no {name}"));
    let (address, token) = (read("address")?, read("admin.token")?);
    let mut command = Command::new(&stage.palisade);
    command.args(["report", "--month", MONTH, "--out"]).arg(out).arg("--tables").arg(tables);
    command.env("PALISADE_URL", format!("http://{}", address.trim())).env("PALISADE_TOKEN", token.trim());
    let start = Instant::now();
    let done = command.output().context("cannot run the program")?;
    let seconds = start.elapsed().as_secs_f64();
    if !done.status.success() {
        bail!("there is no report: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(seconds)
}

/// Whether the report says of the accesses what was generated.
fn check(path: &Path, truth: &Truth) -> anyhow::Result<()> {
    let tables: Value = serde_json::from_slice(&fs::read(path).context("there are no tables")?)?;
    let tables = tables["tables"].as_array().context("there are no tables")?;
    let roles = tables.iter().find(|table| table["id"] == "ward-by-role").context("no table of roles")?;
    let rows = roles["rows"].as_array().context("a table without rows")?;
    let row = |row: &Value| Some((row[0].as_str()?.to_owned(), row[1].as_u64()?));
    let told: BTreeMap<String, u64> = rows.iter().filter_map(row).collect();
    ensure!(told == truth.by_role_text(), "the report counts {told:?}, generated were {:?}", truth.by_role);
    Ok(())
}
