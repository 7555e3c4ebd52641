//! What lies beside the evidence is copied into the cold storage too: the log, the pages of publishings, needle indexes and
//! the indexes of splits. With it, the cold storage alone is enough to come back.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use palisade_index::{CHECKPOINTS, LOG, Split, is_of_log, page_range};
use palisade_record::Timestamp;
use palisade_storage::Terms;

use super::error::Result;
use super::round::{Applier, tier_key};
use crate::Tier;

/// The log is locked; so are the pages, from which the catalog is made again.
const LOCKED: [&str; 2] = [LOG, PAGES];
const PAGES: &str = "publications/";

/// These can be made again.
const UNLOCKED: [&str; 1] = ["needles/"];

/// The one object that is written over.
const CHECKPOINT: &str = "log/checkpoint";

/// Needle indexes come once a day, without anything else to tell of them.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// How long pages and the log wait for a split that is not evidence yet. One that cannot be put for an hour has a fault that
/// somebody has to look at, and the others must be found without it.
const AWAITED_FOR: Duration = Duration::from_secs(3_600);

/// Most objects that are copied in a pass, so that splits do not wait for them.
const OBJECTS_MAX: usize = 500;

/// What was copied.
#[derive(Default)]
pub(super) struct Mirror {
    /// Names that are in the cold storage; `None` until it was asked.
    known: Option<HashSet<String>>,
    /// The checkpoint and the number of splits when all was copied last, and when that was.
    complete: Option<(Vec<u8>, usize, Timestamp)>,
    checkpoint: Vec<u8>,
}

impl Mirror {
    /// Whether everything was copied at some time.
    pub(super) fn is_complete(&self) -> bool {
        self.complete.is_some()
    }

    /// Whether an object is in the cold storage.
    pub(super) fn has(&self, name: &str) -> bool {
        self.known.as_ref().is_some_and(|known| known.contains(name))
    }
}

impl Applier {
    /// Copies what is new.
    pub(super) fn mirror_all(&mut self) {
        let now = self.clock.now();
        let may = self.backoff.may(tier_key(Tier::Cold), now) && self.backoff.may("mirror", now);
        if self.index.storages().cold.is_some() && may {
            let mirrored = self.copy_new(now);
            if matches!(mirrored, Ok(true)) {
                self.backoff.worked(tier_key(Tier::Cold));
            }
            self.done("mirror", mirrored);
        }
    }

    fn copy_new(&mut self, now: Timestamp) -> Result<bool> {
        let hot = &self.index.storages().hot;
        // It is written last: what it vouches for is there.
        let checkpoint = match hot.length(CHECKPOINT) {
            Ok(_) => self.read_whole(Tier::Hot, CHECKPOINT)?,
            Err(_) => Vec::new(),
        };
        let splits = self.index.splits().len();
        if let Some((known, count, at)) = &self.mirror.complete
            && *known == checkpoint
            && *count == splits
            && now.since(*at) < LOOK_EVERY
        {
            return Ok(false);
        }
        if self.mirror.known.is_none() {
            self.mirror.known = Some(self.list_cold()?);
        }
        let (missing, is_all) = self.missing(now)?;
        let copied = !missing.is_empty();
        for name in missing {
            if self.stop.load(std::sync::atomic::Ordering::Relaxed) {
                return Ok(false);
            }
            self.copy_one(&name, now)?;
        }
        if is_all && self.mirror.checkpoint != checkpoint && !checkpoint.is_empty() {
            let stored = self.storage(Tier::Cold).put(CHECKPOINT, &checkpoint, &Terms::pointer());
            stored.map_err(|source| self.failed(Tier::Cold, "put", CHECKPOINT, source))?;
            self.mirror.checkpoint.clone_from(&checkpoint);
        }
        if is_all {
            self.mirror.complete = Some((checkpoint, splits, now));
        }
        Ok(copied)
    }

    fn list_cold(&self) -> Result<HashSet<String>> {
        let mut known = HashSet::new();
        for prefix in LOCKED.into_iter().chain(UNLOCKED).chain(["splits/"]) {
            let names = self.storage(Tier::Cold).list(prefix);
            known.extend(names.map_err(|source| self.failed(Tier::Cold, "list", prefix, source))?);
        }
        Ok(known)
    }

    /// What is to be copied now, in this order, and whether that is all.
    ///
    /// What the log tells of has its page there, and what a page tells of its splits: from a log without them a restore would
    /// list splits and not know how far agents are, or take receipts for needless.
    fn missing(&self, now: Timestamp) -> Result<(Vec<String>, bool)> {
        let hot = |prefix: &str| {
            let names = self.storage(Tier::Hot).list(prefix);
            names.map_err(|source| self.failed(Tier::Hot, "list", prefix, source))
        };
        // What the next checkpoint will vouch for may be made again after a crash, as other objects.
        let checkpoints = hot(CHECKPOINTS)?;
        let signed = checkpoints.last().and_then(|name| name.strip_prefix(CHECKPOINTS)?.parse().ok());
        let is_signed = |name: &String| {
            let is_later = name.starts_with(CHECKPOINTS) && !checkpoints.contains(name);
            name != CHECKPOINT && !is_later && is_of_log(name, signed.unwrap_or(0))
        };
        // Listed before the pages, and copied after them: a page is written before its entry is signed.
        let log: Vec<String> = hot(LOG)?.into_iter().filter(is_signed).collect();
        let mut pages = Vec::new();
        for name in hot(PAGES)?.into_iter().filter(|name| !self.mirror.has(name)) {
            // A page that is not in the catalog yet may be made again with other bytes.
            if self.index.is_published(&name)? {
                pages.push(name);
            }
        }
        let splits = self.index.splits();
        let awaited = awaited(&splits, now);
        let all = pages.len();
        pages.retain(|name| {
            !page_range(name).is_some_and(|page| awaited.iter().any(|split| overlap(split, &page)))
        });
        let is_held_back = pages.len() < all;
        let mut missing = pages;
        if !is_held_back {
            missing.extend(log);
        }
        for prefix in UNLOCKED {
            missing.extend(hot(prefix)?);
        }
        // An index object that was made again must not be there before the entry that tells of it is signed.
        let is_log_behind = self.index.log_size()? > signed.unwrap_or(0);
        if !is_log_behind {
            let near: HashSet<String> = hot("splits/")?.into_iter().collect();
            missing.extend(splits.iter().map(|split| split.index_name()).filter(|name| near.contains(name)));
        }
        missing.retain(|name| !self.mirror.has(name));
        let is_all = !is_held_back && !is_log_behind && missing.len() <= OBJECTS_MAX;
        missing.truncate(OBJECTS_MAX);
        Ok((missing, is_all))
    }

    fn copy_one(&mut self, name: &str, now: Timestamp) -> Result<()> {
        let bytes = self.read_whole(Tier::Hot, name)?;
        let is_locked = LOCKED.iter().any(|prefix| name.starts_with(prefix));
        let lock = if is_locked { self.settings.beside.lock(now) } else { None };
        // What can be made again may have other bytes the next time.
        let terms = Terms { lock, replace: !is_locked, ..Terms::default() };
        let stored = self.storage(Tier::Cold).put(name, &bytes, &terms);
        stored.map_err(|source| self.failed(Tier::Cold, "put", name, source))?;
        if let Some(known) = &mut self.mirror.known {
            known.insert(name.to_owned());
        }
        Ok(())
    }

    /// What was removed is not in the cold storage any more.
    pub(super) fn forget_mirrored(&mut self, name: &str) {
        if let Some(known) = &mut self.mirror.known {
            known.remove(name);
        }
    }
}

/// The batches of splits that will be evidence soon.
fn awaited(splits: &[Arc<Split>], now: Timestamp) -> Vec<Range<u64>> {
    let is_awaited = |split: &&Arc<Split>| {
        split.copies().cold.is_none() && now.since(split.summary().last_received) < AWAITED_FOR
    };
    splits.iter().filter(is_awaited).filter_map(|split| split.batch_range()).collect()
}

fn overlap(one: &Range<u64>, other: &Range<u64>) -> bool {
    one.start < other.end && other.start < one.end
}
