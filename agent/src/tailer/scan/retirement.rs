//! Generations and trails that are done: they are let go, and at last forgotten.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use crate::checkpoint::Remembered;
use crate::tailer::Tailer;

/// Complete generations of one name that are remembered although their files are gone.
const RETIRED_KEPT: usize = 16;

impl Tailer {
    /// Lets go of generations that were read to their end and acknowledged.
    pub(super) fn retire(&mut self, now: Duration) {
        for id in 0..self.tails.len() {
            let Some(tail) = &mut self.tails[id] else { continue };
            let Some(Some(trail)) = self.trails.get(tail.trail) else { continue };
            let newer_exists = trail.tails.last() != Some(&id);
            let at_end = tail.end_polls >= 2 || tail.source.is_none();
            if !tail.is_live && at_end && (newer_exists || tail.is_deleted || trail.is_finished) {
                tail.is_sealed = true;
            }
            let is_quiet = now.saturating_sub(tail.last_growth) >= self.settings.pace.late_writer;
            let joins = trail.open.iter().flatten().any(|partial| partial.owner == id);
            let is_done =
                !tail.is_live && tail.is_sealed && is_quiet && tail.is_clean() && tail.in_flight == 0;
            if !is_done || joins || tail.held.is_some() || tail.scanned > 0 {
                continue;
            }
            let Some(mut tail) = self.tails[id].take() else { continue };
            self.free_tails.push(id);
            self.open_files -= usize::from(tail.source.is_some());
            let Some(mut trail) = self.trails[tail.trail].take() else { continue };
            trail.tails.retain(|other| *other != id);
            if tail.number != 0 {
                let mut known = self.memory_of(id, &mut tail, &trail);
                known.is_complete = true;
                // Its packed form may still appear, and must be known then.
                trail.retired.push(known.clone());
                self.newly_retired.push(known);
            }
            self.trails[tail.trail] = Some(trail);
        }
        // A tail whose place in its trail just became the first may be read now.
        for id in 0..self.trails.len() {
            let Some(trail) = &self.trails[id] else { continue };
            let waiting: Vec<usize> = trail.tails.iter().copied().skip(1).collect();
            for tail in waiting {
                self.make_ready(tail);
            }
        }
    }

    pub(super) fn drop_empty_trails(&mut self, present: &HashSet<usize>) {
        for id in 0..self.trails.len() {
            let Some(trail) = &mut self.trails[id] else { continue };
            if trail.scans % 64 == 63 || trail.retired.len() > 2 * RETIRED_KEPT {
                // Those whose files may come back packed, and the newest, whose number must stay taken.
                let newest = trail.retired.len().saturating_sub(RETIRED_KEPT);
                let mut place = 0;
                let retired = std::mem::take(&mut trail.retired);
                let is_pod = trail.is_pod;
                let (keep, forget): (Vec<_>, Vec<_>) = retired.into_iter().partition(|known: &Remembered| {
                    place += 1;
                    let packed = format!("{}.gz", known.path);
                    place > newest
                        || (is_pod && (Path::new(&*known.path).exists() || Path::new(&packed).exists()))
                });
                trail.retired = keep;
                self.forgotten.extend(forget.into_iter().map(|known| (known.live, known.number)));
            }
            let is_empty = trail.tails.is_empty() && trail.unclaimed.is_empty();
            if present.contains(&id) || !is_empty || !trail.is_pod {
                continue;
            }
            let Some(trail) = self.trails[id].take() else { continue };
            self.forgotten.extend(trail.retired.into_iter().map(|known| (known.live, known.number)));
            self.trails_by_path.remove(&trail.live);
            self.free_trails.push(id);
        }
    }
}
