//! Open files are few: quiet ones are closed, and opened again when they are read.

use std::os::unix::fs::MetadataExt;

use super::Tailer;
use crate::source::Source;
use crate::tail::{Tail, Trail};

impl Tailer {
    /// Opens a file again that was closed to save descriptors.
    pub(super) fn ensure_open(&mut self, tail: &mut Tail) -> bool {
        if tail.source.is_some() {
            return true;
        }
        if !tail.is_live {
            return false;
        }
        let Ok(file) = self.opener.open(&tail.path) else { return false };
        // Another file has the name now; the scan will sort it out.
        let is_same = file.metadata().is_ok_and(|stat| stat.ino() == tail.identity.inode);
        if is_same {
            tail.source = Some(Source::Plain(file));
            self.open_files += 1;
        }
        is_same
    }

    /// After a look at a quiet file: gives its descriptor back when there are too few.
    pub(super) fn rest(&mut self, id: usize, tail: &mut Tail, trail: &Trail) {
        let is_newest = trail.tails.last() == Some(&id);
        if self.open_files > self.open_files_max
            && tail.is_live
            && is_newest
            && tail.is_clean()
            && tail.number != 0
        {
            tail.source = None;
            self.open_files -= 1;
        }
    }
}
