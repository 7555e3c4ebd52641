//! Shapes come back from their bytes, and records from their shapes.

use palisade_record::wire::{Reader, Writer};
use palisade_record::{Timestamp, Value};
use proptest::prelude::*;

use super::clock::ZoneForm;
use super::form::write_bare;
use super::{ClockForm, Escapes, Form, Hole, LITERAL_BYTES_MAX, Shape, ShapeDictionary};

fn clock_form() -> impl Strategy<Value = ClockForm> {
    let zone = prop_oneof![
        Just(ZoneForm::Silent),
        Just(ZoneForm::Zulu),
        Just(ZoneForm::Colon),
        Just(ZoneForm::Plain)
    ];
    let calendar =
        (
            prop_oneof![Just(b'T'), Just(b' ')],
            prop_oneof![Just(b'.'), Just(b',')],
            0u8..=9,
            zone,
            -1_439i16..1_440,
        )
            .prop_map(|(separator, mark, fraction_digits, zone, offset_minutes)| {
                ClockForm::Calendar { separator, mark, fraction_digits, zone, offset_minutes }
            });
    let epoch = (0u8..=9)
        .prop_flat_map(|unit| (Just(unit), 0..=9 - unit))
        .prop_map(|(unit_digits, fraction_digits)| ClockForm::Epoch { unit_digits, fraction_digits });
    prop_oneof![calendar, epoch]
}

fn form() -> impl Strategy<Value = Form> {
    let escapes = (0u8..64).prop_map(|bits| Form::Quoted(Escapes::from_bits(bits).unwrap()));
    prop_oneof![Just(Form::Bare), escapes, clock_form().prop_map(Form::Time)]
}

fn shape() -> impl Strategy<Value = Shape> {
    let literal = || proptest::collection::vec(any::<u8>(), 0..8);
    let hole = (literal(), form(), "[a-c]{1,2}", 0u32..3);
    (proptest::collection::vec(hole, 0..4), literal()).prop_map(|(holes, last)| {
        let mut shape = Shape::with_holes(holes.len());
        for (literal, form, field, nth) in holes {
            shape.push_literal(&literal);
            let (field, nth) =
                if matches!(form, Form::Time(_)) { ("".into(), 0) } else { (field.into(), nth) };
            shape.holes.push(Hole { field, nth, form });
        }
        shape.push_literal(&last);
        shape
    })
}

/// A time in the years in which records are.
fn time() -> impl Strategy<Value = Timestamp> {
    let unit = prop_oneof![Just(1i64), Just(1_000), Just(1_000_000), Just(1_000_000_000)];
    (100_000_000_000_000_000i64..7_000_000_000_000_000_000, unit)
        .prop_map(|(nanos, unit)| Timestamp::from_nanos(nanos / unit * unit))
}

proptest! {
    #[test]
    fn shapes_come_back_from_their_bytes_with_the_same_numbers(shapes in proptest::collection::vec(shape(), 0..6), split in 0usize..6) {
        let mut dictionary = ShapeDictionary::default();
        let ids: Vec<u32> = shapes.iter().map(|shape| dictionary.intern(shape).unwrap()).collect();
        let mut read = ShapeDictionary::default();
        let split = split.min(dictionary.len());
        let mut first = Writer::new();
        let mut earlier = ShapeDictionary::default();
        for id in 0..split {
            earlier.intern(dictionary.get(u32::try_from(id).unwrap()).unwrap());
        }
        earlier.encode_from(0, &mut first);
        read.extend_decode(&mut Reader::new(first.as_slice())).unwrap();
        let mut rest = Writer::new();
        dictionary.encode_from(split, &mut rest);
        let mut reader = Reader::new(rest.as_slice());
        read.extend_decode(&mut reader).unwrap();
        prop_assert!(reader.is_at_end());
        for (shape, id) in shapes.iter().zip(ids) {
            prop_assert_eq!(read.get(id), Some(shape));
            prop_assert_eq!(read.intern(shape), Some(id));
        }
        prop_assert_eq!(read.len(), dictionary.len());
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(prop_oneof![0u8..4, any::<u8>()], 0..80), nanos in any::<i64>()) {
        let mut dictionary = ShapeDictionary::default();
        if dictionary.extend_decode(&mut Reader::new(&bytes)).is_ok() {
            for id in (0..).take(dictionary.len()) {
                let mut target = Vec::new();
                let shape = dictionary.get(id).unwrap();
                shape.render(Timestamp::from_nanos(nanos), |_, _| Some(Value::Text("x")), &mut target);
            }
        }
    }

    #[test]
    fn a_time_is_written_as_it_was_found(form in clock_form(), time in time()) {
        let mut text = Vec::new();
        form.write(time, &mut text);
        let told = match form {
            ClockForm::Calendar { offset_minutes, zone: ZoneForm::Silent | ZoneForm::Zulu, .. } if offset_minutes != 0 => None,
            ClockForm::Calendar { .. } => {
                let (local, _) = Timestamp::parse_local(&text).unwrap();
                let offset = match form { ClockForm::Calendar { offset_minutes, .. } => i64::from(offset_minutes), ClockForm::Epoch { .. } => 0 };
                Some(Timestamp::from_nanos(local.as_nanos() - offset * 60_000_000_000))
            }
            ClockForm::Epoch { .. } => Some(time),
        };
        if let Some(told) = told {
            // What the form does not write is lost to the text, as it is to whoever reads it.
            let found = ClockForm::of(&text, told, &mut Vec::new());
            let Some(found) = found else { return Err(TestCaseError::fail(format!("{}", String::from_utf8_lossy(&text)))) };
            prop_assert!(found.is_exact(&text, told, &mut Vec::new()));
        }
    }

    #[test]
    fn no_text_makes_the_search_for_its_form_panic(text in "[0-9TZ:., +-]{0,45}", nanos in any::<i64>()) {
        _ = ClockForm::of(text.as_bytes(), Timestamp::from_nanos(nanos), &mut Vec::new());
    }

    #[test]
    fn numbers_are_written_as_everywhere(number in any::<i64>()) {
        let mut target = Vec::new();
        write_bare(Value::Integer(number), &mut target);
        prop_assert_eq!(String::from_utf8(target).unwrap(), number.to_string());
    }
}

#[test]
fn times_as_loggers_write_them_need_no_field_of_their_own() {
    for (text, time) in [
        ("2026-11-21T08:02:00Z", "2026-11-21T08:02:00Z"),
        ("2026-11-21T08:02:00.123456Z", "2026-11-21T08:02:00.123456Z"),
        ("2026-11-21 08:02:00,978", "2026-11-21T07:02:00.978Z"),
        ("2026-11-21T08:02:00.5-0530", "2026-11-21T13:32:00.5Z"),
        ("2026-11-21T08:02:00+02:00", "2026-11-21T06:02:00Z"),
        ("1700000000", "2023-11-14T22:13:20Z"),
        ("1700000000.123", "2023-11-14T22:13:20.123Z"),
        ("1700000000123", "2023-11-14T22:13:20.123Z"),
        ("1700000000123456789", "2023-11-14T22:13:20.123456789Z"),
    ] {
        let time = Timestamp::parse_rfc3339(time).unwrap();
        assert!(ClockForm::of(text.as_bytes(), time, &mut Vec::new()).is_some(), "{text}");
    }
}

#[test]
fn times_that_would_come_back_differently_are_refused() {
    for (text, time) in [
        ("2026-11-21T08:02:60Z", "2026-11-21T08:02:59Z"),
        ("2026-11-21T08:02:00.1234567891Z", "2026-11-21T08:02:00.123456789Z"),
        ("2026-11-21T08:02:00z", "2026-11-21T08:02:00Z"),
        ("2026-11-21T08:02:00-00:00", "2026-11-21T08:02:00Z"),
        (" 2026-11-21T08:02:00Z", "2026-11-21T08:02:00Z"),
        ("1.7e9", "2023-11-14T22:13:20Z"),
        ("1700000000.", "2023-11-14T22:13:20Z"),
        ("01700000000", "2023-11-14T22:13:20Z"),
    ] {
        let time = Timestamp::parse_rfc3339(time).unwrap();
        assert_eq!(ClockForm::of(text.as_bytes(), time, &mut Vec::new()), None, "{text}");
    }
}

#[test]
fn a_shape_without_all_its_values_writes_nothing() {
    let mut shape = Shape::with_holes(1);
    shape.push_literal(b"before ");
    shape.holes.push(Hole { field: "a".into(), nth: 0, form: Form::Bare });
    shape.push_literal(b"");
    let mut target = b"kept".to_vec();
    assert!(!shape.render(Timestamp::default(), |_, _| None, &mut target));
    assert_eq!(target, b"kept");
    assert!(shape.render(Timestamp::default(), |_, _| Some(Value::Boolean(true)), &mut target));
    assert_eq!(target, b"keptbefore true");
}

#[test]
fn literals_that_are_too_long_are_refused() {
    let mut writer = Writer::new();
    writer.varint(1);
    writer.varint(0);
    writer.bytes(&vec![b'x'; LITERAL_BYTES_MAX + 1]);
    assert!(ShapeDictionary::default().extend_decode(&mut Reader::new(writer.as_slice())).is_err());
}
