//! `palisade rules test`: the tests beside rules.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{anyhow, bail};
use clap::Args;
use palisade_detect::engine::Rulebook;
use palisade_detect::library::{packs, test_files};
use palisade_detect::pipeline::builtin;
use palisade_detect::trial::{read_trials, run_trials};
use serde_json::json;

use super::check::{Read, places, read};
use crate::output::Output;

/// Run the tests of rules: events that must and must not make them fire.
///
/// Tests stand in files NAME.test.yml beside the rules.
#[derive(Args, Debug)]
pub(super) struct Test {
    /// Files, and folders with all that is below them. Without any, the packs that come with the program.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The MMDB file that tells where addresses are, for rules that ask.
    #[arg(long, value_name = "FILE")]
    places: Option<PathBuf>,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Test {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let Read { rules, problems } = read(&self.paths, true)?;
        if let Some(problem) = problems.first() {
            bail!("{problem}; `palisade rules check` tells all mistakes");
        }
        let book = Arc::new(Rulebook::with_places(&rules, builtin(), places(self.places.as_deref())?)?);
        let mut files = Vec::new();
        for file in test_files(&self.paths)? {
            files.extend(
                read_trials(&file.path.display().to_string(), &file.read()?)
                    .map_err(|problem| anyhow!("{problem}"))?,
            );
        }
        if self.paths.is_empty() {
            for (name, text) in packs().into_iter().flat_map(|pack| pack.tests) {
                files.extend(read_trials(&name, text).map_err(|problem| anyhow!("{problem}"))?);
            }
        }
        let outcomes = run_trials(&book, &files).map_err(|problem| anyhow!("{problem}"))?;
        let failed = outcomes.iter().filter(|outcome| outcome.problem.is_some()).count();
        let mut output = Output::new();
        if self.json {
            let tests: Vec<_> = outcomes
                .iter()
                .map(|outcome| json!({"file": outcome.file, "line": outcome.line, "name": outcome.name, "problem": outcome.problem}))
                .collect();
            output.line(
                &json!({"passed": outcomes.len() - failed, "failed": failed, "tests": tests}).to_string(),
            )?;
        } else {
            for outcome in &outcomes {
                if let Some(problem) = &outcome.problem {
                    output
                        .line(&format!("{}:{}: {}: {problem}", outcome.file, outcome.line, outcome.name))?;
                }
            }
            output.line(&format!("{} tests pass, {failed} fail", outcomes.len() - failed))?;
        }
        output.flush()?;
        if failed > 0 { bail!("{failed} tests fail") } else { Ok(()) }
    }
}
