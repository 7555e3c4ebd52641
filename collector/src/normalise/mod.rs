//! From batches to rows: the same batches, received at the same time, always give the same rows, because after a
//! restart they are made again from the journal.

mod clock_text;
mod column_time;
mod epoch;
mod event_time;
mod fields;
mod gap;
mod json;
mod json_text;
mod level;
mod line_time;
mod names;
mod record;
mod sink;
mod source;
mod view;
mod zone;

#[cfg(test)]
mod json_tests;
#[cfg(test)]
mod line_time_tests;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use palisade_index::{Parse, Rows};
use palisade_record::{Batch, FrameFlags, StreamName, Timestamp, Value};

use record::{Unread, Workbench};
use sink::Sink;
use source::Source;

pub(crate) use zone::Zone;

/// The field that tells how long a record was of which only the head is kept.
const ORIGINAL_BYTES: &str = "truncated.original_bytes";

/// Reads the records of batches: time, level, fields under their canonical names.
#[derive(Clone, Copy, Debug, Default)]
pub struct Normaliser;

/// What became of batches.
#[derive(Clone, Debug)]
pub struct Normalised<R = Rows> {
    /// The records, one set of rows per stream.
    pub rows: Vec<R>,
    /// How many of the records could not be read as what they seem to be. They are among the rows, with the reason.
    pub quarantined: u64,
    /// How many batches named a time zone that does not exist; their times were read as UTC.
    pub zones_unknown: u64,
}

impl Normaliser {
    /// Reads all records of some batches.
    pub fn normalise(&self, batches: &[Batch], received_at: Timestamp) -> Normalised {
        normalise_into(batches, received_at, Rows::new)
    }
}

impl Parse for Normaliser {
    fn parse(&self, batches: &[Batch], received_at: Timestamp) -> Vec<Rows> {
        self.normalise(batches, received_at).rows
    }
}

fn normalise_into<S: Sink>(
    batches: &[Batch],
    received_at: Timestamp,
    new_sink: impl Fn(StreamName) -> S,
) -> Normalised<S> {
    let mut normalised = Normalised { rows: Vec::new(), quarantined: 0, zones_unknown: 0 };
    let mut sinks: HashMap<StreamName, usize> = HashMap::new();
    let mut workbench = Workbench::new();
    for (position, batch) in batches.iter().enumerate() {
        let position = u32::try_from(position).expect("a submission has far fewer than 2^32 batches");
        let source = Source::new(batch, position, received_at);
        normalised.zones_unknown += u64::from(source.is_zone_unknown);
        let stream = if batch.gap.is_some() { StreamName::gaps() } else { batch.stream.clone() };
        let sink = *sinks.entry(stream).or_insert_with_key(|stream| {
            normalised.rows.push(new_sink(stream.clone()));
            normalised.rows.len() - 1
        });
        let sink = &mut normalised.rows[sink];
        if let Some(reason) = &batch.gap {
            let payload = gap::record(batch, reason, received_at);
            let flags = FrameFlags::default();
            let record = Unread { offset: batch.from, flags, time: None, payload: &payload };
            workbench.read(record, &source, sink);
        }
        for frame in &batch.frames {
            let record = Unread {
                offset: frame.offset,
                flags: frame.flags,
                time: frame.time,
                payload: batch.payload(frame),
            };
            normalised.quarantined += u64::from(workbench.read(record, &source, sink));
            if frame.flags.contains(FrameFlags::TRUNCATED) {
                let length = i64::try_from(frame.original_bytes).unwrap_or(i64::MAX);
                sink.field(ORIGINAL_BYTES, Value::Integer(length));
            }
        }
    }
    normalised
}
