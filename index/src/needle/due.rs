//! Decides which days should get a needle index.

use std::ops::Range;
use std::time::Duration;

use palisade_record::Timestamp;

use super::geometry::Batches;

const DAY: Duration = Duration::from_secs(86_400);

/// After its end a day is left alone for so long: what was received in its last minutes may not be in a split yet, and
/// one that is late would stay outside.
const QUIET: Duration = Duration::from_secs(3_600);

/// A split, as far as this decision goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Published {
    pub(super) batches: Batches,
    /// When its first batch was received.
    pub(super) received_at: Timestamp,
}

/// The UTC day of a time, counted from 1970.
fn day(time: Timestamp) -> i64 {
    time.as_nanos().div_euclid(i64::try_from(DAY.as_nanos()).expect("a day is a small number"))
}

/// The splits, by position, that should get a needle index together, day by day: consecutive ones of a day that is over and
/// of which no needle index speaks. One split is enough: far away it costs two requests to ask it itself, and one to ask its
/// needle index. `splits` are in the order of their batches.
pub(super) fn due(splits: &[Published], covered: &[Batches], now: Timestamp) -> Vec<Range<usize>> {
    let is_covered = |split: &Published| {
        covered.iter().any(|(first, last)| *first <= split.batches.0 && split.batches.1 <= *last)
    };
    let mut runs: Vec<Range<usize>> = Vec::new();
    // The last batch of the last run so far.
    let mut last = 0;
    for (position, split) in splits.iter().enumerate() {
        if is_covered(split) || day(split.received_at) >= day(now.minus(QUIET)) {
            continue;
        }
        match runs.last_mut() {
            // Splits of several classes that were published together overlap: of two needle indexes, either would seem to
            // speak for all of them.
            Some(run)
                if run.end == position
                    && (day(splits[run.start].received_at) == day(split.received_at)
                        || split.batches.0 <= last) =>
            {
                run.end += 1;
                last = last.max(split.batches.1);
            }
            _ => {
                runs.push(position..position + 1);
                last = split.batches.1;
            }
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn splits(received: &[&str]) -> Vec<Published> {
        let published = |(number, time): (u64, &&str)| Published {
            batches: (number * 10, number * 10 + 9),
            received_at: at(time),
        };
        (0..).zip(received).map(published).collect()
    }

    #[test]
    fn days_that_are_over_and_quiet_get_one_each() {
        let splits = splits(&[
            "2026-09-20T01:00:00Z",
            "2026-09-20T23:00:00Z",
            "2026-09-21T00:00:00Z",
            "2026-09-21T12:00:00Z",
            "2026-09-21T23:59:00Z",
        ]);

        assert_eq!(due(&splits, &[], at("2026-09-22T00:59:00Z")), vec![0..2]);
        assert_eq!(due(&splits, &[], at("2026-09-22T01:00:00Z")), vec![0..2, 2..5]);
        assert_eq!(due(&splits, &[(0, 19)], at("2026-09-22T01:00:00Z")), vec![2..5]);
    }

    #[test]
    fn splits_that_overlap_get_one_together_although_a_day_ends_between_them() {
        let published = |batches, time| Published { batches, received_at: at(time) };
        let splits = [
            published((0, 9), "2026-09-20T01:00:00Z"),
            published((10, 20), "2026-09-20T23:59:59Z"),
            published((12, 19), "2026-09-21T00:00:01Z"),
            published((21, 30), "2026-09-21T00:10:00Z"),
            published((31, 40), "2026-09-21T09:10:00Z"),
        ];

        assert_eq!(due(&splits, &[], at("2026-09-25T00:00:00Z")), vec![0..3, 3..5]);
    }

    #[test]
    fn a_split_alone_gets_one_too_and_a_needle_index_is_never_made_across_another() {
        let splits = splits(&["2026-09-20T01:00:00Z"; 5]);
        let now = at("2026-09-25T00:00:00Z");

        assert_eq!(due(&splits[..1], &[], now), vec![0..1]);
        assert_eq!(due(&splits, &[(10, 19)], now), vec![0..1, 2..5]);
        assert!(due(&splits, &[(0, 49)], now).is_empty());
    }
}
