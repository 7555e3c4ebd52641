//! A test's own folder, which stays and shows the program's last words when the test fails.

use std::fs;
use std::path::{Path, PathBuf};

/// How much of each of the program's outputs a failed test shows.
const SHOWN_LINES: usize = 25;

/// A folder that disappears when the test is green.
pub(crate) struct Folder {
    folder: Option<tempfile::TempDir>,
    path: PathBuf,
}

impl Folder {
    /// A new, empty one.
    pub(crate) fn new() -> Self {
        let folder =
            tempfile::Builder::new().prefix("palisade-test-").tempdir().expect("a folder for the test");
        let path = folder.path().to_owned();
        fs::create_dir(path.join("output")).expect("a folder for outputs");
        Self { folder: Some(folder), path }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A folder inside, made when it is not there.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        let path = self.path.join(name);
        fs::create_dir_all(&path).expect("a folder inside");
        path
    }

    /// Where a process writes what it says.
    pub(crate) fn output(&self, name: &str) -> PathBuf {
        self.path.join("output").join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        if let Some(folder) = self.folder.take() {
            println!("the test's folder is kept: {}", folder.keep().display());
        }
        let Ok(outputs) = fs::read_dir(self.path.join("output")) else { return };
        let mut paths: Vec<PathBuf> = outputs.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        // After hundreds of restarts the last few processes are the interesting ones.
        for path in paths.iter().rev().take(6) {
            let text = String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
            let lines: Vec<&str> = text.lines().collect();
            println!("--- {}", path.display());
            for line in &lines[lines.len().saturating_sub(SHOWN_LINES)..] {
                println!("{line}");
            }
        }
    }
}
