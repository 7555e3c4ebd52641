//! The events of one group, and the spans in which the threshold is passed.

use std::collections::VecDeque;
use std::time::Duration;

use palisade_record::Timestamp;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::gauge::Gauge;
use super::shape::ONE_NANOSECOND;
use super::span::joined;
use super::{Entry, Shape, Span};

/// The events of a group in the order of their times. Everything up to a cursor is known: an event that comes before it moves it back.
#[derive(Debug)]
pub struct Timeline {
    entries: VecDeque<Entry>,
    cursor: Timestamp,
    /// Those in the window that ends at the cursor.
    window: std::ops::Range<usize>,
    /// Those in the window from here on are recent, where that makes a difference.
    recent: usize,
    gauge: Gauge,
    /// Spans in order; the last one is open when the threshold is passed at the cursor.
    spans: VecDeque<Span>,
}

impl Timeline {
    /// A group without events.
    pub fn new(shape: &Shape) -> Self {
        Self {
            entries: VecDeque::new(),
            cursor: Timestamp::MIN,
            window: 0..0,
            recent: 0,
            gauge: Gauge::new(&shape.meter),
            spans: VecDeque::new(),
        }
    }

    /// The events that are remembered.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// When the last of them happened.
    pub fn newest(&self) -> Option<Timestamp> {
        self.entries.back().map(|entry| entry.time)
    }

    /// What the window at the cursor measures.
    pub fn value(&self, shape: &Shape) -> f64 {
        self.gauge.value(self.cursor, shape.span)
    }

    /// Takes in events, in any order.
    pub fn insert(&mut self, mut new: Vec<Entry>, shape: &Shape) {
        new.iter_mut().for_each(|entry| entry.time = shape.rounded(entry.time));
        new.sort_by_key(Entry::key);
        let joins = !shape.resolution.is_zero() && shape.meter.takes_weights();
        if joins {
            new = self.joined_with_known(new, shape);
        }
        let Some(first) = new.first() else { return };
        if first.time <= self.cursor {
            self.rewind(first.time.minus(ONE_NANOSECOND), shape);
        }
        let Some(last) = self.entries.back() else {
            self.entries.extend(new);
            return;
        };
        if last.key() <= first.key() {
            self.entries.extend(new);
            return;
        }
        // Everything from here on is behind the cursor, so no position that is kept moves.
        let at = self.entries.partition_point(|entry| entry.key() < first.key());
        let mut rest = self.entries.split_off(at).into_iter().peekable();
        for entry in new {
            while let Some(before) = rest.next_if(|before| before.key() < entry.key()) {
                self.entries.push_back(before);
            }
            self.entries.push_back(entry);
        }
        self.entries.extend(rest);
    }

    /// Leaves one entry of those that are alike, and none of what is like an entry that is known: that one weighs more then.
    fn joined_with_known(&mut self, new: Vec<Entry>, shape: &Shape) -> Vec<Entry> {
        let mut left: Vec<Entry> = Vec::with_capacity(new.len());
        let mut changed: Option<Timestamp> = None;
        for entry in new {
            let start = self.entries.partition_point(|known| known.time < entry.time);
            let same_time = self.entries.range_mut(start..).take_while(|known| known.time == entry.time);
            if let Some(known) = same_time.into_iter().find(|known| known.is_like(&entry)) {
                known.weight = known.weight.saturating_add(entry.weight);
                changed = Some(changed.map_or(entry.time, |first| first.min(entry.time)));
                continue;
            }
            let before = left.iter_mut().rev().take_while(|before| before.time == entry.time);
            match before.into_iter().find(|before| before.is_like(&entry)) {
                Some(before) => before.weight = before.weight.saturating_add(entry.weight),
                None => left.push(entry),
            }
        }
        if let Some(first) = changed.filter(|first| *first <= self.cursor) {
            self.rewind(first.minus(ONE_NANOSECOND), shape);
        }
        left
    }

    /// Goes back to a time before which nothing has changed.
    fn rewind(&mut self, to: Timestamp, shape: &Shape) {
        self.cursor = to;
        while self.spans.back().is_some_and(|span| span.from > to) {
            self.spans.pop_back();
        }
        if let Some(last) = self.spans.back_mut()
            && last.to.is_some_and(|end| end > to)
        {
            last.to = None;
        }
        self.refill(shape);
    }

    /// Measures the window at the cursor anew.
    fn refill(&mut self, shape: &Shape) {
        let after = self.cursor.minus(shape.span);
        let start = self.entries.partition_point(|entry| entry.time <= after);
        let end = self.entries.partition_point(|entry| entry.time <= self.cursor);
        self.window = start..end;
        self.gauge = Gauge::new(&shape.meter);
        self.entries.range(start..end).for_each(|entry| self.gauge.add(entry));
        self.recent = start;
        self.age(shape);
    }

    /// Finds out where the threshold is passed, up to and at a time.
    pub fn advance(&mut self, to: Timestamp, shape: &Shape) {
        while let Some(next) = self.next_change(shape).filter(|next| *next <= to) {
            self.cursor = next;
            self.age(shape);
            while let Some(entry) = self.oldest().filter(|entry| entry.time.plus(shape.span) <= next) {
                self.gauge.remove(&entry);
                self.window.start += 1;
            }
            while let Some(entry) = self.entries.get(self.window.end).filter(|entry| entry.time <= next) {
                self.gauge.add(entry);
                self.window.end += 1;
            }
            self.judge(shape);
        }
        self.cursor = self.cursor.max(to);
    }

    /// Events that are no longer recent at the cursor count as those before.
    fn age(&mut self, shape: &Shape) {
        let Some(recent) = shape.meter.recent() else { return };
        while let Some(entry) = self.oldest_recent().filter(|entry| entry.time.plus(recent) <= self.cursor) {
            self.gauge.age(&entry);
            self.recent += 1;
        }
    }

    /// The next time after the cursor at which an event enters or leaves, or is no longer recent.
    fn next_change(&self, shape: &Shape) -> Option<Timestamp> {
        let enters = self.entries.get(self.window.end).map(|entry| entry.time);
        let ages = shape.meter.recent().and_then(|recent| Some(self.oldest_recent()?.time.plus(recent)));
        let leaves = self.oldest().map(|entry| entry.time.plus(shape.span));
        let forgotten = shape.empty.and_then(|memory| {
            let end = self.newest()?.plus(memory);
            (self.window.end == self.entries.len() && end > self.cursor).then_some(end)
        });
        [enters, ages, leaves, forgotten].into_iter().flatten().min()
    }

    /// The oldest event in the window.
    fn oldest(&self) -> Option<Entry> {
        (!self.window.is_empty()).then(|| self.entries[self.window.start])
    }

    /// The oldest event in the window that is recent.
    fn oldest_recent(&self) -> Option<Entry> {
        (self.recent < self.window.end).then(|| self.entries[self.recent])
    }

    fn judge(&mut self, shape: &Shape) {
        let counts = !self.window.is_empty()
            || shape.empty.is_some_and(|memory| {
                let last = self.window.end.checked_sub(1).and_then(|last| self.entries.get(last));
                last.is_some_and(|last| self.cursor < last.time.plus(memory))
            });
        let value = self.gauge.value(self.cursor, shape.span);
        let holds = counts && shape.threshold.holds(value);
        match self.spans.back_mut().filter(|span| span.to.is_none()) {
            Some(open) if holds => open.peak = open.peak.max(value),
            Some(open) => open.to = Some(self.cursor),
            None if holds => self.spans.push_back(Span { from: self.cursor, to: None, peak: value }),
            None => {}
        }
    }

    /// The spans in which the rule holds, as far as is known.
    pub(crate) fn spans(&self, shape: &Shape) -> Vec<Span> {
        joined(self.spans.iter().copied(), shape.wait, shape.quiet, self.cursor)
    }

    /// Whether time alone can still change what is measured.
    pub(crate) fn is_moving(&self, shape: &Shape) -> bool {
        let end = self.newest().map(|newest| newest.plus(shape.empty.unwrap_or_default().max(shape.span)));
        end.is_some_and(|end| self.cursor < end)
    }

    /// Forgets events that are in no window that ends after `before`, and spans that ended before it. An event that comes from before
    /// then is judged by what is left.
    pub fn forget(&mut self, before: Timestamp, shape: &Shape) {
        let before = before.min(self.cursor);
        let oldest = before.minus(shape.span);
        // The last event tells since when there was none.
        let is_remembered =
            |memory: Duration| self.newest().is_some_and(|newest| newest.plus(memory) > before);
        let keep_last = usize::from(shape.empty.is_some_and(is_remembered));
        while self.window.start > 0
            && self.entries.len() > keep_last
            && self.entries.front().is_some_and(|entry| entry.time <= oldest)
        {
            self.entries.pop_front();
            self.window = self.window.start - 1..self.window.end - 1;
            self.recent = self.recent.saturating_sub(1);
        }
        let reach = before.minus(shape.quiet);
        while self.spans.front().is_some_and(|span| span.to.is_some_and(|to| to < reach)) {
            self.spans.pop_front();
        }
    }

    /// Drops the oldest events past so many; tells how many. For counts with a lower bound below `events_max` the spans stay exact: the
    /// newest events alone pass it.
    pub fn limit(&mut self, events_max: usize) -> usize {
        let surplus = self.entries.len().saturating_sub(events_max);
        for _ in 0..surplus {
            let Some(entry) = self.entries.pop_front() else { break };
            if self.window.start == 0 && self.window.end > 0 {
                if self.recent == 0 {
                    self.gauge.age(&entry);
                }
                self.gauge.remove(&entry);
            }
            self.recent = self.recent.saturating_sub(1);
            self.window = self.window.start.saturating_sub(1)..self.window.end.saturating_sub(1);
        }
        surplus
    }

    pub(crate) fn encode(&self, writer: &mut Writer) {
        writer.signed(self.cursor.as_nanos());
        writer.varint(self.entries.len() as u64);
        self.entries.iter().for_each(|entry| entry.encode(writer));
        writer.varint(self.spans.len() as u64);
        self.spans.iter().for_each(|span| span.encode(writer));
    }

    pub(crate) fn decode(reader: &mut Reader<'_>, shape: &Shape) -> Result<Self, Malformed> {
        let mut timeline = Self::new(shape);
        timeline.cursor = Timestamp::from_nanos(reader.signed()?);
        for _ in 0..reader.varint()? {
            timeline.entries.push_back(Entry::decode(reader)?);
        }
        if !timeline.entries.iter().is_sorted_by_key(Entry::key) {
            return Err(reader.malformed("events of a window out of order"));
        }
        for _ in 0..reader.varint()? {
            timeline.spans.push_back(Span::decode(reader)?);
        }
        timeline.refill(shape);
        Ok(timeline)
    }
}
