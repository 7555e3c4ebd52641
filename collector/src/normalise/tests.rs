//! Records as they come, and the fields they become.

use std::sync::Arc;

use palisade_index::{Rows, Standing};
use palisade_record::origin::Channel;
use palisade_record::{Batch, FrameFlags, Lane, Origin, StreamName, Timestamp, Value};
use proptest::prelude::*;

use super::sink::{Head, Sink};
use super::{Normalised, normalise_into};

#[derive(Clone, PartialEq, Debug)]
struct Seen {
    batch: u32,
    offset: u64,
    flags: u8,
    time: String,
    raw: Vec<u8>,
    fields: Vec<(String, String)>,
    is_rebuilt: bool,
}

/// Notes what it is told, and checks that the record can be had back from it.
#[derive(Clone, Debug)]
struct Notebook {
    rows: Rows,
    records: Vec<Seen>,
}

impl Notebook {
    fn new(stream: StreamName, group: &str) -> Self {
        Self { rows: Rows::new(stream, group), records: Vec::new() }
    }
}

impl Sink for Notebook {
    fn begin(&mut self, head: Head<'_>) {
        self.rows.begin(head.batch, head.offset, head.flags, head.time, head.raw);
        let Head { batch, offset, flags, time, raw } = head;
        let (time, raw) = (time.to_string(), raw.to_vec());
        let fields = Vec::new();
        self.records.push(Seen { batch, offset, flags, time, raw, fields, is_rebuilt: false });
    }

    fn field(&mut self, name: &str, value: Value<'_>, standing: Standing) {
        self.rows.field(name, value, standing);
        let value = match value {
            Value::Text(text) => format!("{text:?}"),
            Value::Decimal(text) => format!("decimal {text}"),
            Value::Integer(number) => number.to_string(),
            Value::Boolean(truth) => truth.to_string(),
        };
        self.records.last_mut().expect("a record has begun").fields.push((name.to_owned(), value));
    }

    fn time(&mut self, standing: Standing) -> bool {
        self.rows.time(standing)
    }

    fn end(&mut self) {
        self.rows.end();
        let last = self.records.last_mut().expect("a record has begun");
        let mut rebuilt = Vec::new();
        last.is_rebuilt = self.rows.rebuild(self.rows.len() - 1, &mut rebuilt);
        if last.is_rebuilt {
            assert_eq!(rebuilt, last.raw);
        }
    }
}

const RECEIVED_AT: &str = "2026-11-21T08:00:00.000Z";

/// The fields of every record of some batches, name and value.
pub(crate) fn fields_of(batches: &[Batch]) -> Vec<Vec<(String, String)>> {
    normalise(batches)
        .rows
        .into_iter()
        .flat_map(|notebook| notebook.records)
        .map(|seen| seen.fields)
        .collect()
}

fn received_at() -> Timestamp {
    Timestamp::parse_rfc3339(RECEIVED_AT).unwrap()
}

fn batch(origin: Origin) -> Batch {
    let lane = Lane { agent: "node-1".into(), origin: Arc::new(origin), generation: 1 };
    Batch::new(lane, 1, Vec::new(), "app".parse().unwrap(), 0)
}

fn normalise(batches: &[Batch]) -> Normalised<Notebook> {
    normalise_into(batches, received_at(), Notebook::new)
}

fn read_frame(payload: &[u8], flags: FrameFlags, time: Option<Timestamp>, origin: Origin) -> (Seen, u64) {
    let mut batch = batch(origin);
    batch.push(0, payload.len() as u64 + 1, flags, time, payload);
    let normalised = normalise(&[batch]);
    (normalised.rows[0].records[0].clone(), normalised.quarantined)
}

fn read(payload: &str) -> Seen {
    let (seen, _) = read_frame(payload.as_bytes(), FrameFlags::default(), None, Origin::default());
    assert_eq!(seen.raw, payload.as_bytes());
    seen
}

fn fields(payload: &str) -> Vec<(String, String)> {
    read(payload).fields
}

#[track_caller]
fn check(payload: &str, expected: &[(&str, &str)]) {
    let expected: Vec<(String, String)> =
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(fields(payload), expected, "{payload}");
}

#[test]
fn objects_become_fields_with_dotted_paths() {
    check(
        r#" {"a":{"b":{"c":1},"d":[1,"two",{"e":true}]},"a.d":3,"n":null,"x":{},"y":[]} "#,
        &[("a.b.c", "1"), ("a.d", "1"), ("a.d", "\"two\""), ("a.d.e", "true"), ("a.d", "3")],
    );
    check(r#"{"a":1,"a":2}"#, &[("a", "1"), ("a", "2")]);
    check(r#"{"":1,"k\u0065y":"v\n"}"#, &[("_", "1"), ("key", "\"v\\n\"")]);
}

#[test]
fn numbers_keep_what_was_written() {
    check(
        r#"{"a":1.0,"b":1e3,"c":9223372036854775807,"d":9223372036854775808,"e":-5}"#,
        &[
            ("a", "decimal 1.0"),
            ("b", "decimal 1e3"),
            ("c", "9223372036854775807"),
            ("d", "decimal 9223372036854775808"),
            ("e", "-5"),
        ],
    );
}

#[test]
fn names_of_other_schemas_become_canonical_once() {
    check(r#"{"msg":"hi","log.level":"WARN"}"#, &[("message", "\"hi\""), ("level", "\"WARN\"")]);
    check(r#"{"msg":"hi","message":"own"}"#, &[("msg", "\"hi\""), ("message", "\"own\"")]);
    check(r#"{"msg":"hi","log":"other"}"#, &[("message", "\"hi\""), ("log", "\"other\"")]);
    check(r#"{"log":{"level":"info"},"user":{"id":7}}"#, &[("level", "\"info\""), ("user_id", "7")]);
    check(r#"{"trace_id":["a","b"]}"#, &[("correlation_id", "\"a\""), ("correlation_id", "\"b\"")]);
}

#[test]
fn what_lies_too_deep_is_one_text() {
    let deep = format!("{}1{}", r#"{"a":"#.repeat(70), "}".repeat(70));
    let found = fields(&deep);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, vec!["a"; 64].join("."));
    assert_eq!(found[0].1, format!("{:?}", format!("{}1{}", r#"{"a":"#.repeat(6), "}".repeat(6))));

    let abyss = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(fields(&abyss).len(), 1);
}

#[test]
fn a_record_of_which_only_the_head_is_kept_says_how_long_it_was() {
    let mut batch = batch(Origin::default());
    batch.push_truncated(0, 5_000, FrameFlags::TRUNCATED, None, b"head", 4_999);
    batch.to = 5_000;

    let normalised = normalise(&[batch]);

    let field = ("truncated.original_bytes".to_owned(), "4999".to_owned());
    assert!(normalised.rows[0].records[0].fields.contains(&field), "{:?}", normalised.rows[0].records[0]);
}

#[test]
fn long_names_are_cut_and_many_fields_end() {
    let long = fields(&format!(r#"{{"{}":1}}"#, "é".repeat(300)));
    assert_eq!(long[0].0, "é".repeat(256));
    let many: Vec<String> = (0..5_000).map(|number| format!("\"f{number}\":1")).collect();
    let many = fields(&format!("{{{}}}", many.join(",")));
    assert_eq!(many.len(), 1_008);
}

#[test]
fn json_inside_of_the_message_adds_fields() {
    check(
        r#"{"log":"{\"level\":\"error\",\"msg\":\"boom\",\"stream\":\"x\",\"n\":1}\n","stream":"stderr"}"#,
        &[
            ("message", r#""{\"level\":\"error\",\"msg\":\"boom\",\"stream\":\"x\",\"n\":1}\n""#),
            ("stream", "\"stderr\""),
            ("level", "\"error\""),
            ("msg", "\"boom\""),
            ("n", "1"),
        ],
    );
    check(r#"{"msg":"{not json}","a":1}"#, &[("message", "\"{not json}\""), ("a", "1")]);
    let inner_time = read(r#"{"log":"{\"ts\":\"2026-03-04T05:06:07Z\"}"}"#);
    assert_eq!(inner_time.time, "2026-03-04T05:06:07.000Z");
}

#[test]
fn plain_lines_have_message_level_and_time() {
    let seen = read("2026-03-04 05:06:07,978 WARN [main] \u{1b}[31mslow\u{1b}[0m");
    assert_eq!(seen.time, "2026-03-04T05:06:07.978Z");
    assert_eq!(
        seen.fields,
        [
            ("message".to_owned(), "\"2026-03-04 05:06:07,978 WARN [main] slow\"".to_owned()),
            ("level".to_owned(), "\"warn\"".to_owned())
        ]
    );
    check("[1, 2]", &[("message", "\"[1, 2]\"")]);
    check("key=value", &[("message", "\"key=value\"")]);
    check("", &[]);
}

#[test]
fn broken_json_is_kept_in_quarantine_with_the_reason() {
    let (seen, quarantined) =
        read_frame(br#"{"level":"ERROR","a":}"#, FrameFlags::default(), None, Origin::default());
    assert_eq!(quarantined, 1);
    let reason = ("quarantine.reason".to_owned(), "\"not JSON at byte 21: expected a value\"".to_owned());
    assert!(seen.fields.contains(&reason), "{:?}", seen.fields);
    assert_eq!(seen.fields[0].0, "message");

    let (seen, _) = read_frame(b"\0\0 {\"a\":\"\xff\"}", FrameFlags::default(), None, Origin::default());
    assert!(
        seen.fields.iter().any(|(_, value)| value.contains("byte 9: expected UTF-8")),
        "{:?}",
        seen.fields
    );

    let (seen, _) = read_frame(b"{\"a\":\"cu", FrameFlags::TRUNCATED, None, Origin::default());
    assert!(seen.fields.iter().any(|(_, value)| value.contains("too long")), "{:?}", seen.fields);
    assert_eq!(seen.flags, FrameFlags::TRUNCATED.bits());

    let (seen, quarantined) = read_frame(b"no container", FrameFlags::MALFORMED, None, Origin::default());
    assert_eq!((quarantined, seen.fields.len()), (1, 2));
}

#[test]
fn the_time_is_the_records_own_then_the_runtimes_then_the_lines_then_that_of_receipt() {
    let runtime = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z");
    let time = |payload: &str, runtime| {
        read_frame(payload.as_bytes(), FrameFlags::default(), runtime, Origin::default()).0.time
    };
    let own = r#"{"ts":"2026-03-04T05:06:07Z"}"#;
    assert_eq!(time(own, runtime), "2026-03-04T05:06:07.000Z");
    assert_eq!(time(r#"{"a":1}"#, runtime), "2026-01-01T00:00:00.000Z");
    assert_eq!(time("2026-03-04 05:06:07 x", runtime), "2026-01-01T00:00:00.000Z");
    assert_eq!(time("2026-03-04 05:06:07 x", None), "2026-03-04T05:06:07.000Z");
    assert_eq!(time(r#"{"a":1}"#, None), RECEIVED_AT);
    assert_eq!(time("x", None), RECEIVED_AT);
}

#[test]
fn the_time_field_is_a_column_only_when_the_time_does_not_tell_all_of_it() {
    check(r#"{"timestamp":"2026-03-04T05:06:07Z","a":1}"#, &[("a", "1")]);
    for number in ["1772600767", "1772600767.0", "1772600767000", "\"1772600767\""] {
        let seen = read(&format!(r#"{{"time":{number}}}"#));
        assert_eq!((seen.time.as_str(), seen.fields.len()), ("2026-03-04T05:06:07.000Z", 0), "{number}");
    }
    // Of this the time alone would not tell how it was written.
    let seen = read(r#"{"time":1.772600767e9}"#);
    assert_eq!(seen.time, "2026-03-04T05:06:07.000Z");
    assert_eq!(seen.fields, [("timestamp".to_owned(), "decimal 1.772600767e9".to_owned())]);
    for text in ["yesterday", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
        let seen = read(&format!(r#"{{"@timestamp":"{text}"}}"#));
        assert_eq!(seen.time, RECEIVED_AT);
        assert_eq!(seen.fields[0], ("timestamp".to_owned(), format!("{text:?}")));
        assert_eq!(seen.fields[1].0, "timestamp.problem");
    }
    let second_best = read(r#"{"date":"today","@timestamp":"2026-03-04T05:06:07Z","ts":1}"#);
    assert_eq!(second_best.time, "2026-03-04T05:06:07.000Z");
    assert_eq!(second_best.fields[0], ("timestamp".to_owned(), "\"today\"".to_owned()));
    assert_eq!(second_best.fields[1], ("ts".to_owned(), "1".to_owned()));
    assert_eq!(second_best.fields.len(), 2);
}

#[test]
fn numeric_levels_are_named() {
    check(r#"{"level":30}"#, &[("level", "\"info\"")]);
    check(r#"{"severity":60}"#, &[("level", "\"fatal\"")]);
    check(r#"{"level":35}"#, &[("level", "35")]);
    check(r#"{"level":"Informational"}"#, &[("level", "\"Informational\"")]);
}

#[test]
fn the_origin_fills_in_what_the_record_lacks() {
    let origin = Origin {
        node: "n1".into(),
        namespace: "shop".into(),
        pod: "cart-1".into(),
        container: "cart".into(),
        channel: Channel::Stderr,
        ..Origin::default()
    };
    let (seen, _) = read_frame(br#"{"a":1}"#, FrameFlags::default(), None, origin.clone());
    let names: Vec<&str> = seen.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["a", "service", "kubernetes.namespace", "kubernetes.pod", "kubernetes.container", "kubernetes.node"]
    );
    let own = br#"{"app":"mine","kubernetes":{"pod":"p"}}"#;
    let (seen, _) = read_frame(own, FrameFlags::default(), None, origin);
    assert_eq!(seen.fields[0], ("service".to_owned(), "\"mine\"".to_owned()));
    assert_eq!(
        seen.fields.iter().filter(|(name, _)| name == "service" || name == "kubernetes.pod").count(),
        2
    );
}

#[test]
fn a_gap_is_a_record_in_a_stream_of_its_own() {
    let mut lost = batch(Origin { file: "/var/log/a.log".into(), ..Origin::default() });
    (lost.from, lost.to, lost.gap) = (100, 350, Some("deleted before it was read".into()));
    let normalised = normalise(&[lost]);
    assert_eq!(*normalised.rows[0].rows.stream(), StreamName::gaps());
    let seen = &normalised.rows[0].records[0];
    assert_eq!((seen.offset, seen.time.as_str()), (100, RECEIVED_AT));
    let text = "\"250 bytes of /var/log/a.log could not be shipped: deleted before it was read\"";
    for field in [
        ("message", text),
        ("gap.stream", "\"app\""),
        ("gap.bytes", "250"),
        ("origin.file", "\"/var/log/a.log\""),
    ] {
        assert!(
            seen.fields.contains(&(field.0.to_owned(), field.1.to_owned())),
            "{field:?} {:?}",
            seen.fields
        );
    }
    assert!(serde_json::from_slice::<serde_json::Value>(&seen.raw).is_ok());
}

#[test]
fn each_stream_has_its_rows_and_each_row_its_batch() {
    let mut batches = Vec::new();
    for stream in ["app", "audit", "app"] {
        let mut batch = batch(Origin::default());
        batch.stream = stream.parse().unwrap();
        batch.push(7, 5, FrameFlags::default(), None, b"text");
        batches.push(batch);
    }
    batches[1].zone = "Nowhere/Atlantis".into();
    let normalised = normalise(&batches);
    let of: Vec<(&str, Vec<u32>)> = normalised
        .rows
        .iter()
        .map(|rows| (rows.rows.stream().as_str(), rows.records.iter().map(|seen| seen.batch).collect()))
        .collect();
    assert_eq!(of, [("app", vec![0, 2]), ("audit", vec![1])]);
    assert_eq!(normalised.zones_unknown, 1);
}

proptest! {
    #[test]
    fn any_bytes_are_records_and_always_the_same(
        mut payloads in proptest::collection::vec(
            prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..60),
                "[{}\\[\\]\":,a-z0-9 \\\\.-]{0,60}".prop_map(String::into_bytes),
                "\\{\"(msg|level|ts|a)\":(\"[a-z{}]{0,9}\"|[0-9]{1,20}|\\{\"b\":1\\})\\}".prop_map(String::into_bytes),
            ],
            0..8,
        ),
        flags in 0u8..8,
    ) {
        let mut batch = batch(Origin { container: "c".into(), ..Origin::default() });
        for payload in &payloads {
            batch.push(batch.to, payload.len() as u64 + 1, FrameFlags::from_bits(flags), None, payload);
            batch.to += payload.len() as u64 + 1;
        }
        let first = normalise(std::slice::from_ref(&batch));
        let records = |normalised: &Normalised<Notebook>| -> Vec<Seen> {
            normalised.rows.iter().flat_map(|rows| rows.records.clone()).collect()
        };
        let mut raws: Vec<Vec<u8>> = records(&first).into_iter().map(|seen| seen.raw).collect();
        raws.sort();
        prop_assert_eq!(raws, { payloads.sort(); payloads });
        // What was read before must not show in what is read after.
        let both = normalise(&[batch.clone(), batch]);
        for (both, first) in both.rows.iter().zip(&first.rows) {
            let second = both.records[first.records.len()..].iter().map(|seen| Seen { batch: 0, ..seen.clone() });
            prop_assert_eq!(&second.collect::<Vec<_>>(), &first.records);
        }
        prop_assert_eq!(both.quarantined, first.quarantined * 2);
    }
}
