//! Rules that are made through the HTTP interface: files in the data directory, one for each rule that is put there.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::rule::{Placeholders, read};

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

    /// The id of the first rule of a text, under which the text is kept.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub(super) fn id(text: &str, placeholders: &Placeholders) -> Result<String, OwnRulesError> {
        if text.len() as u64 > crate::library::FILE_BYTES_MAX {
            return Err(OwnRulesError::TooLong);
        }
        let first = read("rule", text, placeholders).into_iter().next();
        Ok(first.ok_or(OwnRulesError::Empty)?.map_err(OwnRulesError::Refused)?.header.id.0)
    }

    /// Whether a file lies in the folder.
    pub(super) fn holds(&self, file: &Path) -> bool {
        file.parent() == Some(&self.folder)
    }

    /// Keeps a text under an id, in the place of what was kept under it.
    ///
    /// # Errors
    /// When it cannot be written. What was kept stays then.
    pub(super) fn keep(&self, id: &str, text: &str) -> Result<(), OwnRulesError> {
        let path = self.path(id);
        let half = path.with_extension("half");
        self.folder()?;
        fs::write(&half, text)
            .and_then(|()| fs::rename(&half, &path))
            .map_err(|source| OwnRulesError::File { path, source })
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

    /// Where a text is kept. Ids come from people: what is no letter, digit or dash of theirs is written as its number.
    pub(super) fn path(&self, id: &str) -> PathBuf {
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
        assert_eq!(OwnRules::id(RULE, &Placeholders::default()).unwrap(), "../../a b");
        own.keep("../../a b", RULE).unwrap();
        let files: Vec<_> = fs::read_dir(folder.path().join("rules"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(files, ["~2e~~2e~~2f~~2e~~2e~~2f~a~20~b.yml"]);
        assert!(own.remove("../../a b").unwrap());
        assert!(!own.remove("../../a b").unwrap());
    }

    #[test]
    fn a_text_without_a_rule_has_no_id() {
        let id = |text: &str| OwnRules::id(text, &Placeholders::default());
        assert!(matches!(id("# nothing\n"), Err(OwnRulesError::Empty)));
        assert!(matches!(id("title: half\n"), Err(OwnRulesError::Refused(_))));
        assert!(matches!(id(&"#".repeat(2_000_000)), Err(OwnRulesError::TooLong)));
    }
}
