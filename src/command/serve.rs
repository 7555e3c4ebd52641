//! `palisade serve`: everything in one process.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::configuration::{self, Configuration, FileSource, file_source};
use crate::output::{Output, say};
use crate::server::{Roles, Server};
use crate::shutdown::{self, Terminal};

/// Take logs in, keep them, answer searches, show the page.
///
/// Reads the logs of this machine's containers (--pods) and files (--files), and takes records from agents and
/// programs over HTTP. Prints a link that signs a browser in.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade serve
  palisade serve --files nginx='/var/log/nginx/*.log' --files app=/srv/app/log.jsonl
  palisade serve --config /etc/palisade.toml --data-dir /var/lib/palisade --listen 0.0.0.0:8514
  palisade serve --files app=corpus.log --until-idle --listen 127.0.0.1:0
                                      index a file and exit, for scripts

Flags override the configuration file. Tokens are in DATA_DIR/admin.token and DATA_DIR/agent.token.")]
pub(crate) struct Serve {
    /// The configuration file; palisade.example.toml explains every key.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Where everything lies [default: palisade-data].
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// Where to listen; port 0 takes any free one and prints it [default: 127.0.0.1:8514].
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,

    /// Which parts run in this process, separated by commas.
    #[arg(long, value_name = "ROLES", default_value = Roles::ALL)]
    roles: Roles,

    #[command(flatten)]
    files: Files,

    /// Exit when all files are read, acknowledged and in splits.
    #[arg(long)]
    until_idle: bool,
}

/// What is read on this machine.
#[derive(Args, Debug)]
pub(crate) struct Files {
    /// Where the container runtime writes the logs of pods [default: /var/log/pods].
    #[arg(long, value_name = "DIR")]
    pods: Option<PathBuf>,

    /// Read these files into a stream: plain or JSON lines, rotated or not. Repeatable.
    #[arg(long, value_name = "STREAM=GLOB", value_parser = file_source)]
    files: Vec<FileSource>,
}

impl Files {
    /// Lays the flags over the file.
    pub(crate) fn lay_over(self, configuration: &mut Configuration) {
        if let Some(pods) = self.pods {
            configuration.agent.pods = pods;
        }
        configuration.sources.extend(self.files);
    }
}

impl Serve {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut configuration = configuration::load(self.config.as_deref())?;
        if let Some(data_dir) = self.data_dir {
            configuration.lie_in(data_dir);
        }
        if let Some(listen) = self.listen {
            configuration.server.listen = listen;
        }
        self.files.lay_over(&mut configuration);
        runtime()?.block_on(serve(configuration, self.roles, self.until_idle))
    }
}

/// The threads on which waiting happens; computing has its own.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    use anyhow::Context;
    tokio::runtime::Builder::new_multi_thread()
        .thread_name("wait")
        .enable_all()
        .build()
        .context("cannot start threads")
}

async fn serve(configuration: Configuration, roles: Roles, until_idle: bool) -> anyhow::Result<()> {
    let stop = shutdown::watch(Terminal::Free)?;
    let server = Server::start(configuration, roles).await?;
    announce(&server, roles, until_idle)?;
    let mut finished = Ok(());
    tokio::select! {
        () = stop.cancelled() => {}
        idle = server.until_idle(), if until_idle => {
            finished = idle;
            summarise(&server);
        }
    }
    server.stop().await?;
    finished
}

fn announce(server: &Server, roles: Roles, until_idle: bool) -> anyhow::Result<()> {
    let mut output = Output::new();
    output.line(&format!("listening on {}", server.url()))?;
    if roles.query && !until_idle {
        output.line(&format!("sign in at {}", server.sign_in_link()))?;
        for (tenant, link) in server.sign_in_links_of_tenants() {
            output.line(&format!("  as {tenant} at {link}"))?;
        }
    }
    output.flush()
}

fn summarise(server: &Server) {
    let numbers = server.statistics();
    say(&format!(
        "{} records ({}) read; {} splits written",
        numbers.records_total,
        palisade_record::ByteSize::bytes(numbers.bytes_total),
        numbers.splits
    ));
}
