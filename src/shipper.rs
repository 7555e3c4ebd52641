//! The agent inside this program: settings in, numbers out.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use palisade_agent::{
    Agent, FilesSource, Format, HttpTransport, PodsSource, Settings, StartPolicy, Status, StreamRule,
};
use palisade_disk::SharedDisk;
use palisade_record::Clock;

use crate::configuration::{self, Configuration, Start};

/// How long a stop may take to ship what was read. The rest is read again at the next start.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// What stands for a machine that has no name.
const UNNAMED: &str = "localhost";

/// A running agent, until it is stopped.
pub(crate) struct Shipper(Mutex<Option<Agent>>);

impl Shipper {
    /// Starts to read and to ship.
    pub(crate) fn start(
        configuration: &Configuration,
        token_file: Option<PathBuf>,
        state_dir: PathBuf,
        disk: SharedDisk,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let settings = settings(configuration, token_file, state_dir);
        let transport =
            HttpTransport::new(&settings).context("cannot prepare the connection to the collector")?;
        let agent =
            Agent::start(settings, disk, clock, Box::new(transport)).context("cannot start the agent")?;
        Ok(Self(Mutex::new(Some(agent))))
    }

    /// Reads every file to its end, also a last line that has no newline.
    pub(crate) fn finish_files(&self) {
        if let Some(agent) = &*self.agent() {
            agent.finish_files();
        }
    }

    /// Whether everything that was read is acknowledged.
    pub(crate) fn is_drained(&self) -> bool {
        self.agent().as_ref().is_some_and(Agent::is_drained)
    }

    /// What it counts; nothing once it was stopped.
    pub(crate) fn status(&self) -> Option<Status> {
        self.agent().as_ref().map(Agent::status)
    }

    /// Ships what was read, for a while, and stops. Says whether all of it was acknowledged.
    pub(crate) fn stop(&self) -> bool {
        let agent = self.agent().take();
        agent.is_none_or(|agent| agent.stop(STOP_GRACE))
    }

    fn agent(&self) -> MutexGuard<'_, Option<Agent>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn settings(configuration: &Configuration, token_file: Option<PathBuf>, state_dir: PathBuf) -> Settings {
    let agent = &configuration.agent;
    let name = agent.name.clone().unwrap_or_else(machine_name);
    let mut settings = Settings::new(&name, &agent.collector, token_file, state_dir);
    settings.cluster.clone_from(&agent.cluster);
    if let Some(node) = &agent.node {
        settings.node.clone_from(node);
    }
    settings.ca_file.clone_from(&agent.ca_file);
    settings.certificate_file.clone_from(&agent.certificate_file);
    settings.key_file.clone_from(&agent.key_file);
    settings.pods = Some(pods(agent));
    settings.files = configuration.sources.iter().map(files).collect();
    settings.link_roots.clone_from(&agent.link_roots);
    settings.memory_bytes = agent.memory;
    settings.spool_bytes = agent.spool;
    settings.deleted_bytes = agent.deleted;
    settings.start = match agent.start {
        Start::Oldest => StartPolicy::Beginning,
        Start::Newest => StartPolicy::End,
    };
    settings
}

fn pods(agent: &configuration::Agent) -> PodsSource {
    let rule = |rule: &configuration::PodStream| StreamRule {
        namespace: rule.namespace.clone(),
        container: rule.container.clone(),
        stream: rule.stream.clone(),
    };
    // Relative paths are taken from where the program was started, as everywhere on the command line.
    let root = std::path::absolute(&agent.pods).unwrap_or_else(|_| agent.pods.clone());
    let mut pods = PodsSource::new(root);
    pods.streams = agent.streams.iter().map(rule).collect();
    pods
}

fn files(source: &configuration::FileSource) -> FilesSource {
    FilesSource {
        stream: source.stream.clone(),
        glob: source.glob.clone(),
        zone: source.zone.clone(),
        format: match source.format {
            configuration::Format::Auto => Format::Auto,
            configuration::Format::Plain => Format::Plain,
            configuration::Format::Cri => Format::Cri,
            configuration::Format::Docker => Format::Docker,
        },
    }
}

/// The name under which the machine knows itself.
fn machine_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match name.trim() {
        "" => UNNAMED.to_owned(),
        name => name.to_owned(),
    }
}
