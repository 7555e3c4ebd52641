//! What a search or a restore will cost, told before it runs.

use std::fmt;
use std::time::Duration;

use palisade_record::ByteSize;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::price::{PriceTable, StorageTerms};
use crate::restore::Speed;
use crate::{Dollars, StorageClass};

/// What price lists call a GB.
const GB: u64 = 1 << 30;

/// What price lists count requests by.
const THOUSAND: u64 = 1_000;

/// Prices are for a month; a restored copy is kept for days.
const DAYS_PER_MONTH: u64 = 30;

/// How fast this installation reads from the store, as it measured it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pace {
    /// From a request to its first byte.
    pub latency: Duration,
    /// Requests under way at once; at least one counts.
    pub parallelism: u32,
    /// All of them together; at least one counts.
    pub bytes_per_second: u64,
}

impl Default for Pace {
    /// What S3 gives one machine in its region: 100 ms to the first byte, and a gigabit.
    fn default() -> Self {
        Self { latency: Duration::from_millis(100), parallelism: 16, bytes_per_second: 125_000_000 }
    }
}

/// Why there is no estimate.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum CostError {
    /// The class is not in the table.
    #[error("no prices for the storage class {0} in `{1}`; add it to the price table")]
    UnknownClass(StorageClass, String),
    /// Objects of this class cannot be read as they are.
    #[error("objects in {0} have to be restored before they are read; estimate a restore instead")]
    NeedsRestore(StorageClass),
    /// The class has no restore at this speed.
    #[error("objects in {class} are not restored at speed {speed}; choose {others}")]
    NoSuchSpeed {
        /// The class.
        class: StorageClass,
        /// The speed that was asked for.
        speed: Speed,
        /// The speeds there are, or that none is needed.
        others: String,
    },
}

/// What reading will take.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Estimate {
    /// Reads.
    pub requests: u64,
    /// Bytes read.
    pub bytes: u64,
    /// The price, rounded up.
    pub dollars: Dollars,
    /// The time, in whole seconds, rounded up.
    pub seconds: u64,
}

/// What bringing objects back will take.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RestoreEstimate {
    /// Objects, of which each is one request.
    pub objects: u64,
    /// Bytes brought back.
    pub bytes: u64,
    /// How fast.
    pub speed: Speed,
    /// How long the copies are kept.
    pub keep_days: u32,
    /// The price of bringing them back and of the copies, rounded up. Searching them costs what reading Standard costs.
    pub dollars: Dollars,
    /// The first moment to expect objects, in seconds.
    pub ready_after_seconds: u64,
    /// The last moment to expect objects.
    pub ready_before_seconds: u64,
}

impl PriceTable {
    /// What `requests` reads of `bytes` in all cost in a class, and how long they take.
    pub fn estimate_search(
        &self,
        requests: u64,
        bytes: u64,
        class: &StorageClass,
        pace: Pace,
    ) -> Result<Estimate, CostError> {
        let terms = self.known(class)?;
        if terms.needs_restore() {
            return Err(CostError::NeedsRestore(class.clone()));
        }
        let read = terms.per_thousand_reads.times(requests, THOUSAND);
        let dollars = read.plus(terms.per_gb_read.times(bytes, GB)).plus(self.per_gb_out.times(bytes, GB));
        let rounds = u128::from(requests.div_ceil(u64::from(pace.parallelism.max(1))));
        let waiting = rounds.saturating_mul(pace.latency.as_nanos()).div_ceil(1_000_000_000);
        let moving = u128::from(bytes.div_ceil(pace.bytes_per_second.max(1)));
        let seconds = u64::try_from(waiting + moving).unwrap_or(u64::MAX);
        Ok(Estimate { requests, bytes, dollars, seconds })
    }

    /// What bringing `objects` of `bytes` in all back from an archive class costs, and when they can be expected.
    pub fn estimate_restore(
        &self,
        objects: u64,
        bytes: u64,
        class: &StorageClass,
        speed: Speed,
        keep_days: u32,
    ) -> Result<RestoreEstimate, CostError> {
        let terms = self.known(class)?;
        let Some(restore) = terms.restores.iter().find(|restore| restore.speed == speed) else {
            let speeds: Vec<_> = terms.restores.iter().map(|restore| restore.speed.to_string()).collect();
            let others = if speeds.is_empty() {
                "none: they can be read at once".to_owned()
            } else {
                speeds.join(" or ")
            };
            return Err(CostError::NoSuchSpeed { class: class.clone(), speed, others });
        };
        // The copy is kept in Standard for its days.
        let copy_price =
            self.terms(&StorageClass::STANDARD).map_or(Dollars::ZERO, |terms| terms.per_gb_month);
        let copies = copy_price.times(bytes, GB).times(u64::from(keep_days), DAYS_PER_MONTH);
        let requests = restore.per_thousand_requests.times(objects, THOUSAND);
        Ok(RestoreEstimate {
            objects,
            bytes,
            speed,
            keep_days,
            dollars: requests.plus(restore.per_gb.times(bytes, GB)).plus(copies),
            ready_after_seconds: restore.ready_after_seconds,
            ready_before_seconds: restore.ready_before_seconds,
        })
    }

    fn known(&self, class: &StorageClass) -> Result<&StorageTerms, CostError> {
        self.terms(class).ok_or_else(|| CostError::UnknownClass(class.clone(), self.source.clone()))
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (requests, plural) = (self.requests, if self.requests == 1 { "" } else { "s" });
        let (bytes, dollars) = (ByteSize::bytes(self.bytes), self.dollars.for_people());
        write!(
            formatter,
            "{requests} request{plural}, {bytes}, {dollars}, about {}",
            time_for_people(self.seconds)
        )
    }
}

impl fmt::Display for RestoreEstimate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (objects, plural) = (self.objects, if self.objects == 1 { "" } else { "s" });
        let (bytes, dollars) = (ByteSize::bytes(self.bytes), self.dollars.for_people());
        let first = time_for_people(self.ready_after_seconds);
        let last = time_for_people(self.ready_before_seconds);
        let (speed, days) = (self.speed, self.keep_days);
        write!(
            formatter,
            "{objects} object{plural}, {bytes}, {dollars}, {speed}: ready after {first} to {last}, kept for {days} d"
        )
    }
}

/// Seconds in the unit that says most, rounded up.
fn time_for_people(seconds: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(2 * 86_400, "d"), (2 * 3_600, "h"), (2 * 60, "min")];
    match UNITS.iter().find(|(twice, _)| seconds > *twice) {
        Some((twice, unit)) => format!("{} {unit}", seconds.div_ceil(twice / 2)),
        None => format!("{seconds} s"),
    }
}

#[cfg(test)]
mod tests;
