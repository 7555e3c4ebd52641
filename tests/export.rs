//! What comes out is what came in, byte for byte.

mod formats;

use std::fs;

use crate::world::{World, wait_until};

/// Reads files with the server itself until it is idle, and exports their stream.
fn read_until_idle(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut world = World::prepared();
    for (name, bytes) in files {
        fs::write(world.logs().join(name), bytes).unwrap();
    }
    let source = format!("app={}", world.logs().join("*.log").display());
    world.collector.arguments(&["--files", &source, "--until-idle"]);
    let status = world.collector.launch().wait();
    assert!(status.success(), "{}", world.collector.program().said());
    let data_dir = world.collector.data_dir().to_owned();
    let mut server = crate::world::Collector::new(&world.folder, &data_dir);
    server.start();
    server.export_bytes("app")
}

#[test]
fn a_file_comes_back_byte_for_byte() {
    let mut random = crate::world::Random::new(7);
    let mut bytes = Vec::new();
    for number in 0..5_000 {
        match number % 5 {
            0 => bytes.extend_from_slice(format!("{{\"level\":\"info\", \"n\": {number}.0 }}").as_bytes()),
            1 => bytes.extend_from_slice(format!("plain line {number}\twith tab\r").as_bytes()),
            2 => {
                let length = usize::try_from(random.below(200)).unwrap();
                bytes.extend(random.bytes(length).into_iter().filter(|byte| *byte != b'\n'));
            }
            3 => {
                bytes.extend_from_slice(b"nul \0 and latin \xe9 ");
                bytes.extend_from_slice(number.to_string().as_bytes());
            }
            _ => {}
        }
        bytes.push(b'\n');
    }

    let exported = read_until_idle(&[("odd.log", bytes.clone())]);

    assert!(exported == bytes, "{} bytes instead of {}", exported.len(), bytes.len());
}

#[test]
fn a_last_line_without_newline_is_not_lost_and_gets_none() {
    let exported = read_until_idle(&[("unfinished.log", b"first\nlast without newline".to_vec())]);

    assert_eq!(String::from_utf8_lossy(&exported), "first\nlast without newline");
}

#[test]
fn an_empty_file_is_nothing() {
    assert_eq!(read_until_idle(&[("empty.log", Vec::new())]), b"");
}

#[test]
fn export_takes_a_query_and_a_span_of_time() {
    let world = World::new();
    let client = world.collector.client();
    let mut body = String::new();
    for minute in 0..10 {
        let level = if minute % 2 == 0 { "error" } else { "info" };
        body.push_str(&format!(
            "{{\"timestamp\":\"2026-11-20T08:{minute:02}:00Z\",\"level\":\"{level}\"}}\n"
        ));
    }
    client.send("/api/v1/ingest/timed", &[], body.as_bytes()).json();
    let lines: Vec<&str> = body.lines().collect();

    let arguments =
        ["export", "--stream", "timed", "--query", "level:error", "--from", "2026-11-20T08:02:00Z"];
    let exported =
        world.collector.command(&[&arguments[..], &["--to", "2026-11-20T08:08:00Z"]].concat()).well();

    assert_eq!(exported.text().lines().collect::<Vec<_>>(), [lines[2], lines[4], lines[6]]);
}

#[test]
fn an_export_to_a_reader_that_goes_away_ends() {
    let world = World::new();
    let mut log = world.plain("long");
    log.lines(50_000, "more than any pipe holds");
    let _agent = world.agent_of_plain();
    world.settle("app", &[&log.ledger]).assert_perfect();

    let mut command = world.collector.command_to_run(&["export", "--stream", "app"]);
    let mut child =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    wait_until("the export ends", || child.try_wait().unwrap().is_some());
}
