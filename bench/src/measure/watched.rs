//! A child process that is watched until it ends.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::proc::{cpu_seconds, cpu_seconds_of_children, peak_rss_bytes};
use super::threads::{CpuByStage, Threads};

/// How often a process is looked at.
const PAUSE: Duration = Duration::from_millis(20);
/// Nothing that is measured takes so long; what does hangs.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// Bytes of a failed program's output that are shown.
const SHOWN_BYTES: usize = 4_000;

/// A running program.
pub(crate) struct Watched {
    name: &'static str,
    child: Child,
    log: PathBuf,
    start: Instant,
    cpu_before: f64,
    peak_rss_bytes: u64,
    threads: Option<Threads>,
}

/// What a program used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    pub(crate) cpu_s: f64,
    pub(crate) wall_s: f64,
    pub(crate) peak_rss_bytes: u64,
}

impl Watched {
    /// Starts a program; what it says goes into the file `log`.
    pub(crate) fn start(name: &'static str, command: &mut Command, log: PathBuf) -> anyhow::Result<Self> {
        let cpu_before = cpu_seconds_of_children()?;
        let output = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let program = command.get_program().to_owned();
        let child = command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
        let start = Instant::now();
        Ok(Self { name, child, log, start, cpu_before, peak_rss_bytes: 0, threads: None })
    }

    /// Lets it be watched thread by thread.
    pub(crate) fn by_stage(mut self) -> Self {
        self.threads = Some(Threads::default());
        self
    }

    /// CPU seconds so far.
    pub(crate) fn cpu_so_far(&self) -> anyhow::Result<f64> {
        cpu_seconds(self.child.id())
    }

    /// The most memory so far.
    pub(crate) fn peak_rss_so_far(&mut self) -> u64 {
        self.peak_rss_bytes = self.peak_rss_bytes.max(peak_rss_bytes(self.child.id()).unwrap_or(0));
        self.peak_rss_bytes
    }

    /// Waits until `done` says yes; an error when the program ends before.
    pub(crate) fn wait_until(
        &mut self,
        what: &str,
        mut done: impl FnMut() -> anyhow::Result<bool>,
    ) -> anyhow::Result<()> {
        let start = Instant::now();
        while !done()? {
            if let Some(status) = self.look()? {
                bail!("{} ended ({status}) before {what}:\n{}", self.name, self.said());
            }
            if start.elapsed() > PATIENCE {
                bail!("{}: waited too long for {what}:\n{}", self.name, self.said());
            }
        }
        Ok(())
    }

    /// Waits until the program ends well.
    pub(crate) fn finish(self) -> anyhow::Result<Usage> {
        Ok(self.finish_by_stage()?.0)
    }

    /// The same, with the CPU seconds of each stage when threads were watched.
    pub(crate) fn finish_by_stage(mut self) -> anyhow::Result<(Usage, CpuByStage)> {
        let status = loop {
            if let Some(status) = self.look()? {
                break status;
            }
            if self.start.elapsed() > PATIENCE {
                bail!("{} does not end:\n{}", self.name, self.said());
            }
        };
        if !status.success() {
            bail!("{} failed ({status}):\n{}", self.name, self.said());
        }
        let cpu_s = cpu_seconds_of_children()? - self.cpu_before;
        let wall_s = self.start.elapsed().as_secs_f64();
        let stages = self.threads.as_ref().map(|threads| threads.by_stage(cpu_s)).unwrap_or_default();
        Ok((Usage { cpu_s, wall_s, peak_rss_bytes: self.peak_rss_bytes }, stages))
    }

    /// Asks the program to end, and waits until it has.
    pub(crate) fn terminate(self) -> anyhow::Result<Usage> {
        kill_process(Pid::from_child(&self.child), Signal::TERM).context("cannot end a program")?;
        self.finish()
    }

    /// What the program said.
    pub(crate) fn said(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(SHOWN_BYTES)..]).into_owned()
    }

    /// Notes the memory, waits a moment, and says whether the program ended.
    fn look(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.peak_rss_so_far();
        if let Some(threads) = &mut self.threads {
            threads.look(self.child.id());
        }
        let status = self.child.try_wait()?;
        if status.is_none() {
            thread::park_timeout(PAUSE);
        }
        Ok(status)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // After an error; a program that has ended and was waited for is not touched.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
