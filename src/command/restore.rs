//! `palisade restore`: what was lost comes back.

mod archive;
mod catalog;
mod index;

use clap::{Args, Subcommand};

use crate::output::Usage;

/// Bring back a lost catalog, or records that lie in an archive class.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  palisade restore --catalog --data-dir /var/lib/palisade --config /etc/palisade.toml
                                      from the objects beside it and in the cold storage
  palisade restore --index --data-dir /var/lib/palisade
                                      indexes that are missing or damaged, from the evidence
  palisade restore drill --config /etc/palisade.toml --data-dir /var/lib/palisade
                                      try it, in a folder that goes again
  palisade restore request --from 2026-01-01 --to 2026-02-01
                                      what bringing these records back from an archive costs; --yes begins it
  palisade restore list

Exit codes: 0 done and complete, 1 failed or something is missing, 2 the command line is wrong."
)]
pub(crate) struct Restore {
    #[command(subcommand)]
    what: Option<What>,

    /// Make the catalog of a data directory again. The server must not run.
    #[arg(long)]
    catalog: bool,

    /// Bring the index objects of all splits near, and make again those that are nowhere. The server must not run; while it
    /// does, it does so by itself, split by split, when they are searched.
    #[arg(long, conflicts_with = "catalog")]
    index: bool,

    #[command(flatten)]
    place: catalog::Place,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand, Debug)]
enum What {
    Drill(catalog::Drill),
    Request(archive::Request),
    List(archive::List),
}

impl Restore {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.what {
            Some(What::Drill(drill)) => drill.run(),
            Some(What::Request(request)) => request.run(),
            Some(What::List(list)) => list.run(),
            None if self.catalog => catalog::restore(&self.place, self.json),
            None if self.index => index::restore(&self.place, self.json),
            None => {
                Err(Usage("say what to restore: --catalog, --index, drill, request or list".to_owned())
                    .into())
            }
        }
    }
}
