//! What an operator may choose, from the TOML file; flags are laid over it by the commands.
//!
//! Every mistake is found before anything starts, and all of them at once. Past this module there are no texts that
//! might be wrong.

mod channels;
mod classes;
mod detect;
mod machines;
mod oidc;
mod policy;

mod problem;
mod receivers;
mod review;
mod secrets;
mod section;
mod sections;
mod streams;
mod tenants;
mod value;
mod written;

#[cfg(test)]
mod detect_tests;
#[cfg(test)]
mod example;
#[cfg(test)]
mod tests;

pub(crate) use detect::Detect;
pub(crate) use policy::warnings;
pub(crate) use problem::{Problem, Problems};
pub(crate) use review::Reviewed;
pub(crate) use streams::Stream;
pub(crate) use value::{collector_url, file_source};
pub(crate) use written::Written;

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use palisade_access::{MachineGrant, Proxies};
use palisade_lifecycle::{Classes, LockMode, Term};
use palisade_record::{ByteSize, StreamName, TenantName};

/// Everything that can be configured.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Configuration {
    /// Whose records these are.
    pub(crate) tenant: TenantName,
    pub(crate) server: Server,
    pub(crate) storage: Storage,
    pub(crate) agent: Agent,
    pub(crate) sources: Vec<FileSource>,
    /// All retention classes, locked as the storage says.
    pub(crate) classes: Classes,
    /// What is said about streams; `audit` is always among them.
    pub(crate) streams: Vec<Stream>,
    /// Rules, and who is told.
    pub(crate) detect: Detect,
    /// The reports that are made every month.
    pub(crate) reports: Reports,
    /// Reviews of who opened whose data.
    pub(crate) review: Review,
    /// Deeds for which two people are needed, by their names in the audit trail.
    pub(crate) two_people: BTreeSet<String>,
    /// With which provider people sign in.
    pub(crate) oidc: Option<palisade_access::oidc::Settings>,
    /// Machines that come with a certificate, and what they may do.
    pub(crate) machines: Vec<MachineGrant>,
    /// What the file says about it, to tell when it was changed.
    pub(crate) written: Written,
    /// What the other tenants of the same program have, each complete, and without any of their own.
    pub(crate) tenants: Vec<Configuration>,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            tenant: TenantName::first(),
            server: Server::default(),
            storage: Storage::default(),
            agent: Agent::default(),
            sources: Vec::new(),
            classes: Classes::default(),
            streams: Stream::ready(),
            detect: Detect::default(),
            reports: Reports::default(),
            review: Review::default(),
            two_people: BTreeSet::new(),
            oidc: None,
            machines: Vec::new(),
            written: Written::default(),
            tenants: Vec::new(),
        }
    }
}

impl Configuration {
    /// The same with everything in another folder.
    pub(crate) fn lie_in(&mut self, data_dir: PathBuf) {
        for tenant in &mut self.tenants {
            tenant.storage.data_dir = tenants::folder(&data_dir, &tenant.tenant);
        }
        self.storage.data_dir = data_dir;
    }

    /// What one tenant has.
    ///
    /// # Errors
    /// When there is no such tenant.
    pub(crate) fn of(self, tenant: &TenantName) -> anyhow::Result<Self> {
        if self.tenant == *tenant {
            return Ok(self);
        }
        let names: Vec<String> = self.tenants.iter().map(|other| format!("`{}`", other.tenant)).collect();
        let known = format!("; there are `{}` {}", self.tenant, names.join(" "));
        let found = self.tenants.into_iter().find(|other| other.tenant == *tenant);
        found.with_context(|| format!("the configuration has no tenant `{tenant}`{known}"))
    }
}

/// Where the server listens.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Server {
    pub(crate) listen: SocketAddr,
    /// Where people reach it, when something stands in front.
    pub(crate) external_url: Option<String>,
    /// What stands in front, and says truly from where requests come.
    pub(crate) proxies: Proxies,
    /// With which certificates it speaks TLS there.
    pub(crate) tls: Option<Tls>,
}

/// Files of certificates and keys, in PEM format.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Tls {
    /// The server's own certificate, and those up to an authority.
    pub(crate) certificate_file: PathBuf,
    pub(crate) key_file: PathBuf,
    /// Authorities whose certificates machines may come with.
    pub(crate) client_ca_file: Option<PathBuf>,
}

/// Reviews of who opened whose data.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Review {
    /// The stream of accesses; the first one with protected fields when nothing is said.
    pub(crate) stream: Option<StreamName>,
    /// The stream of what explains them.
    pub(crate) facts: Option<StreamName>,
    /// Whether one is opened when a month is over.
    pub(crate) monthly: bool,
    /// How long somebody has for it.
    pub(crate) due: Term,
}

impl Default for Review {
    fn default() -> Self {
        Self { stream: None, facts: None, monthly: false, due: Term::days(14) }
    }
}

/// Reports for auditors.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Reports {
    /// Whether one is made when a month is over.
    pub(crate) monthly: bool,
    /// The IANA name of the zone in which months begin and hours are told.
    pub(crate) zone: String,
}

impl Default for Reports {
    fn default() -> Self {
        Self { monthly: true, zone: "UTC".to_owned() }
    }
}

/// The port of the web page, the HTTP interface and the agents.
pub(crate) const PORT: u16 = 8514;

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, PORT).into(),
            external_url: None,
            proxies: Proxies::default(),
            tls: None,
        }
    }
}

/// Where records are kept and when they become splits.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Storage {
    pub(crate) data_dir: PathBuf,
    pub(crate) split_bytes: ByteSize,
    pub(crate) split_age: Duration,
    pub(crate) cache_bytes: ByteSize,
    /// Addresses as `palisade_storage::open` takes them.
    pub(crate) warm: Option<String>,
    pub(crate) cold: Option<String>,
    pub(crate) anchor: Option<String>,
    /// The key that wraps all others, as `palisade_seal::open_root` takes it; a file in the data directory when not given.
    pub(crate) root_key: Option<String>,
    /// How evidence is locked, where a class says nothing else.
    pub(crate) lock: LockMode,
    /// What was typed to confirm compliance mode.
    pub(crate) confirmations: Vec<String>,
    /// Most bytes of index objects in the data directory.
    pub(crate) index_bytes: ByteSize,
}

/// Where everything lies when nothing else is said: beside the one who starts the program, as it needs no rights.
pub(crate) const DATA_DIR: &str = "palisade-data";

impl Storage {
    /// Where a storage is, for people. What stands behind the question mark of its address names files with keys.
    pub(crate) fn place(address: Option<&String>) -> Option<String> {
        address.map(|address| address.split('?').next().unwrap_or_default().to_owned())
    }
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from(DATA_DIR),
            split_bytes: ByteSize::mib(256),
            split_age: Duration::from_secs(10 * 60),
            cache_bytes: ByteSize::mib(128),
            warm: None,
            cold: None,
            anchor: None,
            root_key: None,
            lock: LockMode::default(),
            confirmations: Vec::new(),
            index_bytes: ByteSize::gib(64),
        }
    }
}

/// How a node's logs are read and shipped.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Agent {
    /// The machine's name when not given.
    pub(crate) name: Option<String>,
    pub(crate) cluster: String,
    /// The agent's name when not given.
    pub(crate) node: Option<String>,
    pub(crate) collector: String,
    pub(crate) token_file: Option<PathBuf>,
    /// The well-known authorities when not given.
    pub(crate) ca_file: Option<PathBuf>,
    /// The certificate with which it shows who it is, and its key; a token does when not given.
    pub(crate) certificate_file: Option<PathBuf>,
    pub(crate) key_file: Option<PathBuf>,
    /// `DATA_DIR/agent` inside `serve`, `palisade-agent` otherwise, when not given.
    pub(crate) state_dir: Option<PathBuf>,
    pub(crate) pods: PathBuf,
    pub(crate) link_roots: Vec<PathBuf>,
    pub(crate) memory: ByteSize,
    pub(crate) spool: ByteSize,
    pub(crate) deleted: ByteSize,
    pub(crate) start: Start,
    pub(crate) streams: Vec<PodStream>,
}

/// Where the container runtime writes the logs of pods.
pub(crate) const PODS: &str = "/var/log/pods";

impl Default for Agent {
    fn default() -> Self {
        Self {
            name: None,
            cluster: String::new(),
            node: None,
            collector: format!("http://127.0.0.1:{PORT}"),
            token_file: None,
            ca_file: None,
            certificate_file: None,
            key_file: None,
            state_dir: None,
            pods: PathBuf::from(PODS),
            link_roots: Vec::new(),
            memory: ByteSize::mib(32),
            spool: ByteSize::gib(1),
            deleted: ByteSize::gib(1),
            start: Start::Oldest,
            streams: Vec::new(),
        }
    }
}

/// Where reading begins in files that were there before the agent first ran.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Start {
    /// At their beginning.
    Oldest,
    /// At their end: only what is written from now on.
    Newest,
}

/// The stream of the logs of certain containers.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct PodStream {
    /// With `*` and `?`.
    pub(crate) namespace: String,
    /// With `*` and `?`.
    pub(crate) container: String,
    pub(crate) stream: StreamName,
}

/// Plain files that are read line by line.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct FileSource {
    pub(crate) stream: StreamName,
    pub(crate) glob: String,
    /// The time zone of times that do not tell theirs, as an IANA name; empty for UTC.
    pub(crate) zone: String,
    pub(crate) format: Format,
}

/// How a file frames its records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    /// Decided by the first line.
    Auto,
    /// A record is a line.
    Plain,
    /// The format of container runtimes: time, channel, tag, text.
    Cri,
    /// Docker's `json-file`.
    Docker,
}

/// Largest configuration file. A thousand sources fit; a log file given by mistake does not.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Reads the configuration file, or takes the defaults when there is none.
pub(crate) fn load(path: Option<&Path>) -> anyhow::Result<Configuration> {
    let Some(path) = path else { return Ok(Configuration::default()) };
    let cannot = || format!("cannot read the configuration {}", path.display());
    let bytes =
        palisade_disk::read_file(&palisade_disk::RealDisk, path, FILE_BYTES_MAX).with_context(cannot)?;
    let text = String::from_utf8(bytes).with_context(cannot)?;
    Ok(read(&path.display().to_string(), &text)?)
}

/// Reads a configuration; `name` is what its mistakes are reported under.
pub(crate) fn read(name: &str, text: &str) -> Result<Configuration, Problems> {
    let document = match toml_edit::Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let problem =
                Problem { span: error.span().unwrap_or(0..0), message: problem::lower(error.message()) };
            return Err(Problems::new(name, text, vec![problem]));
        }
    };
    let (configuration, problems) = sections::read(document.as_table());
    if problems.is_empty() { Ok(configuration) } else { Err(Problems::new(name, text, problems)) }
}
