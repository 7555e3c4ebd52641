//! An agent on a node with very many small files: its memory, and what it costs while nothing happens.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use super::NullCollector;
use crate::measure::Watched;
use crate::stage::Stage;

const FILES: u64 = 10_000;
const LINES: u64 = 20;
const IDLE: Duration = Duration::from_secs(10);

/// What many files cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ManyFiles {
    pub(crate) peak_rss_bytes: u64,
    /// CPU seconds in ten seconds in which no file grew.
    pub(crate) idle_cpu_s: f64,
}

pub(super) fn measure(stage: &Stage) -> anyhow::Result<ManyFiles> {
    let folder = stage.path("many");
    fs::create_dir(&folder)?;
    let (mut bytes, mut text) = (0, String::new());
    for file in 0..FILES {
        text.clear();
        for line in 0..LINES {
            // Writing to a String cannot fail.
            _ = writeln!(text, "{file} says line {line} of {LINES}, and that all is well with it");
        }
        bytes += text.len() as u64;
        fs::write(folder.join(format!("{file:05}.log")), &text)?;
    }
    let collector = NullCollector::start()?;
    let files = Stage::files("many", &folder.join("*.log"));
    let mut command = super::agent(stage, &collector, "state-of-many", files)?;
    let mut agent = Watched::start("palisade agent", &mut command, stage.log("agent-many"))?;
    agent.wait_until("all files were shipped", || Ok(collector.received()?.file_bytes >= bytes))?;
    let (before, start) = (agent.cpu_so_far()?, Instant::now());
    agent.wait_until("it was idle for a while", || Ok(start.elapsed() >= IDLE))?;
    let idle_cpu_s = agent.cpu_so_far()? - before;
    let peak_rss_bytes = agent.peak_rss_so_far();
    agent.terminate()?;
    Ok(ManyFiles { peak_rss_bytes, idle_cpu_s })
}
