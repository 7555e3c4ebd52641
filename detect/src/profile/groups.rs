//! The profiles of all groups of a rule, and how many of them there may be.

use std::collections::{HashMap, HashSet};

use palisade_record::Timestamp;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::kind::{Kind, Observed, Verdict};
use crate::correlate::{Counts, GroupKey, Limits};
use crate::window::Entry;

/// Things that the profiles of one rule remember together: some sixty megabytes.
const ITEMS_MAX: usize = 1 << 22;

/// Longer reasons are cut.
const REASON_BYTES_MAX: usize = 512;

const VERSION: u8 = 1;

/// The profiles of all groups of a rule, whatever their kind.
pub trait Profiles: Send {
    /// Learns from a record of a group. The event that it is, if it is unusual.
    fn observe(&mut self, key: &GroupKey, observed: &Observed) -> Option<Entry>;

    /// Nothing before the watermark comes in time any more. What is unusual for that.
    fn settle(&mut self, watermark: Timestamp) -> Vec<(GroupKey, Entry)>;

    /// Why the last unusual record of a group was unusual.
    fn reason(&self, key: &GroupKey) -> Option<&str>;

    /// Forgets what says nothing any more.
    fn forget(&mut self, now: Timestamp);

    /// Hands on what differs from the store: a group's bytes, or nothing when the group is gone.
    fn changed(&mut self, store: &mut dyn FnMut(&GroupKey, Option<Vec<u8>>));

    /// Hands on every group.
    fn all(&self, take: &mut dyn FnMut(&GroupKey, Vec<u8>));

    /// Every group differs from the store, as far as is known.
    fn mark_all(&mut self);

    /// Puts a group back as it was stored.
    ///
    /// # Errors
    /// When these are not the bytes of a group.
    fn restore(&mut self, key: GroupKey, bytes: &[u8]) -> Result<(), Malformed>;

    /// What there was no room for, since it was last asked: records of groups that were one too many are refused, values past what
    /// one group may have are dropped.
    fn take_counts(&mut self) -> Counts;
}

pub(crate) struct Groups<K: Kind> {
    kind: K,
    limits: Limits,
    groups: HashMap<GroupKey, Group<K::Memory>>,
    /// Groups that time alone can change.
    waiting: HashSet<GroupKey>,
    /// Groups that differ from the store; those that are gone as well.
    changed: HashSet<GroupKey>,
    items: usize,
    counts: Counts,
}

struct Group<M> {
    memory: M,
    reason: String,
}

impl<K: Kind> Groups<K> {
    pub(crate) fn new(kind: K, limits: Limits) -> Self {
        let (groups, waiting, changed) = Default::default();
        Self { kind, limits, groups, waiting, changed, items: 0, counts: Counts::default() }
    }

    fn encode(&self, group: &Group<K::Memory>) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION);
        writer.text(&group.reason);
        self.kind.encode(&group.memory, &mut writer);
        writer.finish()
    }
}

impl<K: Kind> Profiles for Groups<K> {
    fn observe(&mut self, key: &GroupKey, observed: &Observed) -> Option<Entry> {
        let is_full = self.items >= ITEMS_MAX
            || self.groups.len() >= self.limits.groups && !self.groups.contains_key(key);
        if is_full {
            self.counts.refused += 1;
            return None;
        }
        let kind = &self.kind;
        let new = || Group { memory: kind.begin(), reason: String::new() };
        let group = self.groups.entry(key.clone()).or_insert_with(new);
        self.items -= kind.items(&group.memory).min(self.items);
        let verdict = kind.observe(&mut group.memory, observed);
        self.items += kind.items(&group.memory);
        if verdict != Verdict::Known && !self.changed.contains(key) {
            self.changed.insert(key.clone());
        }
        if kind.waits(&group.memory) {
            self.waiting.insert(key.clone());
        }
        match verdict {
            Verdict::Known | Verdict::Usual => None,
            Verdict::Full => {
                self.counts.dropped += 1;
                None
            }
            Verdict::Unusual(reason) => {
                group.reason = cut(reason);
                Some(observed.entry)
            }
        }
    }

    fn settle(&mut self, watermark: Timestamp) -> Vec<(GroupKey, Entry)> {
        let mut unusual = Vec::new();
        let (kind, groups, changed) = (&self.kind, &mut self.groups, &mut self.changed);
        self.waiting.retain(|key| {
            let Some(group) = groups.get_mut(key) else { return false };
            for (entry, reason) in kind.settle(&mut group.memory, watermark) {
                group.reason = cut(reason);
                changed.insert(key.clone());
                unusual.push((key.clone(), entry));
            }
            kind.waits(&group.memory)
        });
        unusual.sort_by_key(|(key, entry)| (entry.time, entry.order, key.clone()));
        unusual
    }

    fn reason(&self, key: &GroupKey) -> Option<&str> {
        self.groups.get(key).map(|group| group.reason.as_str()).filter(|reason| !reason.is_empty())
    }

    fn forget(&mut self, now: Timestamp) {
        let (kind, changed) = (&self.kind, &mut self.changed);
        self.groups.retain(|key, group| {
            let before = kind.items(&group.memory);
            let is_gone = kind.forget(&mut group.memory, now);
            if is_gone || kind.items(&group.memory) != before {
                changed.insert(key.clone());
            }
            !is_gone
        });
        self.items = self.groups.values().map(|group| kind.items(&group.memory)).sum();
    }

    fn changed(&mut self, store: &mut dyn FnMut(&GroupKey, Option<Vec<u8>>)) {
        for key in std::mem::take(&mut self.changed) {
            store(&key, self.groups.get(&key).map(|group| self.encode(group)));
        }
    }

    fn all(&self, take: &mut dyn FnMut(&GroupKey, Vec<u8>)) {
        self.groups.iter().for_each(|(key, group)| take(key, self.encode(group)));
    }

    fn mark_all(&mut self) {
        self.changed.extend(self.groups.keys().cloned());
    }

    fn restore(&mut self, key: GroupKey, bytes: &[u8]) -> Result<(), Malformed> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != VERSION {
            return Err(reader.malformed("a profile of a version that is not known"));
        }
        let reason = reader.text(REASON_BYTES_MAX)?.to_owned();
        let memory = self.kind.decode(&mut reader)?;
        if !reader.is_at_end() {
            return Err(reader.malformed("a profile that is longer than it should be"));
        }
        self.items += self.kind.items(&memory);
        if self.kind.waits(&memory) {
            self.waiting.insert(key.clone());
        }
        self.groups.insert(key, Group { memory, reason });
        Ok(())
    }

    fn take_counts(&mut self) -> Counts {
        std::mem::take(&mut self.counts)
    }
}

fn cut(mut reason: String) -> String {
    reason.truncate(reason.floor_char_boundary(REASON_BYTES_MAX));
    reason
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::contract::{at, observed};
    use super::super::{Dormant, FirstSeen};
    use super::*;

    fn groups(limits: Limits) -> Groups<Dormant> {
        let day = Duration::from_secs(86_400);
        Groups::new(Dormant { silence: 90 * day, memory: 365 * day }, limits)
    }

    fn key(text: &str) -> GroupKey {
        GroupKey([text.into()].into())
    }

    #[test]
    fn groups_past_the_bound_are_refused_and_counted() {
        let mut groups = groups(Limits { groups: 2, ..Limits::default() });
        for group in ["a", "b", "c", "a"] {
            groups.observe(&key(group), &observed(at(0), 0));
        }
        assert_eq!(groups.take_counts(), Counts { refused: 1, ..Counts::default() });
        assert_eq!(groups.take_counts(), Counts::default());
    }

    #[test]
    fn what_changed_is_stored_once_and_goes_on_after_a_restart() {
        let mut before = groups(Limits::default());
        before.observe(&key("a"), &observed(at(0), 0));
        let mut after = groups(Limits::default());
        before.changed(&mut |key, bytes| after.restore(key.clone(), &bytes.unwrap()).unwrap());
        before.changed(&mut |_, _| panic!("stored already"));
        let later = observed(at(91 * 86_400), 0);
        assert_eq!(after.observe(&key("a"), &later), Some(later.entry));
        assert_eq!(after.reason(&key("a")), Some("active again after 91 days of silence"));
    }

    #[test]
    fn what_is_known_already_is_not_stored_again() {
        let day = Duration::from_secs(86_400);
        let kind = FirstSeen { what: "a".to_owned(), is_country: false, memory: 90 * day, learn: 7 * day };
        let mut groups = Groups::new(kind, Limits::default());
        groups.observe(&key("a"), &observed(at(0), 7));
        groups.changed(&mut |_, bytes| assert!(bytes.is_some()));
        groups.observe(&key("a"), &observed(at(3_600), 7));
        groups.changed(&mut |_, _| panic!("nothing was learnt"));
        groups.observe(&key("a"), &observed(at(2 * 86_400), 7));
        let mut stored = 0;
        groups.changed(&mut |_, _| stored += 1);
        assert_eq!(stored, 1);
    }

    #[test]
    fn what_is_old_is_forgotten_here_and_in_the_store() {
        let mut groups = groups(Limits::default());
        groups.observe(&key("a"), &observed(at(0), 0));
        groups.changed(&mut |_, bytes| assert!(bytes.is_some()));
        groups.forget(at(366 * 86_400));
        let mut gone = Vec::new();
        groups.changed(&mut |key, bytes| gone.push((key.clone(), bytes)));
        assert_eq!(gone, [(key("a"), None)]);
    }
}
