//! The whole product in one process: what is started, in which order, and how it ends.

mod alarm;
mod asked;
mod detect;
mod due;
mod house;
mod http;
mod incidents;
mod inventory;
mod keys;
mod lifecycle;
mod lock;
mod log_key;
mod metrics;
mod observe;
mod papers;
mod paths;
mod reception;
mod reports;
mod requests;
mod review;
mod roles;
mod routes;
mod running;
mod storages;
mod tls;
mod tokens;
mod trail;
mod verifier;

#[cfg(test)]
mod tests;

pub(crate) use lock::DataDirLock;
pub(crate) use log_key::LOG_PUBLIC_KEY_FILE;
pub(crate) use observe::STATISTICS_PATH;
pub(crate) use reports::typeset;
pub(crate) use roles::Roles;
pub(crate) use storages::open as open_storages;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use palisade_access::Proxies;
use palisade_disk::{Disk, RealDisk, SharedDisk, replace_file};
use palisade_record::{Clock, SystemClock};

use self::house::{Ground, House};
use self::http::Door;
use self::reception::Entrance;
use self::tls::Certificates;
use crate::configuration::Configuration;
use crate::shipper::Shipper;

/// The file with the token that may do everything.
pub(crate) const ADMIN_TOKEN_FILE: &str = "admin.token";
/// The file with the token of agents.
pub(crate) const AGENT_TOKEN_FILE: &str = "agent.token";
/// The file with the address of a running server, as `127.0.0.1:8514`.
pub(crate) const ADDRESS_FILE: &str = "address";

/// Who the bearer of the first token is, in records of what was done.
pub(crate) const OWNER: &str = "admin";
/// Where the commands and the agent of this machine reach a server that speaks TLS to others.
const INSIDE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// How often a server that runs until it is idle looks whether it is.
const IDLE_PAUSE: Duration = Duration::from_millis(50);

/// A running server: the house of the first tenant, those of the others, and the doors that all have in common.
pub(crate) struct Server {
    /// Where it listens.
    url: String,
    /// Where people reach it.
    external_url: String,
    shipper: Option<Arc<Shipper>>,
    doors: Vec<Door>,
    first: House,
    others: Vec<House>,
}

impl Server {
    /// Starts everything. When this returns, requests are answered and files are read.
    pub(crate) async fn start(configuration: Configuration, roles: Roles) -> anyhow::Result<Self> {
        let (disk, clock): (SharedDisk, Arc<dyn Clock>) = (Arc::new(RealDisk), Arc::new(SystemClock));
        for warning in crate::configuration::warnings(&configuration) {
            tracing::warn!("{warning}");
        }
        let lock = house::lock(&disk, &configuration.storage.data_dir)?;
        let locks: Vec<DataDirLock> = (configuration.tenants.iter())
            .map(|tenant| house::lock(&disk, &tenant.storage.data_dir))
            .collect::<anyhow::Result<_>>()?;
        // Before the journal is read, which can take a while: a port that is taken is told at once.
        let listener = http::listen(configuration.server.listen).await?;
        let address = listener.local_addr().context("cannot learn the address of the listener")?;
        let tls = configuration.server.tls.as_ref().map(Certificates::read).transpose();
        let tls = tls.context("cannot speak TLS with the files of server.tls")?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let external_url = configuration.server.external_url.clone();
        let is_behind_tls =
            tls.is_some() || external_url.as_deref().is_some_and(|url| url.starts_with("https://"));
        let url = external_url.unwrap_or_else(|| format!("{scheme}://{}", reachable(address)));
        let ground = Ground {
            disk: disk.clone(),
            clock: clock.clone(),
            roles,
            url: url.clone(),
            is_behind_tls,
            has_several_tenants: !configuration.tenants.is_empty(),
        };
        let first = House::open(&configuration, lock, &ground).await?;
        let mut others = Vec::new();
        for (tenant, lock) in configuration.tenants.iter().zip(locks) {
            let house = House::open(tenant, lock, &ground).await;
            others.push(house.with_context(|| format!("cannot start the tenant `{}`", tenant.tenant))?);
        }
        let entrance = |house: &House| Entrance { gate: house.gate.clone(), router: house.router.clone() };
        let router = reception::router(entrance(&first), others.iter().map(entrance).collect());
        if !address.ip().is_loopback() && !is_behind_tls {
            tracing::warn!(%address, "reachable from other machines without TLS; name certificates in server.tls");
        }
        // What runs on this machine needs no certificate, and knows none that is for this address.
        let inside = match &tls {
            Some(_) => {
                Some(Door::open(http::listen(INSIDE).await?, router.clone(), None, Proxies::default())?)
            }
            None => None,
        };
        let door = Door::open(listener, router, tls, configuration.server.proxies.clone())?;
        let near = inside.as_ref().map_or(reachable(door.address()), Door::address);
        for house in std::iter::once(&first).chain(&others) {
            let file = house.data_dir.join(ADDRESS_FILE);
            replace_file(&*disk, &file, format!("{near}\n").as_bytes())
                .context("cannot write down the address")?;
        }
        let shipper = match roles.agent {
            true => Some(start_shipper(&configuration, near, disk, clock)?),
            false => None,
        };
        first.watch(shipper.clone());
        let doors = std::iter::once(door).chain(inside).collect();
        let listening = format!("{scheme}://{}", reachable(address));
        Ok(Self { url: listening, external_url: url, shipper, doors, first, others })
    }

    /// Where people and programs reach it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where everything lies.
    pub(crate) fn data_dir(&self) -> &Path {
        &self.first.data_dir
    }

    /// Numbers about what is stored for the first tenant.
    pub(crate) fn statistics(&self) -> palisade_index::Statistics {
        self.first.index.statistics()
    }

    /// A link that signs a browser in, for an hour.
    pub(crate) fn sign_in_link(&self) -> String {
        self.link(&self.first)
    }

    /// The same for every other tenant, with its name.
    pub(crate) fn sign_in_links_of_tenants(&self) -> Vec<(String, String)> {
        self.others.iter().map(|house| (house.tenant.to_string(), self.link(house))).collect()
    }

    fn link(&self, house: &House) -> String {
        format!("{}/sign-in?token={}", self.external_url, house.sign_in_code().reveal())
    }

    /// Waits until every file was read to its end and everything that is acknowledged is in splits.
    pub(crate) async fn until_idle(&self) -> anyhow::Result<()> {
        if let Some(shipper) = &self.shipper {
            shipper.finish_files();
            while !shipper.is_drained() {
                tokio::time::sleep(IDLE_PAUSE).await;
            }
        }
        for house in std::iter::once(&self.first).chain(&self.others) {
            let index = house.index.clone();
            let published = tokio::task::spawn_blocking(move || index.publish()).await;
            published.context("the thread that writes splits panicked")?.context("cannot write splits")?;
        }
        Ok(())
    }

    /// Stops in the order in which nothing is lost and nobody waits: the agent ships what it has read, requests that
    /// are under way are answered, and only then the houses are closed, as everyone above may still write.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        let Self { shipper, doors, mut first, mut others, .. } = self;
        if let Some(shipper) = shipper {
            let stopping = tokio::task::spawn_blocking(move || shipper.stop());
            if !stopping.await.context("the agent panicked while it stopped")? {
                tracing::info!("what was read and not acknowledged yet is read again at the next start");
            }
        }
        for door in doors {
            door.close().await;
        }
        for house in std::iter::once(&mut first).chain(&mut others) {
            house.tell_end().await;
        }
        let mut closing = tokio::task::JoinSet::new();
        for house in std::iter::once(first).chain(others) {
            closing.spawn_blocking(move || {
                let address = house.data_dir.join(ADDRESS_FILE);
                house.close();
                // A stale address would send the next command to whoever listens there then.
                _ = RealDisk.remove(&address);
            });
        }
        while let Some(closed) = closing.join_next().await {
            closed.context("the index panicked while it was closed")?;
        }
        Ok(())
    }
}

/// The agent of this process ships over the network like any other: there is one way in.
fn start_shipper(
    configuration: &Configuration,
    address: SocketAddr,
    disk: SharedDisk,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Arc<Shipper>> {
    let mut configuration = configuration.clone();
    configuration.agent.collector = format!("http://{address}");
    let data_dir = &configuration.storage.data_dir;
    let token_file = data_dir.join(AGENT_TOKEN_FILE);
    let state_dir = configuration.agent.state_dir.clone().unwrap_or_else(|| data_dir.join("agent"));
    Ok(Arc::new(Shipper::start(&configuration, Some(token_file), state_dir, disk, clock)?))
}

/// An address that can be connected to: "all addresses" is none.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        ip if !ip.is_unspecified() => address,
        IpAddr::V4(_) => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()),
        IpAddr::V6(_) => SocketAddr::new(std::net::Ipv6Addr::LOCALHOST.into(), address.port()),
    }
}
