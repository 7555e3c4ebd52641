//! What the log says, without its words: a hash for every entry, and of every split what an auditor compares.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use palisade_record::Timestamp;
use palisade_seal::log::{Hash, leaf_hash};
use serde_json::Value;

use crate::evidence::{Entry, Event};
use crate::split::{ObjectDigest, SplitSummary, data_name, sequences_of};

/// A split that was published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Claim {
    /// The entry that tells of it.
    pub(super) position: u64,
    pub(super) data: ObjectDigest,
    /// As it was first made, and as later entries say it was made again. Each of them serves: a far storage may still have
    /// an earlier one than the near one.
    pub(super) indexes: Vec<ObjectDigest>,
    pub(super) root: Hash,
    pub(super) rows: u64,
    pub(super) raw_bytes: u64,
    pub(super) blocks: u64,
    /// Over everything that was said of it.
    pub(super) summary: Hash,
    /// Until when an entry says that it is locked.
    pub(super) locked_until: Option<Timestamp>,
}

/// The batches that were published in one step.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Publishing {
    /// Its entries, in their order.
    pub(super) entries: Vec<u64>,
    /// How many splits there must be; none for one without records.
    parts: u64,
    seen: BTreeSet<u64>,
}

/// Everything the entries of a log say, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Claims {
    /// The leaf hash of every entry.
    pub(super) entries: Vec<Hash>,
    pub(super) publishings: BTreeMap<(u64, u64), Publishing>,
    pub(super) splits: HashMap<String, Claim>,
    pub(super) disposed: BTreeSet<String>,
    /// Papers about destroyed keys.
    pub(super) erasures: u64,
    /// When the last entry was made.
    pub(super) last_at: Option<Timestamp>,
}

impl Claims {
    /// Takes the next entry; says what is wrong with it.
    pub(super) fn add(&mut self, position: u64, bytes: &[u8]) -> Result<(), String> {
        self.entries.push(leaf_hash(bytes));
        let entry = Entry::parse(bytes)?;
        self.last_at = Some(entry.at);
        match entry.event {
            Event::Split { first, next, part, parts, split } => {
                self.published(position, (first, next), (part, parts), &split)
            }
            Event::Empty { first, next } => self.empty(position, (first, next)),
            Event::Deed { deed, paper } => self.deed(&deed, &paper),
            Event::Idle => Ok(()),
        }
    }

    fn published(
        &mut self,
        position: u64,
        range: (u64, u64),
        (part, parts): (u64, u64),
        split: &SplitSummary,
    ) -> Result<(), String> {
        let (first, next) = range;
        let inside = sequences_of(&data_name(&split.id));
        let ends_with_class = split.id.ends_with(&format!("-{}", split.class));
        if !ends_with_class || !inside.is_some_and(|inside| inside.start >= first && inside.end <= next) {
            return Err(format!("split {} is not one of batches {first} to {next}", split.id));
        }
        let publishing = self.publishings.entry(range).or_default();
        if publishing.entries.is_empty() {
            publishing.parts = parts;
        }
        publishing.entries.push(position);
        if publishing.parts != parts || !(1..=parts).contains(&part) || !publishing.seen.insert(part) {
            return Err(format!(
                "it is part {part} of {parts} of batches {first} to {next}, which cannot be"
            ));
        }
        let claim = Claim {
            position,
            data: split.data,
            indexes: vec![split.index],
            root: split.root,
            rows: split.rows,
            raw_bytes: split.raw_bytes,
            blocks: split.blocks,
            summary: hash_of_summary(split),
            locked_until: None,
        };
        match self.splits.insert(split.id.clone(), claim) {
            Some(before) => {
                Err(format!("split {} was told of already, in entry {}", split.id, before.position))
            }
            None => Ok(()),
        }
    }

    fn empty(&mut self, position: u64, range: (u64, u64)) -> Result<(), String> {
        let publishing = self.publishings.entry(range).or_default();
        publishing.entries.push(position);
        if publishing.entries.len() == 1 {
            return Ok(());
        }
        Err(format!("batches {} to {} were told of already", range.0, range.1))
    }

    fn deed(&mut self, deed: &str, paper: &Value) -> Result<(), String> {
        let split = paper.get("split").and_then(Value::as_str);
        if deed == "erasure" {
            self.erasures += 1;
        }
        let Some(split) = split else { return Ok(()) };
        if deed == "disposal" {
            self.disposed.insert(split.to_owned());
        }
        let Some(claim) = self.splits.get_mut(split) else {
            return Err(format!("a {deed} of split {split}, of which nothing was told before"));
        };
        if deed == "reindex" {
            let digest: Result<ObjectDigest, _> = serde_json::from_value(paper.clone());
            claim.indexes.push(digest.map_err(|error| format!("a reindex of split {split}: {error}"))?);
        }
        if let Some(until) =
            paper.get("locked_until").and_then(|until| Timestamp::parse_rfc3339(until.as_str()?))
        {
            claim.locked_until = claim.locked_until.max(Some(until));
        }
        Ok(())
    }

    /// Where publishings do not meet, or are not whole: the entry after the gap, and what is wrong.
    pub(super) fn gaps(&self) -> Vec<(u64, String)> {
        let (mut gaps, mut expected) = (Vec::new(), 0);
        for ((first, next), publishing) in &self.publishings {
            let at = publishing.entries.first().copied().unwrap_or_default();
            if *first != expected {
                gaps.push((at, format!("batches {first} to {next} follow those up to {expected}")));
            }
            let seen = publishing.seen.len() as u64;
            if seen != publishing.parts {
                let parts = publishing.parts;
                gaps.push((
                    at,
                    format!("batches {first} to {next} became {parts} splits, of which {seen} are told of"),
                ));
            }
            expected = (*next).max(expected);
        }
        gaps
    }

    /// The number of the first batch that is not in a publishing.
    pub(super) fn next_batch(&self) -> u64 {
        self.publishings.keys().map(|(_, next)| *next).max().unwrap_or(0)
    }

    /// Splits that were published and not disposed of.
    pub(super) fn kept(&self) -> impl Iterator<Item = (&String, &Claim)> {
        self.splits.iter().filter(|(id, _)| !self.disposed.contains(*id))
    }
}

/// A hash over everything that is said of a split.
pub(super) fn hash_of_summary(split: &SplitSummary) -> Hash {
    leaf_hash(&serde_json::to_vec(split).unwrap_or_default())
}
