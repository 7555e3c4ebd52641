//! One record here and the next one there, faster than anybody travels.
//!
//! ```yaml
//! watch:
//!     type: impossible_travel
//!     group-by: [user_id]
//!     address: source_ip                    # looked up in the file of places that the configuration names
//!     distance: 500                         # kilometres; less is a matter of how networks are run
//!     speed: 900                            # kilometres per hour, as aeroplanes fly
//!     skip: [10.0.0.0/8, 192.0.2.0/24]      # networks that are nowhere: those of a VPN
//! ```
//!
//! In one sentence: between this record and the one before or after it the group would have had to go more than `distance` faster than
//! `speed`.
//!
//! Distances are those over the surface of the earth, less the radius within which each of the two addresses may be. Records are
//! compared with both neighbours in the time they tell, in whatever order they come. Behind the newest one as many hours are remembered
//! as the longest way on earth takes; of more records the newest are. Records whose address the file does not know are left out, and
//! counted as skipped.

use std::fmt::Write as _;
use std::time::Duration;

use palisade_record::Timestamp;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::kind::{Kind, Observed, Verdict};
use super::place::Place;
use crate::plan::duration_in_words;
use crate::rule::Network;
use crate::rule::network::parse_address;

/// Records of one group that are remembered.
const SIGHTINGS_MAX: usize = 256;

/// To the other side of the earth.
const LONGEST_WAY_KM: f64 = 20_016.0;

const SECONDS_AN_HOUR: f64 = 3_600.0;

/// The settings.
#[derive(Clone, PartialEq, Debug)]
pub struct ImpossibleTravel {
    /// A shorter way is possible.
    pub distance_km: f64,
    /// A slower one is as well.
    pub speed_km_per_hour: f64,
    /// Networks whose addresses are nowhere.
    pub skip: Vec<Network>,
}

/// Where a group was at a time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Sighting {
    time: Timestamp,
    place: Place,
}

impl ImpossibleTravel {
    pub(crate) fn in_words(&self) -> String {
        format!(
            "records from places more than {} km apart, faster than {} km/h",
            self.distance_km, self.speed_km_per_hour
        )
    }

    /// After so long anybody can be anywhere.
    fn memory(&self) -> Duration {
        Duration::try_from_secs_f64(LONGEST_WAY_KM / self.speed_km_per_hour * SECONDS_AN_HOUR)
            .unwrap_or(Duration::MAX)
    }

    /// Why nobody gets from one to the other, if nobody does.
    fn judge(&self, one: &Sighting, other: &Sighting) -> Option<String> {
        let distance = one.place.kilometres_to(&other.place);
        let (from, to) = (one.time.min(other.time), one.time.max(other.time));
        let between = to.since(from);
        let is_reached = distance <= self.speed_km_per_hour * between.as_secs_f64() / SECONDS_AN_HOUR;
        if distance <= self.distance_km || is_reached {
            return None;
        }
        let mut reason = format!("{distance:.0} km apart within ");
        // Writing to a String cannot fail.
        _ = match between.as_secs() {
            0 => write!(reason, "a second"),
            seconds => write!(reason, "{}", duration_in_words(Duration::from_secs(seconds))),
        };
        Some(reason)
    }
}

impl Kind for ImpossibleTravel {
    /// In the order of time.
    type Memory = Vec<Sighting>;

    fn begin(&self) -> Vec<Sighting> {
        Vec::new()
    }

    fn observe(&self, sightings: &mut Vec<Sighting>, observed: &Observed) -> Verdict {
        let address = observed.texts.first().and_then(|text| parse_address(text));
        let is_skipped = |address| self.skip.iter().any(|network| network.contains(address));
        let (Some(place), false) = (observed.place, address.is_some_and(is_skipped)) else {
            return Verdict::Usual;
        };
        let sighting = Sighting { time: observed.entry.time, place };
        let at = sightings.partition_point(|other| other.time <= sighting.time);
        let neighbours = [at.checked_sub(1).and_then(|before| sightings.get(before)), sightings.get(at)];
        let verdict = neighbours.into_iter().flatten().find_map(|other| self.judge(other, &sighting));
        sightings.insert(at, sighting);
        let newest = sightings.last().map_or(sighting.time, |newest| newest.time);
        let memory = self.memory();
        let old = sightings.partition_point(|other| other.time.plus(memory) < newest);
        sightings.drain(..old.max(sightings.len().saturating_sub(SIGHTINGS_MAX)));
        verdict.map_or(Verdict::Usual, Verdict::Unusual)
    }

    fn forget(&self, sightings: &mut Vec<Sighting>, now: Timestamp) -> bool {
        let memory = self.memory();
        sightings.retain(|sighting| sighting.time.plus(memory) >= now);
        sightings.is_empty()
    }

    fn items(&self, sightings: &Vec<Sighting>) -> usize {
        2 * sightings.len()
    }

    fn encode(&self, sightings: &Vec<Sighting>, writer: &mut Writer) {
        writer.varint(sightings.len() as u64);
        for Sighting { time, place } in sightings {
            writer.signed(time.as_nanos());
            [place.latitude, place.longitude, place.radius_km]
                .iter()
                .for_each(|value| writer.u64(value.to_bits()));
        }
    }

    fn decode(&self, reader: &mut Reader<'_>) -> Result<Vec<Sighting>, Malformed> {
        let mut sightings = Vec::new();
        for _ in 0..reader.count(SIGHTINGS_MAX)? {
            let time = Timestamp::from_nanos(reader.signed()?);
            let mut number = || Ok(f64::from_bits(reader.u64()?));
            let place = Place { latitude: number()?, longitude: number()?, radius_km: number()? };
            sightings.push(Sighting { time, place });
        }
        if !sightings.is_sorted_by_key(|sighting| sighting.time) {
            return Err(reader.malformed("sightings out of order"));
        }
        Ok(sightings)
    }
}

#[cfg(test)]
mod tests {
    use super::super::contract::{at, observed};
    use super::*;
    use crate::rule::network::parse_network;

    const HOUR: u64 = 3_600;
    const BERLIN: (f64, f64) = (52.5, 13.4);
    const POTSDAM: (f64, f64) = (52.4, 13.1);
    const SYDNEY: (f64, f64) = (-33.9, 151.2);

    fn kind() -> ImpossibleTravel {
        let skip = vec![parse_network("10.0.0.0/8").unwrap()];
        ImpossibleTravel { distance_km: 500.0, speed_km_per_hour: 900.0, skip }
    }

    fn seen(hour: u64, (latitude, longitude): (f64, f64), address: &str) -> Observed {
        let place = Some(Place { latitude, longitude, radius_km: 20.0 });
        Observed { place, texts: vec![address.to_owned()], ..observed(at(hour * HOUR), 0) }
    }

    fn verdicts(seen_at: &[(u64, (f64, f64))]) -> Vec<bool> {
        let mut sightings = kind().begin();
        let mut verdict = |hour, place| kind().observe(&mut sightings, &seen(hour, place, "192.0.2.1"));
        seen_at.iter().map(|(hour, place)| matches!(verdict(*hour, *place), Verdict::Unusual(_))).collect()
    }

    #[test]
    fn nobody_is_in_berlin_and_two_hours_later_in_sydney() {
        assert_eq!(verdicts(&[(0, BERLIN), (2, SYDNEY)]), [false, true]);
        assert_eq!(verdicts(&[(0, BERLIN), (20, SYDNEY)]), [false, false]);
        assert_eq!(verdicts(&[(0, BERLIN), (0, POTSDAM)]), [false, false]);
    }

    #[test]
    fn what_comes_in_another_order_is_compared_with_both_neighbours() {
        assert_eq!(verdicts(&[(0, BERLIN), (40, BERLIN), (39, SYDNEY)]), [false, false, true]);
        assert_eq!(verdicts(&[(40, BERLIN), (39, SYDNEY)]), [false, true]);
        assert_eq!(verdicts(&[(0, BERLIN), (44, BERLIN), (22, SYDNEY)]), [false, false, false]);
    }

    #[test]
    fn addresses_of_skipped_networks_and_unknown_places_are_nowhere() {
        let mut sightings = kind().begin();
        kind().observe(&mut sightings, &seen(0, BERLIN, "192.0.2.1"));
        assert_eq!(kind().observe(&mut sightings, &seen(1, SYDNEY, "10.1.2.3")), Verdict::Usual);
        assert_eq!(kind().observe(&mut sightings, &observed(at(HOUR), 1)), Verdict::Usual);
        assert_eq!(sightings.len(), 1);
    }

    #[test]
    fn the_reason_says_how_far_and_how_soon() {
        let mut sightings = kind().begin();
        kind().observe(&mut sightings, &seen(0, BERLIN, "192.0.2.1"));
        let Verdict::Unusual(reason) = kind().observe(&mut sightings, &seen(2, SYDNEY, "192.0.2.2")) else {
            panic!()
        };
        assert!(reason.ends_with("km apart within 2 hours"), "{reason}");
    }

    #[test]
    fn however_much_comes_only_the_newest_are_remembered() {
        let mut sightings = kind().begin();
        (0..2 * SIGHTINGS_MAX)
            .for_each(|_| _ = kind().observe(&mut sightings, &seen(0, BERLIN, "192.0.2.1")));
        assert_eq!(sightings.len(), SIGHTINGS_MAX);
        kind().observe(&mut sightings, &seen(30, BERLIN, "192.0.2.1"));
        assert_eq!(sightings.len(), 1);
    }
}
