//! The whole product in one process: what is started, in which order, and how it ends.

mod detect;
mod http;
mod keys;
mod lifecycle;
mod lock;
mod log_key;
mod metrics;
mod observe;
mod paths;
mod requests;
mod roles;
mod storages;
mod tokens;
mod verifier;

#[cfg(test)]
mod tests;

pub(crate) use lock::DataDirLock;
pub(crate) use log_key::LOG_PUBLIC_KEY_FILE;
pub(crate) use observe::STATISTICS_PATH;
pub(crate) use roles::Roles;
pub(crate) use storages::open as open_storages;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use palisade_access::{Caller, Gate, Role, Routes, session_routes};
use palisade_collector::{Collector, Normaliser};
use palisade_detect::service::Service as Detection;
use palisade_disk::{Disk, RealDisk, SharedDisk, replace_file};
use palisade_index::{Index, Parts, ReadFrom};
use palisade_lifecycle::apply::Lifecycle;
use palisade_lifecycle::http::Governed;
use palisade_query::{AuditTrail, Engine};
use palisade_record::{Clock, SystemClock};

use self::http::Door;
use self::keys::{Keys, Trail};
use self::observe::Observed;
use self::verifier::Verifier;
use crate::configuration::Configuration;
use crate::shipper::Shipper;

/// The file with the token that may do everything.
pub(crate) const ADMIN_TOKEN_FILE: &str = "admin.token";
/// The file with the token of agents.
pub(crate) const AGENT_TOKEN_FILE: &str = "agent.token";
/// The file with the address of a running server, as `127.0.0.1:8514`.
pub(crate) const ADDRESS_FILE: &str = "address";

/// Whose records these are, until there are several.
pub(crate) const TENANT: &str = "default";

/// How often a server that runs until it is idle looks whether it is.
const IDLE_PAUSE: Duration = Duration::from_millis(50);

/// A running server.
pub(crate) struct Server {
    data_dir: PathBuf,
    address: SocketAddr,
    gate: Gate,
    shipper: Option<Arc<Shipper>>,
    door: Door,
    index: Index,
    lifecycle: Option<Lifecycle>,
    detection: Option<Detection>,
    _lock: DataDirLock,
}

impl Server {
    /// Starts everything. When this returns, requests are answered and files are read.
    pub(crate) async fn start(configuration: Configuration, roles: Roles) -> anyhow::Result<Self> {
        let (disk, clock): (SharedDisk, Arc<dyn Clock>) = (Arc::new(RealDisk), Arc::new(SystemClock));
        let data_dir = configuration.storage.data_dir.clone();
        for warning in crate::configuration::warnings(&configuration) {
            tracing::warn!("{warning}");
        }
        make_folder(&*disk, &data_dir)?;
        let lock = DataDirLock::take(&data_dir)?;
        // Before the journal is read, which can take a while: a port that is taken is told at once.
        let listener = http::listen(configuration.server.listen).await?;

        let gate = Gate::new(tokens::open(&*disk, &data_dir)?);
        let log_key = log_key::open(&*disk, &data_dir)?;
        let public_key = log_key.verifying_key().clone();
        let remembered = roles.detect.then(|| detect::Remembered::open(&configuration)).transpose()?;
        let read_from = remembered.as_ref().map_or(ReadFrom::Nowhere, |remembered| remembered.read_from);
        let parts = Parts { log_key: Some(log_key), read_from, ..Parts::near(disk.clone(), clock.clone()) };
        let index = open_index(&configuration, parts, roles.lifecycle).await?;
        let verifier = Verifier::start(index.clone(), data_dir.clone(), public_key)?;
        let keys = open_keys(&configuration, clock.clone()).await?;
        let protections = Some(keys.protections());
        let collector = roles
            .collector
            .then(|| Collector::new(index.clone(), clock.clone(), Default::default(), protections));
        let engine = match roles.query {
            true => {
                let engine =
                    Engine::new(index.clone(), Default::default(), clock.clone(), Some(keys.sealed()));
                Some(engine.context("cannot start the threads that search")?)
            }
            false => None,
        };
        let governed = match roles.lifecycle {
            true => Some(lifecycle::start(&configuration, &index, engine.as_ref(), &clock)?),
            false => None,
        };
        let lifecycle = governed.as_ref().map(|governed| governed.lifecycle.clone());
        let held = lifecycle::Held { index: index.clone(), engine: engine.clone() };
        let audit: Arc<dyn AuditTrail> = Arc::new(Trail(collector.clone()));
        let detection = match remembered {
            Some(remembered) => {
                let address = format!("http://{}", reachable(listener.local_addr()?));
                let (engine, trail) = (engine.as_ref(), audit.clone());
                let beside = detect::Beside { index: &index, engine, keys: &keys, clock: &clock, trail };
                Some(remembered.start(&configuration, beside, address)?)
            }
            None => None,
        };
        let observed = Observed::new(index.clone(), collector.clone(), engine.clone(), lifecycle.clone());
        observed.detected_by(detection.clone());
        observed.verified_by(verifier.clone());

        let mut routes = routes(&gate, observed.clone(), collector, engine.clone(), governed);
        routes = routes.merge(verifier.routes()).merge(keys.routes(index.clone(), audit.clone(), held));
        if let Some(detection) = &detection {
            routes = routes.merge(palisade_detect::http::routes(detection.clone()));
        }
        if let Some(engine) = engine {
            routes = routes.merge(palisade_query::reveal_routes(engine, audit));
        }
        let door = Door::open(listener, router(routes, &gate))?;
        let address = door.address();
        if !address.ip().is_loopback() {
            tracing::warn!(%address, "reachable from other machines without TLS; put something that speaks TLS in front");
        }
        replace_file(&*disk, &data_dir.join(ADDRESS_FILE), format!("{}\n", reachable(address)).as_bytes())
            .context("cannot write down the address")?;

        let shipper = match roles.agent {
            true => Some(start_shipper(&configuration, address, disk, clock)?),
            false => None,
        };
        observed.watch(shipper.clone());
        Ok(Self { data_dir, address, gate, shipper, door, index, lifecycle, detection, _lock: lock })
    }

    /// Where people and programs reach it.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", reachable(self.address))
    }

    /// Where everything lies.
    pub(crate) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Numbers about what is stored.
    pub(crate) fn statistics(&self) -> palisade_index::Statistics {
        self.index.statistics()
    }

    /// A link that signs a browser in, for an hour.
    pub(crate) fn sign_in_link(&self) -> String {
        let code = self.gate.sign_in_code(Caller { name: "admin".to_owned(), role: Role::Admin });
        format!("{}/sign-in?token={}", self.url(), code.reveal())
    }

    /// Waits until every file was read to its end and everything in it is acknowledged and in splits.
    pub(crate) async fn until_idle(&self) -> anyhow::Result<()> {
        if let Some(shipper) = &self.shipper {
            shipper.finish_files();
            while !shipper.is_drained() {
                tokio::time::sleep(IDLE_PAUSE).await;
            }
        }
        let index = self.index.clone();
        let published = tokio::task::spawn_blocking(move || index.publish()).await;
        published.context("the thread that writes splits panicked")?.context("cannot write splits")
    }

    /// Stops in the order in which nothing is lost and nobody waits: the agent ships what it has read, requests that
    /// are under way are answered, and only then the index is closed, as everyone above may still write.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        let Self { data_dir, shipper, door, index, lifecycle, detection, _lock, .. } = self;
        if let Some(shipper) = shipper {
            let stopping = tokio::task::spawn_blocking(move || shipper.stop());
            if !stopping.await.context("the agent panicked while it stopped")? {
                tracing::info!("what was read and not acknowledged yet is read again at the next start");
            }
        }
        door.close().await;
        let closing = tokio::task::spawn_blocking(move || {
            if let Some(lifecycle) = lifecycle {
                lifecycle.stop();
            }
            index.close();
            // Last: it looks at everything that became durable.
            if let Some(detection) = detection {
                detection.stop();
            }
        });
        closing.await.context("the index panicked while it was closed")?;
        // A stale address would send the next command to whoever listens there then.
        _ = RealDisk.remove(&data_dir.join(ADDRESS_FILE));
        Ok(())
    }
}

/// Every route of the program with the permission it needs.
fn routes(
    gate: &Gate,
    observed: Observed,
    collector: Option<Collector>,
    engine: Option<Engine>,
    governed: Option<Governed>,
) -> Routes {
    let mut routes = session_routes(gate).merge(observe::routes(observed));
    if let Some(collector) = collector {
        routes = routes.merge(palisade_collector::routes(collector));
    }
    if let Some(engine) = engine {
        routes = routes.merge(palisade_query::routes(engine)).merge(palisade_ui::routes());
    }
    if let Some(governed) = governed {
        routes = routes.merge(palisade_lifecycle::http::routes(governed));
    }
    routes
}

fn router(routes: Routes, gate: &Gate) -> Router {
    paths::guard(routes.into_router(gate))
}

fn make_folder(disk: &dyn Disk, folder: &Path) -> anyhow::Result<()> {
    disk.create_directory(folder)
        .with_context(|| format!("cannot make the folder {}; name another with --data-dir", folder.display()))
}

async fn open_keys(configuration: &Configuration, clock: Arc<dyn Clock>) -> anyhow::Result<Keys> {
    let configuration = configuration.clone();
    // A root key may be far away.
    let opening = tokio::task::spawn_blocking(move || Keys::open(&configuration, clock));
    opening.await.context("the keys panicked while they were opened")?
}

async fn open_index(
    configuration: &Configuration,
    near: Parts,
    puts_receipts: bool,
) -> anyhow::Result<Index> {
    let storage = &configuration.storage;
    let settings = palisade_index::Settings {
        data_dir: storage.data_dir.clone(),
        split_bytes: storage.split_bytes,
        split_age: storage.split_age,
        cache_bytes: storage.cache_bytes,
        classes: storages::classes(&configuration.streams, puts_receipts),
        tenant: TENANT.to_owned(),
    };
    let far = storages::open(storage, &near.disk)?;
    let parts = Parts { warm: far.warm, cold: far.cold, anchor: far.anchor, ..near };
    // Reading the journal back takes a second per few hundred megabytes.
    let opening = tokio::task::spawn_blocking(move || Index::open(settings, parts, &Normaliser));
    opening.await.context("the index panicked while it was opened")?.context("cannot open the index")
}

/// The agent of this process ships over the network like any other: there is one way in.
fn start_shipper(
    configuration: &Configuration,
    address: SocketAddr,
    disk: SharedDisk,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Arc<Shipper>> {
    let mut configuration = configuration.clone();
    configuration.agent.collector = format!("http://{}", reachable(address));
    let data_dir = &configuration.storage.data_dir;
    let token_file = data_dir.join(AGENT_TOKEN_FILE);
    let state_dir = configuration.agent.state_dir.clone().unwrap_or_else(|| data_dir.join("agent"));
    Ok(Arc::new(Shipper::start(&configuration, token_file, state_dir, disk, clock)?))
}

/// An address that can be connected to: "all addresses" is none.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        ip if !ip.is_unspecified() => address,
        IpAddr::V4(_) => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()),
        IpAddr::V6(_) => SocketAddr::new(std::net::Ipv6Addr::LOCALHOST.into(), address.port()),
    }
}
