//! What lies in the folders, compared with what is followed.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{DirEntryExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use palisade_record::{Channel, Origin};

use super::Tailer;
use super::remember::marker_before;
use crate::checkpoint::Remembered;
use crate::glob::matches_name;
use crate::identity::Identity;
use crate::pod_path::{Kind, kind_of_suffix, next_restart, parse_log_name, parse_pod_folder};
use crate::safe_open::Refusal;
use crate::settings::{Format, StartPolicy};
use crate::source::Source;
use crate::status::{add, set};
use crate::tail::{Tail, Trail};

/// Scanning may take this share of the time when the kernel reports changes all the time: one part in ten.
const SCAN_SHARE: u32 = 10;

/// Folders below a `**` are searched this deep.
const GLOB_DEPTH_MAX: usize = 16;

/// Complete generations of one name that are remembered although their files are gone.
const RETIRED_KEPT: usize = 16;

/// Refused paths that are remembered, so that each is counted once.
const REFUSED_MAX: usize = 10_000;

/// A file in a folder.
#[derive(Clone, Debug)]
struct Found {
    path: PathBuf,
    inode: u64,
    kind: Kind,
}

/// What one scan saw.
#[derive(Default)]
struct Seen {
    /// Files by the live path they belong to, and the place of the glob that found it, or none for pods.
    trails: HashMap<PathBuf, (Option<usize>, Vec<Found>)>,
    folders: Vec<PathBuf>,
    /// A folder could not be read: what is missing may be there.
    is_partial: bool,
}

impl Seen {
    fn read(&mut self, folder: &Path) -> Vec<fs::DirEntry> {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        match entries {
            Ok(entries) => {
                self.folders.push(folder.to_owned());
                entries
            }
            Err(error) => {
                let is_gone = matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory);
                self.is_partial |= !is_gone;
                Vec::new()
            }
        }
    }
}

/// The inode a path leads to: that of the target for links.
fn inode_of(entry: &fs::DirEntry) -> Option<u64> {
    if entry.file_type().ok()?.is_symlink() {
        return fs::metadata(entry.path()).ok().map(|stat| stat.ino()).or(Some(entry.ino()));
    }
    Some(entry.ino())
}

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

    /// A rotated file that a glob finds as well is the file of the trail that followed it first.
    fn belongs_to_another_trail(&self, live: &Path, found: &[Found]) -> bool {
        let Some(found) = found.iter().find(|found| found.kind == Kind::Live) else { return false };
        let is_other = |trail: &Trail| trail.live != live && trail.live.parent() == live.parent();
        let mut others = self.trails.iter().flatten().filter(|trail| is_other(trail));
        let remembered = self.checkpoint.state().values();
        let mut remembered = remembered.filter(|known| Path::new(&known.live).parent() == live.parent());
        let is_known_elsewhere = |known: &Remembered| {
            known.live != live.to_string_lossy()
                && known.identity.inode == found.inode
                && self.opener.open(&found.path).is_ok_and(|file| {
                    Source::Plain(file).head().is_ok_and(|head| known.identity.fits_head(&head))
                })
        };
        others.any(|trail| {
            let tails = trail.tails.iter().flat_map(|id| &self.tails[*id]);
            tails.into_iter().any(|tail| tail.identity.inode == found.inode)
        }) || remembered.any(is_known_elsewhere)
    }

    fn trail_for(&mut self, live: &Path, glob: Option<usize>) -> Option<usize> {
        if let Some(id) = self.trails_by_path.get(live) {
            return Some(*id);
        }
        let key = live.to_string_lossy().into_owned();
        let mut origin = Origin {
            cluster: self.settings.cluster.clone(),
            node: self.settings.node.clone(),
            ..Origin::default()
        };
        let (stream, zone, format) = match glob {
            Some(index) => {
                let files = &self.settings.files[index];
                origin.file.clone_from(&key);
                (files.stream.clone(), files.zone.clone(), files.format)
            }
            None => {
                let pods = self.settings.pods.as_ref()?;
                let relative = live.strip_prefix(&pods.root).ok()?;
                let container = live.parent()?.file_name()?.to_string_lossy().into_owned();
                let folder = relative.iter().next()?.to_string_lossy();
                let pod = parse_pod_folder(&folder)?;
                let rule = pods.streams.iter().find(|rule| {
                    matches_name(&rule.namespace, &pod.namespace) && matches_name(&rule.container, &container)
                });
                let stream = rule.map_or(&pods.default_stream, |rule| &rule.stream).clone();
                origin.file = relative.to_string_lossy().into_owned();
                (origin.namespace, origin.pod, origin.pod_uid) = (pod.namespace, pod.pod, pod.uid);
                origin.container = container;
                origin.channel = Channel::Stdout;
                (stream, String::new(), Format::Auto)
            }
        };
        let state = self.checkpoint.state();
        let remembered =
            state.range((key.clone(), 0)..=(key.clone(), u64::MAX)).map(|(_, known)| known.clone());
        let unclaimed: Vec<Remembered> = remembered.collect();
        let newest = unclaimed.iter().map(|known| known.number).max().unwrap_or(0);
        let at_collector = self.known.get(&origin.file).into_iter().flatten().map(|known| known.number).max();
        let trail = Trail {
            live: live.to_owned(),
            key,
            origin: Arc::new(origin),
            second_origin: None,
            stream,
            zone,
            format,
            is_pod: glob.is_none(),
            tails: Vec::new(),
            open: [None, None],
            retired: Vec::new(),
            unclaimed,
            ignored: Vec::new(),
            packed_seen: Vec::new(),
            next_number: newest.max(at_collector.unwrap_or(0)) + 1,
            is_finished: false,
            is_obstructed: false,
            scans: 0,
        };
        let id = self.free_trails.pop().unwrap_or_else(|| {
            self.trails.push(None);
            self.trails.len() - 1
        });
        self.trails[id] = Some(Box::new(trail));
        self.trails_by_path.insert(live.to_owned(), id);
        Some(id)
    }

    /// Brings one trail up to date with the files of its name, which are sorted oldest first.
    fn compare(&mut self, id: usize, found: &[Found], now: Duration) {
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
                if tail.is_live != is_live || tail.path != found.path {
                    tail.is_changed = true;
                    tail.path.clone_from(&found.path);
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

    /// Decides about a file that is not followed yet.
    fn meet(
        &mut self,
        id: usize,
        trail: &mut Trail,
        found: &Found,
        newest: Option<(i64, i64)>,
    ) -> Option<usize> {
        if !self.may_read() && trail.format == Format::Plain && found.kind != Kind::Live {
            // Which rotated files are new is known once the positions are.
            return None;
        }
        let is_retired = |known: &Remembered| {
            known.identity.inode == found.inode
                && Path::new(&known.path) == found.path
                && found.kind != Kind::Live
        };
        if trail.ignored.contains(&found.inode) || trail.retired.iter().any(is_retired) {
            return None;
        }
        if found.kind == Kind::Packed {
            let unpacked = found.path.with_extension("");
            let was_followed =
                trail.tails.iter().flat_map(|id| &self.tails[*id]).any(|tail| tail.path == unpacked)
                    || trail.retired.iter().any(|known| Path::new(&known.path) == unpacked);
            if trail.packed_seen.contains(&found.path) {
                return None;
            }
            if was_followed {
                trail.packed_seen.push(found.path.clone());
                return None;
            }
        }
        let file = match self.open(&found.path) {
            Ok(file) => file,
            Err(Refusal::Gone) => return None,
            Err(Refusal::Forbidden(reason)) => {
                self.refuse(&found.path, reason);
                return None;
            }
            Err(Refusal::Later(error)) => {
                trail.is_obstructed = true;
                self.counters.error(format!("{}: {error}", found.path.display()));
                return None;
            }
        };
        let stat = file.metadata().ok()?;
        let mut source = if found.kind == Kind::Packed { Source::packed(file) } else { Source::Plain(file) };
        let head = source.head().unwrap_or_default();
        let mut identity = Identity { device: stat.dev(), inode: stat.ino(), ..Identity::default() };
        identity.set_head(&head);
        let mut tail = Tail::new(id, found.path.clone(), identity, Some(source));
        tail.is_live = found.kind == Kind::Live;
        if let Some(known) = claim(trail, &mut tail, &head, stat.len(), found.kind) {
            if known.is_complete && found.kind != Kind::Live {
                trail.packed_seen.extend((found.kind == Kind::Packed).then(|| found.path.clone()));
                trail.retired.push(Remembered { path: found.path.to_string_lossy().into_owned(), ..known });
                return None;
            }
            tail.resume(&known, true);
            tail.identity =
                Identity { head_bytes: identity.head_bytes, head_hash: identity.head_hash, ..tail.identity };
        } else if found.kind != Kind::Live {
            let is_copy = self.is_copy(trail, found.kind, &head);
            let is_first_look = trail.scans == 0;
            let is_old = !trail.is_pod
                && is_first_look
                && newest.is_none_or(|newest| (stat.mtime(), stat.mtime_nsec()) <= newest);
            let is_skipped = self.settings.start == StartPolicy::End && self.scans == 0;
            if found.kind == Kind::Packed && (is_copy || is_old || is_skipped) {
                trail.packed_seen.push(found.path.clone());
                return None;
            }
            if is_copy || is_old || is_skipped {
                // A copy may be needed when the original is cut; then it is looked for again.
                if !is_copy {
                    trail.ignored.push(found.inode);
                }
                return None;
            }
        }
        if found.kind == Kind::Packed {
            trail.packed_seen.push(found.path.clone());
        }
        tail.skips_to_end =
            self.settings.start == StartPolicy::End && self.scans == 0 && found.kind == Kind::Live;
        self.open_files += 1;
        let tail_id = self.add_tail(tail);
        trail.tails.push(tail_id);
        Some(tail_id)
    }

    /// Whether a rotated file holds what another generation holds: a copy made to cut the original, or a packed file.
    /// Container logs are never copied, and each line has its own time.
    fn is_copy(&mut self, trail: &Trail, kind: Kind, head: &[u8]) -> bool {
        let fits = |known: &Remembered| known.identity.head_bytes > 0 && known.identity.fits_head(head);
        let mut is_copy = trail.retired.iter().any(fits);
        if trail.is_pod && kind != Kind::Packed {
            return false;
        }
        for id in &trail.tails {
            let Some(tail) = &mut self.tails[*id] else { continue };
            is_copy |= tail.identity.head_bytes > 0 && tail.identity.fits_head(head);
            // The copy may not be finished yet.
            let mut same = vec![0; head.len()];
            let read = tail.source.as_mut().and_then(|source| source.read_at(&mut same, 0).ok());
            is_copy |= !head.is_empty() && read == Some(head.len()) && same == head;
        }
        is_copy
    }

    fn add_tail(&mut self, tail: Tail) -> usize {
        let id = self.free_tails.pop().unwrap_or_else(|| {
            self.tails.push(None);
            self.tails.len() - 1
        });
        self.tails[id] = Some(Box::new(tail));
        id
    }

    fn open(&mut self, path: &Path) -> Result<File, Refusal> {
        self.opener.open(path)
    }

    fn refuse(&mut self, path: &Path, reason: &str) {
        if self.refused.len() < REFUSED_MAX && self.refused.insert(path.to_owned()) {
            tracing::warn!(path = %path.display(), reason, "path is refused");
            add(&self.counters.refused_paths, 1);
        }
    }

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

    /// A file that is shorter than it was, or holds other bytes: what follows is a new generation.
    pub(super) fn was_cut(&mut self, id: usize, tail: &mut Tail, trail: &mut Trail) {
        add(&self.counters.truncated_generations, 1);
        tracing::warn!(path = %tail.path.display(), position = tail.position, "file was cut");
        match self.find_copy(tail, trail) {
            Some((path, file)) => {
                tail.identity.inode = file.metadata().map_or(0, |stat| stat.ino());
                (tail.path, tail.source) = (path, Some(Source::Plain(file)));
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
            let mut candidate =
                Tail::new(tail.trail, path.clone(), tail.identity, file.try_clone().ok().map(Source::Plain));
            let head = candidate.source.as_mut()?.head().unwrap_or_default();
            let is_copy = length >= tail.seen()
                && tail.identity.head_bytes > 0
                && tail.identity.fits_head(&head)
                && marker_before(&mut candidate, tail.position).ends_with(&tail.marker);
            if is_copy {
                return Some((path, file));
            }
        }
        None
    }

    /// Generations that are remembered but whose files are not in their folder: their unread bytes are lost.
    fn miss_generations(&mut self, id: usize) {
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
            self.forgotten.push((known.live, known.number));
            return;
        }
        let mut tail = Tail::new(id, PathBuf::from(&known.path), known.identity, None);
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
    fn miss_remembered_trails(&mut self) {
        if self.scans > 0 {
            return;
        }
        let keys: HashSet<String> = self.checkpoint.state().keys().map(|(live, _)| live.clone()).collect();
        for key in keys {
            let live = PathBuf::from(&key);
            if self.trails_by_path.contains_key(&live) {
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

    /// Lets go of generations that were read to their end and acknowledged.
    fn retire(&mut self, now: Duration) {
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

    /// Bounds the space that deleted files take because they are still open.
    fn shed_deleted(&mut self) {
        let mut lag = 0;
        let mut held: Vec<(u64, usize, u64)> = Vec::new();
        for (id, tail) in self.tails.iter().enumerate() {
            let Some(tail) = tail else { continue };
            let Some(Source::Plain(file)) = &tail.source else { continue };
            if !tail.is_deleted && tail.is_live && tail.end_polls > 0 {
                continue;
            }
            let size = file.metadata().map_or(0, |stat| stat.len());
            let unread = size.saturating_sub(tail.position);
            lag += unread;
            if tail.is_deleted && unread > 0 {
                held.push((unread, id, size));
            }
        }
        set(&self.counters.lag_bytes, lag);
        let mut total: u64 = held.iter().map(|(unread, ..)| unread).sum();
        held.sort_unstable();
        while total > self.settings.deleted_bytes.as_u64() && self.may_read() {
            let Some((unread, id, size)) = held.pop() else { break };
            total -= unread;
            let Some(mut tail) = self.tails[id].take() else { continue };
            if let Some(mut trail) = self.trails[tail.trail].take() {
                let from = tail.position;
                self.give_up(
                    id,
                    &mut tail,
                    &mut trail,
                    from,
                    size,
                    "deleted files held more unread bytes than allowed",
                );
                self.trails[tail.trail] = Some(trail);
            }
            self.tails[id] = Some(tail);
        }
        set(&self.counters.deleted_bytes, total);
    }

    fn drop_empty_trails(&mut self, present: &HashSet<usize>) {
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
                        || (is_pod && (Path::new(&known.path).exists() || Path::new(&packed).exists()))
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

/// Takes the remembered generation that a file is, when it is one.
fn claim(trail: &mut Trail, tail: &mut Tail, head: &[u8], length: u64, kind: Kind) -> Option<Remembered> {
    let mut best: Option<(bool, usize)> = None;
    for (place, known) in trail.unclaimed.iter().enumerate() {
        let same_inode = known.identity.inode == tail.identity.inode && kind != Kind::Packed;
        // Without the inode a file is known by its content alone, and an empty head says nothing.
        let fits = known.identity.fits_head(head)
            && (same_inode || known.identity.head_bytes > 0)
            && (kind == Kind::Packed || length >= known.done)
            && marker_before(tail, known.done).ends_with(&known.tail);
        if fits && best.is_none_or(|(best_same, _)| same_inode && !best_same) {
            best = Some((same_inode, place));
        }
    }
    let (_, place) = best?;
    Some(trail.unclaimed.remove(place))
}

fn find_pods(root: &Path, seen: &mut Seen) {
    for pod in seen.read(root) {
        let is_pod = pod.file_name().to_str().is_some_and(|name| parse_pod_folder(name).is_some());
        if !is_pod || !pod.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        for container in seen.read(&pod.path()) {
            if !container.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            let folder = container.path();
            let mut files = Vec::new();
            for entry in seen.read(&folder) {
                let name = entry.file_name();
                let Some((live, kind)) = name.to_str().and_then(parse_log_name) else { continue };
                let Some(inode) = inode_of(&entry) else { continue };
                files.push((live.to_owned(), Found { path: entry.path(), inode, kind }));
            }
            // Suffixes are times, so that names sort as the files were written; the live file comes last.
            files.sort_by(|(_, a), (_, b)| {
                (a.kind == Kind::Live, &a.path).cmp(&(b.kind == Kind::Live, &b.path))
            });
            for (live, found) in files {
                seen.trails.entry(folder.join(live)).or_default().1.push(found);
            }
        }
    }
}

fn find_files(glob: &crate::glob::PathGlob, index: usize, seen: &mut Seen) {
    let depth_max = glob.depth().unwrap_or(GLOB_DEPTH_MAX);
    let mut folders = vec![(glob.base.clone(), 1)];
    while let Some((folder, depth)) = folders.pop() {
        let entries = seen.read(&folder);
        let mut names: HashMap<String, (u64, PathBuf)> = HashMap::new();
        let mut live = Vec::new();
        for entry in &entries {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < depth_max {
                folders.push((path.clone(), depth + 1));
            }
            let Some(inode) = inode_of(entry) else { continue };
            if glob.matches(&path) {
                live.push(Found { path: path.clone(), inode, kind: Kind::Live });
            }
            if kind.is_file()
                && let Some(name) = path.file_name().and_then(|name| name.to_str())
            {
                names.insert(name.to_owned(), (inode, path.clone()));
            }
        }
        for found in live {
            let mut files = siblings(&found.path, &names);
            let path = found.path.clone();
            files.push(found);
            let entry = seen.trails.entry(path).or_insert_with(|| (Some(index), Vec::new()));
            if entry.1.is_empty() {
                entry.1 = files;
            }
        }
    }
}

/// The rotated files of a plain file, oldest first.
fn siblings(live: &Path, names: &HashMap<String, (u64, PathBuf)>) -> Vec<Found> {
    let Some(live_name) = live.file_name().and_then(|name| name.to_str()) else { return Vec::new() };
    let mut files = Vec::new();
    for (name, (inode, path)) in names {
        let suffix = name.strip_prefix(live_name).and_then(|rest| rest.strip_prefix(['.', '-']));
        // `app.log.1`, `app.log-20260101.gz`; `app.log.old` is nobody's rotation that could be ordered.
        let Some(suffix) = suffix.filter(|suffix| suffix.starts_with(|first: char| first.is_ascii_digit()))
        else {
            continue;
        };
        let Some(kind) = kind_of_suffix(suffix) else { continue };
        let modified = fs::metadata(path).map_or((0, 0), |stat| (stat.mtime(), stat.mtime_nsec()));
        files.push((modified, Found { path: path.clone(), inode: *inode, kind }));
    }
    files.sort_by(|(a, x), (b, y)| (a, std::cmp::Reverse(&x.path)).cmp(&(b, std::cmp::Reverse(&y.path))));
    files.into_iter().map(|(_, found)| found).collect()
}
