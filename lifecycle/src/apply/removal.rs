//! Objects that nothing lists any more, and that go once no query reads them.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use palisade_index::{Copies, Split};
use serde::{Deserialize, Serialize};

use super::error::Result;
use super::round::{Applier, tier_key};
use crate::Tier;

/// An object to remove.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Target {
    pub(super) tier: Tier,
    /// With its version, where there is one.
    pub(super) name: String,
}

impl Target {
    pub(super) fn new(tier: Tier, name: String) -> Self {
        Self { tier, name }
    }
}

/// What is to be removed.
struct Pending {
    split: String,
    targets: Vec<Target>,
}

/// All that is to be removed. It is in memory alone: what it was is found again from the catalog.
#[derive(Default)]
pub(super) struct Removals {
    pending: Vec<Pending>,
    /// What splits were before their copies were others, as long as a query that began then goes on. A slow one may have
    /// begun several steps ago, so all of them count and not the last alone.
    before: HashMap<String, Vec<Weak<Split>>>,
}

impl Removals {
    /// Something of a split goes once no query reads it.
    pub(super) fn add(&mut self, split: &str, targets: Vec<Target>) {
        self.pending.push(Pending { split: split.to_owned(), targets });
    }

    /// A split is another value now; queries may still read this one.
    pub(super) fn replaced(&mut self, old: Option<Arc<Split>>) {
        let Some(old) = old else { return };
        let before = self.before.entry(old.id().to_owned()).or_default();
        before.retain(|split| split.strong_count() > 0);
        before.push(Arc::downgrade(&old));
    }

    fn is_read(&self, split: &str) -> bool {
        self.before.get(split).is_some_and(|before| before.iter().any(|split| split.strong_count() > 0))
    }

    /// Lets go of what no query reads any more.
    fn tidy(&mut self) {
        self.before.retain(|_, before| before.iter().any(|split| split.strong_count() > 0));
    }

    pub(super) fn len(&self) -> usize {
        self.pending.len()
    }

    /// Whether something of a split is still to be removed.
    pub(super) fn has(&self, split: &str) -> bool {
        self.pending.iter().any(|pending| pending.split == split)
    }
}

impl Applier {
    /// Removes what nobody reads any more; tells whether anything was.
    pub(super) fn remove_pending(&mut self) -> bool {
        self.removals.tidy();
        let (mut left, mut did) = (Vec::new(), false);
        for pending in std::mem::take(&mut self.removals.pending) {
            let key = format!("remove {}", pending.split);
            if self.removals.is_read(&pending.split) || !self.backoff.may(&key, self.clock.now()) {
                left.push(pending);
                continue;
            }
            match self.remove_all(&pending.targets) {
                Ok(()) => {
                    self.backoff.worked(&key);
                    for target in &pending.targets {
                        self.backoff.worked(tier_key(target.tier));
                        self.forget_mirrored(&target.name);
                    }
                    did = true;
                }
                Err(error) => {
                    self.note_failure(&key, &error);
                    left.push(pending);
                }
            }
        }
        self.removals.pending.extend(left);
        did
    }

    /// Notes where copies of a split are, and who may still read it where it was.
    pub(super) fn set_copies(&mut self, split: &Split, copies: &Copies) -> Result<()> {
        let old = self.index.set_copies(split.id(), copies)?;
        self.removals.replaced(old);
        Ok(())
    }

    pub(super) fn remove_all(&self, targets: &[Target]) -> Result<()> {
        for Target { tier, name } in targets {
            let removed = self.storage(*tier).remove(name);
            removed.map_err(|source| self.failed(*tier, "remove", name, source))?;
        }
        Ok(())
    }

    /// Removes what a crash may have left: near copies that the catalog does not list. Only splits that it knows are looked
    /// at, because new ones are written before they are listed.
    pub(super) fn sweep(&mut self) -> Result<()> {
        let splits = self.index.splits();
        let storages = self.index.storages();
        let warm = storages.warm.is_some().then_some(Tier::Warm);
        for tier in [Tier::Hot].into_iter().chain(warm) {
            let names = self.storage(tier).list("splits/");
            let names = names.map_err(|source| self.failed(tier, "list", "splits/", source))?;
            self.backoff.worked(tier_key(tier));
            for split in &splits {
                let copies = split.copies();
                let is_listed = if tier == Tier::Hot { copies.hot } else { copies.warm.is_some() };
                let name = split.data_name();
                if !is_listed && !self.removals.has(split.id()) && names.binary_search(&name).is_ok() {
                    self.remove_all(&[Target::new(tier, name)])?;
                }
            }
        }
        Ok(())
    }
}
