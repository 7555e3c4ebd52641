//! Measures Palisade beside zstd and ripgrep on one machine, and checks every answer it measures.
//!
//! Each figure stands beside what was promised, and is not judged by this program: milliseconds of a shared machine say
//! little, ratios of one run say much. A wrong answer makes it fail.

mod cold;
mod compress;
mod corpus;
mod detect;
mod figures;
mod fresh;
mod ingest;
mod measure;
mod memory;
mod month;
mod report;
mod run;
mod sealing;
mod search;
mod ship;
mod stage;
mod table;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use palisade_record::ByteSize;

#[derive(Parser, Debug)]
#[command(name = "palisade-bench", about = "Measures Palisade beside zstd and ripgrep.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Write a corpus of JSON lines, the same for the same seed.
    Generate {
        /// At least so many bytes.
        #[arg(long, value_name = "SIZE")]
        bytes: ByteSize,
        /// Which corpus.
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        seed: u64,
        /// Where to.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    Run(Box<run::Run>),
    Memory(memory::Memory),
    Month(month::Month),
    Cold(cold::Cold),
    Sealing(sealing::Sealing),
    Detect(detect::Detect),
    /// Compress a file and print how long the result is.
    #[command(name = compress::COMMAND, hide = true)]
    Compress {
        file: PathBuf,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Generate { bytes, seed, out } => {
            corpus::write(&out, corpus::Lines::Mixed, bytes, seed).map(|_| ())
        }
        Command::Run(run) => run.run(),
        Command::Memory(memory) => memory.run(),
        Command::Month(month) => month.run(),
        Command::Cold(cold) => cold.run(),
        Command::Sealing(sealing) => sealing.run(),
        Command::Detect(detect) => detect.run(),
        Command::Compress { file } => compress::run(&file),
    }
}
