//! Index objects in the data directory are a cache with a budget.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use palisade_index::Split;
use palisade_record::Timestamp;

use super::error::Result;
use super::removal::Target;
use super::round::Applier;
use crate::{CachedIndex, Tier, to_evict};

impl Applier {
    /// Removes near index objects that are above the budget.
    pub(super) fn evict(&mut self) {
        let evicted = self.evict_some();
        self.done("evict", evicted);
    }

    fn evict_some(&self) -> Result<bool> {
        let splits = self.index.splits();
        let bytes_of = |split: &Split| split.summary().index.bytes;
        let most: u64 = splits.iter().map(|split| bytes_of(split)).sum();
        if most <= self.settings.index_bytes.as_u64() {
            return Ok(false);
        }
        let near = self.storage(Tier::Hot).list("splits/");
        let near: HashSet<String> =
            near.map_err(|source| self.failed(Tier::Hot, "list", "splits/", source))?.into_iter().collect();
        let by_id: HashMap<&str, &Arc<Split>> = splits.iter().map(|split| (split.id(), split)).collect();
        let is_near = |split: &&Arc<Split>| near.contains(&split.index_name());
        let cached = |split: &Arc<Split>| CachedIndex {
            split: split.id().to_owned(),
            bytes: bytes_of(split),
            last_used: Timestamp::from_nanos(i64::try_from(split.index_used()).unwrap_or(i64::MAX)),
            is_hot: split.copies().hot,
            // It comes back by its mirror, or from the data object when that is near too.
            in_use: !self.mirror.has(&split.index_name()) && !split.copies().hot,
        };
        let cached: Vec<CachedIndex> = splits.iter().filter(is_near).map(cached).collect();
        let evicted = to_evict(&cached, self.settings.index_bytes);
        for split in evicted.iter().filter_map(|id| by_id.get(id)) {
            self.remove_all(&[Target::new(Tier::Hot, split.index_name())])?;
        }
        Ok(!evicted.is_empty())
    }
}
