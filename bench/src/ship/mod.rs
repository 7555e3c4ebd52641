//! What shipping costs: the agent alone, against a collector that acknowledges everything and keeps nothing.

mod many_files;
mod null_collector;

use std::ffi::OsString;
use std::fs;
use std::process::Command;

use anyhow::ensure;

use crate::measure::{Usage, Watched};
use crate::stage::Stage;
pub(crate) use many_files::ManyFiles;
use null_collector::NullCollector;

/// What shipping the corpus cost.
pub(crate) struct Shipped {
    pub(crate) usage: Usage,
    pub(crate) bytes_on_wire: u64,
    pub(crate) many_files: ManyFiles,
}

/// Ships the corpus, then follows many small files.
pub(crate) fn measure(stage: &Stage) -> anyhow::Result<Shipped> {
    let collector = NullCollector::start()?;
    let mut command = agent(stage, &collector, "state", Stage::files("app", &stage.corpus))?;
    command.arg("--until-idle");
    let agent = Watched::start("palisade agent --until-idle", &mut command, stage.log("agent"))?;
    let usage = agent.finish()?;
    let received = collector.received()?;
    ensure!(
        received.file_bytes == stage.corpus_bytes,
        "the agent shipped {} of {} bytes",
        received.file_bytes,
        stage.corpus_bytes
    );
    let many_files = many_files::measure(stage)?;
    Ok(Shipped { usage, bytes_on_wire: received.wire_bytes, many_files })
}

/// An agent that ships some files to the collector.
fn agent(stage: &Stage, collector: &NullCollector, state: &str, files: OsString) -> anyhow::Result<Command> {
    let token_file = stage.path("null.token");
    fs::write(&token_file, "a-token-that-the-null-collector-does-not-look-at\n")?;
    let mut command = stage.command("agent");
    command.args(["--collector", &collector.url(), "--name", "bench", "--token-file"]).arg(token_file);
    command.arg("--state-dir").arg(stage.path(state)).arg("--files").arg(files);
    Ok(command)
}
