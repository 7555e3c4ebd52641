//! A file that is not followed yet: whether it is new, remembered, a copy, packed, or none of ours.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::discover::Found;
use crate::checkpoint::Remembered;
use crate::identity::Identity;
use crate::pod_path::Kind;
use crate::safe_open::Refusal;
use crate::settings::{Format, StartPolicy};
use crate::source::Source;
use crate::status::add;
use crate::tail::{Tail, Trail};
use crate::tailer::Tailer;
use crate::tailer::remember::fits_marker;

/// Refused paths that are remembered, so that each is counted once.
const REFUSED_MAX: usize = 10_000;

impl Tailer {
    /// Decides about a file that is not followed yet.
    pub(super) fn meet(
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
                && Path::new(&*known.path) == found.path
                && found.kind != Kind::Live
        };
        if trail.ignored.contains(&found.inode) || trail.retired.iter().any(is_retired) {
            return None;
        }
        if found.kind == Kind::Packed {
            let unpacked = found.path.with_extension("");
            let was_followed =
                trail.tails.iter().flat_map(|id| &self.tails[*id]).any(|tail| *tail.path == *unpacked)
                    || trail.retired.iter().any(|known| Path::new(&*known.path) == unpacked);
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
        let mut tail = Tail::new(id, trail.shared(&found.path), identity, Some(source));
        tail.is_live = found.kind == Kind::Live;
        if let Some(known) = claim(trail, &mut tail, &head, stat.len(), found.kind) {
            if known.is_complete && found.kind != Kind::Live {
                trail.packed_seen.extend((found.kind == Kind::Packed).then(|| found.path.clone()));
                trail.retired.push(Remembered { path: found.path.to_string_lossy().into(), ..known });
                return None;
            }
            tail.resume(&known, true);
            tail.identity =
                Identity { head_bytes: identity.head_bytes, head_hash: identity.head_hash, ..tail.identity };
        } else if found.kind != Kind::Live {
            if head.is_empty() && !trail.is_pod {
                // Perhaps a copy that is being made before its original is cut: what it is shows once it has bytes.
                return None;
            }
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

    pub(super) fn add_tail(&mut self, tail: Tail) -> usize {
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
            && fits_marker(tail, known.done, &known.marker);
        if fits && best.is_none_or(|(best_same, _)| same_inode && !best_same) {
            best = Some((same_inode, place));
        }
    }
    let (_, place) = best?;
    Some(trail.unclaimed.remove(place))
}
