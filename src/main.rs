//! The program: one executable that is agent, collector, index, query engine and web page, alone or together.
//!
//! Everything here composes; what a log is, how it is kept and how it is found is the work of the libraries.

mod client;
mod command;
mod configuration;
mod demo;
mod output;
mod server;
mod shipper;
mod shutdown;
mod telemetry;

use std::alloc::System;
use std::process::ExitCode;

use clap::Parser;
use rustix::fs::Mode;
use zeroizing_alloc::ZeroAlloc;

use crate::command::Program;
use crate::output::{Closed, Exit, Usage};

/// Memory is wiped when it is given back: bodies, queries and what they are made into hold values that are sealed on disk,
/// and neither the HTTP library nor the decompressor knows which.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

/// The command line itself was wrong.
const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
    // Logs, tokens and what follows from them are nobody else's business on a shared machine: not even where a library
    // makes the file.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let program = match Program::try_parse() {
        Ok(program) => program,
        Err(error) => return refuse(&error),
    };
    telemetry::begin(program.log_format);
    match program.run() {
        Ok(()) => ExitCode::SUCCESS,
        // `palisade search … | head` has read enough: that is no failure.
        Err(error) if error.is::<Closed>() => ExitCode::SUCCESS,
        Err(error) if error.is::<Exit>() => {
            error.downcast_ref::<Exit>().map_or(ExitCode::FAILURE, |exit| ExitCode::from(exit.0))
        }
        Err(error) => {
            output::complain(&format!("{error:#}"));
            if error.is::<Usage>() { ExitCode::from(EXIT_USAGE) } else { ExitCode::FAILURE }
        }
    }
}

/// Prints why the command line cannot be meant, or the help that it asks for.
fn refuse(error: &clap::Error) -> ExitCode {
    // Nobody to tell, if this fails.
    _ = error.print();
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    // For scripts that verify, 2 already says something.
    let verifies = std::env::args_os().nth(1).is_some_and(|command| command == "verify");
    ExitCode::from(if verifies { command::EXIT_VERIFY_USAGE } else { EXIT_USAGE })
}
