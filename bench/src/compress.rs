//! The yardstick: zstd level 3 on one thread over the same file.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use crate::measure::{Usage, Watched};
use crate::stage::Stage;

/// The name of the command with which this program starts itself.
pub(crate) const COMMAND: &str = "compress";
const LEVEL: i32 = 3;
const READ_BYTES: usize = 1 << 20;

/// Compresses a file in a process of its own; tells how long the result would be.
pub(crate) fn measure(stage: &Stage) -> anyhow::Result<(Usage, u64)> {
    let program = std::env::current_exe().context("cannot find this program")?;
    let log = stage.log("zstd");
    let mut command = Command::new(program);
    command.arg(COMMAND).arg(&stage.corpus);
    let child = Watched::start("zstd", &mut command, log.clone())?;
    let usage = child.finish()?;
    let said = std::fs::read_to_string(&log)?;
    match said.trim().parse() {
        Ok(bytes) => Ok((usage, bytes)),
        Err(_) => bail!("the compressing process said `{}` instead of a number", said.trim()),
    }
}

/// What that process does: prints the length of the compressed file.
pub(crate) fn run(path: &Path) -> anyhow::Result<()> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let length = file.metadata()?.len();
    let mut encoder = zstd::Encoder::new(Counter(0), LEVEL)?;
    // As the command line tool does: the window fits the file.
    encoder.set_pledged_src_size(Some(length))?;
    let mut reader = io::BufReader::with_capacity(READ_BYTES, file);
    io::copy(&mut reader, &mut encoder).with_context(|| format!("cannot read {}", path.display()))?;
    writeln!(io::stdout(), "{}", encoder.finish()?.0)?;
    Ok(())
}

/// Counts what is written and forgets it.
struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
