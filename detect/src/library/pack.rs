//! Rules that come with the program.

use include_dir::{Dir, include_dir};

static PACKS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/packs");

/// Rules about one thing, with their tests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pack {
    /// Its name: `authentication`, `hospital`, …
    pub name: &'static str,
    /// Its rule files: names as problems tell them, and texts.
    pub rules: Vec<(String, &'static str)>,
    /// Its tests, likewise.
    pub tests: Vec<(String, &'static str)>,
}

/// All packs, by name.
pub fn packs() -> Vec<Pack> {
    let mut packs: Vec<Pack> = PACKS.dirs().filter_map(pack).collect();
    packs.sort_by_key(|pack| pack.name);
    packs
}

fn pack(folder: &'static Dir<'static>) -> Option<Pack> {
    let name = folder.path().file_name()?.to_str()?;
    let mut files: Vec<(String, &'static str)> = folder
        .files()
        .filter_map(|file| Some((format!("pack:{}", file.path().display()), file.contents_utf8()?)))
        .filter(|(name, _)| name.ends_with(".yml"))
        .collect();
    files.sort();
    let (tests, rules) = files.into_iter().partition(|(name, _)| name.ends_with(".test.yml"));
    Some(Pack { name, rules, tests })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::engine::Rulebook;
    use crate::pipeline::builtin;
    use crate::rule::{Placeholders, RuleSet, Severity};
    use crate::trial::{read_trials, run_trials};

    fn book() -> Arc<Rulebook> {
        let packs = packs();
        let files = packs.iter().flat_map(|pack| &pack.rules).map(|(name, text)| (name.as_str(), *text));
        let rules = RuleSet::read(files, &Placeholders::default());
        let book = Rulebook::new(&rules, builtin()).unwrap();
        assert_eq!(book.problems(), []);
        Arc::new(book)
    }

    #[test]
    fn every_rule_does_what_its_tests_say() {
        let book = book();
        for pack in packs() {
            for (file, text) in &pack.tests {
                let trials = read_trials(file, text).unwrap_or_else(|problem| panic!("{problem}"));
                for outcome in run_trials(&book, &trials).unwrap_or_else(|problem| panic!("{problem}")) {
                    assert_eq!(outcome.problem, None, "{}:{} {}", outcome.file, outcome.line, outcome.name);
                }
            }
        }
    }

    #[test]
    fn every_rule_that_tells_of_itself_has_a_test_that_fires_and_one_that_does_not() {
        let (mut fires, mut silent) = (BTreeSet::new(), BTreeSet::new());
        for (file, text) in packs().iter().flat_map(|pack| &pack.tests) {
            for trials in read_trials(file, text).unwrap() {
                for trial in trials.trials {
                    let tested = if trial.fires > 0 { &mut fires } else { &mut silent };
                    tested.insert(trials.rule.clone());
                }
            }
        }
        for plan in book().plans().iter().filter(|plan| plan.is_told) {
            let names = [Some(plan.header.id.0.clone()), plan.header.name.clone()];
            let is_tested =
                |tested: &BTreeSet<String>| names.iter().flatten().any(|name| tested.contains(name));
            assert!(is_tested(&fires) && is_tested(&silent), "{}", plan.header.title);
        }
    }

    #[test]
    fn every_rule_tells_what_it_is_for_and_what_to_do() {
        for plan in book().plans().iter().filter(|plan| plan.is_told) {
            let header = &plan.header;
            assert!(!header.description.is_empty(), "{}", header.title);
            assert!(!header.false_positives.is_empty(), "{}", header.title);
            assert!(header.level < Severity::High || header.runbook.is_some(), "{}", header.title);
        }
    }
}
