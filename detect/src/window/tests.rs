//! Whatever the order of arrival, the episodes that are told are those of the model.

use std::time::Duration;

use palisade_record::wire::{Reader, Writer};
use palisade_record::{RecordId, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::rule::{Bound, Comparison, Condition, Threshold};

const SECOND: Duration = Duration::from_secs(1);

fn at(second: i64) -> Timestamp {
    Timestamp::from_seconds(1_000_000 + second, 0).unwrap()
}

fn shape(meter: Meter, comparison: Comparison, value: f64, span: u64) -> Shape {
    Shape {
        span: SECOND * u32::try_from(span).unwrap(),
        meter,
        threshold: Threshold { bounds: vec![Bound { comparison, value }] },
        wait: Duration::ZERO,
        quiet: Duration::ZERO,
        resolution: Duration::ZERO,
        empty: None,
    }
}

fn entry(second: i64, order: u64) -> Entry {
    Entry { time: at(second), order, slot: 0, value: 0, weight: 1, id: RecordId { prefix: 1, offset: order } }
}

/// A group as a rule has it.
struct Group {
    shape: Shape,
    timeline: Timeline,
    episodes: Episodes,
    changes: Vec<Change>,
}

impl Group {
    fn new(shape: Shape) -> Self {
        let timeline = Timeline::new(&shape);
        Self { shape, timeline, episodes: Episodes::default(), changes: Vec::new() }
    }

    fn take(&mut self, entries: Vec<Entry>, watermark: Timestamp) {
        self.timeline.insert(entries, &self.shape);
        let newest = self.timeline.newest().unwrap_or(watermark);
        self.timeline.advance(self.shape.known_until(watermark, newest), &self.shape);
        let now = Now { watermark, time: watermark, late: None, late_open: Duration::ZERO };
        let spans = self.timeline.spans(&self.shape);
        self.episodes.reconcile(&spans, self.shape.quiet, now, &mut self.changes);
    }

    /// As it comes back after a restart.
    fn restart(&mut self) {
        let mut writer = Writer::new();
        self.timeline.encode(&mut writer);
        self.episodes.encode(&mut writer);
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        self.timeline = Timeline::decode(&mut reader, &self.shape).unwrap();
        self.episodes = Episodes::decode(&mut reader).unwrap();
        assert!(reader.is_at_end());
    }

    /// The spans that were told to have begun and ended, in order. Each began once and ended once.
    fn told(&self) -> Vec<(Timestamp, Timestamp)> {
        let mut began: Vec<Timestamp> = self
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::Began(episode) => Some(episode.number),
                _ => None,
            })
            .collect();
        let mut spans: Vec<(Timestamp, Timestamp)> = Vec::new();
        for change in &self.changes {
            if let Change::Ended(episode) = change {
                let known = began.iter().position(|number| *number == episode.number);
                began.remove(known.expect("what ends has begun, and ends once"));
                spans.push((episode.span.from, episode.span.to.unwrap()));
            }
        }
        assert!(began.is_empty(), "what began ends: {began:?}");
        spans.sort();
        spans
    }
}

fn meters() -> impl Strategy<Value = Meter> {
    prop_oneof![
        Just(Meter::Count),
        Just(Meter::Distinct),
        Just(Meter::Sum),
        Just(Meter::Average),
        (0.0..100.0).prop_map(Meter::Percentile),
        (1u16..4).prop_map(Meter::Rules),
        (1u16..4).prop_map(Meter::Sequence),
        any::<bool>().prop_map(|not| {
            let second = Condition::Selection(1);
            let second = if not { Condition::Not(Box::new(second)) } else { second };
            Meter::Condition(2, Condition::All(vec![Condition::Selection(0), second]))
        }),
        (0u64..4, any::<bool>()).prop_map(|(minimum, distinct)| Meter::Ratio { minimum, distinct }),
        (1u32..5, 0u64..2).prop_map(|(recent, minimum)| Meter::Drop { recent: SECOND * recent, minimum }),
    ]
}

fn shapes() -> impl Strategy<Value = Shape> {
    let comparison = prop_oneof![
        4 => Just(Comparison::Gt),
        4 => Just(Comparison::Gte),
        1 => Just(Comparison::Lt),
        1 => Just(Comparison::Lte),
        1 => Just(Comparison::Eq),
        1 => Just(Comparison::Neq),
    ];
    let empty = prop_oneof![3 => Just(None), 1 => (1u32..60).prop_map(|seconds| Some(SECOND * seconds))];
    let wait = prop_oneof![2 => Just(0u32), 1 => 1u32..8];
    let resolution = prop_oneof![3 => Just(0u32), 1 => 1u32..7];
    (meters(), comparison, 0u8..5, 1u32..20, 0u32..8, wait, resolution, empty).prop_map(
        |(meter, comparison, value, span, quiet, wait, resolution, empty)| {
            let part = matches!(meter, Meter::Ratio { .. } | Meter::Drop { .. });
            let is_drop = matches!(meter, Meter::Drop { .. });
            // A window has a part that is not recent.
            let span = meter.recent().map_or(SECOND * span, |recent| SECOND * span + recent);
            let value = f64::from(value) / if part { 4.0 } else { 1.0 };
            Shape {
                span,
                meter,
                threshold: Threshold { bounds: vec![Bound { comparison, value }] },
                wait: SECOND * wait,
                quiet: SECOND * quiet,
                resolution: SECOND * resolution,
                // Forgotten only after the window is empty. An empty window has no average, from which something could drop.
                empty: empty.map(|empty| empty.max(span)).filter(|_| !is_drop),
            }
        },
    )
}

/// Events as second, slot, value and how many seconds late they arrive.
fn events() -> impl Strategy<Value = Vec<(i64, u16, u8, i64)>> {
    proptest::collection::vec((0i64..60, 0u16..3, 0u8..4, 0i64..15), 1..40)
}

/// In the order of their arrival, with the second of it.
fn arriving(events: &[(i64, u16, u8, i64)], numbers: bool) -> Vec<(i64, Entry)> {
    let mut arriving: Vec<(i64, (i64, u16, u8))> =
        events.iter().map(|(second, slot, value, late)| (second + late, (*second, *slot, *value))).collect();
    arriving.sort_by_key(|(arrival, _)| *arrival);
    let entries = (0u64..).zip(arriving).map(|(order, (arrival, (second, slot, value)))| {
        let value = if numbers { f64::from(value).to_bits() } else { u64::from(value) };
        (arrival, Entry { slot, value, ..entry(second, order) })
    });
    entries.collect()
}

const LATENESS: i64 = 15;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn any_order_of_arrival_gives_exactly_the_episodes_of_the_model(
        shape in shapes(),
        events in events(),
        pieces in proptest::collection::vec(1usize..6, 1..10),
        restarts in any::<u32>(),
        forgets in any::<bool>(),
    ) {
        let numbers = matches!(shape.meter, Meter::Sum | Meter::Average | Meter::Percentile(_));
        let mut arriving = arriving(&events, numbers);
        if matches!(shape.meter, Meter::Ratio { .. }) {
            arriving.iter_mut().for_each(|(_, entry)| entry.slot %= 2);
        }
        let resolution = shape.resolution.as_nanos();
        let rounded = |time: Timestamp| match resolution {
            0 => time,
            step => Timestamp::from_nanos(time.as_nanos() / i64::try_from(step).unwrap() * i64::try_from(step).unwrap()),
        };
        let as_counted = |(_, entry): &(i64, Entry)| Entry { time: rounded(entry.time), ..*entry };
        let all: Vec<Entry> = arriving.iter().map(as_counted).collect();
        let expected = model::episodes(&all, &shape);

        let mut group = Group::new(shape);
        let (mut rest, mut round) = (arriving.as_slice(), 0);
        while !rest.is_empty() {
            let (piece, left) = rest.split_at(pieces[round % pieces.len()].min(rest.len()));
            rest = left;
            let watermark = rounded(at(piece[piece.len() - 1].0 - LATENESS));
            group.take(piece.iter().map(|(_, entry)| *entry).collect(), watermark);
            if restarts >> (round % 32) & 1 == 1 {
                group.restart();
            }
            if forgets && !group.episodes.waits() {
                group.timeline.forget(watermark, &group.shape);
                group.episodes.forget(watermark.minus(group.shape.quiet));
            }
            round += 1;
        }
        group.take(Vec::new(), at(1_000));
        prop_assert_eq!(group.told(), expected);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let shape = shape(Meter::Count, Comparison::Gt, 1.0, 10);
        _ = Timeline::decode(&mut Reader::new(&bytes), &shape);
        _ = Episodes::decode(&mut Reader::new(&bytes));
    }
}

fn more_than_ten_in_five_minutes() -> Group {
    Group::new(shape(Meter::Count, Comparison::Gt, 10.0, 300))
}

fn began(group: &Group) -> usize {
    group.changes.iter().filter(|change| matches!(change, Change::Began(_))).count()
}

#[test]
fn six_and_six_across_a_clock_boundary_fire() {
    let mut group = more_than_ten_in_five_minutes();
    let seconds = (0..6).map(|second| 290 + second).chain((0..6).map(|second| 304 + second));
    let entries = (0u64..).zip(seconds).map(|(order, second)| entry(second, order)).collect();
    group.take(entries, at(280));
    assert_eq!(began(&group), 1);
}

#[test]
fn an_old_event_that_comes_late_does_not_count_with_new_ones() {
    let mut group = more_than_ten_in_five_minutes();
    group.take((0..10).map(|order| entry(2_000, order)).collect(), at(1_940));
    group.take(vec![entry(1_000, 10)], at(1_940));
    assert_eq!(began(&group), 0);
}

#[test]
fn a_newer_event_in_the_middle_of_a_burst_hides_nothing() {
    let mut group = more_than_ten_in_five_minutes();
    group.take((0..6).map(|order| entry(100 + i64::try_from(order).unwrap(), order)).collect(), at(0));
    group.take(vec![entry(900, 6)], at(40));
    group.take((7..12).map(|order| entry(100 + i64::try_from(order).unwrap(), order)).collect(), at(40));
    assert_eq!(began(&group), 1);
}

#[test]
fn sixty_events_are_one_episode() {
    let mut group = more_than_ten_in_five_minutes();
    for order in 0..60 {
        group.take(vec![entry(i64::try_from(order).unwrap(), order)], at(-60));
    }
    assert_eq!(began(&group), 1);
}

#[test]
fn success_then_failure_is_not_failure_then_success_even_within_one_second() {
    let mut group = Group::new(shape(Meter::Sequence(2), Comparison::Gte, 1.0, 60));
    let (failure, success) = (0, 1);
    group.take(vec![Entry { slot: success, ..entry(5, 0) }, Entry { slot: failure, ..entry(5, 1) }], at(0));
    assert_eq!(began(&group), 0);
    group.take(vec![Entry { slot: success, ..entry(5, 2) }], at(0));
    assert_eq!(began(&group), 1);
}

#[test]
fn an_event_exactly_one_window_ago_does_not_count() {
    let mut group = Group::new(shape(Meter::Count, Comparison::Gte, 2.0, 300));
    group.take(vec![entry(0, 0), entry(300, 1)], at(0));
    assert_eq!(began(&group), 0);
    group.take(vec![entry(1, 2)], at(0));
    assert_eq!(began(&group), 1);
}

#[test]
fn what_comes_after_the_watermark_is_told_as_late_and_stays_open_for_a_while() {
    let mut group = more_than_ten_in_five_minutes();
    let (watermark, now) = (at(21_600), at(21_660));
    group.timeline.insert((0..11).map(|order| entry(order, order.unsigned_abs())).collect(), &group.shape);
    group.timeline.advance(watermark, &group.shape);
    let spans = group.timeline.spans(&group.shape);
    let late = Some((at(0), at(310)));
    let told = Now { watermark, time: now, late, late_open: Duration::from_secs(300) };
    group.episodes.reconcile(&spans, Duration::ZERO, told, &mut group.changes);
    assert!(
        matches!(group.changes[..], [Change::Began(Episode { is_late: true, .. })]),
        "{:?}",
        group.changes
    );
    let after = Now { time: now.plus(Duration::from_secs(300)), late: None, ..told };
    group.episodes.reconcile(&spans, Duration::ZERO, after, &mut group.changes);
    assert!(matches!(group.changes[1..], [Change::Ended(_)]), "{:?}", group.changes);
}
