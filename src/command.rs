//! The command line: one file per subcommand.

mod access;
mod agent;
mod approvals;
mod check;
mod demo;
mod doctor;
mod erase;
mod export;
mod hold;
mod incident;
mod inspect;
mod inventory;
mod keys;
mod printed;
mod report;
mod restore;
mod reveal;
mod review;
mod rules;
mod search;
mod serve;
mod stats;
mod tail;
mod token;
mod user;
mod verify;

use clap::{Parser, Subcommand};

pub(crate) use verify::EXIT_USAGE as EXIT_VERIFY_USAGE;

use crate::telemetry::LogFormat;

/// Logs you can search in seconds and prove complete.
///
/// One program: it reads log files, ships them, keeps them, answers searches and shows a web page.
#[derive(Parser, Debug)]
#[command(
    name = "palisade",
    version,
    arg_required_else_help = true,
    after_help = "\
Begin here:
  palisade demo                       a bank, a video service and a hospital write logs; look at them
  palisade serve --files app='/var/log/app/*.log'
                                      read these files and search them at http://127.0.0.1:8514
  palisade search 'level:error'       ask from the command line

Exit codes: 0 done, 1 failed, 2 the command line is wrong. `verify` has its own, see its help."
)]
pub(crate) struct Program {
    /// How the program's own events are written to standard error [default: text on a terminal, json otherwise].
    ///
    /// The environment variable PALISADE_LOG says which: `warn`, `debug`, `palisade_agent=debug,info`.
    #[arg(long, global = true, value_enum, value_name = "FORMAT", help_heading = "Everywhere")]
    pub(crate) log_format: Option<LogFormat>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    Agent(agent::Agent),
    Search(search::Search),
    Tail(tail::Tail),
    Export(export::Export),
    Stats(stats::Stats),
    Check(check::Check),
    Inspect(inspect::Inspect),
    Hold(hold::Hold),
    Restore(restore::Restore),
    Doctor(doctor::Doctor),
    Reveal(reveal::Reveal),
    Rules(rules::Rules),
    Access(access::Access),
    Review(review::Review),
    Incident(incident::Incident),
    Inventory(inventory::Inventory),
    Report(report::Report),
    Approvals(approvals::Approvals),
    User(user::User),
    Token(token::Token),
    Keys(keys::Keys),
    Erase(erase::Erase),
    Verify(verify::Verify),
}

impl Program {
    /// Does what the command line says.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Demo(demo) => demo.run(),
            Command::Serve(serve) => serve.run(),
            Command::Agent(agent) => agent.run(),
            Command::Search(search) => search.run(),
            Command::Tail(tail) => tail.run(),
            Command::Export(export) => export.run(),
            Command::Stats(stats) => stats.run(),
            Command::Check(check) => check.run(),
            Command::Inspect(inspect) => inspect.run(),
            Command::Hold(hold) => hold.run(),
            Command::Restore(restore) => restore.run(),
            Command::Doctor(doctor) => doctor.run(),
            Command::Reveal(reveal) => reveal.run(),
            Command::Rules(rules) => rules.run(),
            Command::Access(access) => access.run(),
            Command::Review(review) => review.run(),
            Command::Incident(incident) => incident.run(),
            Command::Inventory(inventory) => inventory.run(),
            Command::Report(report) => report.run(),
            Command::Approvals(approvals) => approvals.run(),
            Command::User(user) => user.run(),
            Command::Token(token) => token.run(),
            Command::Keys(keys) => keys.run(),
            Command::Erase(erase) => erase.run(),
            Command::Verify(verify) => verify.run(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Program::command().debug_assert();
    }

    #[test]
    fn every_command_teaches_with_an_example() {
        for command in Program::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("palisade "), "`palisade {} --help` shows no example", command.get_name());
            assert!(command.get_about().is_some(), "{} says nothing about itself", command.get_name());
        }
    }

    #[test]
    fn every_flag_explains_itself() {
        for command in Program::command().get_subcommands() {
            for argument in command.get_arguments().filter(|argument| argument.get_id() != "help") {
                assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
        }
    }
}
