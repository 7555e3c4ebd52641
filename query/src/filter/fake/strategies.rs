//! Records that tests are made of.

use proptest::prelude::*;

use super::{FakeRecord, Form, Owned};

/// Words that meet each other often.
pub(crate) fn word() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        prop::sample::select(vec![
            "pay",
            "Payments",
            "payment-api",
            "time",
            "runtime",
            "TIMEOUT",
            "time-out",
            "Übung",
            "übungen",
            "a_b",
            "a",
            "10.0.0.1",
            "10.20.0.7",
            "11.0.0.1",
            "2001:db8::1",
            "::ffff:10.0.0.9",
            "500",
            "500.0",
            "5e2",
            "0500",
            "-1.5",
            "-1.50",
            "12",
            "warn",
            "WARNING",
            "error",
            "err",
            "x=[1]",
            "/var/log/a.log",
            "true",
            "[",
            "--",
            "2026-11-21T08:00:00Z",
            "deadbeef01",
            "DEADBEEF01",
            "0xff1",
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "u0017",
            "12345678901234567890",
            "K\u{212a}",
            "ſet",
            "set",
        ])
        .prop_map(str::to_owned),
        "[aAbé0. _-]{0,6}",
    ]
}

pub(crate) fn value() -> impl Strategy<Value = Owned> {
    let sentence = proptest::collection::vec(word(), 2..5).prop_map(|words| words.join(" "));
    prop_oneof![
        4 => word().prop_map(Owned::Text),
        2 => sentence.prop_map(Owned::Text),
        1 => prop::sample::select(vec![500, 12, -3, 0, 200]).prop_map(Owned::Integer),
        1 => prop::sample::select(vec!["500.0", "5e2", "-1.50", "0.5", "1e400"]).prop_map(|text| Owned::Decimal(text.into())),
        1 => any::<bool>().prop_map(Owned::Boolean),
    ]
}

pub(crate) fn field_name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "message",
        "level",
        "status",
        "source_ip",
        "service",
        "custom",
        "kubernetes.pod",
        "msg",
        "id",
    ])
    .prop_map(str::to_owned)
}

pub(crate) fn form() -> impl Strategy<Value = Form> {
    prop::sample::select(vec![Form::Distinct, Form::Own, Form::Texts, Form::Templates, Form::Shared])
}

pub(crate) fn fake_record() -> impl Strategy<Value = FakeRecord> {
    let fields =
        proptest::collection::btree_map(field_name(), proptest::collection::vec(value(), 1..3), 0..5);
    let file = prop::sample::select(vec!["/var/log/a.log", "/var/log/b.log", ""]);
    (0i64..20, file, fields).prop_map(|(time, file, fields)| FakeRecord {
        time: time * 1_000_000_000,
        file: file.to_owned(),
        fields,
    })
}
