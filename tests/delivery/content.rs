//! Lines are not what one expects: every byte of them comes back.

use crate::world::{Channel, Container, Ledger, Random, World, compare, wait_until};

/// The longest record.
const RECORD_BYTES_MAX: usize = 1024 * 1024;

/// A line nobody should write; the research has 100 MB, which shows no more and takes CI longer.
const HUGE_BYTES: usize = 20 * 1024 * 1024;

#[test]
fn long_lines_are_cut_exactly_and_short_ones_are_kept_exactly() {
    let world = World::new();
    let mut log = world.plain("lengths");
    log.line("an ordinary line");
    for length in [RECORD_BYTES_MAX, RECORD_BYTES_MAX + 1, HUGE_BYTES] {
        let head = log.ledger.next_text("");
        let mut payload = head.into_bytes();
        payload.resize(length, b'x');
        log.raw(&payload);
        log.raw(b"\n");
        payload.truncate(RECORD_BYTES_MAX);
        log.ledger.note(payload, length as u64 + 1);
        log.line("an ordinary line between the long ones");
    }
    let _agent = world.agent_of_plain();

    world.settle("app", &[&log.ledger]).assert_perfect();
}

/// Lines of a file and the records they must become, byte for byte.
#[track_caller]
fn comes_back(lines: &[Vec<u8>]) {
    let world = World::new();
    let mut log = world.plain("exact");
    for line in lines {
        log.raw(line);
        log.raw(b"\n");
    }
    let _agent = world.agent_of_plain();

    wait_until("all lines are stored", || world.collector.export("app").len() >= lines.len());
    let stored = world.collector.export("app");
    for (number, (stored, line)) in stored.iter().zip(lines).enumerate() {
        assert_eq!(stored.escape_ascii().to_string(), line.escape_ascii().to_string(), "line {number}");
    }
    assert_eq!(stored.len(), lines.len());
}

#[test]
fn bytes_that_are_no_text_come_back_as_they_are() {
    let mut random = Random::new(61);
    let mut lines: Vec<Vec<u8>> = vec![
        b"invalid \xff\xfe utf-8".to_vec(),
        b"overlong \xc0\xaf slash".to_vec(),
        b"lone \xed\xa0\x80 surrogate".to_vec(),
        b"cut \xe2\x82 euro".to_vec(),
        b"nul \0 inside".to_vec(),
        b"\0 nul first".to_vec(),
        vec![0; 64 * 1024],
        b"\x1b[31mred\x1b[0m and \x1b]8;;http://x\x07link".to_vec(),
        "bidi \u{202e}evil\u{202c} and \u{2028} separator \u{feff}bom".as_bytes().to_vec(),
        b"carriage\rreturn inside".to_vec(),
        b"windows line\r".to_vec(),
        b"\r".to_vec(),
        b" leading and trailing ".to_vec(),
        b"\t\ttabs".to_vec(),
        b"{\"json\": \"\\u0000 \\ud800\", \"json\": 1}".to_vec(),
        b"{\"cut\": ".to_vec(),
        b"${jndi:ldap://x} {{field}} %s %n <script>alert(1)</script>".to_vec(),
    ];
    for _ in 0..500 {
        let length = usize::try_from(random.below(3_000)).unwrap() + 1;
        let mut line = random.bytes(length);
        line.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = 0x0b);
        lines.push(line);
    }
    lines.push(b"the last line".to_vec());
    comes_back(&lines);
}

#[test]
fn empty_lines_are_kept() {
    let lines: Vec<Vec<u8>> =
        ["first", "", "", "third", "", "last"].iter().map(|line| line.as_bytes().to_vec()).collect();
    comes_back(&lines);
}

#[test]
fn lines_that_break_the_container_format_are_kept_as_they_stand() {
    let world = World::new();
    let mut container = Container::create(&world.pods(), "odd");
    let time = "2026-11-20T08:00:00.000000001Z";
    let whole = [
        "no structure at all".to_owned(),
        format!("{time} stdout"),
        format!("{time} stdlog F unknown output"),
        format!("{time} stdout X unknown tag"),
        "yesterday stdout F no time".to_owned(),
        format!("{time}  stdout F two spaces"),
        "2026-11-20T25:61:00Z stdout F impossible time".to_owned(),
    ];
    let tagged = [
        (format!("{time} stdout F:y tag with more"), "tag with more"),
        (format!("{time} stderr F:a:b tag with more on the other"), "tag with more on the other"),
        (
            format!("{time} stdout F  a leading space belongs to the text"),
            " a leading space belongs to the text",
        ),
        ("2026-11-20T08:00:00+02:00 stdout F a zone is a zone".to_owned(), "a zone is a zone"),
        ("2026-11-20T08:00:00Z stdout F no fraction".to_owned(), "no fraction"),
    ];
    let mut ledgers = Vec::new();
    let mut write = |container: &mut Container, line: &str, payload: &str| {
        container.raw(line.as_bytes());
        container.raw(b"\n");
        let mut ledger = Ledger::new("odd");
        ledger.note(payload.as_bytes().to_vec(), line.len() as u64 + 1);
        ledgers.push(ledger);
    };
    container.line("an ordinary line");
    whole.iter().for_each(|line| write(&mut container, line, line));
    tagged.iter().for_each(|(line, payload)| write(&mut container, line, payload));
    // What has no structure may be anything, the rest of the open line too: that line ends before it.
    container.begin(Channel::Stdout, "begun before");
    container.abandon(Channel::Stdout);
    write(&mut container, "garbage between the pieces", "garbage between the pieces");
    container.finish(Channel::Stdout, b"finished after");
    let _agent = world.agent_of_pods();

    let mut all: Vec<&Ledger> = container.ledgers().to_vec();
    all.extend(&ledgers);
    world.settle("app", &all).assert_perfect();
}

/// A line of docker's json-file log.
fn docker(text: &str, stream: &str, more: &str) -> String {
    let text = serde_json::to_string(text).unwrap();
    format!("{{\"log\":{text},\"stream\":\"{stream}\",{more}\"time\":\"2026-11-20T08:00:00.123456789Z\"}}\n")
}

#[test]
fn lines_in_the_format_of_docker_are_joined_and_unescaped() {
    const PIECE_BYTES: usize = 16 * 1024;
    let world = World::new();
    let mut container = Container::create(&world.pods(), "docker");
    let write = |container: &mut Container, lines: &[String], channel, payload: &str| {
        let span = lines.iter().map(|line| line.len() as u64).sum();
        lines.iter().for_each(|line| container.raw(line.as_bytes()));
        container.note(channel, payload.as_bytes(), span);
    };
    use Channel::{Stderr, Stdout};
    write(&mut container, &[docker("plain\n", "stdout", "")], Stdout, "plain");
    let attributes = "\"attrs\":{\"env\":\"prod\",\"tag\":\"a{b}\"},";
    write(&mut container, &[docker("with attributes\n", "stderr", attributes)], Stderr, "with attributes");
    let escapes = "quote \" backslash \\ tab \t euro \u{20ac} inner \u{1f600} newline";
    write(&mut container, &[docker(&format!("{escapes}\n"), "stdout", "")], Stdout, escapes);
    for length in [PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1] {
        let text = format!("{length} {}", "y".repeat(length - length.to_string().len() - 1));
        let lines = if length > PIECE_BYTES {
            vec![
                docker(&text[..PIECE_BYTES], "stdout", ""),
                docker(&format!("{}\n", &text[PIECE_BYTES..]), "stdout", ""),
            ]
        } else {
            vec![docker(&text, "stdout", ""), docker("\n", "stdout", "")]
        };
        write(&mut container, &lines, Stdout, &text);
    }
    let torn = "\"stdout\",\"time\":\"2026-11-20T08:00:00Z\"}";
    write(&mut container, &[format!("{torn}\n")], Stderr, torn);
    write(&mut container, &[docker("the last\n", "stdout", "")], Stdout, "the last");
    let _agent = world.agent_of_pods();

    // A torn line belongs to neither output, so its place among the others is not fixed.
    let [stdout, stderr] = container.ledgers();
    let all = [stdout, stderr];
    wait_until("all is stored", || world.collector.export("app").len() >= 8);
    let verdict = compare(&all, &world.collector.export("app"), &world.gaps());
    assert!(
        verdict.lost.is_empty() && verdict.foreign.is_empty() && verdict.duplicated.is_empty(),
        "{verdict}"
    );
    assert!(verdict.is_accounted(), "{verdict}");
}
