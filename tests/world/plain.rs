//! A program that writes lines to a file of its own, and what log rotation does to such files.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::Ledger;

/// A plain log file and its writer.
pub(crate) struct PlainFile {
    path: PathBuf,
    file: File,
    rotations: usize,
    pub(crate) ledger: Ledger,
}

impl PlainFile {
    /// Creates the file.
    pub(crate) fn create(path: &Path, source: &str) -> Self {
        Self { path: path.to_owned(), file: open(path), rotations: 0, ledger: Ledger::new(source) }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes one numbered line.
    pub(crate) fn line(&mut self, filler: &str) {
        let text = self.ledger.next_text(filler);
        self.payload(text.as_bytes());
    }

    /// Writes many numbered lines with one call, as buffered programs do.
    pub(crate) fn lines(&mut self, count: usize, filler: &str) {
        let mut bytes = Vec::new();
        for _ in 0..count {
            let text = self.ledger.next_text(filler);
            bytes.extend_from_slice(text.as_bytes());
            bytes.push(b'\n');
            self.ledger.note(text.clone().into_bytes(), text.len() as u64 + 1);
        }
        self.raw(&bytes);
    }

    /// Writes one line of any bytes.
    pub(crate) fn payload(&mut self, payload: &[u8]) {
        let mut bytes = payload.to_vec();
        bytes.push(b'\n');
        self.raw(&bytes);
        self.ledger.note(payload.to_vec(), bytes.len() as u64);
    }

    /// Writes bytes the ledger is told about separately.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.file.write_all(bytes).expect("the log can be written");
    }

    /// Renames the file and begins a new one, as logrotate does by default.
    pub(crate) fn rotate(&mut self) -> PathBuf {
        let rotated = self.rename();
        self.reopen();
        rotated
    }

    /// Renames the file; the writer keeps writing to it.
    pub(crate) fn rename(&mut self) -> PathBuf {
        self.rotations += 1;
        let rotated = PathBuf::from(format!("{}.{}", self.path.display(), self.rotations));
        fs::rename(&self.path, &rotated).expect("a log can be renamed");
        rotated
    }

    /// Goes over to a new file of the same name.
    pub(crate) fn reopen(&mut self) {
        self.file = open(&self.path);
    }

    /// Copies the file and empties it, as logrotate does with `copytruncate`.
    pub(crate) fn copy_and_truncate(&mut self) -> PathBuf {
        self.rotations += 1;
        let copy = PathBuf::from(format!("{}.{}", self.path.display(), self.rotations));
        fs::copy(&self.path, &copy).expect("a log can be copied");
        self.truncate();
        copy
    }

    /// Empties the file.
    pub(crate) fn truncate(&mut self) {
        self.file.set_len(0).expect("a log can be truncated");
    }

    /// Deletes the file; the writer is done.
    pub(crate) fn delete(&self) {
        fs::remove_file(&self.path).expect("a log can be deleted");
    }
}

fn open(path: &Path) -> File {
    OpenOptions::new().append(true).create(true).open(path).expect("a log can be opened")
}
