//! One trail compared with the files of its name: which were renamed, which are new, which are gone.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use super::discover::Found;
use crate::pod_path::Kind;
use crate::tail::Trail;
use crate::tailer::Tailer;

impl Tailer {
    /// Brings one trail up to date with the files of its name, which are sorted oldest first.
    pub(super) fn compare(&mut self, id: usize, found: &[Found], now: Duration) {
        let Some(mut trail) = self.trails[id].take() else { return };
        trail.is_obstructed = false;
        let mut order = Vec::new();
        let mut matched = HashSet::new();
        let newest_rotated = self.newest_rotation(&trail, found);
        for found in found {
            let known = trail.tails.iter().copied().find(|tail| {
                let tail = self.tails[*tail].as_ref();
                tail.is_some_and(|tail| tail.identity.inode == found.inode && found.kind != Kind::Packed)
            });
            let tail = match known {
                Some(tail) => Some(tail),
                None => self.meet(id, &mut trail, found, newest_rotated),
            };
            let Some(tail_id) = tail else { continue };
            matched.insert(tail_id);
            order.push(tail_id);
            if let Some(tail) = &mut self.tails[tail_id] {
                let is_live = found.kind == Kind::Live;
                if tail.is_live != is_live || *tail.path != *found.path {
                    tail.is_changed = true;
                    tail.path = trail.shared(&found.path);
                }
                if tail.is_live && !is_live {
                    // A writer may not have noticed yet.
                    (tail.last_growth, tail.end_polls) = (now, 0);
                }
                tail.is_live = is_live;
            }
            if known.is_none() {
                self.make_ready(tail_id);
            }
        }
        for tail_id in &trail.tails {
            if matched.contains(tail_id) {
                continue;
            }
            if let Some(tail) = &mut self.tails[*tail_id] {
                if tail.is_live {
                    (tail.is_live, tail.is_changed) = (false, true);
                    (tail.last_growth, tail.end_polls) = (now, 0);
                }
                let links = tail.source.as_ref().and_then(|source| source.file().metadata().ok());
                tail.is_deleted = links.is_none_or(|stat| stat.nlink() == 0);
            }
        }
        // Those that are not in the folder any more are older than all that are.
        let mut tails: Vec<usize> =
            trail.tails.iter().copied().filter(|tail| !matched.contains(tail)).collect();
        tails.extend(order);
        tails.dedup();
        trail.tails = tails;
        trail.ignored.retain(|inode| found.iter().any(|found| found.inode == *inode));
        trail.scans += u64::from(self.may_read());
        self.trails[id] = Some(trail);
        if self.may_read() {
            self.miss_generations(id);
        }
    }

    /// When the last generation of a plain file was written: siblings after that were rotated unseen.
    fn newest_rotation(&self, trail: &Trail, found: &[Found]) -> Option<(i64, i64)> {
        if trail.is_pod {
            return None;
        }
        let inodes = trail.tails.iter().flat_map(|id| &self.tails[*id]).map(|tail| tail.identity.inode);
        let inodes: Vec<u64> =
            inodes.chain(trail.unclaimed.iter().map(|known| known.identity.inode)).collect();
        let rotated =
            found.iter().filter(|found| found.kind == Kind::Rotated && inodes.contains(&found.inode));
        rotated
            .filter_map(|found| fs::metadata(&found.path).ok())
            .map(|stat| (stat.mtime(), stat.mtime_nsec()))
            .max()
    }
}
