//! From batches to rows: the same batches, received at the same time, always give the same rows, because after a
//! restart they are made again from the journal.

mod clock_text;
mod column_time;
mod epoch;
mod event_time;
mod fields;
mod gap;
mod groups;
mod json;
mod json_text;
mod layout;
mod level;
mod line_time;
mod names;
mod record;
mod sealed;
mod sink;
mod source;
mod view;
mod zone;

#[cfg(test)]
mod json_tests;
#[cfg(test)]
mod line_time_tests;
#[cfg(test)]
mod rebuild_tests;
#[cfg(test)]
pub(crate) mod tests;

use palisade_index::{Parse, Rows};
use palisade_record::{Batch, FrameFlags, StreamName, Timestamp};

use groups::Groups;
use record::{Unread, Workbench};
use sink::Sink;
use source::Source;

// What sealing needs to read records as they will be read.
pub(crate) use fields::{Field, Fields, Kind, Origin};
pub(crate) use layout::Layouts;
pub(crate) use names::{MESSAGE, Names};
pub(crate) use view::before_text;
pub(crate) use zone::Zone;

/// Reads the records of batches: time, level, fields under their canonical names.
#[derive(Clone, Copy, Debug, Default)]
pub struct Normaliser;

/// What became of batches.
#[derive(Clone, Debug)]
pub struct Normalised<R = Rows> {
    /// The records, one set of rows per stream and service; services past the 64th share one.
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
    new_sink: impl Fn(StreamName, &str) -> S,
) -> Normalised<S> {
    let (mut quarantined, mut zones_unknown) = (0, 0);
    let mut groups = Groups::new(new_sink);
    let mut workbench = Workbench::new();
    for (position, batch) in batches.iter().enumerate() {
        let position = u32::try_from(position).expect("a submission has far fewer than 2^32 batches");
        let source = Source::new(batch, position, received_at);
        zones_unknown += u64::from(source.is_zone_unknown);
        let stream = match batch.gap {
            Some(_) => groups.stream(&StreamName::gaps()),
            None => groups.stream(&batch.stream),
        };
        if let Some(reason) = &batch.gap {
            let payload = gap::record(batch, reason, received_at);
            let flags = FrameFlags::default();
            let record =
                Unread { offset: batch.from, flags, time: None, original_bytes: 0, payload: &payload };
            workbench.read(record, &source, |group| groups.sink(stream, group));
        }
        for frame in &batch.frames {
            let record = Unread {
                offset: frame.offset,
                flags: frame.flags,
                time: frame.time,
                original_bytes: frame.original_bytes,
                payload: batch.payload(frame),
            };
            quarantined += u64::from(workbench.read(record, &source, |group| groups.sink(stream, group)));
        }
    }
    Normalised { rows: groups.finish(), quarantined, zones_unknown }
}
