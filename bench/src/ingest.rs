//! How much it costs to take the corpus in: synced before it is acknowledged, until everything is in splits.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context;

use crate::measure::{CpuByStage, Usage, Watched};
use crate::stage::Stage;

/// What taking in cost and left.
pub(crate) struct Ingested {
    pub(crate) usage: Usage,
    pub(crate) cpu_by_stage: CpuByStage,
    pub(crate) bytes_data: u64,
    pub(crate) bytes_index: u64,
}

/// Takes the corpus in, into the stream `app` of the data directory, with a configuration if there is one.
pub(crate) fn measure(stage: &Stage, data_dir: &Path, config: Option<&Path>) -> anyhow::Result<Ingested> {
    let mut command = stage.command("serve");
    command.arg("--data-dir").arg(data_dir).args(["--listen", "127.0.0.1:0", "--until-idle"]);
    command.arg("--files").arg(Stage::files("app", &stage.corpus));
    if let Some(config) = config {
        command.arg("--config").arg(config);
    }
    let server = Watched::start("palisade serve --until-idle", &mut command, stage.log("ingest"))?;
    let (usage, cpu_by_stage) = server.by_stage().finish_by_stage()?;
    let bytes = |ending| {
        bytes_of_files(data_dir, ending).with_context(|| format!("cannot read {}", data_dir.display()))
    };
    Ok(Ingested { usage, cpu_by_stage, bytes_data: bytes("data")?, bytes_index: bytes("index")? })
}

/// The bytes of all files below a folder whose names end so.
fn bytes_of_files(folder: &Path, ending: &str) -> io::Result<u64> {
    let mut total = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            total += bytes_of_files(&path, ending)?;
        } else if path.extension().is_some_and(|found| found == ending) {
            total += fs::metadata(&path)?.len();
        }
    }
    Ok(total)
}
