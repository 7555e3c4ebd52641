//! Files that were cut while they were followed, and the copies that were made of them before.

use std::fs::{self, File};
use std::os::unix::fs::{DirEntryExt, MetadataExt};
use std::path::PathBuf;
use std::time::Duration;

use crate::pod_path::{Kind, kind_of_suffix};
use crate::source::Source;
use crate::status::add;
use crate::tail::{Tail, Trail};
use crate::tailer::Tailer;
use crate::tailer::remember::fits_marker;

impl Tailer {
    /// A file that is shorter than it was, or holds other bytes: what follows is a new generation.
    pub(in crate::tailer) fn was_cut(&mut self, id: usize, tail: &mut Tail, trail: &mut Trail) {
        add(&self.counters.truncated_generations, 1);
        tracing::warn!(path = %tail.path.display(), position = tail.position, "file was cut");
        match self.find_copy(tail, trail) {
            Some((path, file)) => {
                tail.identity.inode = file.metadata().map_or(0, |stat| stat.ino());
                (tail.path, tail.source) = (path.into(), Some(Source::Plain(file)));
            }
            None => {
                let (from, to) = (tail.position, tail.seen());
                if from < to {
                    self.give_up(
                        id,
                        tail,
                        trail,
                        from,
                        to,
                        "the file was cut before these bytes were read; more may be lost",
                    );
                }
                (tail.source, tail.is_sealed) = (None, true);
                self.open_files = self.open_files.saturating_sub(1);
                // The inode is that of the new generation now.
                tail.identity.inode = 0;
            }
        }
        (tail.is_live, tail.is_changed, tail.end_polls) = (false, true, 0);
        self.scan_at = Duration::ZERO;
    }

    /// `copytruncate` leaves what was in the file in a copy beside it.
    fn find_copy(&self, tail: &Tail, trail: &Trail) -> Option<(PathBuf, File)> {
        let folder = trail.live.parent()?;
        let name = trail.live.file_name()?.to_str()?;
        let mut copies = Vec::new();
        for entry in fs::read_dir(folder).ok()?.flatten() {
            let entry_name = entry.file_name();
            let suffix = entry_name.to_str().and_then(|text| text.strip_prefix(name));
            let suffix = suffix.and_then(|text| text.strip_prefix(['.', '-']));
            if suffix.and_then(kind_of_suffix) != Some(Kind::Rotated) {
                continue;
            }
            let is_followed = |inode| {
                trail.tails.iter().flat_map(|id| &self.tails[*id]).any(|tail| tail.identity.inode == inode)
            };
            if is_followed(entry.ino()) {
                continue;
            }
            let Ok(file) = self.opener.open(&entry.path()) else { continue };
            let Ok(stat) = file.metadata() else { continue };
            copies.push(((stat.mtime(), stat.mtime_nsec()), entry.path(), file, stat.len()));
        }
        copies.sort_by_key(|(modified, ..)| std::cmp::Reverse(*modified));
        for (_, path, file, length) in copies {
            let mut candidate = Tail::new(
                tail.trail,
                path.clone().into(),
                tail.identity,
                file.try_clone().ok().map(Source::Plain),
            );
            let head = candidate.source.as_mut()?.head().unwrap_or_default();
            let is_copy = length >= tail.seen()
                && tail.identity.head_bytes > 0
                && tail.identity.fits_head(&head)
                && fits_marker(&mut candidate, tail.position, &tail.marker);
            if is_copy {
                return Some((path, file));
            }
        }
        None
    }
}
