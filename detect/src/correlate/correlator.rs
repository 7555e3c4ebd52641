//! All groups of a rule.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use palisade_record::Timestamp;
use palisade_record::wire::Malformed;

use super::GroupKey;
use super::group::{Evidence, Group};
use crate::window::{Change, Entry, Now, Shape};

/// How much a rule may remember.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Groups of one rule. An attacker who makes up addresses must not fill the memory.
    pub groups: usize,
    /// Events of one group: the newest are kept, which for counts is exact.
    pub group_events: usize,
    /// Events of one rule: some sixty bytes each.
    pub events: usize,
    /// For how long events are kept so that late ones can count together with them.
    pub memory: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            groups: 100_000,
            group_events: 65_536,
            events: 1 << 20,
            memory: Duration::from_secs(24 * 60 * 60),
        }
    }
}

/// What a rule could not take in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Events of groups that were one too many.
    pub refused: u64,
    /// Events that made room for newer ones of their group.
    pub dropped: u64,
    /// Events that came after the watermark.
    pub late: u64,
}

impl Counts {
    /// Adds what was counted since.
    pub fn add(&mut self, more: Self) {
        self.refused += more.refused;
        self.dropped += more.dropped;
        self.late += more.late;
    }
}

/// A change of one group.
#[derive(Clone, PartialEq, Debug)]
pub struct Told {
    /// The group.
    pub key: GroupKey,
    /// What changed.
    pub change: Change,
    /// What it stands on.
    pub evidence: Evidence,
}

/// All groups of a rule.
#[derive(Debug)]
pub struct Correlator {
    shape: Shape,
    lateness: Duration,
    limits: Limits,
    groups: HashMap<GroupKey, Group>,
    /// Groups that time alone can change.
    waiting: HashSet<GroupKey>,
    /// Groups that are gone here and not yet in the store.
    gone: HashSet<GroupKey>,
    events: usize,
    counts: Counts,
}

impl Correlator {
    /// No groups yet. Events that come up to `lateness` late are in time.
    pub fn new(shape: Shape, lateness: Duration, limits: Limits) -> Self {
        let (groups, waiting, gone) = Default::default();
        Self { shape, lateness, limits, groups, waiting, gone, events: 0, counts: Counts::default() }
    }

    /// Takes in events of any groups, in any order. `told_up_to` is how far the sources have told.
    pub fn take(
        &mut self,
        events: Vec<(GroupKey, Entry)>,
        told_up_to: Timestamp,
        now: Timestamp,
    ) -> Vec<Told> {
        let watermark = self.shape.rounded(told_up_to.minus(self.lateness));
        let mut by_group: HashMap<GroupKey, Vec<Entry>> = HashMap::new();
        for (key, entry) in events {
            by_group.entry(key).or_default().push(entry);
        }
        let mut told = Vec::new();
        for (key, entries) in by_group {
            self.take_group(key, entries, watermark, now, &mut told);
        }
        told.sort_by_key(|told| (time_of(&told.change), told.key.clone()));
        told
    }

    fn take_group(
        &mut self,
        key: GroupKey,
        entries: Vec<Entry>,
        watermark: Timestamp,
        now: Timestamp,
        told: &mut Vec<Told>,
    ) {
        let count = entries.len();
        let is_full = self.events + count > self.limits.events
            || self.groups.len() >= self.limits.groups && !self.groups.contains_key(&key);
        if is_full {
            self.counts.refused += count as u64;
            return;
        }
        let shape = &self.shape;
        let late = || entries.iter().map(|entry| entry.time).filter(|time| *time < watermark);
        self.counts.late += late().count() as u64;
        let late = late().min().zip(late().max()).map(|(first, last)| (first, last.plus(shape.span)));
        let group = self.groups.entry(key.clone()).or_insert_with(|| Group::new(shape));
        group.timeline.insert(entries, shape);
        let dropped = group.timeline.limit(self.limits.group_events);
        self.counts.dropped += dropped as u64;
        self.events += count - dropped;
        group.is_dirty = true;
        self.settle(&key, watermark, now, late, told);
    }

    fn settle(
        &mut self,
        key: &GroupKey,
        watermark: Timestamp,
        time: Timestamp,
        late: Option<(Timestamp, Timestamp)>,
        told: &mut Vec<Told>,
    ) {
        let Some(group) = self.groups.get_mut(key) else { return };
        let now = Now { watermark, time, late, late_open: self.shape.span };
        let mut changes = Vec::new();
        group.settle(&self.shape, now, &mut changes);
        if group.waits(&self.shape) {
            self.waiting.insert(key.clone());
        } else {
            self.waiting.remove(key);
        }
        for change in changes {
            let span = episode_of(&change).span;
            let evidence = group.evidence(span.from, span.to, &self.shape);
            told.push(Told { key: key.clone(), change, evidence });
        }
    }

    /// Time has passed.
    pub fn tick(&mut self, told_up_to: Timestamp, now: Timestamp) -> Vec<Told> {
        let watermark = self.shape.rounded(told_up_to.minus(self.lateness));
        let mut told = Vec::new();
        for key in self.waiting.iter().cloned().collect::<Vec<_>>() {
            self.settle(&key, watermark, now, None, &mut told);
        }
        told.sort_by_key(|told| (time_of(&told.change), told.key.clone()));
        told
    }

    /// Forgets what is too old to count with anything that may still come. Earlier when there is too much.
    pub fn forget(&mut self, told_up_to: Timestamp) {
        let watermark = self.shape.rounded(told_up_to.minus(self.lateness));
        let mut memory = self.limits.memory;
        loop {
            let before = watermark.minus(memory);
            let (shape, gone) = (&self.shape, &mut self.gone);
            self.groups.retain(|key, group| {
                group.forget(before, shape);
                if group.is_empty() {
                    gone.insert(key.clone());
                }
                !group.is_empty()
            });
            self.events = self.groups.values().map(|group| group.timeline.len()).sum();
            let is_much = self.events > self.limits.events / 2 || self.groups.len() > self.limits.groups / 2;
            if !is_much || memory.is_zero() {
                return;
            }
            memory = if memory < Duration::from_secs(1) { Duration::ZERO } else { memory / 4 };
        }
    }

    /// Hands on what differs from the store: a group's bytes, or nothing when the group is gone.
    pub fn changed(&mut self, mut store: impl FnMut(&GroupKey, Option<Vec<u8>>)) {
        for key in self.gone.drain() {
            if !self.groups.contains_key(&key) {
                store(&key, None);
            }
        }
        for (key, group) in self.groups.iter_mut().filter(|(_, group)| group.is_dirty) {
            store(key, Some(group.encode()));
            group.is_dirty = false;
        }
    }

    /// Hands on every group.
    pub fn all(&self, mut take: impl FnMut(&GroupKey, Vec<u8>)) {
        self.groups.iter().for_each(|(key, group)| take(key, group.encode()));
    }

    /// Every group differs from the store, as far as is known.
    pub fn mark_all(&mut self) {
        self.groups.values_mut().for_each(|group| group.is_dirty = true);
    }

    /// Whether there is such a group.
    pub fn remembers(&self, key: &GroupKey) -> bool {
        self.groups.contains_key(key)
    }

    /// Puts a group back as it was stored.
    ///
    /// # Errors
    /// When these are not the bytes of a group.
    pub fn restore(&mut self, key: GroupKey, bytes: &[u8]) -> Result<(), Malformed> {
        let group = Group::decode(bytes, &self.shape)?;
        self.events += group.timeline.len();
        if group.waits(&self.shape) {
            self.waiting.insert(key.clone());
        }
        self.groups.insert(key, group);
        Ok(())
    }

    /// What it could not take in, since it was last asked.
    pub fn take_counts(&mut self) -> Counts {
        std::mem::take(&mut self.counts)
    }

    /// How many groups there are.
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// How many events there are.
    pub fn events(&self) -> usize {
        self.events
    }
}

fn episode_of(change: &Change) -> &crate::window::Episode {
    match change {
        Change::Began(episode) | Change::Grew(episode) | Change::Ended(episode) => episode,
    }
}

fn time_of(change: &Change) -> Timestamp {
    episode_of(change).span.from
}

#[cfg(test)]
mod tests;
