//! `palisade check`: all mistakes of a configuration, without starting anything.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use crate::configuration::{self, Problems};
use crate::output::Output;

/// Find every mistake in a configuration file.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade check --config palisade.toml && systemctl restart palisade
  palisade check --config palisade.toml --json    {\"ok\": false, \"problems\": [\"palisade.toml:3:10: …\"], \"warnings\": []}

palisade.example.toml in the source explains every key.")]
pub(crate) struct Check {
    /// The configuration file.
    #[arg(long, value_name = "FILE", default_value = "palisade.toml")]
    config: PathBuf,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let (problems, warnings) = match configuration::load(Some(&self.config)) {
            Ok(configuration) => (Vec::new(), configuration::warnings(&configuration)),
            Err(error) => match error.downcast::<Problems>() {
                Ok(problems) => (problems.lines().to_vec(), Vec::new()),
                Err(other) => return Err(other),
            },
        };
        let mut output = Output::new();
        if self.json {
            let answer =
                serde_json::json!({"ok": problems.is_empty(), "problems": problems, "warnings": warnings});
            output.line(&answer.to_string())?;
        } else if problems.is_empty() {
            warnings.iter().try_for_each(|warning| output.line(&format!("warning: {warning}")))?;
            output.line("ok")?;
        } else {
            problems.iter().try_for_each(|problem| output.line(problem))?;
        }
        output.flush()?;
        match problems.len() {
            0 => Ok(()),
            1 => bail!("1 mistake in {}", self.config.display()),
            count => bail!("{count} mistakes in {}", self.config.display()),
        }
    }
}
