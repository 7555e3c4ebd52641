//! The files of `deploy/`: they start the program as it is, and give it no more rights than it needs.

use std::fs;
use std::process::Command;

use crate::world::run;

const DAEMON_SET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/daemonset.yaml");

fn daemon_set() -> String {
    fs::read_to_string(DAEMON_SET).unwrap_or_else(|error| panic!("{DAEMON_SET}: {error}"))
}

/// The entries of a list in YAML, without their quotes; comments are left out.
fn entries(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.strip_prefix("- ")).map(|entry| entry.trim_matches(['"', '\'']))
}

/// Whether a line says this, whatever its indentation and its place in a list.
fn says(text: &str, setting: &str) -> bool {
    text.lines().any(|line| line.trim().trim_start_matches("- ") == setting)
}

#[test]
fn every_flag_of_the_daemon_set_is_one_of_the_program() {
    let help = run(Command::new(env!("CARGO_BIN_EXE_palisade")).args(["agent", "--help"])).well().text();
    let text = daemon_set();
    let flags: Vec<&str> = entries(&text)
        .filter(|entry| entry.starts_with("--"))
        .map(|entry| entry.split('=').next().unwrap())
        .collect();

    assert!(flags.contains(&"--collector"), "the agents know their collector: {flags:?}");
    for flag in flags {
        assert!(help.contains(flag), "`palisade agent` has no {flag}");
    }
}

#[test]
fn the_daemon_set_gives_the_agent_no_more_rights_than_reading_needs() {
    let text = daemon_set();

    for setting in [
        "kind: DaemonSet",
        "readOnlyRootFilesystem: true",
        "allowPrivilegeEscalation: false",
        "automountServiceAccountToken: false",
        "type: RuntimeDefault",
        "readOnly: true",
    ] {
        assert!(says(&text, setting), "`{setting}` is missing");
    }
    let drops_all = text.contains("drop: [ALL]")
        || text.contains("drop: [\"ALL\"]")
        || entries(&text).any(|entry| entry == "ALL");
    assert!(drops_all, "all capabilities are dropped");
    for forbidden in ["privileged: true", "hostNetwork: true", "hostPID: true", "hostIPC: true"] {
        assert!(!says(&text, forbidden), "`{forbidden}`");
    }
    assert!(!text.contains("/var/lib/kubelet"), "the tokens of all pods of the node lie there");
}

#[test]
fn the_daemon_set_bounds_what_an_agent_may_take() {
    let text = daemon_set();

    for setting in ["resources:", "limits:", "requests:", "terminationGracePeriodSeconds"] {
        assert!(text.contains(setting), "`{setting}` is missing");
    }
}
