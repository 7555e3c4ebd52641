//! What an operator writes: mistakes are told all at once, each with its place.

use std::fs;
use std::process::Command;

use crate::world::{Finished, Folder, World, run};

/// Five mistakes of different kinds.
const WRONG: &str = r#"[server]
lisen = "127.0.0.1:8514"
[storage]
split_bytes = 64
[agnet]
[agent]
start = "now"
[[sources]]
kind = "files"
stream = "Nginx"
glob = "/var/log/nginx/*.log"
"#;

const MISTAKES_AT: [usize; 5] = [2, 4, 5, 7, 10];

fn palisade(folder: &Folder, text: &str, command: &str) -> Finished {
    let path = folder.path().join("p.toml");
    fs::write(&path, text).unwrap();
    run(Command::new(env!("CARGO_BIN_EXE_palisade")).args([command, "--config"]).arg(path))
}

#[test]
fn all_mistakes_are_told_at_once_each_with_file_and_line() {
    let folder = Folder::new();
    for command in ["check", "serve", "agent"] {
        let finished = palisade(&folder, WRONG, command);
        let said = format!("{}{}", finished.text(), finished.stderr);
        assert!([1, 2].contains(&finished.code), "{command}: {}: {said}", finished.code);
        for line in MISTAKES_AT {
            assert!(said.contains(&format!("p.toml:{line}:")), "{command} does not tell line {line}: {said}");
        }
    }
}

#[test]
fn a_right_configuration_is_ok_and_a_program_can_read_that() {
    let folder = Folder::new();
    let path = folder.path().join("p.toml");
    fs::write(&path, "[server]\nlisten = \"127.0.0.1:0\"\n").unwrap();

    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    let finished = run(command.args(["check", "--json", "--config"]).arg(path)).well();

    assert_eq!(finished.json(), serde_json::json!({"ok": true, "problems": [], "warnings": []}));
}

#[test]
fn a_missing_configuration_is_named() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palisade"));
    let finished = run(command.args(["serve", "--config", "/nowhere/palisade.toml"]));

    assert_eq!(finished.code, 1, "{}", finished.stderr);
    assert!(finished.stderr.contains("/nowhere/palisade.toml"), "{}", finished.stderr);
}

#[test]
fn the_example_in_the_source_is_right() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/palisade.example.toml");
    run(Command::new(env!("CARGO_BIN_EXE_palisade")).args(["check", "--config", path])).well();
}

#[test]
fn sources_and_pod_streams_of_the_file_are_used() {
    let mut world = World::prepared();
    let mut nginx = world.plain("nginx");
    let mut container = crate::world::Container::create(&world.pods(), "records");
    nginx.line("from a source");
    container.line("from a pod");
    let text = format!(
        "[[sources]]\nkind = \"files\"\nstream = \"web\"\nglob = \"{}/*.log\"\n\n[[agent.streams]]\nnamespace = \"default\"\nstream = \"audit\"\n",
        world.logs().display()
    );
    let path = world.folder.path().join("server.toml");
    fs::write(&path, text).unwrap();
    let (path, pods) = (path.display().to_string(), world.pods().display().to_string());
    world.collector.without_arguments().arguments(&["--config", &path, "--pods", &pods]);
    world.start_collector();

    world.settle("web", &[&nginx.ledger]).assert_perfect();
    world.settle("audit", &container.ledgers()).assert_perfect();
}
