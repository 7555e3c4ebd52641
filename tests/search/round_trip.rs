//! Whatever a line is, the same bytes come back: from the journal, after a kill, and from splits.

use std::fmt::Write as _;
use std::fs;

use crate::world::{Collector, Random, World, wait_until};

/// How often each odd line is written, with other digits every time: often enough that it is a pattern.
const REPEATS: u64 = 40;
/// Lines that are made of pieces by chance.
const RANDOM_LINES: usize = 2_000;

/// JSON that two parsers read differently, or that is written in an unusual way. `N` becomes a number.
const ODD_JSON: [&str; 46] = [
    r#"{"a":1,"a":2,"a":1}"#,
    r#"{"level":"info","level":"error","message":"twice N"}"#,
    r#"{"n":1.0,"m":1,"o":1.00,"p":1e0,"q":1E+0,"r":-0,"s":-0.0,"t":0.1e-7}"#,
    r#"{"n":N.0}"#,
    r#"{"n":N}"#,
    r#"{"n":"N"}"#,
    r#"{"n":000N}"#,
    r#"{"big":9223372036854775807,"bigger":9223372036854775808,"biggest":123456789012345678901234567890}"#,
    r#"{"small":-9223372036854775808,"smaller":-9223372036854775809,"tiny":1e-400,"huge":1e400}"#,
    r#"{"escapes":"\"\\\/\b\f\n\r\t\u0000\u001f\u00e9\u00E9é\ud83d\ude00😀 N"}"#,
    r#"{"half":"\ud800 N","other":"\udc00"}"#,
    r#"{"key\u0020with\nescapes":1,"":2," ":3,"ключ":4}"#,
    r#"{"a.b":1,"a":{"b":2},"a..b":3,".":4}"#,
    r#"{"a":[],"b":{},"c":[[]],"d":[{}],"e":[null],"f":[[1,[2,[N]]],{"g":[{"h":3}]}]}"#,
    r#"{"a":[1,"1",1.0,true,null,"true",{"a":[1]}]}"#,
    r#"{"null":null,"true":true,"false":false,"text":"null"}"#,
    "  { \"spaces\" :\t1 , \"b\" : [ 1 ,2,  3 ] }  ",
    "{\t\"tab\":\"a\tb\"}",
    r#"{"timestamp":"2026-11-20T08:00:00.123456789Z","message":"nanoseconds N"}"#,
    r#"{"timestamp":"2026-11-20T08:00:00.120+02:00","message":"offset N"}"#,
    r#"{"timestamp":"2026-11-20 08:00:00,5","message":"comma N"}"#,
    r#"{"timestamp":1763625600.5,"message":"seconds N"}"#,
    r#"{"timestamp":1763625600123,"@timestamp":"2026-11-20T08:00:00Z","message":"two times N"}"#,
    r#"{"timestamp":"yesterday N","message":"no time"}"#,
    r#"{"timestamp":"2026-11-20T08:00:60Z","message":"a leap second N"}"#,
    r#"{"level":30,"severity":"WARN","lvl":"x","message":"levels N"}"#,
    r#"{"message":"{\"inner\":N,\"level\":\"error\"}"}"#,
    r#"{"message":{"text":"an object N"}}"#,
    r#"{"message":["a","list N"]}"#,
    r#"{"message":""}"#,
    r#"{"id":"0123456789abcdef","id2":"0123456789ABCDEF","id3":"0123456789AbCdEf","n":"N"}"#,
    r#"{"uuid":"550e8400-e29b-41d4-a716-44665544000N","UUID":"550E8400-E29B-41D4-A716-446655440000"}"#,
    r#"{"digits":"00000000000000000000000N","more":"999999999999999999999N","zero":"0","oo":"00"}"#,
    r#"{"ip":"010.001.002.003","ip2":"10.0.0.N","ip3":"::ffff:10.0.0.N","ip4":"2001:DB8::N"}"#,
    r#"{"quarantine.reason":"mine","kubernetes":{"pod":"N"},"stream":"other","id":"N","raw":"x"}"#,
    r#"{"cut": N"#,
    r#"{"more": N} and text"#,
    r#"{"a":N}{"b":2}"#,
    r#"{'single': N}"#,
    r#"{"comma": N,}"#,
    r#"[{"a list": N}]"#,
    r#""a text N""#,
    "{}",
    "{ }",
    "null",
    "-N",
];

/// Text that is not JSON at all.
const ODD_TEXT: [&[u8]; 16] = [
    b"",
    b" ",
    b"\r",
    b"a windows line N\r",
    b"{\"json\":\"with a carriage return N\"}\r",
    b"\xef\xbb\xbf{\"bom\":N}",
    b"\xef\xbb\xbfbom N",
    b"\0\0\0{\"nul\":N}",
    b"nul \0 inside N",
    b"{\"nul\":\"\0 N\"}",
    b"{\"latin\":\"caf\xe9 N\"}",
    b"markers \xff \xfe\x08 \xfd\x08 \xfc \xfb N",
    b"{\"markers\":\"\xff\xfe\xfd\xfc N\"}",
    b"\xf0\x9f\x98 cut N",
    b"\x1b[31mred N\x1b[0m",
    "bidi \u{202e}N\u{202c} \u{2028} \u{0130}STANBUL \u{df} \u{1e9e}".as_bytes(),
];

fn odd_lines() -> Vec<Vec<u8>> {
    let mut random = Random::new(71);
    let mut lines = vec![many_keys(10_000), deep(64), deep(65), deep(1_000), long_values()];
    for repeat in 0..REPEATS {
        for line in ODD_JSON.iter().map(|line| line.as_bytes()).chain(ODD_TEXT) {
            // The same width most of the time, and sometimes another one.
            let number = if random.below(4) == 0 { random.next() >> random.below(64) } else { 100 + repeat };
            lines.push(with_number(line, number));
        }
    }
    lines.extend((0..RANDOM_LINES).map(|_| of_pieces(&mut random)));
    // Not the same neighbours every time.
    for position in (1..lines.len()).rev() {
        let other = usize::try_from(random.below(position as u64 + 1)).unwrap();
        lines.swap(position, other);
    }
    lines
}

fn with_number(line: &[u8], number: u64) -> Vec<u8> {
    let text = number.to_string();
    line.iter().flat_map(|byte| if *byte == b'N' { text.as_bytes().to_vec() } else { vec![*byte] }).collect()
}

fn many_keys(count: usize) -> Vec<u8> {
    let keys: Vec<String> = (0..count).map(|number| format!("\"key-{number}\":{number}")).collect();
    format!("{{{}}}", keys.join(",")).into_bytes()
}

fn deep(depth: usize) -> Vec<u8> {
    format!("{}1{}", "{\"d\":".repeat(depth), "}".repeat(depth)).into_bytes()
}

fn long_values() -> Vec<u8> {
    let (digits, words) = ("7".repeat(5_000), "word 12 ".repeat(5_000));
    format!("{{\"digits\":\"{digits}\",\"words\":\"{words}\",\"hex\":\"{}\"}}", "0f".repeat(3_000))
        .into_bytes()
}

/// A line of pieces that mean something, in any order.
fn of_pieces(random: &mut Random) -> Vec<u8> {
    const PIECES: [&str; 22] = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u00",
        "\"a\":",
        "\"message\":",
        "\"level\":\"info\"",
        "1",
        "0.50",
        "true",
        "null",
        " ",
        "\t",
        "é",
        "deadbeef01",
        "550e8400-e29b-41d4-a716-446655440000",
        "10.0.0.1",
    ];
    let mut line = String::new();
    if random.below(2) == 0 {
        line.push_str("{\"message\":\"");
    }
    for _ in 0..random.below(14) {
        write!(line, "{}", random.pick(&PIECES)).unwrap();
    }
    if random.below(2) == 0 {
        line.push_str("\"}");
    }
    line.into_bytes()
}

fn file_of(lines: &[Vec<u8>]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.as_slice(), b"\n"].concat()).collect()
}

#[track_caller]
fn assert_same(exported: &[u8], written: &[u8], place: &str) {
    let (exported_lines, written_lines) =
        (exported.split(|byte| *byte == b'\n'), written.split(|byte| *byte == b'\n'));
    for (number, (exported, written)) in exported_lines.zip(written_lines).enumerate() {
        let (exported, written) = (exported.escape_ascii().to_string(), written.escape_ascii().to_string());
        assert!(
            exported == written,
            "line {number} from {place}:\n{exported:.2000}\ninstead of\n{written:.2000}"
        );
    }
    assert_eq!(exported.len(), written.len(), "bytes from {place}");
}

#[test]
fn odd_lines_come_back_byte_for_byte_from_splits() {
    let bytes = file_of(&odd_lines());
    let mut world = World::prepared();
    fs::write(world.logs().join("odd.log"), &bytes).unwrap();
    let source = format!("app={}", world.logs().join("*.log").display());
    world.collector.arguments(&["--files", &source, "--until-idle"]);
    let status = world.collector.launch().wait();
    assert!(status.success(), "{}", world.collector.program().said());
    let mut server = Collector::new(&world.folder, world.collector.data_dir());
    server.start();
    assert_eq!(server.stored("app").1, 0);

    assert_same(&server.export_bytes("app"), &bytes, "splits");
}

#[test]
fn odd_lines_come_back_byte_for_byte_before_they_are_in_splits() {
    let lines = odd_lines();
    let bytes = file_of(&lines);
    let mut world = World::prepared();
    fs::write(world.logs().join("odd.log"), &bytes).unwrap();
    let source = format!("app={}", world.logs().join("*.log").display());
    world.collector.arguments(&["--files", &source]);
    world.start_collector();
    wait_until("all lines are stored", || world.collector.stored("app").1 == lines.len() as u64);

    assert_same(&world.collector.export_bytes("app"), &bytes, "the journal");
    world.collector.kill();
    world.start_collector();
    assert_same(&world.collector.export_bytes("app"), &bytes, "the journal after a kill");
}
