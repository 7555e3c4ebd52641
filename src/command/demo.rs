//! `palisade demo`: everything at once, with something to look at.

use std::io::{IsTerminal, Write, stderr};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use palisade_lifecycle::Term;
use palisade_record::{ByteSize, SystemClock};
use tokio_util::sync::CancellationToken;

use super::serve::runtime;
use crate::configuration::{Configuration, PORT};
use crate::demo::{Folder, Generator, HISTORY_LINES, LINES_PER_SECOND, configuration, guide};
use crate::output::{Output, say};
use crate::server::{Roles, Server};
use crate::shutdown::{self, Terminal};

/// See Palisade at work on the logs of a bank, a video service and a hospital.
///
/// Starts a server and writes half an hour of made-up container logs, then goes on writing. Nothing else is needed,
/// and nothing stays behind.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade demo
  palisade demo --port 0 --rate 500
  palisade demo --data-dir /tmp/palisade-demo       keeps what it wrote

What to try is printed when everything runs. Ctrl-C ends it.")]
pub(crate) struct Demo {
    /// Listen at this port of the loopback address; 0 takes any free one.
    #[arg(long, value_name = "PORT", default_value_t = PORT)]
    port: u16,

    /// Listen at this address instead.
    #[arg(long, value_name = "ADDR", conflicts_with = "port")]
    listen: Option<SocketAddr>,

    /// Keep everything in this folder [default: a temporary folder that is removed at the end].
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// Lines per second.
    #[arg(long, value_name = "LINES", default_value_t = LINES_PER_SECOND, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    rate: u32,

    /// How long the hospital's records stay hot, and then warm, before they are cold.
    #[arg(long, value_name = "SPAN", default_value = "2min")]
    tiers: Term,
}

/// How often the line with the numbers is drawn.
const NUMBERS_PAUSE: Duration = Duration::from_secs(1);

impl Demo {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let folder = match &self.data_dir {
            Some(path) => Folder::kept(path),
            None => Folder::temporary()?,
        };
        runtime()?.block_on(self.show(&folder))
    }

    async fn show(&self, folder: &Folder) -> anyhow::Result<()> {
        let stop = shutdown::watch(Terminal::Bound)?;
        let configuration = self.configuration(folder)?;
        let pods = configuration.agent.pods.clone();
        let roles = Roles { agent: true, collector: true, query: true, detect: true, lifecycle: true };
        std::fs::create_dir_all(&pods)
            .with_context(|| format!("cannot make the folder {}", pods.display()))?;
        let server = Server::start(configuration, roles).await?;

        say(&format!("writing {HISTORY_LINES} lines of history…"));
        let rate = self.rate;
        let writing =
            tokio::task::spawn_blocking(move || Generator::start(&pods, Arc::new(SystemClock), rate)).await;
        let (generator, highlights) = writing.context("the demonstration's writer panicked")??;

        let mut output = Output::new();
        output.line(&format!("listening on {}", server.url()))?;
        output.line(&guide(&server, folder, &highlights))?;
        output.flush()?;
        show_numbers(&server, &generator, &stop).await;

        let stopped = tokio::task::spawn_blocking(move || generator.stop());
        stopped.await.context("the demonstration's writer panicked")??;
        server.stop().await
    }

    fn configuration(&self, folder: &Folder) -> anyhow::Result<Configuration> {
        // The addresses of warm and cold storages are whole paths.
        let path = std::path::absolute(folder.path())?;
        let mut configuration = configuration(&path, self.tiers)?;
        configuration.server.listen =
            self.listen.unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)));
        Ok(configuration)
    }
}

/// Draws one line of numbers again and again on a terminal, until the program is asked to stop.
async fn show_numbers(server: &Server, generator: &Generator, stop: &CancellationToken) {
    if !stderr().is_terminal() {
        stop.cancelled().await;
        return;
    }
    loop {
        let numbers = server.statistics();
        let behind = generator.written().saturating_sub(numbers.records_total);
        let size = ByteSize::bytes(numbers.bytes_total);
        let line = format!("{} records, {size}, {behind} not searchable yet", numbers.records_total);
        // Nothing is lost when it cannot be drawn.
        _ = write!(stderr(), "\r  {line}\u{1b}[K").and_then(|()| stderr().flush());
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(NUMBERS_PAUSE) => {}
        }
    }
    say("");
}
