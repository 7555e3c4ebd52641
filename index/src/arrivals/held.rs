//! Journal files that a reader still has to read: they stay although their records are in splits.

use std::collections::BTreeMap;

use palisade_record::ByteSize;
use tracing::error;

use super::ReadFrom;

/// Bytes of journal that are kept for a reader that does not come on. Past it the oldest file goes: a reader that fails for days must
/// not fill the disk on which records arrive. What it has missed is told.
const HELD_BYTES_MAX: ByteSize = ByteSize::gib(8);

#[derive(Clone, Copy, Debug)]
struct Closed {
    /// The number after its last batch.
    end: u64,
    bytes: u64,
}

/// The closed journal files, and how far they were read.
#[derive(Debug, Default)]
pub(crate) struct Held {
    reader: Option<u64>,
    closed: BTreeMap<u64, Closed>,
    /// Files before this one are in splits.
    published: u64,
}

impl Held {
    /// `next` is the number of the next batch.
    pub(crate) fn set_reader(&mut self, from: ReadFrom, next: u64) {
        self.reader = match from {
            ReadFrom::Nowhere => None,
            ReadFrom::Unpublished => Some(next),
            ReadFrom::Batch(batch) => Some(batch),
        };
    }

    /// How far everything was read; nothing when nobody reads.
    pub(crate) fn reader(&self) -> Option<u64> {
        self.reader
    }

    /// A file is closed.
    pub(crate) fn add(&mut self, file: u64, end: u64, bytes: u64) {
        self.closed.insert(file, Closed { end, bytes });
    }

    /// Files before this one are in splits.
    pub(crate) fn published(&mut self, before: u64) {
        self.published = before;
        let held = |held: &Self| -> u64 {
            let files = held.closed.range(..before).filter(|(file, _)| held.holds(**file));
            files.map(|(_, closed)| closed.bytes).sum()
        };
        while held(self) > HELD_BYTES_MAX.as_u64() {
            let Some((file, closed)) = self.closed.iter().find(|(file, _)| self.holds(**file)) else { break };
            error!(
                file,
                "detection is so far behind that a journal file goes unread; see why it does not come on"
            );
            self.reader = Some(closed.end);
        }
    }

    /// Whether a file may not be removed yet.
    pub(crate) fn holds(&self, file: u64) -> bool {
        let needed = |from: u64| self.closed.get(&file).is_some_and(|closed| closed.end > from);
        self.reader.is_some_and(needed)
    }

    /// Everything before `position` was read; gives the files that nobody needs for that any more.
    pub(super) fn done(&mut self, position: u64) -> Vec<u64> {
        self.reader = Some(position.max(self.reader.unwrap_or(0)));
        let published = self.published;
        let is_free = |file: &u64, closed: &mut Closed| *file < published && closed.end <= position;
        let free: Vec<u64> = self.closed.extract_if(.., is_free).map(|(file, _)| file).collect();
        free
    }

    pub(super) fn is_closed(&self, file: u64) -> bool {
        self.closed.contains_key(&file)
    }

    /// Tells of files whether they can hold batches from `position` on.
    pub(super) fn is_needed_from(&self, position: u64) -> impl Fn(u64) -> bool + use<> {
        let ends: BTreeMap<u64, u64> = self.closed.iter().map(|(file, closed)| (*file, closed.end)).collect();
        move |file| ends.get(&file).is_none_or(|end| *end > position)
    }
}
