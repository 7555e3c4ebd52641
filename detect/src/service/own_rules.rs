//! Rules that are made through the HTTP interface: files in the data directory, one for each rule that is put there.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::rule::{Placeholders, RuleSet};

/// Why a rule is not kept.
#[derive(Debug, Error)]
pub enum OwnRulesError {
    /// The text has mistakes.
    #[error("{0}")]
    Refused(crate::Problem),
    /// The text holds no rule.
    #[error("the text holds no rule; a rule begins with `title:`")]
    Empty,
    /// It is too long.
    #[error("the text is longer than {} bytes", crate::library::FILE_BYTES_MAX)]
    TooLong,
    /// It cannot be written or removed.
    #[error("{path}: {source}")]
    File {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// The folder.
#[derive(Clone, Debug)]
pub struct OwnRules {
    folder: PathBuf,
}

impl OwnRules {
    /// Rules in this folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The folder; it is made when it is not there.
    pub(super) fn folder(&self) -> Result<&Path, OwnRulesError> {
        let failed = |source| OwnRulesError::File { path: self.folder.clone(), source };
        fs::create_dir_all(&self.folder).map_err(failed)?;
        Ok(&self.folder)
    }

    /// Keeps a text of one or more documents; gives the id of the first rule, under which it is kept. It takes the place of what
    /// was kept under that id.
    ///
    /// # Errors
    /// When a rule in it is refused, or it cannot be written. What was kept stays then.
    pub fn put(&self, text: &str) -> Result<String, OwnRulesError> {
        if text.len() as u64 > crate::library::FILE_BYTES_MAX {
            return Err(OwnRulesError::TooLong);
        }
        // References to rules elsewhere are looked at once all are read; here the text itself must be right.
        let first = crate::rule::read("rule", text, &Placeholders::default()).into_iter().next();
        let header = first.ok_or(OwnRulesError::Empty)?.map_err(OwnRulesError::Refused)?.header;
        let alone = RuleSet::read([("rule", text)], &Placeholders::default());
        let is_of_text = |problem: &crate::Problem| !problem.reason.contains("does not exist");
        if let Some(problem) = alone.problems.into_iter().find(is_of_text) {
            return Err(OwnRulesError::Refused(problem));
        }
        let path = self.path(&header.id.0);
        let failed = |source| OwnRulesError::File { path: path.clone(), source };
        let half = path.with_extension("half");
        self.folder()?;
        fs::write(&half, text).and_then(|()| fs::rename(&half, &path)).map_err(failed)?;
        Ok(header.id.0)
    }

    /// Removes what is kept under an id. Whether there was something.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(&self, id: &str) -> Result<bool, OwnRulesError> {
        let path = self.path(id);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(source) => Err(OwnRulesError::File { path, source }),
        }
    }

    /// Ids come from people: what is no letter, digit or dash of theirs is written as its number.
    fn path(&self, id: &str) -> PathBuf {
        let mut name = String::new();
        for character in id.chars().take(100) {
            match character {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => name.push(character),
                other => name.push_str(&format!("~{:x}~", u32::from(other))),
            }
        }
        self.folder.join(format!("{name}.yml"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str =
        "title: x\nid: ../../a b\nlogsource: {product: x}\ndetection: {s: {a: b}, condition: s}\n";

    #[test]
    fn a_rule_is_kept_under_its_id_and_cannot_leave_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let own = OwnRules::new(folder.path().join("rules"));
        assert_eq!(own.put(RULE).unwrap(), "../../a b");
        let files: Vec<_> = fs::read_dir(folder.path().join("rules"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(files, ["~2e~~2e~~2f~~2e~~2e~~2f~a~20~b.yml"]);
        assert!(own.remove("../../a b").unwrap());
        assert!(!own.remove("../../a b").unwrap());
    }

    #[test]
    fn a_rule_that_is_wrong_is_refused_and_the_one_before_stays() {
        let folder = tempfile::tempdir().unwrap();
        let own = OwnRules::new(folder.path().to_owned());
        own.put(RULE).unwrap();
        let wrong = RULE.replace("condition: s", "condition: t");
        assert!(matches!(own.put(&wrong), Err(OwnRulesError::Refused(_))));
        assert!(matches!(own.put("# nothing\n"), Err(OwnRulesError::Empty)));
        assert_eq!(fs::read_to_string(own.path("../../a b")).unwrap(), RULE);
    }
}
