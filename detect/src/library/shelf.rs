//! All rules together, read again when they change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::{FilesError, Pack, RuleFile, rule_files};
use crate::Problem;
use crate::rule::{Placeholders, RuleSet};

/// Where rules come from.
#[derive(Debug, Default)]
pub struct Shelf {
    paths: Vec<PathBuf>,
    packs: Vec<Pack>,
    placeholders: Placeholders,
    seen: Vec<RuleFile>,
    /// The last text of each file in which nothing was wrong.
    sound: BTreeMap<String, String>,
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The rules that are in force.
    pub rules: RuleSet,
    /// The texts they came from, by file.
    pub texts: BTreeMap<String, String>,
    /// What is wrong in the files as they are now. Of a file that was sound before, that state stays in force.
    pub problems: Vec<Problem>,
}

impl Shelf {
    /// Rules in files and folders, and in packs.
    pub fn new(paths: Vec<PathBuf>, packs: Vec<Pack>, placeholders: Placeholders) -> Self {
        Self { paths, packs, placeholders, ..Self::default() }
    }

    /// Whether there are other files than there were, or they look different.
    pub fn has_changed(&self) -> bool {
        rule_files(&self.paths).is_ok_and(|files| files != self.seen)
    }

    /// Reads everything.
    ///
    /// # Errors
    /// When a path cannot be read.
    pub fn load(&mut self) -> Result<Loaded, FilesError> {
        let files = rule_files(&self.paths)?;
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        for pack in &self.packs {
            texts.extend(pack.rules.iter().map(|(name, text)| (name.clone(), (*text).to_owned())));
        }
        let mut problems = Vec::new();
        for file in &files {
            let name = file.path.display().to_string();
            match file.read() {
                Ok(text) => _ = texts.insert(name, text),
                Err(error) => problems.push(Problem { file: name, line: 1, reason: error.to_string() }),
            }
        }
        self.seen = files;
        let rules = self.read(&texts);
        problems.extend(rules.problems.iter().cloned());
        let broken: BTreeSet<&str> = problems.iter().map(|problem| problem.file.as_str()).collect();
        let kept: Vec<(String, String)> = broken
            .iter()
            .filter_map(|file| Some(((*file).to_owned(), self.sound.get(*file)?.clone())))
            .collect();
        for (file, text) in texts.iter().filter(|(file, _)| !broken.contains(file.as_str())) {
            self.sound.insert(file.clone(), text.clone());
        }
        self.sound.retain(|file, _| texts.contains_key(file) || broken.contains(file.as_str()));
        if kept.is_empty() {
            return Ok(Loaded { rules, texts, problems });
        }
        texts.extend(kept);
        Ok(Loaded { rules: self.read(&texts), texts, problems })
    }

    /// The values that stand in for placeholders.
    pub fn placeholders(&self) -> &Placeholders {
        &self.placeholders
    }

    /// All rules of some texts, as they would be with another text in one of the files.
    pub fn rules_with(&self, texts: &BTreeMap<String, String>, file: &str, text: &str) -> RuleSet {
        let others = of(texts).filter(|(name, _)| *name != file);
        RuleSet::read(others.chain([(file, text)]), &self.placeholders)
    }

    fn read(&self, texts: &BTreeMap<String, String>) -> RuleSet {
        RuleSet::read(of(texts), &self.placeholders)
    }
}

/// Names and texts of files.
fn of(texts: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn rule(name: &str) -> String {
        format!(
            "title: {name}\nname: {name}\nlogsource: {{product: x}}\ndetection: {{s: {{a: b}}, condition: s}}\n"
        )
    }

    fn names(loaded: &Loaded) -> Vec<String> {
        loaded.rules.detections.iter().map(|(header, _)| header.id.to_string()).collect()
    }

    #[test]
    fn a_file_that_is_broken_later_stays_in_force_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one.yml"), folder.path().join("two.yml"));
        fs::write(&one, rule("one")).unwrap();
        fs::write(&two, rule("two")).unwrap();
        let mut shelf = Shelf::new(vec![folder.path().to_owned()], Vec::new(), Placeholders::default());
        assert_eq!(names(&shelf.load().unwrap()), ["one", "two"]);
        assert!(!shelf.has_changed());

        fs::write(&one, "title: broken\nname: one\ndetection:\n").unwrap();
        assert!(shelf.has_changed());
        let loaded = shelf.load().unwrap();
        assert_eq!(names(&loaded), ["one", "two"]);
        assert_eq!(loaded.problems.len(), 1);
        assert!(loaded.problems[0].file.ends_with("one.yml"));

        fs::remove_file(&one).unwrap();
        assert_eq!(names(&shelf.load().unwrap()), ["two"]);
    }

    #[test]
    fn a_file_that_was_never_sound_is_told_and_left_out() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("one.yml"), ": :").unwrap();
        let mut shelf = Shelf::new(vec![folder.path().to_owned()], Vec::new(), Placeholders::default());
        let loaded = shelf.load().unwrap();
        assert_eq!((names(&loaded), loaded.problems.len()), (Vec::new(), 1));
    }
}
