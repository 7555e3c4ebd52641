//! Every record can be had back from its shape, its fields and its time, byte for byte; ordinary ones always.

use palisade_index::Rows;
use palisade_record::{Batch, FrameFlags, Lane, Origin, Timestamp};
use proptest::prelude::*;

use super::Normaliser;

/// The rows of records, and for each whether its bytes can be made of them.
fn rebuild(payloads: &[Vec<u8>]) -> (Vec<Rows>, Vec<bool>) {
    let origin = Origin { container: "c".into(), node: "n".into(), ..Origin::default() };
    let lane = Lane { agent: "a".into(), origin: origin.into(), generation: 1 };
    let mut batch = Batch::new(lane, 1, Vec::new(), "app".parse().unwrap(), 0);
    batch.zone = "Europe/Zurich".to_owned();
    for payload in payloads {
        batch.push(batch.to, payload.len() as u64 + 1, FrameFlags::default(), None, payload);
        batch.to += payload.len() as u64 + 1;
    }
    let received_at = Timestamp::from_nanos(1_790_000_000_000_000_000);
    let rows = Normaliser.normalise(std::slice::from_ref(&batch), received_at).rows;
    let mut found = Vec::new();
    let mut rebuilt = Vec::new();
    for rows in &rows {
        for row in 0..rows.len() {
            rebuilt.clear();
            let is_rebuilt = rows.rebuild(row, &mut rebuilt);
            if is_rebuilt {
                assert_eq!(String::from_utf8_lossy(&rebuilt), String::from_utf8_lossy(rows.record(row)));
                assert_eq!(rebuilt, rows.record(row));
            }
            found.push(is_rebuilt);
        }
    }
    assert_eq!(found.len(), payloads.len());
    (rows, found)
}

#[track_caller]
fn assert_rebuilt(payload: &str) {
    assert_eq!(rebuild(&[payload.as_bytes().to_vec()]).1, [true], "{payload}");
}

#[test]
fn ordinary_records_need_no_bytes_of_their_own() {
    for payload in [
        r#"{"timestamp":"2026-09-21T14:13:20.003Z","level":"INFO","message":"a \"b\" \\ c\n","n":16,"k":{"p":"x","q":[1,2.50,true,null]}}"#,
        r#" { "ts" : 1772600767.123 , "msg" : "caf\u00e9 \ud83d\ude00" , "a" : -0 , "a" : 1e3, "a" : [] } "#,
        r#"{"time":"2026-03-04 05:06:07,978","log":"{\"level\":\"error\",\"n\":1}\n","path":"\/a\/b"}"#,
        r#"{"@timestamp":"2026-03-04T05:06:07+01:00","level":30,"":"","x":"\u003Ca\u003E it\u0027s \u001B"}"#,
        r#"{"date":"Sat, 21 Nov 2026 08:02:00 +0000","msg":"a time that is written in no known form"}"#,
        "{\"cut\":\"in the mid",
        "2026-03-04 05:06:07,978 WARN [main] slow\r",
        "\u{0}\u{0}\u{feff}plain",
        "",
        "{}",
    ] {
        assert_rebuilt(payload);
    }
}

#[test]
fn times_in_any_zone_are_written_back_and_those_in_unknown_forms_are_fields() {
    let (rows, found) = rebuild(&[
        br#"{"time":"2026-07-04 05:06:07","a":1}"#.to_vec(),
        br#"{"time":"2026-01-04 05:06:07","a":1}"#.to_vec(),
        br#"{"time":"04/Mar/2026:05:06:07 +0000","a":1}"#.to_vec(),
    ]);
    assert_eq!(found, [true, true, true]);
    assert_eq!(rows.len(), 1);
}

#[test]
fn records_of_one_program_share_a_shape_also_when_some_texts_need_escapes() {
    let record = |(n, end): (u64, &&str)| {
        format!(r#"{{"ts":{},"msg":"line {n}{end}","n":{n}}}"#, 1_772_600_767_000 + n).into_bytes()
    };
    let payloads: Vec<Vec<u8>> = (0..50).zip(["", "\\n", "\\\""].iter().cycle()).map(record).collect();
    let (rows, found) = rebuild(&payloads);
    assert!(found.iter().all(|found| *found));
    assert_eq!(rows[0].shape_count(), 1);
}

#[test]
fn records_that_are_mostly_names_are_kept_as_they_are() {
    let many: Vec<String> = (0..10_000).map(|number| format!("\"f{number}\":1")).collect();
    let many = format!("{{{}}}", many.join(","));
    assert_eq!(rebuild(&[many.into_bytes()]).1, [false]);
    assert_eq!(rebuild(&[b"\x1b[31ma coloured line of some length\x1b[0m".to_vec()]).1, [false]);
    assert_eq!(rebuild(&[b"{\"a\":\"\\ud800 is half of something\"}".to_vec()]).1, [false]);
}

#[test]
fn deep_records_come_back() {
    for depth in [63, 64, 65, 200] {
        assert_rebuilt(&format!("{}\"x\"{}", r#"{"a":["#.repeat(depth / 2), "]}".repeat(depth / 2)));
    }
}

/// Blanks between tokens.
fn blanks() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just(""), 1 => Just(" "), 1 => Just("\t\n \r")]
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9 :=./<>&'é€\u{1f600}\u{2028}-]{0,6}",
        1 => prop_oneof![
            Just("\\n"), Just("\\\""), Just("\\\\"), Just("\\/"), Just("\\b"), Just("\\f"), Just("\\t"), Just("\\r"),
            Just("\\u001b"), Just("\\u001B"), Just("\\u0008"), Just("\\u00e9"), Just("\\u00E9"), Just("\\ud83d\\ude00"),
            Just("\\ud800"), Just("\\u003c"), Just("\\u2028"), Just("\\u0041"), Just("\\u0000"),
        ].prop_map(str::to_owned),
        1 => Just("2026-03-04T05:06:07.123Z".to_owned()),
    ];
    proptest::collection::vec(piece, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        "-?(0|[1-9][0-9]{0,22})(\\.[0-9]{1,12})?([eE][+-]?[0-9]{1,3})?",
        "17[0-9]{8}(\\.[0-9]{1,9})?",
        Just("30".to_owned()),
    ]
}

fn time() -> impl Strategy<Value = String> {
    let zone = "(Z|z|[+-]0[0-9]:?[0-5][0-9]|)";
    let told = format!(
        "\"2026[-/]0[1-9][-/][0-2][0-9][T ]([01][0-9]|2[0-4]):[0-5][0-9]:[0-6][0-9]([.,][0-9]{{1,10}})?{zone}\""
    );
    prop_oneof![
        proptest::string::string_regex(&told).unwrap(),
        "\"?17[0-9]{8}([0-9]{3}|[0-9]{6}|[0-9]{9})?(\\.[0-9]{0,9})?\"?",
    ]
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![text(), number(), time(), "true|false|null"];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let name = prop_oneof![
            3 => "\"(a|b|c|msg|message|log|level|ts|time|timestamp|service|app|log\\.level)\"",
            1 => text(),
        ];
        let member = (blanks(), name, blanks(), blanks(), inner.clone())
            .prop_map(|(a, name, b, c, value)| format!("{a}{name}{b}:{c}{value}"));
        prop_oneof![
            3 => (proptest::collection::vec(member, 0..6), blanks())
                .prop_map(|(members, blanks)| format!("{{{}{blanks}}}", members.join(","))),
            1 => (proptest::collection::vec(inner, 0..4), blanks())
                .prop_map(|(values, blanks)| format!("[{}{blanks}]", values.join(","))),
        ]
    })
}

/// What programs write: no name twice, texts as serde writes them, no half characters.
fn ordinary_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        any::<String>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        any::<bool>().prop_map(serde_json::Value::from),
        Just(serde_json::Value::Null),
        (0i64..4_000_000_000_000)
            .prop_map(|millis| Timestamp::from_millis(millis).unwrap().to_string().into()),
    ];
    let name = || prop_oneof!["[a-z_.]{0,5}", Just("message".to_owned()), Just("time".to_owned())];
    let tree = leaf.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::btree_map(name(), inner, 0..6)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    });
    proptest::collection::btree_map(name(), tree, 0..6)
        .prop_map(|members| serde_json::Value::Object(members.into_iter().collect()).to_string())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn whatever_json_is_written_like_is_had_back_byte_for_byte(records in proptest::collection::vec(json(), 1..4)) {
        let payloads: Vec<Vec<u8>> = records.into_iter().map(String::into_bytes).collect();
        rebuild(&payloads);
    }

    #[test]
    fn ordinary_json_needs_no_bytes_of_its_own(records in proptest::collection::vec(ordinary_json(), 1..4)) {
        let payloads: Vec<Vec<u8>> = records.into_iter().map(String::into_bytes).collect();
        let (_, found) = rebuild(&payloads);
        prop_assert!(found.iter().all(|found| *found));
    }

    #[test]
    fn arbitrary_bytes_are_had_back_byte_for_byte(
        payloads in proptest::collection::vec(
            prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..60),
                "\\{[{}\\[\\]\":,a-z0-9 \\\\.-]{0,60}".prop_map(String::into_bytes),
            ],
            0..6,
        ),
    ) {
        rebuild(&payloads);
    }

    #[test]
    fn plain_lines_need_no_bytes_of_their_own(lines in proptest::collection::vec("[^\\x1b]{0,80}", 0..6)) {
        let payloads: Vec<Vec<u8>> = lines.into_iter().map(String::into_bytes).collect();
        let (_, found) = rebuild(&payloads);
        prop_assert!(found.iter().all(|found| *found));
    }
}
