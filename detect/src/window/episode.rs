//! Spans that people are told of, once each.
//!
//! A span can begin earlier than was known, grow, or be joined with another one as long as events can still come in between, that is
//! until the watermark is past the gap. So the first span of a group is told at once, and another one beside it only when the gap
//! between them is final. The episodes that are told are then exactly the spans that all events together give.

use std::time::Duration;

use palisade_record::Timestamp;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::Span;

/// A span that was told.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Episode {
    /// Which one of its group: the time at which it began, as it was known when it was told. It never changes.
    pub number: Timestamp,
    /// The span, as it is known now.
    pub span: Span,
    /// When it was told.
    pub told_at: Timestamp,
    /// Whether the event that made it came after the watermark.
    pub is_late: bool,
    /// Whether it was told that it is over.
    pub is_over: bool,
}

/// What is to be told.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Change {
    /// It began.
    Began(Episode),
    /// It is known to be longer or higher than was told.
    Grew(Episode),
    /// It is over.
    Ended(Episode),
}

/// The episodes of one group that still can change, oldest first.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Episodes {
    told: Vec<Episode>,
    /// Whether a span waits to be told until a gap is final.
    waits: bool,
}

/// What decides about spans beside the spans themselves.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Nothing earlier comes in time.
    pub watermark: Timestamp,
    /// The time of day.
    pub time: Timestamp,
    /// What window ends the events could change that came after the watermark: from here to there.
    pub late: Option<(Timestamp, Timestamp)>,
    /// A late episode is told to be over only so long after it was told: someone should have seen it open.
    pub late_open: Duration,
}

impl Episodes {
    /// Compares what is known with what was told.
    pub fn reconcile(&mut self, spans: &[Span], quiet: Duration, now: Now, changes: &mut Vec<Change>) {
        self.waits = false;
        for (at, span) in spans.iter().enumerate() {
            match self.told.iter().position(|episode| episode.span.touches(span, quiet)) {
                Some(known) => self.grow(known, *span, quiet, changes),
                None if self.may_be_told(spans, at, quiet, now.watermark) => {
                    changes.push(Change::Began(self.tell(*span, now)));
                }
                None => self.waits = true,
            }
        }
        for episode in self.told.iter_mut().filter(|episode| !episode.is_over) {
            let span = spans.iter().find(|span| span.touches(&episode.span, quiet));
            // A span that is not there any more was ended by something that came late.
            let is_final = span.is_none_or(|span| span.to.is_some_and(|to| to.plus(quiet) < now.watermark));
            let was_seen = !episode.is_late || now.time >= episode.told_at.plus(now.late_open);
            if is_final && was_seen {
                episode.is_over = true;
                episode.span.to = episode.span.to.or(Some(now.watermark));
                changes.push(Change::Ended(*episode));
            }
        }
    }

    fn grow(&mut self, known: usize, span: Span, quiet: Duration, changes: &mut Vec<Change>) {
        let episode = &mut self.told[known];
        let before = episode.span;
        episode.span =
            Span { from: span.from.min(before.from), to: span.to, peak: span.peak.max(before.peak) };
        let is_more = episode.span.from < before.from || episode.span.peak > before.peak;
        if is_more && !episode.is_over {
            changes.push(Change::Grew(*episode));
        }
        // What came late can join two episodes: the later one is then part of the earlier one.
        let span = episode.span;
        let mut position = 0;
        self.told.retain(|other| {
            let is_part = position > known && !other.is_over && other.span.touches(&span, quiet);
            position += 1;
            if is_part {
                changes.push(Change::Ended(Episode { is_over: true, ..*other }));
            }
            !is_part
        });
    }

    /// Whether no event can come in time any more that joins this span with one that was told, or will be before it.
    fn may_be_told(&self, spans: &[Span], at: usize, quiet: Duration, watermark: Timestamp) -> bool {
        let span = &spans[at];
        let is_told = |other: &Span| {
            self.told.iter().any(|episode| !episode.is_over && episode.span.touches(other, quiet))
        };
        let is_apart = |(position, other): (usize, &Span)| {
            if position < at {
                // What is over for good cannot be joined with anything.
                span.from <= watermark || other.to.is_some_and(|to| to.plus(quiet) < watermark)
            } else {
                position == at || !is_told(other) || other.from <= watermark
            }
        };
        spans.iter().enumerate().all(is_apart)
    }

    fn tell(&mut self, span: Span, now: Now) -> Episode {
        let is_late = now.late.is_some_and(|(first, last)| (first..last).contains(&span.from));
        let episode = Episode { number: span.from, span, told_at: now.time, is_late, is_over: false };
        let at = self.told.partition_point(|other| other.span.from <= span.from);
        self.told.insert(at, episode);
        episode
    }

    /// Those that still can change.
    pub fn told(&self) -> &[Episode] {
        &self.told
    }

    /// Whether time alone can change something. Nothing may be forgotten until then.
    pub fn waits(&self) -> bool {
        self.waits || self.told.iter().any(|episode| !episode.is_over)
    }

    /// Forgets those that are over and ended before a time.
    pub fn forget(&mut self, before: Timestamp) {
        self.told.retain(|episode| !episode.is_over || episode.span.to.is_none_or(|to| to >= before));
    }

    pub(crate) fn encode(&self, writer: &mut Writer) {
        writer.u8(u8::from(self.waits));
        writer.varint(self.told.len() as u64);
        for episode in &self.told {
            writer.signed(episode.number.as_nanos());
            episode.span.encode(writer);
            writer.signed(episode.told_at.as_nanos());
            writer.u8(u8::from(episode.is_late) | u8::from(episode.is_over) << 1);
        }
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let waits = reader.u8()? == 1;
        let mut told = Vec::new();
        for _ in 0..reader.varint()? {
            let (number, span) = (Timestamp::from_nanos(reader.signed()?), Span::decode(reader)?);
            let told_at = Timestamp::from_nanos(reader.signed()?);
            let flags = reader.u8()?;
            told.push(Episode { number, span, told_at, is_late: flags & 1 != 0, is_over: flags & 2 != 0 });
        }
        Ok(Self { told, waits })
    }
}
