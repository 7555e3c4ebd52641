//! `palisade agent`: ships the logs of a node to a collector elsewhere.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use palisade_disk::{Disk, RealDisk};
use palisade_record::SystemClock;

use super::serve::{Files, runtime};
use crate::configuration::{self, Configuration, collector_url};
use crate::output::{Usage, say};
use crate::shipper::Shipper;
use crate::shutdown::{self, Terminal};

/// Ship the logs of this machine to a collector.
///
/// Follows the files of containers (--pods) and others (--files) through rotation and keeps sending until the
/// collector has acknowledged them on its disk. What could not be sent in time is recorded as a gap, to the byte.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  palisade agent --collector http://logs.internal:8514 --token-file /etc/palisade/agent.token --state-dir /var/lib/palisade
  palisade agent --config /etc/palisade.toml --name node-7
  palisade agent --collector http://127.0.0.1:8514 --token-file agent.token --files app='/srv/app/*.log' --until-idle

The token is DATA_DIR/agent.token of the collector. deploy/daemonset.yaml runs this on every node of a cluster.
Flags override the configuration file.")]
pub(crate) struct Agent {
    /// The configuration file; palisade.example.toml explains every key.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Where to ship to [default: http://127.0.0.1:8514].
    #[arg(long, value_name = "URL")]
    collector: Option<String>,

    /// The file with the agents' token of the collector.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// Where the agent remembers how far it is; must survive restarts [default: palisade-agent].
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,

    /// The name under which positions are kept, different for every agent [default: this machine's name].
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    #[command(flatten)]
    files: Files,

    /// Exit when all files are read to their end and acknowledged.
    #[arg(long)]
    until_idle: bool,
}

/// Where state lies when nothing else is said.
const STATE_DIR: &str = "palisade-agent";

/// How often an agent that runs until it is idle looks whether it is.
const IDLE_PAUSE: Duration = Duration::from_millis(50);

impl Agent {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut configuration = configuration::load(self.config.as_deref())?;
        let agent = &mut configuration.agent;
        if let Some(url) = &self.collector {
            agent.collector = collector_url(url).map_err(|wrong| Usage(format!("--collector {wrong}")))?;
        }
        agent.token_file = self.token_file.or(agent.token_file.take());
        agent.name = self.name.or(agent.name.take());
        agent.state_dir = self.state_dir.or(agent.state_dir.take());
        self.files.lay_over(&mut configuration);
        runtime()?.block_on(ship(configuration, self.until_idle))
    }
}

async fn ship(configuration: Configuration, until_idle: bool) -> anyhow::Result<()> {
    let stop = shutdown::watch(Terminal::Free)?;
    let token_file = configuration.agent.token_file.clone();
    if token_file.is_none() && configuration.agent.certificate_file.is_none() {
        let problem = "no token: name the file with --token-file; it is DATA_DIR/agent.token of the collector (or name a \
                       certificate in the configuration)";
        return Err(Usage(problem.to_owned()).into());
    }
    let state_dir = configuration.agent.state_dir.clone().unwrap_or_else(|| PathBuf::from(STATE_DIR));
    RealDisk.create_directory(&state_dir).with_context(|| {
        format!("cannot make the folder {}; name another with --state-dir", state_dir.display())
    })?;
    let (disk, clock) = (Arc::new(RealDisk), Arc::new(SystemClock));
    let shipper = Shipper::start(&configuration, token_file, state_dir, disk, clock)?;
    say(&format!("shipping to {}", configuration.agent.collector));
    if until_idle {
        shipper.finish_files();
        while !shipper.is_drained() && !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(IDLE_PAUSE) => {}
            }
        }
        if shipper.is_drained() {
            say("all files are read and acknowledged");
        }
    } else {
        stop.cancelled().await;
    }
    let stopping = tokio::task::spawn_blocking(move || shipper.stop());
    if !stopping.await.context("the agent panicked while it stopped")? {
        tracing::info!("what was read and not acknowledged yet is read again at the next start");
    }
    Ok(())
}
