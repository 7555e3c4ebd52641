//! The rule files below some paths.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use thiserror::Error;

/// Rule files that are read. The public ones are about 4,000.
pub const FILES_MAX: usize = 50_000;

/// Bytes of a rule file; the largest public one has 130 KB.
pub const FILE_BYTES_MAX: u64 = 1 << 20;

/// How deep folders may lie in each other; a folder that links to itself ends here.
const DEPTH_MAX: usize = 16;

/// Why rule files cannot be found or read.
#[derive(Debug, Error)]
pub enum FilesError {
    /// The path cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// There are too many.
    #[error("{path}: more than {FILES_MAX} rule files; name fewer folders")]
    TooMany {
        /// Where the first one too many lies.
        path: PathBuf,
    },
    /// It is too large to be rules.
    #[error("{path}: larger than {FILE_BYTES_MAX} bytes, which no rules are; split it")]
    TooLarge {
        /// Which one.
        path: PathBuf,
    },
}

/// A rule file as it lay there when it was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleFile {
    /// Where it lies.
    pub path: PathBuf,
    /// How long it is.
    pub bytes: u64,
    /// When it was changed, as the file system says.
    pub changed: Option<SystemTime>,
}

impl RuleFile {
    /// Its text.
    ///
    /// # Errors
    /// When it cannot be read, is no text, or is too large.
    pub fn read(&self) -> Result<String, FilesError> {
        if self.bytes > FILE_BYTES_MAX {
            return Err(FilesError::TooLarge { path: self.path.clone() });
        }
        fs::read_to_string(&self.path)
            .map_err(|source| FilesError::Unreadable { path: self.path.clone(), source })
    }
}

/// All rule files: the files that are named, and those below the folders that are, in the order of their names.
///
/// # Errors
/// When a path is not there or cannot be read, or there are too many.
pub fn rule_files(paths: &[PathBuf]) -> Result<Vec<RuleFile>, FilesError> {
    files(paths, |path| is_yaml(path) && !is_test_file(path))
}

/// All rule files with their texts.
///
/// # Errors
/// As [`rule_files`], and when one of them cannot be read.
pub fn read_rules(paths: &[PathBuf]) -> Result<Vec<(String, String)>, FilesError> {
    let read = |file: RuleFile| Ok((file.path.display().to_string(), file.read()?));
    rule_files(paths)?.into_iter().map(read).collect()
}

/// All files with tests of rules, likewise.
///
/// # Errors
/// As above.
pub fn test_files(paths: &[PathBuf]) -> Result<Vec<RuleFile>, FilesError> {
    files(paths, is_test_file)
}

/// Whether a file holds tests of rules: its name ends in `.test.yml`.
pub fn is_test_file(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.ends_with(".test.yml") || name.ends_with(".test.yaml")
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
}

fn files(paths: &[PathBuf], wanted: impl Fn(&Path) -> bool + Copy) -> Result<Vec<RuleFile>, FilesError> {
    let mut files = Vec::new();
    for path in paths {
        let metadata = metadata(path)?;
        if metadata.is_dir() {
            walk(path, 0, wanted, &mut files)?;
        } else if wanted(path) || !is_yaml(path) {
            // A file that is named is meant, whatever it is called.
            push(path, &metadata, &mut files)?;
        }
    }
    Ok(files)
}

fn walk(
    folder: &Path,
    depth: usize,
    wanted: impl Fn(&Path) -> bool + Copy,
    files: &mut Vec<RuleFile>,
) -> Result<(), FilesError> {
    if depth > DEPTH_MAX {
        return Ok(());
    }
    let unreadable = |source| FilesError::Unreadable { path: folder.to_owned(), source };
    let entries: Result<Vec<_>, _> = fs::read_dir(folder).map_err(unreadable)?.collect();
    let mut paths: Vec<PathBuf> = entries.map_err(unreadable)?.iter().map(fs::DirEntry::path).collect();
    paths.sort();
    for path in paths {
        // Kubernetes keeps older states of mounted files in folders with such names.
        let is_hidden =
            path.file_name().and_then(|name| name.to_str()).is_none_or(|name| name.starts_with('.'));
        if is_hidden {
            continue;
        }
        let metadata = metadata(&path)?;
        if metadata.is_dir() {
            walk(&path, depth + 1, wanted, files)?;
        } else if wanted(&path) {
            push(&path, &metadata, files)?;
        }
    }
    Ok(())
}

fn push(path: &Path, metadata: &Metadata, files: &mut Vec<RuleFile>) -> Result<(), FilesError> {
    if files.len() >= FILES_MAX {
        return Err(FilesError::TooMany { path: path.to_owned() });
    }
    files.push(RuleFile { path: path.to_owned(), bytes: metadata.len(), changed: metadata.modified().ok() });
    Ok(())
}

fn metadata(path: &Path) -> Result<Metadata, FilesError> {
    fs::metadata(path).map_err(|source| FilesError::Unreadable { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_looked_through_and_named_files_are_taken_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("rules/deep")).unwrap();
        fs::create_dir_all(at("rules/..data")).unwrap();
        for name in [
            "rules/b.yml",
            "rules/deep/a.yaml",
            "rules/b.test.yml",
            "rules/x.txt",
            "rules/..data/c.yml",
            "odd",
        ] {
            fs::write(at(name), "title: x").unwrap();
        }
        let names = |files: Vec<RuleFile>| -> Vec<String> {
            let below = |file: RuleFile| file.path.strip_prefix(folder.path()).unwrap().display().to_string();
            files.into_iter().map(below).collect()
        };
        let paths = [at("rules"), at("odd")];
        assert_eq!(names(rule_files(&paths).unwrap()), ["rules/b.yml", "rules/deep/a.yaml", "odd"]);
        assert_eq!(names(test_files(&paths[..1]).unwrap()), ["rules/b.test.yml"]);
        let missing = rule_files(&[at("none")]).unwrap_err().to_string();
        assert!(missing.contains("none"), "{missing}");
    }
}
