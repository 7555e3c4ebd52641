//! Detection as a whole: rules that are read again when they change, the thread that looks at records, and the channels.
//!
//! | file | holds |
//! |---|---|
//! | `rules` | the rules in force, and the thread that sees when their files change |
//! | `own_rules` | rules that are made through the HTTP interface, as files in the data directory |
//! | `outgoing` | notices on their way into the outbox |
//! | `evidences` | records for notices, found by searching |
//! | `metrics` | numbers about it all |

mod evidences;
mod metrics;
mod outgoing;
mod own_rules;
mod rules;

pub use own_rules::{OwnRules, OwnRulesError};
pub use rules::{Rules, RulesError};

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use palisade_index::{Index, Parse};
use palisade_query::Engine as Searches;
use palisade_record::{Clock, StreamName, Timestamp};
use palisade_seal::Keyring;
use thiserror::Error;

use crate::correlate::Limits;
use crate::deliver::policy::Policy;
use crate::deliver::{ChannelReport, ChannelSettings, Delivery, Pulse, create_tables};
use crate::profile::{Places, PlacesError};
use crate::rule::Placeholders;
use crate::run::{Composer, Detection, Parts, Status, Unsealer};
use crate::schedule::{Asker, Asks};
use crate::store::{AlertFilter, AlertRow, Remembered, Store, StoreError};

use evidences::Found;
use outgoing::Outbox;

/// What detection is made of.
pub struct Settings {
    /// Files and folders of rules.
    pub rules: Vec<PathBuf>,
    /// Names of packs.
    pub packs: Vec<String>,
    /// An MMDB file that tells where addresses are, for rules that ask. It is read at the start.
    pub places: Option<PathBuf>,
    /// Where rules lie that are made through the HTTP interface.
    pub own_rules: PathBuf,
    /// Who is told.
    pub channels: Vec<ChannelSettings>,
    /// Of what, and when not.
    pub policy: Policy,
    /// Where people reach this program: `https://logs.example`.
    pub address: String,
    /// Whose records these are.
    pub tenant: String,
}

/// What detection works with.
pub struct Surroundings {
    /// Where records come from. It was opened to be read from where `store` says.
    pub index: Index,
    /// Makes records of what has to be read from the journal again.
    pub parse: Arc<dyn Parse>,
    /// Finds records for notices, if this process searches.
    pub searches: Option<Searches>,
    /// Opens what is sealed in the records of these streams.
    pub keys: Option<(Arc<Keyring>, BTreeSet<StreamName>)>,
    /// Where it is remembered,
    pub store: Store,
    /// and what was there at the start.
    pub remembered: Remembered,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

/// Why detection cannot be started.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// Rules cannot be read.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// It cannot be read where addresses are.
    #[error(transparent)]
    Places(#[from] PlacesError),
    /// What is remembered cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A channel cannot be opened.
    #[error("alerts cannot be sent: {0}")]
    Channels(#[from] std::io::Error),
}

/// Detection at work. Clones share it.
#[derive(Clone)]
pub struct Service {
    pub(crate) rules: Rules,
    pub(crate) detection: Detection,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) searches: Option<Searches>,
    delivery: Arc<Mutex<Option<Delivery>>>,
    asker: Arc<Mutex<Option<Asker>>>,
}

impl Service {
    /// Starts everything.
    ///
    /// # Errors
    /// When rules or what is remembered cannot be read, or a channel cannot be opened.
    pub fn start(settings: Settings, surroundings: Surroundings) -> Result<Self, ServiceError> {
        let Settings { rules, packs, places, own_rules, channels, policy, address, tenant } = settings;
        let Surroundings { index, parse, searches, keys, store, remembered, clock } = surroundings;
        store.write(|db| create_tables(db))?;
        let asked = remembered.asked.clone();
        let own = OwnRules::new(own_rules);
        let places = places.map(|file| Places::open(&file)).transpose()?.map(Arc::new);
        let rules = Rules::load(rules, &packs, own, Placeholders::default(), places)?;
        let pulse = Pulse::at(clock.now());
        let seed = clock.now().as_nanos().unsigned_abs();
        let delivery =
            Delivery::start(&channels, &policy, store.another_connection()?, clock.clone(), &pulse, seed)?;
        let delivery = Arc::new(Mutex::new(Some(delivery)));
        let parts = Parts {
            arrivals: index.arrivals(),
            parse,
            store: store.clone(),
            remembered,
            clock: clock.clone(),
            unsealer: keys.map(|(keyring, streams)| Unsealer::new(keyring, streams)),
            composer: Composer { tenant, address, evidences: Box::new(Found(searches.clone())) },
            outgoing: Box::new(Outbox { policy, delivery: delivery.clone() }),
            limits: Limits::default(),
            pulse,
        };
        let detection = Detection::start(parts, rules.book())?;
        rules.watch(detection.clone());
        let asker = searches.clone().map(|engine| {
            let (clock, detection, rules) = (clock.clone(), detection.clone(), rules.clone());
            Asker::start(Asks { engine, clock, detection, book: Box::new(move || rules.book()), asked })
        });
        let asker = Arc::new(Mutex::new(asker));
        Ok(Self { rules, detection, store, clock, searches, delivery, asker })
    }

    /// Alerts that were told in a span, the last one first, at most `limit`.
    ///
    /// # Errors
    /// When what is remembered cannot be read.
    pub fn alerts_told(
        &self,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Result<Vec<AlertRow>, ServiceError> {
        let filter = AlertFilter { before: Some((to, String::new())), limit, ..AlertFilter::default() };
        let told = self.store.alerts(&filter)?.into_iter();
        Ok(told.take_while(|alert| alert.told_at >= from).collect())
    }

    /// How it is doing.
    pub fn status(&self) -> Status {
        self.detection.status()
    }

    /// How every channel is doing.
    pub fn channels(&self) -> rusqlite::Result<Vec<ChannelReport>> {
        let delivery = self.delivery.lock().unwrap_or_else(PoisonError::into_inner);
        delivery.as_ref().map_or_else(|| Ok(Vec::new()), Delivery::report)
    }

    /// Something changed that channels wait for: a silence ended, a dead letter is to be sent again.
    pub fn wake_channels(&self) {
        if let Some(delivery) = &*self.delivery.lock().unwrap_or_else(PoisonError::into_inner) {
            delivery.wake();
        }
    }

    /// Numbers about it all, as Prometheus text.
    pub fn metrics(&self) -> String {
        let mut text = metrics::render(&self.status(), self.rules.problems().len());
        let delivery = self.delivery.lock().unwrap_or_else(PoisonError::into_inner);
        match delivery.as_ref().map(Delivery::metrics) {
            Some(Ok(channels)) => text.push_str(&channels),
            Some(Err(error)) => tracing::warn!(%error, "how channels are doing cannot be read"),
            None => {}
        }
        text
    }

    /// Stops, once the index is closed or nothing more is to be looked at. What was found and not sent is sent after the next
    /// start.
    pub fn stop(&self) {
        drop(self.asker.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.rules.stop();
        self.detection.stop();
        drop(self.delivery.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}
