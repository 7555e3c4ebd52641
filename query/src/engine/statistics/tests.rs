use palisade_record::ByteSize;
use proptest::prelude::*;

use super::aggregation::Aggregation;
use super::cell::Cell;
use super::groups::Groups;
use super::naive;
use super::number::Number;
use super::part::part_of;
use super::spans::Span;
use super::values_of_block::Field;
use super::{finish, plan};
use crate::engine::{Budget, Failure};
use crate::filter::RowBitmap;
use crate::filter::fake::{FakeBlock, FakeRecord, Owned, fake_record, field_name};
use crate::language::{Aggregate, Function, Key, Name, Stage, Step, parse};

fn name(text: &str) -> Name {
    Name { text: text.to_owned(), span: Default::default() }
}

/// The id is made of where a record lies; plain records have none.
fn stored_field() -> impl Strategy<Value = String> {
    field_name().prop_filter("ids are not stored", |name| name != "id" && name != "received_at")
}

fn aggregate() -> impl Strategy<Value = Aggregate> {
    let function = prop_oneof![
        prop::sample::select(vec![
            Function::Count,
            Function::Distinct,
            Function::Sum,
            Function::Average,
            Function::Min,
            Function::Max,
            Function::First,
            Function::Last,
        ]),
        prop::sample::select(vec![0, 500, 950, 999, 1_000]).prop_map(Function::Percentile),
    ];
    let field = prop_oneof![4 => stored_field(), 1 => Just("timestamp".to_owned()), 1 => Just("origin.file".to_owned())];
    (function, field, any::<bool>()).prop_map(|(function, field, counts_records)| {
        let field = (function != Function::Count || !counts_records).then(|| name(&field));
        Aggregate { function, field, alias: None, span: Default::default() }
    })
}

fn key() -> impl Strategy<Value = Key> {
    prop_oneof![
        5 => stored_field().prop_map(|field| Key::Field(name(&field))),
        1 => Just(Key::Field(name("origin.file"))),
        1 => Just(Key::Bin(Step { millis: 1, span: Default::default() })),
    ]
}

fn aggregation() -> impl Strategy<Value = Aggregation<Field>> {
    let parts =
        (proptest::collection::vec(aggregate(), 1..4), proptest::collection::vec(key(), 0..3), any::<bool>());
    parts.prop_filter_map("two columns of one name", |(aggregates, by, keeps_missing)| {
        let resolve = |name: &Name| Ok(Field::named(&name.text));
        let aggregation = Aggregation::new(&aggregates, &by, resolve).ok()?;
        Some(Aggregation { keeps_missing, ..aggregation })
    })
}

fn is_same(found: &Cell, expected: &Cell) -> bool {
    let (Some(found), Some(expected)) = (found.scalar(), expected.scalar()) else { return found == expected };
    match (Number::of(found), Number::of(expected)) {
        (Some(found), Some(expected)) => {
            let (found, expected) = (found.as_f64(), expected.as_f64());
            (found - expected).abs() <= expected.abs().max(1.0) * 1e-9
        }
        _ => found.as_text() == expected.as_text(),
    }
}

fn plenty() -> Budget {
    Budget::new(None, ByteSize::mib(64))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn groups_are_what_the_plain_rules_say(
        blocks in proptest::collection::vec(proptest::collection::vec(fake_record(), 1..12), 0..4),
        aggregation in aggregation(),
        odd_rows_only in any::<bool>(),
    ) {
        let (budget, mut groups) = (plenty(), Groups::new(&aggregation));
        let mut matching: Vec<FakeRecord> = Vec::new();
        for records in blocks {
            let block = FakeBlock::new("audit", records);
            let mut rows = RowBitmap::full(u32::try_from(block.records.len()).unwrap());
            if odd_rows_only {
                rows.iter().filter(|row| row % 2 == 0).collect::<Vec<_>>().iter().for_each(|row| rows.remove_row(*row));
            }
            matching.extend(rows.iter().map(|row| block.records[row as usize].clone()));
            if !rows.is_empty() {
                groups.merge(&[part_of(&aggregation, &block, &rows).unwrap()], &budget).unwrap();
            }
        }
        let span = Span { from: 0, to: 1 };
        let table = finish::table(&groups, &aggregation, span, &[], &budget).unwrap();
        let mut expected = naive::rows(&aggregation, &matching);
        prop_assert_eq!(table.rows.len(), expected.len());
        let keys = aggregation.keys.len();
        for row in &table.rows {
            let key: Vec<Option<String>> =
                row[..keys].iter().map(|cell| cell.scalar().map(|value| value.as_text().into_owned())).collect();
            let place = expected.iter().position(|(expected, _)| *expected == key);
            let (_, cells) = expected.swap_remove(place.unwrap());
            for ((found, expected), column) in row[keys..].iter().zip(&cells).zip(&table.columns[keys..]) {
                prop_assert!(is_same(found, expected), "{}: {:?} is not {:?}", column, found, expected);
            }
        }
    }
}

fn grouped_by_service(aggregate: &str) -> Aggregation<Field> {
    let query = parse(&format!("* | stats {aggregate} by service")).unwrap();
    let Stage::Stats { aggregates, by } = &query.pipes[0].stage else { panic!("not stats") };
    Aggregation::new(aggregates, by, |name| Ok(Field::named(&name.text))).unwrap()
}

#[test]
fn rows_come_sorted_by_their_keys() {
    let aggregation = grouped_by_service("count()");
    let record = |number: i64| FakeRecord {
        time: 0,
        file: String::new(),
        fields: [("service".to_owned(), vec![Owned::Integer(number % 12)])].into(),
    };
    let block = FakeBlock::new("audit", (0..100).rev().map(record).collect());
    let part = part_of(&aggregation, &block, &RowBitmap::full(100)).unwrap();
    let mut groups = Groups::new(&aggregation);
    groups.merge(&[part], &plenty()).unwrap();
    let table = finish::table(&groups, &aggregation, Span { from: 0, to: 1 }, &[], &plenty()).unwrap();
    let keys: Vec<Cell> = table.rows.iter().map(|row| row[0].clone()).collect();
    assert_eq!(keys, (0..12).map(Cell::Integer).collect::<Vec<_>>());
}

#[test]
fn memory_is_charged_for_groups() {
    let aggregation = grouped_by_service("count()");
    let mut groups = Groups::new(&aggregation);
    let budget = Budget::new(None, ByteSize::bytes(1_000));
    let add = |groups: &mut Groups, number: u32| groups.add(&number.to_le_bytes(), &[0], &budget, |_| ());
    let failure = (0..100).find_map(|number| add(&mut groups, number).err());
    assert!(matches!(failure, Some(Failure::Memory(_))));
}

#[test]
fn the_most_frequent_groups_outlive_forgetting() {
    let aggregation = grouped_by_service("count()");
    let mut groups = Groups::new(&aggregation);
    let budget = plenty();
    for number in 0u32..300_000 {
        let times = if number % 100_000 == 7 { 5 } else { 1 };
        let key =
            [&[1, 4, 0, 0, 0], format!("{:04}", number % 10_000).as_bytes(), &number.to_le_bytes()].concat();
        (0..times).for_each(|_| groups.add(&key, &[1], &budget, |_| ()).unwrap());
    }
    groups.forget_rare();
    assert_eq!((groups.len(), groups.error), (3, 1));
    let rows = groups.rows(&aggregation, 1.0, None);
    assert!(rows.iter().all(|row| row[1] == Cell::Integer(4)), "{rows:?}");
}

#[track_caller]
fn check_refused(text: &str, part: &str, message: &str, hint: &str) {
    let (_, pipes) = crate::engine::split(parse(text).unwrap());
    let error = plan(&pipes, Default::default()).err().expect(text);
    assert!(error.message.contains(message) && error.hint.contains(hint), "{text}: {error}");
    assert_eq!(&text[error.offset..error.offset + error.length], part, "{text}: {error}");
}

#[test]
fn columns_that_are_not_there_are_shown_at_their_place() {
    check_refused("* | stats count() as hits | sort hit", "hit", "no column `hit`", "did you mean `hits`?");
    check_refused("* | stats count() by a | where b > 5", "b", "no column `b`", "the columns are a, count");
    check_refused("* | fields a | stats count() by b", "b", "no column `b`", "the columns are a");
    check_refused("* | top 5 a | fields a, count, x", "x", "no column `x`", "the columns are");
    check_refused("* | stats sum(a) as a by a", "a", "two columns are called `a`", "as");
    check_refused("* | stats count() by bin(1m), bin(5m)", "5m", "two steps of time", "one bin");
    check_refused("* | stats count() by a | stats rate()", "rate()", "`rate` counts records", "sum");
    check_refused(
        "* | stats count() by a | stats count() by bin(5m)",
        "5m",
        "no column `timestamp`",
        "columns",
    );
    check_refused("* | fields a, a", "a", "two columns are called `a`", "as");
}
