//! Whoever comes with a credential that is not known. It is written down, but not so often that a stranger fills the trail.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Tries of one address are counted together for so long.
const WINDOW: Duration = Duration::from_secs(60 * 60);

/// Addresses that are counted apart. All others are counted together: whoever has more addresses gets no more records for it.
const ADDRESSES_MAX: usize = 10_000;

/// Counts tries by address.
#[derive(Debug, Default)]
pub(crate) struct Strangers(Mutex<HashMap<IpAddr, Tries>>);

#[derive(Debug)]
struct Tries {
    since: Instant,
    count: u64,
}

impl Strangers {
    /// Counts a try; says how many there were within the hour when that is to be written down: at the first, the second, the fourth and
    /// so on, so that the last record is at most half of the truth and a million tries are twenty records.
    pub(crate) fn came(&self, from: IpAddr, now: Instant) -> Option<u64> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ADDRESSES_MAX && !known.contains_key(&from) {
            known.retain(|_, tries| now.duration_since(tries.since) < WINDOW);
        }
        let is_full = known.len() >= ADDRESSES_MAX && !known.contains_key(&from);
        let from = if is_full { Ipv4Addr::UNSPECIFIED.into() } else { from };
        let tries = known.entry(from).or_insert(Tries { since: now, count: 0 });
        if now.duration_since(tries.since) >= WINDOW {
            *tries = Tries { since: now, count: 0 };
        }
        tries.count += 1;
        tries.count.is_power_of_two().then_some(tries.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u32) -> IpAddr {
        Ipv4Addr::from(number).into()
    }

    #[test]
    fn a_thousand_tries_are_ten_records_and_another_address_or_hour_begins_anew() {
        let (strangers, start) = (Strangers::default(), Instant::now());
        let told: Vec<u64> = (0..1_000).filter_map(|_| strangers.came(address(7), start)).collect();
        assert_eq!(told, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
        assert_eq!(strangers.came(address(8), start), Some(1));
        assert_eq!(strangers.came(address(7), start + WINDOW), Some(1));
    }

    #[test]
    fn more_addresses_than_are_remembered_are_counted_together() {
        let (strangers, start) = (Strangers::default(), Instant::now());
        let many = u32::try_from(ADDRESSES_MAX).unwrap() + 1_000;
        let told = (1..=many).filter_map(|number| strangers.came(address(number), start)).count();
        assert_eq!(told, ADDRESSES_MAX + 10);
        assert!(strangers.0.lock().unwrap().len() <= ADDRESSES_MAX + 1);
        assert_eq!(strangers.came(address(many), start + WINDOW), Some(1));
        assert_eq!(strangers.0.lock().unwrap().len(), 1, "what is over is forgotten");
    }
}
