//! The public rules, where they lie beside the workspace: every one is read or refused with a reason.

use std::path::{Path, PathBuf};

use palisade_detect::{Placeholders, RuleSet};

/// The folder of public rules, if it is there.
fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("PALISADE_SIGMA_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/sigma"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no public rules in {}; PALISADE_SIGMA_DIR names another folder", folder.display());
    None
}

fn rule_files(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml")
                && path.file_name().is_some_and(|name| name != "info.yml")
            {
                files.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

fn read(files: &[(String, String)]) -> RuleSet {
    let files = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    RuleSet::read(files, &Placeholders::default())
}

#[test]
fn every_public_rule_is_read_or_refused_for_a_placeholder() {
    let Some(folder) = corpus() else { return };
    let files = rule_files(&folder);
    let set = read(&files);
    println!("{} rules, {} read, {} refused", files.len(), set.detections.len(), set.problems.len());
    for problem in &set.problems {
        println!("{problem}");
    }
    assert!(set.problems.iter().all(|problem| problem.reason.contains("placeholder")), "{:#?}", set.problems);
    assert!(set.detections.len() > 900);
}
