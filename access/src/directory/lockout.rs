//! Who tries too often waits: for a name, and from an address.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::Duration;

use palisade_record::Timestamp;

/// Tries for a name that cost nothing: people mistype.
const NAME_TRIES_FREE: u32 = 5;
/// Tries from an address that cost nothing: an office has one address and many people.
const ADDRESS_TRIES_FREE: u32 = 30;
/// The longest wait. A hundred passwords a day are not enough to find one, and whoever forgot theirs can wait so long.
const WAIT_SECONDS_MAX: u64 = 15 * 60;
/// Tries are forgotten so long after the last.
const MEMORY: Duration = Duration::from_secs(60 * 60);
/// Names and addresses remembered; who tries with more has others forgotten, and waits by the address.
const REMEMBERED_MAX: usize = 10_000;

/// Tries so far.
#[derive(Default)]
pub(super) struct Lockout {
    names: Tries<String>,
    addresses: Tries<IpAddr>,
}

struct Tries<K>(HashMap<K, (u32, Timestamp)>);

impl<K> Default for Tries<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl Lockout {
    /// Counts a try before anything is looked at, so that many at once are no way around; gives the seconds to wait when there were too
    /// many. One that must wait does not count.
    pub(super) fn attempt(&mut self, name: &str, from: IpAddr, now: Timestamp) -> Result<(), u64> {
        let name = name.to_ascii_lowercase();
        let waits = [
            self.names.wait(&name, NAME_TRIES_FREE, now),
            self.addresses.wait(&from, ADDRESS_TRIES_FREE, now),
        ];
        match waits.into_iter().max() {
            Some(seconds) if seconds > 0 => Err(seconds),
            _ => {
                self.names.count(name, now);
                self.addresses.count(from, now);
                Ok(())
            }
        }
    }

    /// Counts a try with a token that nobody has.
    pub(super) fn attempt_from(&mut self, from: IpAddr, now: Timestamp) -> Result<(), u64> {
        match self.addresses.wait(&from, ADDRESS_TRIES_FREE, now) {
            0 => {
                self.addresses.count(from, now);
                Ok(())
            }
            seconds => Err(seconds),
        }
    }

    /// The try was one that signs in.
    pub(super) fn succeeded(&mut self, name: &str, from: IpAddr) {
        self.names.0.remove(&name.to_ascii_lowercase());
        if let Some((tries, _)) = self.addresses.0.get_mut(&from) {
            *tries = tries.saturating_sub(1);
        }
    }
}

impl<K: Eq + Hash + Clone> Tries<K> {
    fn wait(&self, key: &K, free: u32, now: Timestamp) -> u64 {
        let Some((tries, last)) = self.0.get(key) else { return 0 };
        let Some(beyond) = tries.checked_sub(free) else { return 0 };
        let seconds = 1_u64.checked_shl(beyond).unwrap_or(WAIT_SECONDS_MAX).min(WAIT_SECONDS_MAX);
        let over = last.plus(Duration::from_secs(seconds));
        let left = u64::try_from(over.as_nanos().saturating_sub(now.as_nanos())).unwrap_or(0);
        left.div_ceil(1_000_000_000)
    }

    fn count(&mut self, key: K, now: Timestamp) {
        if self.0.len() >= REMEMBERED_MAX && !self.0.contains_key(&key) {
            self.make_room(now);
        }
        let entry = self.0.entry(key).or_insert((0, now));
        if now > entry.1.plus(MEMORY) {
            entry.0 = 0;
        }
        *entry = (entry.0.saturating_add(1), now);
    }

    fn make_room(&mut self, now: Timestamp) {
        self.0.retain(|_, (_, last)| now <= last.plus(MEMORY));
        if self.0.len() >= REMEMBERED_MAX {
            let oldest = self.0.iter().min_by_key(|(_, (_, last))| *last).map(|(key, _)| key.clone());
            oldest.and_then(|key| self.0.remove(&key));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_nanos(seconds * 1_000_000_000)
    }

    #[test]
    fn the_sixth_try_waits_a_second_the_next_two_and_so_on_up_to_a_quarter_of_an_hour() {
        let mut lockout = Lockout::default();
        for _ in 0..5 {
            assert_eq!(lockout.attempt("ann", HERE, at(0)), Ok(()));
        }
        assert_eq!(lockout.attempt("ann", HERE, at(0)), Err(1));
        assert_eq!(lockout.attempt("Ann", HERE, at(0)), Err(1), "one name, however it is written");
        let mut now = 0;
        let mut waits = Vec::new();
        for _ in 0..12 {
            let wait = lockout.attempt("ann", HERE, at(now)).unwrap_err();
            waits.push(wait);
            now += i64::try_from(wait).unwrap();
            assert_eq!(lockout.attempt("ann", HERE, at(now)), Ok(()));
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    }

    #[test]
    fn names_from_one_address_are_counted_together() {
        let mut lockout = Lockout::default();
        for number in 0..30 {
            assert_eq!(lockout.attempt(&format!("user-{number}"), HERE, at(0)), Ok(()));
        }
        assert_eq!(lockout.attempt("another", HERE, at(0)), Err(1));
        let elsewhere = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
        assert_eq!(lockout.attempt("another", elsewhere, at(0)), Ok(()));
    }

    #[test]
    fn whoever_signs_in_begins_anew_and_an_hour_forgets() {
        let mut lockout = Lockout::default();
        for _ in 0..5 {
            lockout.attempt("ann", HERE, at(0)).unwrap();
        }
        lockout.succeeded("ann", HERE);
        assert_eq!(lockout.attempt("ann", HERE, at(0)), Ok(()));
        for _ in 0..4 {
            lockout.attempt("bob", HERE, at(0)).unwrap();
        }
        for _ in 0..5 {
            assert_eq!(lockout.attempt("bob", HERE, at(3_601)), Ok(()));
        }
    }

    #[test]
    fn tokens_that_nobody_has_are_counted_by_the_address() {
        let mut lockout = Lockout::default();
        for _ in 0..30 {
            assert_eq!(lockout.attempt_from(HERE, at(0)), Ok(()));
        }
        assert_eq!(lockout.attempt_from(HERE, at(0)), Err(1));
        assert_eq!(lockout.attempt("ann", HERE, at(0)), Err(1), "names from there wait with them");
    }

    #[test]
    fn many_names_do_not_fill_the_memory() {
        let mut lockout = Lockout::default();
        for number in 0..20_000_u32 {
            let from = IpAddr::V4(Ipv4Addr::from(number));
            lockout.attempt(&format!("user-{number}"), from, at(0)).unwrap();
        }
        assert_eq!((lockout.names.0.len(), lockout.addresses.0.len()), (REMEMBERED_MAX, REMEMBERED_MAX));
    }
}
