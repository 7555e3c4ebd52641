//! Spans of time in which a rule holds.

use std::time::Duration;

use palisade_record::Timestamp;
use palisade_record::wire::{Malformed, Reader, Writer};

/// `[from, to)`; without an end as far as is known.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Span {
    /// It holds from here on,
    pub from: Timestamp,
    /// and no longer here.
    pub to: Option<Timestamp>,
    /// The most that was measured within it.
    pub peak: f64,
}

impl Span {
    /// Whether nothing, or only a gap of at most `quiet`, lies between the end of this one and a later time.
    pub(crate) fn reaches(&self, later: Timestamp, quiet: Duration) -> bool {
        self.to.is_none_or(|to| later <= to.plus(quiet))
    }

    /// Whether both have a time in common, or only a gap of at most `quiet` between them.
    pub(crate) fn touches(&self, other: &Self, quiet: Duration) -> bool {
        if self.from <= other.from {
            self.reaches(other.from, quiet)
        } else {
            other.reaches(self.from, quiet)
        }
    }

    /// What is left once it has held for some time already.
    fn after(self, wait: Duration, until: Timestamp) -> Option<Self> {
        let from = self.from.plus(wait);
        let still_holds = self.to.map_or(from <= until, |to| from < to);
        still_holds.then_some(Self { from, ..self })
    }

    pub(crate) fn encode(&self, writer: &mut Writer) {
        writer.signed(self.from.as_nanos());
        writer.u8(u8::from(self.to.is_some()));
        if let Some(to) = self.to {
            writer.signed(to.as_nanos());
        }
        writer.u64(self.peak.to_bits());
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let from = Timestamp::from_nanos(reader.signed()?);
        let to = match reader.u8()? {
            0 => None,
            1 => Some(Timestamp::from_nanos(reader.signed()?)),
            _ => return Err(reader.malformed("a span has an end or has none")),
        };
        Ok(Self { from, to, peak: f64::from_bits(reader.u64()?) })
    }
}

/// Spans in order, each shortened by the time it must hold before it counts, then joined where only a short gap lies between them.
/// `until` is how far everything is known.
pub(crate) fn joined(
    spans: impl Iterator<Item = Span>,
    wait: Duration,
    quiet: Duration,
    until: Timestamp,
) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::new();
    for span in spans.filter_map(|span| span.after(wait, until)) {
        match joined.last_mut() {
            Some(last) if last.reaches(span.from, quiet) => {
                last.to = span.to;
                last.peak = last.peak.max(span.peak);
            }
            _ => joined.push(span),
        }
    }
    joined
}
