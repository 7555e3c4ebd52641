//! Sigma rules over events of Windows and Linux: our matcher beside rsigma, and whether they find the same.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Args;
use palisade_detect::library::read_rules;
use palisade_detect::pipeline::builtin;
use palisade_oracle::generate::events;
use palisade_oracle::race::{Outcome, race};

/// Measure how many events per second go through a folder of Sigma rules, beside rsigma in the same run.
#[derive(Args, Debug)]
pub(crate) struct Detect {
    /// The folder of rules.
    #[arg(long, value_name = "DIR")]
    rules: PathBuf,

    /// How many events, from the generator of Windows and Linux events.
    #[arg(long, value_name = "COUNT", default_value_t = 100_000)]
    events: usize,

    /// Which events.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,

    /// How often each is measured; the fastest counts.
    #[arg(long, value_name = "COUNT", default_value_t = 3)]
    rounds: usize,
}

impl Detect {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let files = read_rules(std::slice::from_ref(&self.rules))
            .with_context(|| format!("cannot read {}", self.rules.display()))?;
        let events = events(self.events, self.seed);
        let everything = race(&files, &events, None, self.rounds);
        let sources = race(&files, &events, Some(builtin()), self.rounds);
        let mut out = io::stdout().lock();
        writeln!(
            out,
            "{} rules, {} events; one thread, its processor time; parsing of JSON is excluded for both",
            everything.rules, everything.events
        )?;
        print(&mut out, "every rule for every event", &everything)?;
        print(&mut out, "rules for events of their log source", &sources)?;
        ensure!(
            everything.different.is_empty(),
            "the engines do not find the same: {:?}",
            everything.different
        );
        Ok(())
    }
}

fn print(out: &mut impl Write, name: &str, outcome: &Outcome) -> io::Result<()> {
    writeln!(out, "{name}:")?;
    writeln!(
        out,
        "  palisade {:>9.0} events/s (compiled in {:.2} s, automata {:.1} MB)",
        outcome.own_per_second, outcome.compile_seconds, outcome.automata_mb
    )?;
    writeln!(
        out,
        "  rsigma   {:>9.0} events/s (index: {:?})",
        outcome.other_per_second, outcome.other_index
    )?;
    writeln!(out, "  ratio    {:>9.2}", outcome.own_per_second / outcome.other_per_second)?;
    writeln!(out, "  found by both: {} pairs of an event and a rule", outcome.common)?;
    for (rule, (own, other)) in &outcome.different {
        writeln!(out, "  {rule}: {own} by palisade alone, {other} by rsigma alone")?;
    }
    Ok(())
}
