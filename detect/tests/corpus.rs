//! The public rules, where they lie beside the workspace: every one is read or refused with a reason.

#![cfg(test)]

use std::path::{Path, PathBuf};

use palisade_detect::matcher::{explain, matches_naively};
use palisade_detect::pipeline::builtin;
use palisade_detect::{Detection, JsonEvents, Match, Matcher, Placeholders, RuleSet};

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

/// Three of its five events have the text that the rule looks for; its info.yml says that one has.
const MISCOUNTED: (&str, usize) = ("0b9ad457-2554-44c1-82c2-d56a99c42377", 3);

/// The recorded events of one rule, the rule's id, and how often it must fire, where that is said.
fn recordings(folder: &Path) -> Vec<(PathBuf, String, Vec<serde_json::Value>, Option<usize>)> {
    let mut recordings = Vec::new();
    let mut folders = vec![folder.join("regression_data")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let text = std::fs::read_to_string(&path).unwrap();
                let events: Vec<serde_json::Value> =
                    serde_json::Deserializer::from_str(&text).into_iter().map(Result::unwrap).collect();
                let info = std::fs::read_to_string(path.with_file_name("info.yml")).unwrap();
                let said = |key: &str| {
                    info.lines()
                        .find_map(|line| line.trim_start_matches([' ', '-']).strip_prefix(key))
                        .map(|value| value.trim().to_owned())
                };
                let expected = said("match_count:").map(|count| count.parse().unwrap());
                let rules = info.split("rule_metadata:").nth(1).unwrap();
                let rule =
                    rules.lines().find_map(|line| line.trim().strip_prefix("- id: ")).unwrap().to_owned();
                let expected = if rule == MISCOUNTED.0 { Some(MISCOUNTED.1) } else { expected };
                recordings.push((path, rule, events, expected));
            }
        }
    }
    recordings.sort_by(|left, right| left.0.cmp(&right.0));
    recordings
}

#[test]
fn every_recorded_attack_is_found_by_its_rule_as_often_as_it_should() {
    let Some(folder) = corpus() else { return };
    let set = read(&rule_files(&folder));
    let detections = || set.detections.iter().map(|(_, detection)| detection);
    let matcher = Matcher::new(detections(), builtin()).unwrap();
    let recordings = recordings(&folder);
    let mut wrong = Vec::new();
    for (path, rule, objects, expected) in &recordings {
        let number = set.detections.iter().position(|(header, _)| header.id.0 == *rule);
        let Some(number) = number else {
            wrong.push(format!("{}: there is no rule {rule}", path.display()));
            continue;
        };
        let events = JsonEvents::from_objects("windows", objects);
        let found = matcher.matches(&events);
        let own = found.iter().filter(|found| found.detection == number).count();
        if expected.map_or(own == 0, |expected| own != expected) {
            let why = explain(&set.detections[number].1, builtin(), &events, 0);
            wrong.push(format!("{}: {own} instead of {expected:?}: {why:#?}", path.display()));
        }
    }
    println!("{} recordings, {} wrong", recordings.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(recordings.len() >= 40);
}

#[test]
fn the_matcher_and_the_definition_agree_on_every_recording_and_every_rule() {
    let Some(folder) = corpus() else { return };
    let set = read(&rule_files(&folder));
    let detections: Vec<&Detection> = set.detections.iter().map(|(_, detection)| detection).collect();
    let matcher = Matcher::new(detections.iter().copied(), builtin()).unwrap();
    for (path, _, objects, _) in recordings(&folder) {
        let events = JsonEvents::from_objects("windows", &objects);
        let mut expected = Vec::new();
        for row in 0..objects.len() {
            for (number, detection) in detections.iter().enumerate() {
                if matches_naively(detection, builtin(), &events, row) {
                    expected.push(Match { row, detection: number });
                }
            }
        }
        assert_eq!(matcher.matches(&events), expected, "{}", path.display());
    }
}
