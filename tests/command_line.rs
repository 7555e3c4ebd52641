//! What a person at a terminal sees, and what a script can rely on.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::world::{World, run};

const COMMANDS: [&str; 8] = ["demo", "serve", "agent", "search", "tail", "export", "stats", "check"];

fn palisade(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    command.args(arguments);
    command.env_remove("PALISADE_URL").env_remove("PALISADE_TOKEN");
    command
}

/// A server with three records in stream `shop`.
fn shop() -> World {
    let world = World::new();
    let body = concat!(
        "{\"timestamp\":\"2026-11-20T08:00:00Z\",\"level\":\"info\",\"service\":\"cart\",\"message\":\"item added\"}\n",
        "{\"timestamp\":\"2026-11-20T08:00:01Z\",\"level\":\"error\",\"service\":\"cart\",\"message\":\"no stock\"}\n",
        "{\"timestamp\":\"2026-11-20T08:00:02Z\",\"level\":\"error\",\"service\":\"pay\",\"message\":\"\\u001b[31mdeclined\"}\n",
    );
    let answer = world.collector.client().send("/api/v1/ingest/shop", &[], body.as_bytes()).json();
    assert_eq!(answer["accepted"], 3);
    world
}

#[test]
fn every_command_explains_itself() {
    let help = run(&mut palisade(&["--help"])).well().text();
    for command in COMMANDS {
        assert!(help.contains(command), "{command} is not in\n{help}");
        let help = run(&mut palisade(&[command, "--help"])).well().text();
        assert!(help.contains("Usage:"), "{help}");
        assert!(help.contains(&format!("palisade {command}")), "an example of {command}: {help}");
    }
    assert!(run(&mut palisade(&["--version"])).well().text().starts_with("palisade "));
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    for arguments in [
        &["serach"][..],
        &["search", "--limit", "many"],
        &["search", "--unknown"],
        &["serve", "--listen", "nowhere"],
        &["serve", "--files", "no-equals-sign"],
        &["agent", "--collector", "not a url"],
        &["export", "--order", "sideways"],
    ] {
        let finished = run(&mut palisade(arguments));
        assert_eq!(finished.code, 2, "{arguments:?}: {}", finished.stderr);
        assert!(!finished.stderr.is_empty());
    }
}

#[test]
fn a_server_that_cannot_be_asked_ends_with_1_and_the_next_step() {
    let finished = run(palisade(&["search", "x", "--url", "http://127.0.0.1:9"]).env("PALISADE_TOKEN", "t"));

    assert_eq!(finished.code, 1, "{}", finished.stderr);
    assert!(finished.stderr.contains("http://127.0.0.1:9"), "{}", finished.stderr);
}

#[test]
fn search_prints_for_people_and_for_programs() {
    let shop = shop();

    let text = shop.collector.command(&["search", "level:error"]).well();
    assert!(text.text().contains("no stock") && text.text().contains("declined"), "{}", text.text());
    assert!(!text.stdout.contains(&0x1b), "escape sequences of records never reach the terminal");
    let json = shop.collector.command(&["search", "level:error", "--json"]).well().json();
    let messages: Vec<&Value> =
        json["records"].as_array().unwrap().iter().map(|record| &record["fields"]["message"]).collect();
    assert_eq!(messages, ["\u{1b}[31mdeclined", "no stock"], "newest first");
    let lines = shop.collector.command(&["search", "--ndjson", "--all"]).well().text();
    assert_eq!(lines.lines().count(), 3);
    lines.lines().for_each(|line| drop(serde_json::from_str::<Value>(line).unwrap()));
    let nothing = shop.collector.command(&["search", "level:fatal"]).well();
    assert_eq!(nothing.text(), "");
    let oldest =
        shop.collector.command(&["search", "--order", "oldest", "--limit", "1", "--json"]).well().json();
    assert_eq!(oldest["records"][0]["fields"]["message"], "item added");
}

#[test]
fn a_mistake_in_a_query_is_shown_under_the_query() {
    let shop = shop();

    let finished = shop.collector.command(&["search", "level:error and (service:a"]);

    assert_eq!(finished.code, 2, "{}", finished.stderr);
    let lines: Vec<&str> = finished.stderr.lines().collect();
    let query = lines
        .iter()
        .position(|line| line.contains("level:error and (service:a"))
        .expect("the query is shown");
    let caret = lines[query + 1].find('^').expect("a caret stands under it");
    assert_eq!(&lines[query][caret..=caret], "(", "{}", finished.stderr);
}

#[test]
fn statistics_count_what_is_stored() {
    let shop = shop();

    let stats = shop.collector.command(&["stats", "--json"]).well().json();

    let streams = stats["streams"].as_array().unwrap();
    // The other one tells that the server started.
    let own = streams.iter().find(|stream| stream["stream"] == "palisade.audit").unwrap();
    assert_eq!(stats["totals"]["records"], 3 + own["records"].as_u64().unwrap(), "{stats}");
    assert!(streams.iter().any(|stream| stream["stream"] == "shop" && stream["records"] == 3), "{stats}");
    assert!(shop.collector.command(&["stats"]).well().text().contains("shop"));
}

#[test]
fn tail_follows_until_it_is_interrupted() {
    let shop = shop();
    let mut command = shop.collector.command_to_run(&["tail", "level:error", "--json"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();

    // The tail may connect only after the first of these.
    let (stop, stopped) = std::sync::mpsc::sync_channel::<()>(0);
    let client = shop.collector.client();
    let sender = std::thread::spawn(move || {
        while stopped.recv_timeout(std::time::Duration::from_millis(50)).is_err() {
            client.send("/api/v1/ingest/shop", &[], b"{\"level\":\"error\",\"message\":\"live\"}\n").json();
        }
    });
    let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    stop.send(()).unwrap();
    sender.join().unwrap();

    assert_eq!(line["fields"]["message"], "live");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_command_finds_a_local_server_by_its_data_directory() {
    let shop = shop();
    let data_dir = shop.collector.data_dir().display().to_string();

    let finished = run(&mut palisade(&["search", "level:error", "--ndjson", "--data-dir", &data_dir])).well();

    assert_eq!(finished.text().lines().count(), 2);
}
