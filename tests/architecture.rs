//! Who may name whom: the arrows of the architecture, as the manifests state them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Each folder, and every other folder of this workspace it may depend on.
const ARROWS: [(&str, &[&str]); 17] = [
    ("record", &[]),
    ("disk", &[]),
    ("access", &["record"]),
    ("rig", &[]),
    ("agent", &["record", "disk"]),
    ("seal", &["record"]),
    ("storage", &["record", "disk"]),
    ("index", &["record", "disk", "storage", "seal"]),
    ("collector", &["record", "index", "access", "seal"]),
    ("query", &["record", "index", "access", "seal"]),
    ("detect", &["record", "index", "query", "access", "seal"]),
    ("lifecycle", &["record", "index", "storage", "access"]),
    ("report", &["record"]),
    ("review", &["record"]),
    ("ui", &["access"]),
    (
        "bench",
        &[
            "record",
            "disk",
            "access",
            "agent",
            "storage",
            "seal",
            "index",
            "collector",
            "query",
            "detect",
            "oracle",
            "rig",
        ],
    ),
    (
        ".",
        &[
            "record",
            "disk",
            "access",
            "agent",
            "storage",
            "seal",
            "index",
            "collector",
            "query",
            "detect",
            "lifecycle",
            "report",
            "review",
            "ui",
        ],
    ),
];

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The folders that a manifest's section names.
fn dependencies(folder: &str, section: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(ROOT).join(folder).join("Cargo.toml")).unwrap();
    let lines = text.lines().skip_while(|line| line.trim() != section).skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.trim().strip_prefix("palisade-"))
        .map(|rest| rest.split(['.', ' ', '=']).next().unwrap().to_owned())
        .collect()
}

#[test]
fn dependencies_follow_the_arrows() {
    for (folder, allowed) in ARROWS {
        for found in dependencies(folder, "[dependencies]") {
            assert!(allowed.contains(&found.as_str()), "{folder} must not depend on {found}");
        }
    }
}

#[test]
fn every_folder_of_the_workspace_has_its_arrows() {
    let manifest = fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).unwrap();
    let members = manifest.lines().find_map(|line| line.strip_prefix("members = [")).unwrap();
    let arrows: BTreeMap<&str, _> = ARROWS.into_iter().collect();
    for member in members.split('"').filter(|part| part.chars().all(|letter| letter.is_ascii_lowercase())) {
        assert!(member.is_empty() || arrows.contains_key(member), "{member} has no arrows in this test");
    }
}

#[test]
fn the_agent_knows_nothing_of_storage_and_the_tests_only_the_program() {
    let agent = dependencies("agent", "[dependencies]");
    assert!(agent.iter().all(|found| ["record", "disk"].contains(&found.as_str())), "{agent:?}");
    assert_eq!(dependencies(".", "[dev-dependencies]"), ["rig"]);
    let mut folders = vec![Path::new(ROOT).join("tests")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let names_a_crate = text.lines().any(|line| {
                let line = line.trim_start();
                line.starts_with("use palisade") && !line.starts_with("use palisade_rig")
            });
            assert!(!names_a_crate, "{} uses the insides of the program", path.display());
        }
    }
}
