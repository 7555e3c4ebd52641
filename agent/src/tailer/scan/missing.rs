//! Generations that are remembered but whose files are gone: what was not read of them is lost.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::checkpoint::Remembered;
use crate::identity::Identity;
use crate::settings::Format;
use crate::tail::{Tail, Trail};
use crate::tailer::Tailer;

impl Tailer {
    /// Generations that are remembered but whose files are not in their folder: their unread bytes are lost.
    pub(super) fn miss_generations(&mut self, id: usize) {
        let Some(mut trail) = self.trails[id].take() else { return };
        if !trail.is_obstructed && trail.scans > 0 {
            for known in std::mem::take(&mut trail.unclaimed) {
                self.miss(id, &mut trail, known);
            }
        }
        self.trails[id] = Some(trail);
    }

    fn miss(&mut self, id: usize, trail: &mut Trail, known: Remembered) {
        if known.is_complete || known.done >= known.seen {
            // The newest number of a name that is still in use stays taken. No file that comes is this one.
            if known.number + 1 == trail.next_number && !trail.tails.is_empty() {
                let identity = Identity { head_bytes: u64::MAX, ..Identity::default() };
                trail.retired.push(Remembered { identity, is_complete: true, ..known });
                return;
            }
            self.forgotten.push((known.live, known.number));
            return;
        }
        let mut tail = Tail::new(id, Path::new(&*known.path).into(), known.identity, None);
        tail.identity.inode = 0;
        tail.resume(&known, true);
        tail.format = Some(if trail.is_pod { Format::Cri } else { trail.format });
        (tail.is_sealed, tail.is_deleted) = (true, true);
        tail.end_polls = 2;
        let tail_id = self.add_tail(tail);
        trail.tails.insert(0, tail_id);
        if let Some(mut tail) = self.tails[tail_id].take() {
            let reason = "the file was gone when the agent started";
            self.give_up(tail_id, &mut tail, trail, known.done, known.seen, reason);
            self.tails[tail_id] = Some(tail);
        }
    }

    /// Whole trails that are remembered but not in the folders any more.
    pub(super) fn miss_remembered_trails(&mut self) {
        if self.scans > 0 {
            return;
        }
        let keys: HashSet<Arc<str>> = self.checkpoint.state().keys().map(|(live, _)| live.clone()).collect();
        for key in keys {
            let live = PathBuf::from(&*key);
            if self.trails_by_path.contains_key(live.as_path()) {
                continue;
            }
            let in_pods = self.settings.pods.as_ref().is_some_and(|pods| live.starts_with(&pods.root));
            let glob = self.globs.iter().position(|glob| glob.matches(&live));
            if (in_pods || glob.is_some())
                && let Some(id) = self.trail_for(&live, if in_pods { None } else { glob })
            {
                if let Some(trail) = &mut self.trails[id] {
                    trail.scans = 1;
                }
                self.miss_generations(id);
            }
        }
    }
}
