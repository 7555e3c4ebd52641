//! What the collector counts, as Prometheus reads it.

use std::fmt;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use palisade_access::ApiError;

/// Reasons for which requests are refused; each is a label, so that there are never more.
const REASONS: [&str; 9] = [
    "busy",
    "conflict",
    "internal",
    "invalid",
    "other",
    "timeout",
    "too_large",
    "unavailable",
    "unsupported_encoding",
];

/// A door, as a label.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Door {
    Agent,
    Ingest,
}

impl Door {
    const ALL: [Self; 2] = [Self::Agent, Self::Ingest];

    fn label(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Ingest => "ingest",
        }
    }
}

#[derive(Debug, Default)]
struct DoorCounters {
    requests: AtomicU64,
    records: AtomicU64,
    bytes: AtomicU64,
    quarantined: AtomicU64,
    zones_unknown: AtomicU64,
    refused: Mutex<[u64; REASONS.len()]>,
}

/// Counters of everything that came through the doors.
#[derive(Debug, Default)]
pub struct Metrics {
    doors: [DoorCounters; 2],
    pub(crate) in_flight_bytes: AtomicU64,
}

/// What was stored by one request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Stored {
    pub(crate) records: u64,
    pub(crate) bytes: u64,
    pub(crate) quarantined: u64,
    pub(crate) zones_unknown: u64,
}

impl Metrics {
    fn door(&self, door: Door) -> &DoorCounters {
        match door {
            Door::Agent => &self.doors[0],
            Door::Ingest => &self.doors[1],
        }
    }

    pub(crate) fn request(&self, door: Door) {
        self.door(door).requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn stored(&self, door: Door, stored: Stored) {
        let counters = self.door(door);
        counters.records.fetch_add(stored.records, Ordering::Relaxed);
        counters.bytes.fetch_add(stored.bytes, Ordering::Relaxed);
        counters.quarantined.fetch_add(stored.quarantined, Ordering::Relaxed);
        counters.zones_unknown.fetch_add(stored.zones_unknown, Ordering::Relaxed);
    }

    pub(crate) fn refused(&self, door: Door, error: &ApiError) {
        let position = |reason: &str| REASONS.iter().position(|known| *known == reason);
        let position = position(error.kind).or_else(|| position("other")).unwrap_or(0);
        self.door(door).refused.lock().unwrap_or_else(PoisonError::into_inner)[position] += 1;
    }

    /// All numbers in Prometheus' text format.
    pub fn render(&self) -> String {
        self.to_string()
    }

    fn counter(
        &self,
        text: &mut fmt::Formatter<'_>,
        name: &str,
        help: &str,
        value: impl Fn(&DoorCounters) -> &AtomicU64,
    ) -> fmt::Result {
        writeln!(text, "# HELP palisade_collector_{name} {help}\n# TYPE palisade_collector_{name} counter")?;
        for door in Door::ALL {
            let number = value(self.door(door)).load(Ordering::Relaxed);
            writeln!(text, "palisade_collector_{name}{{door=\"{}\"}} {number}", door.label())?;
        }
        Ok(())
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.counter(text, "requests_total", "Requests that arrived.", |door| &door.requests)?;
        self.counter(text, "records_total", "Records that were acknowledged.", |door| &door.records)?;
        self.counter(text, "bytes_total", "Bytes of records that were acknowledged.", |door| &door.bytes)?;
        let help = "Records that were acknowledged and kept in quarantine.";
        self.counter(text, "quarantined_total", help, |door| &door.quarantined)?;
        let help = "Batches whose time zone does not exist, so that UTC was taken.";
        self.counter(text, "zones_unknown_total", help, |door| &door.zones_unknown)?;
        let name = "palisade_collector_refused_total";
        writeln!(text, "# HELP {name} Requests that were refused, by reason.\n# TYPE {name} counter")?;
        for door in Door::ALL {
            let refused = *self.door(door).refused.lock().unwrap_or_else(PoisonError::into_inner);
            for (reason, number) in REASONS.iter().zip(refused) {
                writeln!(text, "{name}{{door=\"{}\",reason=\"{reason}\"}} {number}", door.label())?;
            }
        }
        let name = "palisade_collector_in_flight_bytes";
        writeln!(text, "# HELP {name} Bytes of bodies in work.\n# TYPE {name} gauge")?;
        text.write_str(name)?;
        writeln!(text, " {}", self.in_flight_bytes.load(Ordering::Relaxed))
    }
}
