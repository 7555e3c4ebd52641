//! One group of a rule: its events, its episodes.

use std::collections::HashSet;

use palisade_record::Timestamp;
use palisade_record::wire::{Malformed, Reader, Writer};

use crate::window::{Change, Entry, Episodes, Meter, Now, Shape, Timeline};

/// One group.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) timeline: Timeline,
    pub(crate) episodes: Episodes,
    /// Whether it differs from what is stored.
    pub(crate) is_dirty: bool,
}

/// What an episode stands on.
#[derive(Clone, PartialEq, Debug)]
pub struct Evidence {
    /// What the last window measured.
    pub value: f64,
    /// From the first of its windows on,
    pub from: Timestamp,
    /// up to here.
    pub to: Timestamp,
    /// How many events there are.
    pub records: u64,
    /// The first and the last ones.
    pub entries: Vec<Entry>,
}

/// Events told of at each end of an episode.
const ENTRIES_TOLD: usize = 3;

const VERSION: u8 = 1;

impl Group {
    pub(crate) fn new(shape: &Shape) -> Self {
        Self { timeline: Timeline::new(shape), episodes: Episodes::default(), is_dirty: true }
    }

    /// Finds out what changed up to now.
    pub(crate) fn settle(&mut self, shape: &Shape, now: Now, changes: &mut Vec<Change>) {
        let newest = self.timeline.newest().unwrap_or(now.watermark);
        self.timeline.advance(shape.known_until(now.watermark, newest), shape);
        let before = changes.len();
        self.episodes.reconcile(&self.timeline.spans(shape), shape.quiet, now, changes);
        self.is_dirty |= changes.len() > before;
    }

    /// Whether time alone can change something.
    pub(crate) fn waits(&self, shape: &Shape) -> bool {
        self.episodes.waits() || !shape.only_grows() && self.timeline.is_moving(shape)
    }

    /// Forgets what happened before a time, unless something is still open.
    pub(crate) fn forget(&mut self, before: Timestamp, shape: &Shape) {
        if self.episodes.waits() {
            return;
        }
        let events = self.timeline.len();
        self.timeline.advance(before, shape);
        self.timeline.forget(before, shape);
        self.episodes.forget(before.minus(shape.quiet));
        self.is_dirty |= self.timeline.len() != events;
    }

    /// Whether nothing is left to remember.
    pub(crate) fn is_empty(&self) -> bool {
        self.timeline.is_empty() && self.episodes.told().is_empty()
    }

    /// The events that belong to a span.
    pub(crate) fn evidence(&self, from: Timestamp, to: Option<Timestamp>, shape: &Shape) -> Evidence {
        let start = from.minus(shape.span.saturating_add(shape.wait));
        let end = to.unwrap_or(Timestamp::MAX);
        let within: Vec<Entry> =
            self.timeline.entries().filter(|entry| entry.time > start && entry.time < end).copied().collect();
        let last = within.last().map_or(from, |entry| entry.time);
        let records = within.len() as u64;
        let within = worth_telling(within, shape);
        let entries = match within.len() {
            count if count <= 2 * ENTRIES_TOLD => within.clone(),
            count => [&within[..ENTRIES_TOLD], &within[count - ENTRIES_TOLD..]].concat(),
        };
        let value = self.timeline.value(shape);
        Evidence { value, from: start, to: last, records, entries }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u8(VERSION);
        self.timeline.encode(&mut writer);
        self.episodes.encode(&mut writer);
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8], shape: &Shape) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != VERSION {
            return Err(reader.malformed("a window of a version that is not known"));
        }
        let timeline = Timeline::decode(&mut reader, shape)?;
        let episodes = Episodes::decode(&mut reader)?;
        Ok(Self { timeline, episodes, is_dirty: false })
    }
}

/// The events that show best what an episode is about: of a ratio those of the part; and no record twice.
fn worth_telling(mut entries: Vec<Entry>, shape: &Shape) -> Vec<Entry> {
    const PART: u16 = 1;
    if matches!(shape.meter, Meter::Ratio { .. }) && entries.iter().any(|entry| entry.slot == PART) {
        entries.retain(|entry| entry.slot == PART);
    }
    let mut known = HashSet::new();
    entries.retain(|entry| known.insert(entry.id));
    entries
}
