//! What goes into rows comes out of them, also when they are joined.

use proptest::prelude::*;

use super::*;

fn rows() -> Rows {
    Rows::new("app".parse().unwrap(), "group")
}

/// A record like `a=12 b=x`, whose values are fields.
fn push(rows: &mut Rows, batch: u32, fields: &[(String, String)]) {
    let mut raw = String::new();
    let mut places = Vec::new();
    for (name, value) in fields {
        raw.push_str(name);
        raw.push('=');
        places.push((raw.len(), raw.len() + value.len()));
        raw.push_str(value);
        raw.push(' ');
    }
    rows.begin(batch, 7, 1, Timestamp::from_nanos(5), raw.as_bytes());
    for ((name, value), (start, end)) in fields.iter().zip(places) {
        let standing = Standing::Bare(u32::try_from(start).unwrap(), u32::try_from(end).unwrap());
        let value = value.parse().map_or(Value::Text(value), Value::Integer);
        rows.field(name, value, standing);
    }
    rows.end();
}

/// Every value of every row, as text.
fn values(rows: &Rows) -> Vec<Vec<(String, String)>> {
    let mut all = vec![Vec::new(); rows.len()];
    for column in rows.columns() {
        for (entry, cell) in column.cells().iter().enumerate() {
            let value = rows.value(*cell).as_text().into_owned();
            all[column.row(entry) as usize].push((column.name().to_owned(), value));
        }
    }
    all
}

fn assert_rebuilt(rows: &Rows) {
    for row in 0..rows.len() {
        let mut rebuilt = Vec::new();
        assert!(rows.rebuild(row, &mut rebuilt), "{row}");
        assert_eq!(rebuilt, rows.raw().get(row));
    }
}

type Record = Vec<(String, String)>;

fn records() -> impl Strategy<Value = Vec<Record>> {
    let value =
        prop_oneof!["[a-z]{0,3}", "[1-9][0-9]{0,18}", Just(i64::MIN.to_string()), Just("007".to_owned())];
    let field = ("[a-d]", value);
    proptest::collection::vec(proptest::collection::vec(field, 0..5), 0..12)
}

/// The records with the values of each field in order, as columns give them.
fn by_name(records: &[Record], rows: &Rows) -> Vec<Record> {
    let of = |record: &Record| {
        let names = rows.columns().iter().map(RowColumn::name);
        names.flat_map(|name| record.iter().filter(move |field| field.0 == name)).cloned().collect()
    };
    records.iter().map(of).map(normal).collect()
}

/// Numbers as they print.
fn normal(record: Record) -> Record {
    let print = |value: String| value.parse::<i64>().map_or(value, |number| number.to_string());
    record.into_iter().map(|(name, value)| (name, print(value))).collect()
}

proptest! {
    #[test]
    fn values_come_back_and_joined_rows_are_those_of_both(first in records(), second in records()) {
        let (mut left, mut right) = (rows(), rows());
        first.iter().for_each(|record| push(&mut left, 0, record));
        second.iter().for_each(|record| push(&mut right, 0, record));
        prop_assert_eq!(values(&left), by_name(&first, &left));
        assert_rebuilt(&left);

        prop_assert!(left.append(&right, 3));
        assert_rebuilt(&left);
        let both: Vec<Record> = first.iter().chain(&second).cloned().collect();
        prop_assert_eq!(values(&left), by_name(&both, &left));
        let batches: Vec<u32> = left.heads().iter().map(|head| head.batch).collect();
        prop_assert_eq!(batches, [vec![0; first.len()], vec![3; second.len()]].concat());
        push(&mut left, 9, &first.first().cloned().unwrap_or_default());
        assert_rebuilt(&left);
        for column in left.columns() {
            for row in (0..).take(left.len()) {
                let entries = column.entries_of(row..row + 1);
                prop_assert!(entries.clone().all(|entry| column.row(entry) == row));
                prop_assert_eq!(entries.len(), (0..column.cells().len()).filter(|entry| column.row(*entry) == row).count());
            }
        }
    }
}

proptest! {
    #[test]
    fn what_does_not_count_goes_and_the_rest_stays_as_it_was(all in records(), counts in proptest::collection::vec(any::<bool>(), 12)) {
        let mut left = rows();
        for (batch, record) in (0..).zip(&all) {
            push(&mut left, batch, record);
        }
        left.keep(|batch, _| counts[batch as usize].then_some(batch + 1));
        let kept: Vec<Record> =
            all.iter().zip(&counts).filter(|(_, counts)| **counts).map(|(record, _)| record.clone()).collect();
        prop_assert_eq!(values(&left), by_name(&kept, &left));
        assert_rebuilt(&left);
        push(&mut left, 0, &all.first().cloned().unwrap_or_default());
        assert_rebuilt(&left);
    }
}

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn a_value_that_stands_in_the_record_takes_no_bytes_of_its_own() {
    let mut rows = rows();
    push(&mut rows, 0, &[field("a", "some text"), field("b", "12")]);
    assert!(rows.aside.is_empty());
    assert!(rows.columns()[0].rows().is_none());
    assert_eq!(rows.column_named("b").map(RowColumn::name), Some("b"));
    assert!(rows.column_named("c").is_none());
}

#[test]
fn records_of_one_kind_have_one_shape_whatever_comes_between() {
    let mut rows = rows();
    let kinds = [vec![field("a", "1")], vec![field("b", "x"), field("a", "2")], vec![]];
    for record in kinds.iter().cycle().take(30) {
        push(&mut rows, 0, record);
    }
    let shapes: Vec<u32> = rows.heads().iter().map(|head| head.shape).collect();
    assert_eq!(shapes, [0, 1, 2].repeat(10));
}

#[test]
fn the_bytes_of_a_record_that_has_no_shape_are_kept() {
    let mut rows = rows();
    let raw = format!("\"{}\"", "\\u0061".repeat(10));
    let end = u32::try_from(raw.len() - 1).unwrap();
    rows.begin(0, 0, 0, Timestamp::default(), raw.as_bytes());
    rows.field("a", Value::Text(&"a".repeat(10)), Standing::Quoted(1, end));
    rows.end();
    rows.begin(0, 0, 0, Timestamp::default(), b"never ended");
    assert!(rows.heads().iter().all(|head| head.shape == RAW));
    assert!(!rows.rebuild(0, &mut Vec::new()) && !rows.rebuild(1, &mut Vec::new()));
}

#[test]
fn a_source_that_invents_names_has_bounded_shapes_and_columns() {
    let mut invented = rows();
    for number in 0..COLUMNS_MAX + 10 {
        push(&mut invented, 0, &[field(&format!("name-{number}"), "1")]);
    }
    assert_eq!(invented.columns().len(), COLUMNS_MAX);
    let raw = invented.heads().iter().filter(|head| head.shape == RAW).count();
    assert_eq!(raw, COLUMNS_MAX + 10 - 1_024);

    let mut other = rows();
    push(&mut other, 0, &[field("one-more", "1")]);
    let (len, raw_bytes) = (invented.len(), invented.raw_bytes());
    assert!(!invented.append(&other, 0));
    assert_eq!((invented.len(), invented.raw_bytes()), (len, raw_bytes));
}
