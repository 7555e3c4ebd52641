//! Everything of one tenant: its own journal, index, keys, rules, users and log, in a data directory of its own. No other tenant's
//! code path, cache or folder is reached from here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use axum::Router;
use palisade_access::oidc::OpenId;
use palisade_access::{Caller, Declared, Directory, Gate, Routes};
use palisade_collector::{Collector, Normaliser};
use palisade_detect::service::Service as Detection;
use palisade_disk::SharedDisk;
use palisade_index::{Index, Parts, ReadFrom};
use palisade_lifecycle::apply::Lifecycle;
use palisade_query::Engine;
use palisade_record::{Clock, TenantName};

use super::due::{Due, Looking};
use super::incidents::Incidents;
use super::inventory::Inventory;
use super::keys::Keys;
use super::lock::DataDirLock;
use super::observe::Observed;
use super::reports::{self, Monthly, Reports, Sources};
use super::review::Reviews;
use super::routes::{Answering, router};
use super::running::Running;
use super::trail::Trail;
use super::verifier::Verifier;
use super::{OWNER, Roles, detect, lifecycle, log_key, storages, tokens};
use crate::configuration::Configuration;
use crate::shipper::Shipper;

/// The file with users, sessions and tokens.
const DIRECTORY_FILE: &str = "access.sqlite";

/// What the houses of one program have in common.
pub(super) struct Ground {
    pub(super) disk: SharedDisk,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) roles: Roles,
    /// Where people reach the program.
    pub(super) url: String,
    /// Whether they reach it over TLS.
    pub(super) is_behind_tls: bool,
    pub(super) has_several_tenants: bool,
}

/// One tenant, running.
pub(super) struct House {
    pub(super) tenant: TenantName,
    pub(super) data_dir: PathBuf,
    pub(super) gate: Gate,
    pub(super) router: Router,
    pub(super) index: Index,
    observed: Observed,
    lifecycle: Option<Lifecycle>,
    detection: Option<Detection>,
    monthly: Option<Monthly>,
    due: Option<Due>,
    running: Running,
    _lock: DataDirLock,
}

impl House {
    /// Starts everything of a tenant whose data directory is locked.
    pub(super) async fn open(
        configuration: &Configuration,
        lock: DataDirLock,
        ground: &Ground,
    ) -> anyhow::Result<Self> {
        let Ground { disk, clock, roles, .. } = ground;
        let data_dir = configuration.storage.data_dir.clone();
        let directory = Directory::open(&data_dir.join(DIRECTORY_FILE), clock.clone());
        let directory = directory.context("cannot read who is known")?;
        let credentials = tokens::open(&**disk, &data_dir)?.with(directory.clone());
        let credentials = credentials.with_machines(configuration.machines.clone());
        let log_key = log_key::open(&**disk, &data_dir, &configuration.tenant)?;
        let public_key = log_key.verifying_key().clone();
        let remembered = roles.detect.then(|| detect::Remembered::open(configuration)).transpose()?;
        let read_from = remembered.as_ref().map_or(ReadFrom::Nowhere, |remembered| remembered.read_from);
        let parts = Parts { log_key: Some(log_key), read_from, ..Parts::near(disk.clone(), clock.clone()) };
        let index = open_index(configuration, parts, roles.lifecycle).await?;
        let verifier = Verifier::start(index.clone(), data_dir.clone(), public_key)?;
        let keys = open_keys(configuration, clock.clone()).await?;
        let protections = Some(keys.protections());
        let collector = Collector::new(index.clone(), clock.clone(), Default::default(), protections);
        // Whatever this process does for people is written down, also when it takes in nothing else.
        let trail = Arc::new(Trail(collector.clone()));
        let gate = Gate::new(credentials, trail.clone()).of_tenant(&configuration.tenant);
        let open_id =
            configuration.oidc.clone().map(|settings| OpenId::new(settings, &ground.url)).transpose();
        let open_id = open_id.map_err(|problem| anyhow!("cannot sign people in with `oidc`: {problem}"))?;
        let gate = gate.with_open_id(open_id).with_neighbours(ground.has_several_tenants);
        let gate = gate.with_two_people(configuration.two_people.clone());
        let gate = if ground.is_behind_tls { gate.behind_tls() } else { gate };
        let collector = roles.collector.then_some(collector);
        let engine = match roles.query {
            true => {
                let engine =
                    Engine::new(index.clone(), Default::default(), clock.clone(), Some(keys.sealed()));
                Some(engine.context("cannot start the threads that search")?)
            }
            false => None,
        };
        let governed = match roles.lifecycle {
            true => Some(lifecycle::start(configuration, &index, engine.as_ref(), clock)?),
            false => None,
        };
        let lifecycle = governed.as_ref().map(|governed| governed.lifecycle.clone());
        let detection = match remembered {
            Some(remembered) => {
                let beside = detect::Beside { index: &index, engine: engine.as_ref(), keys: &keys, clock };
                Some(remembered.start(configuration, beside, ground.url.clone())?)
            }
            None => None,
        };
        let reviews = match &engine {
            Some(engine) => Reviews::of(configuration, engine.clone(), index.clone(), clock.clone())?,
            None => None,
        };
        let reports = match &engine {
            Some(engine) => {
                let parts = reports::Parts {
                    index: index.clone(),
                    detection: detection.clone(),
                    lifecycle: lifecycle.clone(),
                    keys: keys.clone(),
                    verifier: verifier.clone(),
                    directory,
                    reviews: reviews.clone(),
                };
                let sources = Sources::of(configuration, parts);
                Some(Reports::new(
                    engine.clone(),
                    sources,
                    configuration.reports.zone.clone(),
                    clock.clone(),
                )?)
            }
            None => None,
        };
        let monthly = reports.clone().filter(|_| configuration.reports.monthly);
        let monthly = monthly.map(|reports| Monthly::start(reports, trail.clone()));
        let incidents = engine.clone().map(|engine| {
            Incidents::new(index.clone(), engine, configuration.streams.clone(), clock.clone())
        });
        let due = incidents.clone().map(|incidents| {
            let monthly = configuration.review.monthly;
            Due::start(Looking {
                index: index.clone(),
                trail: trail.clone(),
                reviews: reviews.clone(),
                incidents,
                monthly,
            })
        });
        let inventory = engine.clone().map(|engine| Inventory::of(configuration, engine));
        let observed = Observed::new(index.clone(), collector.clone(), engine.clone(), lifecycle.clone());
        observed.detected_by(detection.clone());
        observed.verified_by(verifier.clone());
        let answering = Answering {
            index: index.clone(),
            observed: observed.clone(),
            collector,
            engine,
            governed,
            detection: detection.clone(),
            verifier,
            keys,
            reports,
            reviews,
            incidents,
            inventory,
        };
        let routes = answering.routes(&gate);
        check_deeds(&configuration.two_people, &routes)?;
        let router = router(routes, &gate);
        let running =
            Running::begin(index.clone(), trail, clock.clone(), *roles, &configuration.written).await;
        let running = running.context("cannot write down that the program starts")?;
        let tenant = configuration.tenant.clone();
        Ok(Self {
            tenant,
            data_dir,
            gate,
            router,
            index,
            observed,
            lifecycle,
            detection,
            monthly,
            due,
            running,
            _lock: lock,
        })
    }

    /// The agent starts last, when the door it ships to is open.
    pub(super) fn watch(&self, shipper: Option<Arc<Shipper>>) {
        self.observed.watch(shipper);
    }

    /// A code that signs a browser in as whoever owns the data directory, for an hour.
    pub(super) fn sign_in_code(&self) -> palisade_access::Secret {
        self.gate.sign_in_code(Caller::owner(OWNER))
    }

    /// Writes down that the program stops, when nobody asks it for anything any more.
    pub(super) async fn tell_end(&mut self) {
        self.running.end().await;
    }

    /// Stops in the order in which nothing is lost. Waits for disks.
    pub(super) fn close(self) {
        let Self { index, lifecycle, detection, monthly, due, .. } = self;
        if let Some(monthly) = monthly {
            monthly.stop();
        }
        if let Some(due) = due {
            due.stop();
        }
        if let Some(lifecycle) = lifecycle {
            lifecycle.stop();
        }
        index.close();
        // Last: it looks at everything that became durable.
        if let Some(detection) = detection {
            detection.stop();
        }
    }
}

/// A deed that there is not would never be approved, and always done.
fn check_deeds(deeds: &BTreeSet<String>, routes: &Routes) -> anyhow::Result<()> {
    let declared = routes.declared();
    let changes = declared.iter().filter(|route| route.method != "GET" && route.permission.is_recorded());
    let known: BTreeSet<String> = changes.map(Declared::action).collect();
    match deeds.iter().find(|deed| !known.contains(*deed)) {
        None => Ok(()),
        Some(unknown) => {
            let known: Vec<String> = known.into_iter().collect();
            bail!("`access.two_people` names `{unknown}`, which is no deed; there are {}", known.join(", "))
        }
    }
}

/// Makes the folder of a tenant, and takes it for this process.
pub(super) fn lock(disk: &SharedDisk, folder: &Path) -> anyhow::Result<DataDirLock> {
    disk.create_directory(folder).with_context(|| {
        format!("cannot make the folder {}; name another with --data-dir", folder.display())
    })?;
    DataDirLock::take(folder)
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
        tenant: configuration.tenant.to_string(),
    };
    let far = storages::open(storage, &near.disk)?;
    let parts = Parts { warm: far.warm, cold: far.cold, anchor: far.anchor, ..near };
    // Reading the journal back takes a second per few hundred megabytes.
    let opening = tokio::task::spawn_blocking(move || Index::open(settings, parts, &Normaliser));
    opening.await.context("the index panicked while it was opened")?.context("cannot open the index")
}
