//! Rule files in folders: the one place here that reads a disk.

use std::io;
use std::path::{Path, PathBuf};

use crate::rule::{Placeholders, RuleSet, Summary};
use crate::yaml::FILE_BYTES_MAX;

/// More files than this are not a folder of rules: somebody named the wrong one.
const FILES_MAX: usize = 100_000;
/// How deep folders may lie in each other; links to folders above would otherwise never end.
const DEPTH_MAX: usize = 32;

/// Reads a rule file, or every `.yml` and `.yaml` file of a folder and the folders in it: names and texts, by name.
pub fn read_rule_files(path: &Path) -> io::Result<Vec<(String, String)>> {
    let mut paths = Vec::new();
    collect(path, 0, &mut paths)?;
    paths.sort();
    paths.into_iter().map(|path| Ok((path.display().to_string(), read(&path)?))).collect()
}

/// Reads all rules of files and folders, and says how many can be evaluated and why the others cannot.
pub fn check_rules(paths: &[PathBuf], placeholders: &Placeholders) -> io::Result<Summary> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(read_rule_files(path)?);
    }
    let texts = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    Ok(RuleSet::read(texts, placeholders).summary())
}

fn collect(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    if depth >= DEPTH_MAX {
        let reason = format!("{}: more than {DEPTH_MAX} folders in each other", path.display());
        return Err(io::Error::other(reason));
    }
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        let is_rule = path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml");
        if path.is_dir() || is_rule {
            collect(&path, depth + 1, files)?;
        }
        if files.len() > FILES_MAX {
            return Err(io::Error::other(format!("more than {FILES_MAX} rule files")));
        }
    }
    Ok(())
}

/// The text of a file. What is too long is cut a byte past the bound, so that reading the rules refuses it with its name.
fn read(path: &Path) -> io::Result<String> {
    use io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    // A rule with a byte that is not UTF-8 is refused, or not, for what it then says; a replacement matches nothing by accident.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checking_counts_what_compiles_and_says_why_not() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rules");
        let summary = check_rules(&[fixtures], &Placeholders::default()).unwrap();
        assert_eq!((summary.compiled, summary.refused), (7, 1), "{:?}", summary.problems);
        assert!(summary.problems[0].file.ends_with("refused.yml"));
        assert_eq!(summary.problems[0].line, 8);
    }

    #[test]
    fn a_path_that_is_not_there_is_an_error() {
        assert!(check_rules(&["/no/such/rules".into()], &Placeholders::default()).is_err());
    }
}
