use palisade_record::Timestamp;
use proptest::prelude::*;

use super::fake::{FakeBlock, FakeRecord, Owned, fake_record, form};
use super::naive::{Seen, condition, passes};
use super::*;
use crate::language::parse;

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn the_fast_evaluation_finds_what_the_plain_rules_say(
        records in proptest::collection::vec(fake_record(), 1..12),
        filter in condition(),
        form in form(),
    ) {
        let block = FakeBlock::with_form("audit", records, form);
        let node = compile(&filter, Timestamp::default()).unwrap();
        let found = rows_of(&node, &block, &RowBitmap::full(block.rows())).unwrap();
        for (row, record) in (0u32..).zip(&block.records) {
            let seen = Seen {
                time: record.time,
                received_at: record.time + 5,
                stream: "audit",
                id: block.id(row).to_string(),
                file: &record.file,
                fields: &record.fields,
            };
            prop_assert_eq!(found.contains(row), passes(&filter, &seen), "{} on {:?}", filter, record);
        }
    }
}

#[track_caller]
fn check_refused(text: &str, part: &str, message: &str) {
    let query = parse(text).unwrap();
    let error = compile(&query.filter, Timestamp::default()).expect_err(text);
    assert!(error.message.contains(message), "{text}: {error}");
    assert_eq!(&text[error.offset..error.offset + error.length], part, "{text}: {error}");
}

#[test]
fn conditions_that_cannot_be_evaluated_are_shown_at_their_place() {
    check_refused("a and message:/(/", "/(/", "regular expression is not valid");
    check_refused("/a{1000}{1000}{1000}/", "/a{1000}{1000}{1000}/", "regular expression is not valid");
    check_refused("timestamp>=yesterday", "yesterday", "is not a time");
    check_refused("timestamp:2026*", "2026*", "cannot be matched with a pattern");
}

/// The examples of the manual, on records of the stream `audit` from a file `/var/log/a.log`.
#[test]
fn the_examples_of_the_manual_are_true() {
    let manual = include_str!("../../../docs/query-language.md");
    let examples = manual.split("```examples\n").nth(1).unwrap().split("```").next().unwrap();
    let mut count = 0;
    for line in examples.lines() {
        let (query, rest) = line.split_at(33);
        let (verb, record) = rest.split_at(8);
        let json: serde_json::Map<String, serde_json::Value> = serde_json::from_str(record).unwrap();
        let fields = json.into_iter().map(|(name, value)| {
            let list = value.as_array().cloned().unwrap_or_else(|| vec![value]);
            (name, list.iter().map(owned).collect())
        });
        let record = FakeRecord { time: 5, file: "/var/log/a.log".to_owned(), fields: fields.collect() };
        let block = FakeBlock::new("audit", vec![record]);
        let node = compile(&parse(query.trim()).unwrap().filter, Timestamp::default()).unwrap();
        let found = !rows_of(&node, &block, &RowBitmap::full(1)).unwrap().is_empty();
        assert_eq!(found, verb.trim() == "finds", "{line}");
        count += 1;
    }
    assert!(count > 40);
}

fn owned(value: &serde_json::Value) -> Owned {
    match value {
        serde_json::Value::String(text) => Owned::Text(text.clone()),
        serde_json::Value::Bool(truth) => Owned::Boolean(*truth),
        number => number.as_i64().map_or_else(|| Owned::Decimal(number.to_string()), Owned::Integer),
    }
}
