//! `palisade rules check`: every mistake in rule files, without a server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use palisade_detect::Problem;
use palisade_detect::engine::Rulebook;
use palisade_detect::library::{packs, rule_files};
use palisade_detect::pipeline::builtin;
use palisade_detect::profile::Places;
use palisade_detect::rule::{Placeholders, RuleSet, Summary};

use crate::output::Output;

/// Find every mistake in rule files. Exit code 1 when a rule is refused.
#[derive(Args, Debug)]
pub(super) struct Check {
    /// Files, and folders with all that is below them.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Rules may refer to those of the packs that come with the program.
    #[arg(long)]
    with_packs: bool,

    /// The MMDB file that tells where addresses are, for rules that ask.
    #[arg(long, value_name = "FILE")]
    places: Option<PathBuf>,

    /// Print JSON: {"compiled": n, "refused": n, "problems": [{"file", "line", "reason"}]}.
    #[arg(long)]
    json: bool,
}

/// What was read of some paths.
pub(super) struct Read {
    pub(super) rules: RuleSet,
    pub(super) problems: Vec<Problem>,
}

/// Opens the file that tells where addresses are.
pub(super) fn places(file: Option<&Path>) -> anyhow::Result<Option<Arc<Places>>> {
    Ok(file.map(Places::open).transpose()?.map(Arc::new))
}

/// Reads all rules below paths, and those of packs.
pub(super) fn read(paths: &[PathBuf], with_packs: bool) -> anyhow::Result<Read> {
    let (mut texts, mut problems) = (BTreeMap::new(), Vec::new());
    for file in rule_files(paths)? {
        let name = file.path.display().to_string();
        match file.read() {
            Ok(text) => _ = texts.insert(name, text),
            Err(error) => problems.push(Problem { file: name, line: 1, reason: error.to_string() }),
        }
    }
    if with_packs {
        for (name, text) in packs().into_iter().flat_map(|pack| pack.rules) {
            texts.insert(name, text.to_owned());
        }
    }
    let files = texts.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let rules = RuleSet::read(files, &Placeholders::default());
    problems.extend(rules.problems.iter().cloned());
    Ok(Read { rules, problems })
}

impl Check {
    pub(super) fn run(self) -> anyhow::Result<()> {
        let Read { rules, problems } = read(&self.paths, self.with_packs)?;
        // Some mistakes show only when rules are put together.
        let book = Rulebook::with_places(&rules, builtin(), places(self.places.as_deref())?)?;
        let known = problems.len();
        let mut problems = book.problems_with(problems);
        let compiled = rules.summary().compiled - (problems.len() - known);
        problems.sort_by(|left, right| (&left.file, left.line).cmp(&(&right.file, right.line)));
        let summary = Summary { compiled, refused: problems.len(), problems };
        let mut output = Output::new();
        if self.json {
            output.line(&serde_json::to_string(&summary)?)?;
        } else {
            summary.problems.iter().try_for_each(|problem| output.line(&problem.to_string()))?;
            output.line(&format!("{} rules compile, {} are refused", summary.compiled, summary.refused))?;
        }
        output.flush()?;
        match summary.refused {
            0 => Ok(()),
            1 => bail!("1 rule is refused"),
            count => bail!("{count} rules are refused"),
        }
    }
}
