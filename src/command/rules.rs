//! `palisade rules`: rules are checked, tried, listed and tested on the past.

mod backtest;
mod check;
mod list;
mod test;

use clap::{Args, Subcommand};

/// Check, try, list and backtest detection rules.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade rules check rules/                     every mistake, with file and line
  palisade rules test rules/                      run the tests beside them (NAME.test.yml)
  palisade rules list                             what is in force, and how it is doing
  palisade rules backtest many-failed-sign-ins --from now-7d
  palisade rules backtest many-failed-sign-ins --file rules/sign-ins.yml --from now-7d --compare

Rules are Sigma rules, in YAML; docs/rules.md tells what Palisade adds.")]
pub(crate) struct Rules {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    Check(check::Check),
    Test(test::Test),
    List(list::List),
    Backtest(backtest::Backtest),
}

impl Rules {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.what {
            What::Check(check) => check.run(),
            What::Test(test) => test.run(),
            What::List(list) => list.run(),
            What::Backtest(backtest) => backtest.run(),
        }
    }
}
