//! What holds for every kind of profile: it comes back from its bytes, tells when they changed, stays within its bounds, and never panics.

use std::time::Duration;

use palisade_record::wire::{Reader, Writer};
use palisade_record::{RecordId, Timestamp};
use proptest::prelude::*;

use super::kind::{Kind, Observed, Verdict};
use super::{AfterHours, Bulk, Dormant, FirstSeen, ImpossibleTravel, Place, SequenceGap, WorkingHours};
use crate::window::Entry;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A Monday, at midnight in UTC.
pub(super) fn at(second: u64) -> Timestamp {
    Timestamp::from_seconds(1_772_409_600, 0).unwrap().plus(Duration::from_secs(second))
}

/// A record with a number as its value.
pub(super) fn observed(time: Timestamp, value: u64) -> Observed {
    let id = RecordId { prefix: 1, offset: value };
    let entry = Entry { time, order: value, slot: 0, value, weight: 1, id };
    Observed { entry, texts: vec![value.to_string()], place: None }
}

fn bytes<K: Kind>(kind: &K, memory: &K::Memory) -> Vec<u8> {
    let mut writer = Writer::new();
    kind.encode(memory, &mut writer);
    writer.finish()
}

/// A profile that is stored and read back between any two records says the same as one that is not.
fn a_restart_changes_nothing<K: Kind>(kind: &K, records: &[Observed]) {
    let (mut memory, mut restarted) = (kind.begin(), kind.begin());
    for record in records {
        let before = bytes(kind, &memory);
        let verdict = kind.observe(&mut memory, record);
        assert_eq!(kind.observe(&mut restarted, record), verdict);
        if verdict == Verdict::Known {
            assert_eq!(bytes(kind, &memory), before, "what is not stored has not changed");
        }
        let watermark = record.entry.time.minus(HOUR);
        assert_eq!(kind.settle(&mut memory, watermark), kind.settle(&mut restarted, watermark));
        let stored = bytes(kind, &restarted);
        let mut reader = Reader::new(&stored);
        restarted = kind.decode(&mut reader).unwrap();
        assert!(reader.is_at_end());
        assert_eq!(bytes(kind, &restarted), stored);
        assert_eq!(kind.items(&restarted), kind.items(&memory));
        assert_eq!(kind.waits(&restarted), kind.waits(&memory));
    }
    assert!(kind.forget(&mut memory, Timestamp::MAX), "in the end everything is forgotten");
}

fn kinds(records: &[Observed], bytes: &[u8]) {
    fn holds<K: Kind>(kind: &K, records: &[Observed], bytes: &[u8]) {
        a_restart_changes_nothing(kind, records);
        if let Ok(mut memory) = kind.decode(&mut Reader::new(bytes)) {
            records.iter().for_each(|record| _ = kind.observe(&mut memory, record));
        }
    }
    holds(
        &FirstSeen { what: "a".to_owned(), is_country: false, memory: 50 * HOUR, learn: 10 * HOUR },
        records,
        bytes,
    );
    let hours = WorkingHours::parse("07:00-19:00", &["mon-fri".to_owned()], "Europe/Berlin").unwrap();
    holds(&AfterHours { hours }, records, bytes);
    holds(&Bulk { what: "a".to_owned(), per: HOUR, z: 3.0, minimum: 2, learn: 3 }, records, bytes);
    holds(&SequenceGap { what: "a".to_owned() }, records, bytes);
    let travel = ImpossibleTravel { distance_km: 500.0, speed_km_per_hour: 900.0, skip: Vec::new() };
    holds(&travel, records, bytes);
    holds(&Dormant { silence: 5 * HOUR, memory: 50 * HOUR }, records, bytes);
}

proptest! {
    #[test]
    fn every_kind_comes_back_from_its_bytes_and_survives_any_bytes(
        records in proptest::collection::vec((0u64..1_000_000, 0u64..40), 1..80),
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        #[allow(clippy::cast_precision_loss, reason = "small numbers")]
        let place = |value: u64| Some(Place { latitude: value as f64, longitude: value as f64 * 4.0, radius_km: 20.0 });
        let observed = |(second, value): &(u64, u64)| Observed { place: place(*value), ..observed(at(*second), *value) };
        let records: Vec<Observed> = records.iter().map(observed).collect();
        kinds(&records, &bytes);
    }
}
