//! What lies in the folders, compared with what is followed.

mod deletion;
mod discover;
mod meet;
mod missing;
mod retirement;
mod rotation;
mod trails;
mod truncation;

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use self::discover::{Seen, find_files, find_pods};
use super::Tailer;
use crate::pod_path::next_restart;

/// Scanning may take this share of the time when the kernel reports changes all the time: one part in ten.
const SCAN_SHARE: u32 = 10;

impl Tailer {
    pub(super) fn scan_when_due(&mut self, now: Duration) {
        let asked = self.scan_requested && now >= self.scan_ended + self.scan_cost * SCAN_SHARE;
        // What the spool holds moves the checkpoint; files are compared with it afterwards.
        if self.drains_spool || (now < self.scan_at && !asked) {
            return;
        }
        self.scan_requested = false;
        let started = Instant::now();
        self.scan(now);
        self.scan_cost = started.elapsed();
        self.scan_ended = now;
        self.scan_at = now + self.settings.pace.scan.max(self.scan_cost * SCAN_SHARE);
        self.scans += 1;
    }

    /// The folders that were seen last; changes in them are worth a scan.
    pub(crate) fn folders(&self) -> &HashSet<PathBuf> {
        &self.watched
    }

    fn scan(&mut self, now: Duration) {
        let mut seen = Seen::default();
        let mut root_is_missing = false;
        if let Some(pods) = &self.settings.pods {
            root_is_missing = !pods.root.is_dir();
            find_pods(&pods.root, &mut seen);
        }
        for (index, glob) in self.globs.iter().enumerate() {
            root_is_missing |= !glob.base.is_dir();
            find_files(glob, index, &mut seen);
        }
        let is_partial = seen.is_partial || root_is_missing;
        self.watched = std::mem::take(&mut seen.folders).into_iter().collect();

        let mut paths: Vec<&PathBuf> = seen.trails.keys().collect();
        paths.sort();
        let all_paths: HashSet<&PathBuf> = seen.trails.keys().collect();
        let mut present = HashSet::new();
        for live in paths {
            let Some((glob, found)) = seen.trails.get(live) else { continue };
            if glob.is_some() && self.belongs_to_another_trail(live, found) {
                continue;
            }
            let Some(id) = self.trail_for(live, *glob) else { continue };
            present.insert(id);
            let next_exists = next_restart(live).is_some_and(|next| all_paths.contains(&next));
            if let Some(trail) = &mut self.trails[id] {
                trail.is_finished = trail.is_pod && next_exists;
            }
            self.compare(id, found, now);
        }
        for id in 0..self.trails.len() {
            if !present.contains(&id) && self.trails[id].is_some() && !is_partial {
                if let Some(trail) = &mut self.trails[id] {
                    trail.is_finished = trail.is_pod;
                    trail.is_obstructed = false;
                }
                self.compare(id, &[], now);
            }
        }
        if !is_partial && self.may_read() {
            self.miss_remembered_trails();
        }
        self.retire(now);
        self.shed_deleted();
        self.drop_empty_trails(&present);
    }
}
