//! Detection, composed of what is configured and what else runs in this process.

use std::sync::Arc;

use anyhow::Context;
use palisade_collector::Normaliser;
use palisade_detect::service::{Service, Settings, Surroundings};
use palisade_detect::store::{Remembered as Memory, Store};
use palisade_index::{Index, ReadFrom};
use palisade_query::Engine;
use palisade_record::Clock;

use super::keys::Keys;
use crate::configuration::Configuration;

/// What detection remembers.
const STORE_FILE: &str = "detect.sqlite";

/// Rules that are made through the HTTP interface.
const OWN_RULES: &str = "rules";

/// What detection remembers, and from where on it wants to read what became durable.
pub(super) struct Remembered {
    store: Store,
    remembered: Memory,
    pub(super) read_from: ReadFrom,
}

/// What else runs in this process.
pub(super) struct Beside<'a> {
    pub(super) index: &'a Index,
    pub(super) engine: Option<&'a Engine>,
    pub(super) keys: &'a Keys,
    pub(super) clock: &'a Arc<dyn Clock>,
}

impl Remembered {
    /// Opens what is remembered. Before the index: the journal keeps what is still to be read.
    pub(super) fn open(configuration: &Configuration) -> anyhow::Result<Self> {
        let store = Store::open(&configuration.storage.data_dir.join(STORE_FILE))
            .context("cannot open what detection remembers")?;
        let remembered = store.remembered().context("cannot read what detection remembers")?;
        let read_from = remembered.batch.map_or(ReadFrom::Unpublished, ReadFrom::Batch);
        Ok(Self { store, remembered, read_from })
    }

    /// Starts detection. `address` is where people reach this program unless it is configured.
    pub(super) fn start(
        self,
        configuration: &Configuration,
        beside: Beside<'_>,
        address: String,
    ) -> anyhow::Result<Service> {
        let Beside { index, engine, keys, clock } = beside;
        let detect = &configuration.detect;
        let settings = Settings {
            rules: detect.rules.clone(),
            packs: detect.packs.clone(),
            places: detect.places.clone(),
            own_rules: configuration.storage.data_dir.join(OWN_RULES),
            channels: detect.channels.clone(),
            policy: detect.policy.clone(),
            address: detect.address.clone().unwrap_or(address),
            tenant: configuration.tenant.to_string(),
        };
        let surroundings = Surroundings {
            index: index.clone(),
            parse: Arc::new(Normaliser),
            searches: engine.cloned(),
            keys: Some(keys.of_protected_streams()),
            store: self.store,
            remembered: self.remembered,
            clock: clock.clone(),
        };
        Service::start(settings, surroundings).context("cannot start detection")
    }
}
