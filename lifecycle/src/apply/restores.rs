//! Objects that are brought back from archive classes, so that they can be searched for some days.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, PoisonError};

use palisade_index::{Index, Split};
use palisade_record::{Clock, StreamName, TimeRange, Timestamp};
use palisade_storage::{ObjectStorage, RestoreSpeed, RestoreState, pinned};

use super::error::{Error, Result};
use super::round::Applier;
use super::state;
use crate::{Action, ObjectVersion, Observation, PriceTable, Restore, Speed, StorageClass, Term};

/// The kind of documents that are restores.
const KIND: &str = "restore";

/// Which objects, how fast, for how long.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RestoreRequest {
    /// Records from then on; all when it is left out.
    pub from: Option<Timestamp>,
    /// Up to, but not including, then.
    pub to: Option<Timestamp>,
    /// Only splits with records of this stream.
    pub stream: Option<StreamName>,
    /// How fast.
    pub speed: Speed,
    /// For how many days.
    pub keep_days: u32,
    /// Whether the price was agreed to. Without it only the price is told.
    pub confirm: bool,
}

impl RestoreRequest {
    /// How long copies stay when nothing else is said: time for somebody to search them, and to come back once.
    pub const KEEP_DAYS: u32 = 7;
}

/// All restores. Clones share them.
#[derive(Clone)]
pub struct Restores {
    index: Index,
    clock: Arc<dyn Clock>,
    prices: PriceTable,
    /// One at a time: two would ask, and pay, for the same objects.
    turn: Arc<Mutex<()>>,
}

impl Restores {
    pub(super) fn new(index: Index, clock: Arc<dyn Clock>, prices: PriceTable) -> Self {
        Self { index, clock, prices, turn: Arc::default() }
    }

    /// Estimates, and begins when it is confirmed: one restore for each archive class that is met. Only confirmed ones are
    /// kept.
    ///
    /// # Errors
    /// When nothing is archived there, or the catalog cannot be written.
    pub fn request(&self, request: &RestoreRequest, by: &str) -> Result<Vec<Restore>> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let mut restores = Vec::new();
        let others = self.read_all()?;
        for (class, (objects, bytes)) in self.archived(request) {
            let (speed, days) = (request.speed, request.keep_days);
            let estimate = self.prices.estimate_restore(objects.len() as u64, bytes, &class, speed, days)?;
            let id = format!("{}-{}", now.as_millis(), class.as_str().to_ascii_lowercase());
            let restore = Restore::estimated(id, now, objects, estimate)?.sharing(now, &others);
            restores.push(if request.confirm {
                self.advance(restore, &[Observation::Confirmed { by: by.to_owned() }])?
            } else {
                restore
            });
        }
        if restores.is_empty() { Err(crate::RestoreError::Nothing.into()) } else { Ok(restores) }
    }

    /// All that were confirmed.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn list(&self) -> Result<Vec<Restore>> {
        self.read_all()
    }

    /// Goes on with those of which something is due; tells whether any was.
    fn step_all(&self) -> Result<bool> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        let mut did = false;
        for restore in self.read_all()? {
            if restore.next_at(now).is_some_and(|due| due <= now) {
                self.advance(restore, &[])?;
                did = true;
            }
        }
        Ok(did)
    }

    fn read_all(&self) -> Result<Vec<Restore>> {
        let restore = |(id, body): (String, String)| {
            let problem = |error: serde_json::Error| document_error(&id, &error);
            serde_json::from_str(&body).map_err(problem)
        };
        self.index.documents(KIND)?.into_iter().map(restore).collect()
    }

    /// Takes in what was seen, keeps that, and only then asks the store.
    fn advance(&self, restore: Restore, seen: &[Observation]) -> Result<Restore> {
        let (restore, actions) = restore.step(self.clock.now(), seen);
        self.keep(&restore)?;
        let Some(cold) = &self.index.storages().cold else { return Ok(restore) };
        let now = self.clock.now();
        let seen: Vec<Observation> = actions.iter().map(|action| act(&**cold, action, now)).collect();
        if seen.is_empty() {
            return Ok(restore);
        }
        let restore = restore.seen(self.clock.now(), &seen);
        self.keep(&restore)?;
        Ok(restore)
    }

    fn keep(&self, restore: &Restore) -> Result<()> {
        let body = serde_json::to_string(restore).map_err(|error| document_error(&restore.id, &error))?;
        Ok(self.index.put_document(KIND, &restore.id, &body, None)?)
    }

    /// The objects that a search of this span could not read, by class, with their bytes.
    fn archived(&self, request: &RestoreRequest) -> BTreeMap<StorageClass, (Vec<ObjectVersion>, u64)> {
        let from = request.from.unwrap_or(Timestamp::MIN);
        let range = TimeRange { from, to: request.to.unwrap_or(Timestamp::MAX) };
        let is_meant = |split: &Split| {
            let (oldest, newest) = split.span();
            let has = |stream: &StreamName| split.streams().iter().any(|share| share.stream == *stream);
            range.touches(oldest, newest) && request.stream.as_ref().is_none_or(has)
        };
        let mut found: BTreeMap<StorageClass, (Vec<ObjectVersion>, u64)> = BTreeMap::new();
        for split in self.index.splits().iter().filter(|split| is_meant(split)) {
            let copies = split.copies();
            let Some(copy) = copies.cold.as_ref().filter(|_| !copies.hot && copies.warm.is_none()) else {
                continue;
            };
            let class = state::class(&copy.storage_class);
            if !self.prices.terms(&class).is_some_and(crate::StorageTerms::needs_restore) {
                continue;
            }
            let (objects, bytes) = found.entry(class).or_default();
            let version = copy.version.clone().unwrap_or_default();
            objects.push(ObjectVersion { name: split.data_name(), version });
            *bytes = bytes.saturating_add(split.summary().data.bytes);
        }
        found
    }
}

impl Applier {
    /// Asks and looks, where it is due.
    pub(super) fn step_restores(&mut self) {
        if self.backoff.may("restores", self.clock.now()) {
            let stepped = self.restores.step_all();
            self.done("restores", stepped);
        }
    }
}

fn name_of(object: &ObjectVersion) -> String {
    pinned(&object.name, Some(object.version.as_str()).filter(|version| !version.is_empty()))
}

fn act(cold: &dyn ObjectStorage, action: &Action, now: Timestamp) -> Observation {
    match action {
        Action::Ask { object, keep_days, speed } => {
            let speed = match speed {
                Speed::Expedited => RestoreSpeed::Expedited,
                Speed::Standard => RestoreSpeed::Standard,
                Speed::Bulk => RestoreSpeed::Bulk,
            };
            match cold.restore(&name_of(object), *keep_days, speed) {
                Ok(()) => Observation::Accepted(object.clone()),
                Err(error) => refused(object, &error),
            }
        }
        Action::Look(object) => match cold.describe(&name_of(object)).map(|described| described.restore) {
            Ok(RestoreState::Underway) => Observation::StillRunning(object.clone()),
            Ok(RestoreState::Archived) => Observation::NotRestored(object.clone()),
            Ok(RestoreState::Restored { until: Some(until) }) => {
                Observation::Available { object: object.clone(), until }
            }
            // Some stores do not tell, and what is online stays so: it is looked at again after a day.
            Ok(RestoreState::Restored { until: None } | RestoreState::Online) => {
                Observation::Available { object: object.clone(), until: Term::days(1).after(now) }
            }
            Err(error) => refused(object, &error),
        },
    }
}

fn refused(object: &ObjectVersion, error: &std::io::Error) -> Observation {
    let for_good = matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidInput);
    Observation::Refused { object: object.clone(), reason: error.to_string(), for_good }
}

fn document_error(id: &str, problem: &serde_json::Error) -> Error {
    Error::Document { kind: KIND, id: id.to_owned(), problem: problem.to_string() }
}
