//! What an agent is told: plain values, without defaults that depend on the machine.

use std::path::PathBuf;
use std::time::Duration;

use palisade_record::{ByteSize, StreamName};
use serde::Deserialize;

/// The settings of one agent.
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    /// The agent's name; positions at the collector are kept under it, so it must stay the same. Usually the host name.
    pub agent: String,
    /// The cluster's name, for the origin of records.
    #[serde(default)]
    pub cluster: String,
    /// The machine's name, for the origin of records.
    #[serde(default)]
    pub node: String,
    /// Where the collector listens, such as `https://logs.example:8514`.
    pub collector_url: String,
    /// The file that holds the token; read again when the collector refuses it. None when a certificate says who this is.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// Certificates (PEM) to trust instead of the well-known ones.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// The certificate (PEM) with which the agent shows who it is, and those up to an authority; read again when it changes.
    #[serde(default)]
    pub certificate_file: Option<PathBuf>,
    /// Its private key (PEM).
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// Where checkpoint, spool and quarantine lie.
    pub state_dir: PathBuf,
    /// Container logs.
    #[serde(default)]
    pub pods: Option<PodsSource>,
    /// Other log files.
    #[serde(default)]
    pub files: Vec<FilesSource>,
    /// Folders outside of the sources into which symbolic links may lead, such as `/var/lib/docker/containers`.
    #[serde(default)]
    pub link_roots: Vec<PathBuf>,
    /// Bound of everything that grows with the logs: read buffer, open lines, batches on their way.
    #[serde(default = "default_memory_bytes")]
    pub memory_bytes: ByteSize,
    /// Bound of the backlog on disk while the collector is away; zero turns it off.
    #[serde(default = "default_spool_bytes")]
    pub spool_bytes: ByteSize,
    /// Bound of unread bytes in files that were deleted but are still held open.
    #[serde(default = "default_deleted_bytes")]
    pub deleted_bytes: ByteSize,
    /// Where to begin with files that neither the checkpoint nor the collector knows.
    #[serde(default)]
    pub start: StartPolicy,
    /// How often files and folders are looked at.
    #[serde(skip)]
    pub pace: Pace,
}

/// How often files and folders are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Files that grew within the last second.
    pub hot: Duration,
    /// Other files, as long as there are few; see [`Pace::polls_per_second_max`].
    pub idle: Duration,
    /// Other files are never looked at less often than this.
    pub idle_max: Duration,
    /// With many files, idle ones share this many looks per second: about 0.3 % of a core.
    pub polls_per_second_max: u32,
    /// Folders, whether or not the kernel reported a change.
    pub scan: Duration,
    /// Progress reaches the checkpoint this late at the latest; what a crash forgets, the collector trims.
    pub checkpoint: Duration,
    /// A rotated file is held open this long after its last growth, for writers that have not reopened yet.
    pub late_writer: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            hot: Duration::from_millis(50),
            idle: Duration::from_millis(100),
            idle_max: Duration::from_secs(2),
            polls_per_second_max: 10_000,
            scan: Duration::from_secs(1),
            checkpoint: Duration::from_secs(1),
            late_writer: Duration::from_secs(10),
        }
    }
}

/// Where to begin with files that nobody knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StartPolicy {
    /// At their first byte, with their rotated predecessors.
    #[default]
    Beginning,
    /// At their end, for files that are there when the agent starts; files that appear later are read whole.
    End,
}

/// Container logs as the kubelet lays them out: `<namespace>_<pod>_<uid>/<container>/<restart>.log`.
#[derive(Clone, Debug, Deserialize)]
pub struct PodsSource {
    /// Usually `/var/log/pods`.
    pub root: PathBuf,
    /// Which containers go to which stream; the first rule that fits wins.
    #[serde(default)]
    pub streams: Vec<StreamRule>,
    /// The stream of all other containers.
    #[serde(default = "default_stream")]
    pub default_stream: StreamName,
}

/// Sends containers to a stream.
#[derive(Clone, Debug, Deserialize)]
pub struct StreamRule {
    /// Namespaces, with `*` and `?`.
    #[serde(default = "anything")]
    pub namespace: String,
    /// Containers, with `*` and `?`.
    #[serde(default = "anything")]
    pub container: String,
    /// The stream.
    pub stream: StreamName,
}

/// Log files by path.
#[derive(Clone, Debug, Deserialize)]
pub struct FilesSource {
    /// The stream of their records.
    pub stream: StreamName,
    /// Absolute path with `*`, `?` and `**`.
    pub glob: String,
    /// IANA name of the time zone of times that do not tell theirs; empty for UTC.
    #[serde(default)]
    pub zone: String,
    /// How the lines are framed.
    #[serde(default)]
    pub format: Format,
}

/// How a file frames its records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A record is a line.
    #[default]
    Plain,
    /// The format of container runtimes: time, channel, tag, text.
    Cri,
    /// Docker's `json-file`.
    Docker,
    /// Decided by the first line.
    Auto,
}

fn default_memory_bytes() -> ByteSize {
    ByteSize::mib(32)
}

fn default_spool_bytes() -> ByteSize {
    ByteSize::gib(1)
}

fn default_deleted_bytes() -> ByteSize {
    ByteSize::gib(1)
}

fn default_stream() -> StreamName {
    "app".parse().expect("`app` is a stream name")
}

fn anything() -> String {
    "*".to_owned()
}

impl Settings {
    /// Settings with every default, for an agent that has no sources yet.
    pub fn new(agent: &str, collector_url: &str, token_file: Option<PathBuf>, state_dir: PathBuf) -> Self {
        Self {
            agent: agent.to_owned(),
            cluster: String::new(),
            node: agent.to_owned(),
            collector_url: collector_url.to_owned(),
            token_file,
            ca_file: None,
            certificate_file: None,
            key_file: None,
            state_dir,
            pods: None,
            files: Vec::new(),
            link_roots: Vec::new(),
            memory_bytes: default_memory_bytes(),
            spool_bytes: default_spool_bytes(),
            deleted_bytes: default_deleted_bytes(),
            start: StartPolicy::default(),
            pace: Pace::default(),
        }
    }
}

impl PodsSource {
    /// All containers under `root`, in the stream `app`.
    pub fn new(root: PathBuf) -> Self {
        Self { root, streams: Vec::new(), default_stream: default_stream() }
    }
}
