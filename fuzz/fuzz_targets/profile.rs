//! Whatever lies in the store as what is usual for a group: it is refused, or goes on without a panic and comes back the same.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use palisade_detect::correlate::{GroupKey, Limits};
use palisade_detect::profile::{
    AfterHours, Bulk, Dormant, FirstSeen, ImpossibleTravel, Observed, Place, ProfileKind, SequenceGap, WorkingHours,
};
use palisade_detect::window::Entry;
use palisade_record::{RecordId, Timestamp};

const HOUR: Duration = Duration::from_secs(60 * 60);

fn kinds() -> [ProfileKind; 6] {
    let hours = WorkingHours::parse("07:00-19:00", &["mon-fri".to_owned()], "").expect("these are hours");
    let what = || "a".to_owned();
    [
        ProfileKind::FirstSeen(FirstSeen { what: what(), is_country: false, memory: 50 * HOUR, learn: 10 * HOUR }),
        ProfileKind::Dormant(Dormant { silence: 5 * HOUR, memory: 50 * HOUR }),
        ProfileKind::AfterHours(AfterHours { hours }),
        ProfileKind::Bulk(Bulk { what: what(), per: HOUR, z: 3.0, minimum: 2, learn: 3 }),
        ProfileKind::SequenceGap(SequenceGap { what: what() }),
        ProfileKind::ImpossibleTravel(ImpossibleTravel {
            distance_km: 500.0,
            speed_km_per_hour: 900.0,
            skip: Vec::new(),
        }),
    ]
}

fuzz_target!(|input: (&[u8], Vec<(i64, u64)>)| {
    let (bytes, records) = input;
    let key = GroupKey(["a".into()].into());
    for kind in kinds() {
        let mut profiles = kind.profiles(Limits::default());
        if profiles.restore(key.clone(), bytes).is_err() {
            continue;
        }
        for (nanos, value) in &records {
            let (time, id) = (Timestamp::from_nanos(*nanos), RecordId { prefix: 1, offset: *value });
            let entry = Entry { time, order: *value, slot: 0, value: *value, weight: 1, id };
            let place = Some(Place { latitude: 0.0, longitude: 1.0, radius_km: 2.0 });
            profiles.observe(&key, &Observed { entry, texts: vec![value.to_string()], place });
            profiles.settle(time);
        }
        let mut again = kind.profiles(Limits::default());
        profiles.all(&mut |key, bytes| {
            again.restore(key.clone(), &bytes).expect("what is written can be read");
            again.all(&mut |_, same| assert_eq!(same, bytes));
        });
    }
});
