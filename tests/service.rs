//! The server as its operator meets it: start, stop, probes, who may do what.

use std::os::unix::fs::PermissionsExt;

use crate::world::{Client, Collector, World, wait_until};

#[test]
fn a_started_server_says_where_it_is_and_keeps_its_token_to_itself() {
    let mut world = World::new();

    let address = world.collector.address();
    // It answers before it has said so.
    let listening = format!("listening on http://{address}");
    wait_until("it says where it listens", || world.collector.program().said().contains(&listening));
    let said = world.collector.program().said();
    let token = std::fs::metadata(world.collector.data_dir().join("admin.token")).unwrap();
    assert_eq!(token.permissions().mode() & 0o777, 0o600);
    assert!(!said.contains("0.0.0.0"), "it listens on the loopback address only: {said}");
}

#[test]
fn probes_need_no_token_and_metrics_do_not_leak() {
    let world = World::new();
    let stranger = Client::new(&world.collector.address(), None);

    assert_eq!(stranger.get("/health/live").status, 200);
    assert_eq!(stranger.get("/health/ready").status, 200);
    let metrics = world.collector.client().get("/metrics");
    assert_eq!(metrics.status, 200);
    let text = metrics.text();
    assert!(text.contains("# TYPE palisade_"), "{text}");
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let value = line.rsplit(' ').next().unwrap();
        assert!(value.parse::<f64>().is_ok(), "a number ends the line {line:?}");
    }
}

#[test]
fn without_a_token_nothing_is_told_and_with_a_wrong_one_neither() {
    let world = World::new();
    let address = world.collector.address();
    let routes = [
        ("POST", "/api/v1/search"),
        ("POST", "/api/v1/histogram"),
        ("POST", "/api/v1/fields"),
        ("POST", "/api/v1/values"),
        ("GET", "/api/v1/tail?query="),
        ("GET", "/api/v1/context?id=00000000000000000000000000000000"),
        ("GET", "/api/v1/correlate?id=x"),
        ("POST", "/api/v1/ingest/app"),
        ("POST", "/agent/v1/batches"),
        ("GET", "/agent/v1/positions?agent=x"),
    ];
    let long = "x".repeat(5_000);
    for token in [None, Some("wrong"), Some(""), Some(long.as_str())] {
        let stranger = Client::new(&address, token);
        for (method, path) in routes {
            let answer =
                stranger.attempt(method, path, &[("content-type", "application/json")], b"{}").unwrap();
            assert!([401, 431].contains(&answer.status), "{method} {path} with {token:?}: {}", answer.status);
        }
        for path in
            ["//api/v1/search", "/api/v1//search", "/api/v1/./search", "/api/v1/search/", "/API/v1/search"]
        {
            let answer = stranger.attempt("POST", path, &[], b"{\"query\":\"*\"}").unwrap();
            assert!(answer.status >= 400, "{path} with {token:?}: {}", answer.status);
        }
    }
}

#[test]
fn an_unknown_route_and_a_wrong_method_are_told_apart() {
    let world = World::new();
    let client = world.collector.client();

    let unknown = client.get("/api/v1/nothing-here");
    assert_eq!(unknown.status, 404);
    unknown.error();
    let wrong = client.get("/api/v1/search");
    assert_eq!(wrong.status, 405);
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let mut world = World::new();
    world.collector.client().send("/api/v1/ingest/app", &[], b"{\"message\":\"first\"}\n").json();
    let data_dir = world.collector.data_dir().to_owned();
    let address = world.collector.address();

    let mut second = Collector::new(&world.folder, &data_dir);
    // The second one must not take the first one's address away, so it is started without the harness's cleaning.
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_palisade"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--pods"]).arg(world.folder.folder("no-pods"));
    command.arg("--data-dir").arg(&data_dir);
    let finished = crate::world::run(&mut command);

    assert_eq!(finished.code, 1, "{}", finished.stderr);
    assert!(finished.stderr.contains(&data_dir.display().to_string()), "{}", finished.stderr);
    assert_eq!(world.collector.address(), address);
    assert_eq!(world.collector.export("app").len(), 1);
    world.collector.terminate();
    second.start();
    assert_eq!(second.export("app").len(), 1);
}

#[test]
fn a_server_that_is_asked_to_end_ends_well_and_keeps_everything() {
    let mut world = World::new();
    let mut expected = Vec::new();
    for round in 0..5 {
        let line = format!("{{\"message\":\"round {round}\"}}");
        world.collector.client().send("/api/v1/ingest/kept", &[], format!("{line}\n").as_bytes()).json();
        expected.push(line.into_bytes());
        world.collector.terminate();
        world.start_collector();
        assert_eq!(world.collector.export("kept"), expected);
    }
}

#[test]
fn until_idle_ends_when_everything_is_in_splits() {
    const LINES: usize = 30_000;
    let mut world = World::prepared();
    let mut log = world.plain("all");
    log.lines(LINES, "to be read, acknowledged and published");
    let source = format!("app={}", world.logs().join("*.log").display());
    world.collector.arguments(&["--files", &source, "--until-idle"]);

    let status = world.collector.launch().wait();

    assert!(status.success(), "{}", world.collector.program().said());
    let data_dir = world.collector.data_dir().to_owned();
    let mut names = Vec::new();
    let mut folders = vec![data_dir.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { names.push(entry.path()) }
        }
    }
    for ending in ["data", "index"] {
        assert!(names.iter().any(|name| name.extension().is_some_and(|found| found == ending)), "{names:?}");
    }
    let mut server = Collector::new(&world.folder, &data_dir);
    server.start();
    assert_eq!(server.stored("app"), (LINES as u64, 0));
    let verdict = crate::world::compare(&[&log.ledger], &server.export("app"), &[]);
    verdict.assert_perfect();
}

#[test]
fn a_server_reads_files_by_itself() {
    let mut world = World::prepared();
    let mut log = world.plain("own");
    log.lines(100, "there before the start");
    let source = format!("app={}", world.logs().join("*.log").display());
    world.collector.arguments(&["--files", &source]);
    world.start_collector();
    world.settle("app", &[&log.ledger]).assert_perfect();

    log.lines(100, "written while it runs");
    world.settle("app", &[&log.ledger]).assert_perfect();
    world.collector.kill();
    log.lines(100, "written while it does not");
    world.start_collector();

    world.settle("app", &[&log.ledger]).assert_perfect();
}

#[test]
fn a_tail_shows_records_as_they_arrive() {
    use std::io::{BufRead, BufReader};
    let world = World::new();
    let client = world.collector.client();
    let stream = client
        .open("GET", "/api/v1/tail?query=level:error", &[("accept", "text/event-stream")], b"")
        .unwrap();
    let mut lines = BufReader::new(stream).lines();
    // The head of the answer is there: from now on records are followed.
    assert!(lines.next().unwrap().unwrap().contains("200"));
    while !lines.next().unwrap().unwrap().is_empty() {}

    client.send("/api/v1/ingest/live", &[], b"{\"level\":\"info\",\"message\":\"not me\"}\n").json();
    client.send("/api/v1/ingest/live", &[], b"{\"level\":\"error\",\"message\":\"but me\"}\n").json();

    let shown =
        lines.map(Result::unwrap).find(|line| line.starts_with("data:") && line.contains("message")).unwrap();
    assert!(shown.contains("but me"), "{shown}");
}

#[test]
fn a_journal_damaged_in_its_middle_is_an_error_that_names_the_file() {
    let mut world = World::new();
    for number in 0..50 {
        let body = format!("{{\"message\":\"record {number}\"}}\n");
        world.collector.client().send("/api/v1/ingest/app", &[], body.as_bytes()).json();
    }
    world.collector.kill();
    let journal = largest_file(&world.collector.data_dir().join("journal"));
    let mut bytes = std::fs::read(&journal).unwrap();
    let written = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    bytes[written / 2] ^= 0x40;
    std::fs::write(&journal, &bytes).unwrap();

    world.collector.launch();
    assert!(!world.collector.becomes_ready(), "a damaged journal is not passed over in silence");
    let said = world.collector.program().said();
    assert!(said.contains(&journal.display().to_string()), "{said}");
}

#[test]
fn a_journal_torn_at_its_end_is_cut_and_the_rest_is_kept() {
    let mut world = World::new();
    for number in 0..50 {
        let body = format!("{{\"message\":\"record {number}\"}}\n");
        world.collector.client().send("/api/v1/ingest/app", &[], body.as_bytes()).json();
    }
    world.collector.kill();
    let journal = largest_file(&world.collector.data_dir().join("journal"));
    let mut bytes = std::fs::read(&journal).unwrap();
    let written = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    bytes.truncate(written - 3);
    std::fs::write(&journal, &bytes).unwrap();

    world.start_collector();
    let stored = world.collector.export("app");
    assert_eq!(stored.len(), 49, "the last entry was torn, the others were not");
    wait_until("it takes new records", || {
        world.collector.client().send("/api/v1/ingest/app", &[], b"{\"message\":\"new\"}\n").status == 200
    });
}

fn largest_file(folder: &std::path::Path) -> std::path::PathBuf {
    let files =
        std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).filter(|path| path.is_file());
    files.max_by_key(|path| std::fs::metadata(path).unwrap().len()).expect("a journal file")
}
