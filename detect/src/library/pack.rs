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
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::engine::Rulebook;
    use crate::pipeline::builtin;
    use crate::rule::{Placeholders, RuleSet, Severity, read};
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
            assert!(!header.tags.is_empty(), "{}", header.title);
            assert!(header.level < Severity::High || header.runbook.is_some(), "{}", header.title);
        }
    }

    #[test]
    fn every_rule_has_an_id_that_no_other_program_gives_and_a_name() {
        let is_uuid = |id: &str| {
            let parts: Vec<usize> = id.split('-').map(str::len).collect();
            parts == [8, 4, 4, 4, 12] && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
        };
        for (file, text) in packs().iter().flat_map(|pack| &pack.rules) {
            for rule in read(file, text, &Placeholders::default()) {
                let header = rule.unwrap_or_else(|problem| panic!("{problem}")).header;
                assert!(is_uuid(&header.id.0), "{file}: {}", header.title);
                assert!(header.name.is_some() && header.status.is_some(), "{file}: {}", header.title);
            }
        }
    }

    #[test]
    fn every_pack_stands_without_the_others() {
        for pack in packs() {
            let files = pack.rules.iter().map(|(name, text)| (name.as_str(), *text));
            let rules = RuleSet::read(files, &Placeholders::default());
            assert_eq!(rules.problems, [], "{}", pack.name);
        }
    }

    #[test]
    fn every_runbook_has_its_section() {
        let mut sections = BTreeSet::new();
        for pack in packs() {
            let text = document(&format!("runbooks/{}.md", pack.name));
            let headings = text.lines().filter_map(|line| line.strip_prefix("## "));
            sections.extend(
                headings.map(|name| format!("https://palisade.example/runbooks/{}#{name}", pack.name)),
            );
        }
        let book = book();
        let rules = book.plans().iter().filter(|plan| plan.is_told).map(|plan| &plan.header);
        let runbooks: BTreeSet<String> = rules.filter_map(|header| header.runbook.clone()).collect();
        assert_eq!(runbooks, sections, "each is the runbook of a rule, and each rule's runbook is there");
    }

    #[test]
    fn every_query_of_a_runbook_is_understood() {
        for pack in packs() {
            let text = document(&format!("runbooks/{}.md", pack.name));
            let blocks = text.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap());
            let queries: Vec<&str> = blocks.flat_map(str::lines).collect();
            assert!(!queries.is_empty(), "{}", pack.name);
            for query in queries {
                if let Err(error) = palisade_query::language::parse(query) {
                    panic!("{}: {query}: {error}", pack.name);
                }
            }
        }
    }

    #[test]
    fn every_rule_stands_in_the_table_of_its_pack() {
        let text = document("packs.md");
        for plan in book().plans().iter().filter(|plan| plan.is_told) {
            let name = plan.header.name.as_deref().unwrap_or_default();
            let row = format!("| `{name}` | {} |", plan.header.level);
            assert!(text.contains(&row), "docs/packs.md has no row that begins with {row}");
        }
    }

    #[test]
    fn the_filter_that_the_documentation_shows_tunes_a_rule() {
        let text = document("packs.md");
        let filter = text.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let packs = packs();
        let files = packs.iter().flat_map(|pack| &pack.rules).map(|(name, text)| (name.as_str(), *text));
        let rules = RuleSet::read(files.chain([("packs.md", filter)]), &Placeholders::default());
        assert_eq!((rules.problems, rules.filters), (vec![], 1));
    }

    #[test]
    fn what_the_own_log_is_asked_for_is_what_the_program_writes() {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let parts = ["src", "agent/src", "collector/src", "index/src", "lifecycle/src", "detect/src"];
        let mut code = String::new();
        parts.iter().for_each(|part| read_code(&workspace.join(part), &mut code));
        for (file, text) in packs().iter().flat_map(|pack| &pack.tests) {
            if !file.contains("palisade/own-log") {
                continue;
            }
            for trial in read_trials(file, text).unwrap().into_iter().flat_map(|file| file.trials) {
                for event in trial.events {
                    let message = event.record["message"].as_str().unwrap();
                    assert!(code.contains(message), "{file}:{}: nothing says `{message}`", trial.line);
                }
            }
        }
    }

    fn document(name: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn read_code(folder: &Path, code: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read_code(&path, code);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                code.push_str(&fs::read_to_string(&path).unwrap());
            }
        }
    }
}
