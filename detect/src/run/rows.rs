//! Records that arrived, as rules see them.

use palisade_index::ArrivedRows;
use palisade_record::{Lane, RecordId, Timestamp, Value};

use super::clear::{ClearRows, Unsealer};
use crate::Events;

/// Records of one stream as they arrived. Where they come from is a field of theirs too.
pub struct RowEvents {
    rows: ArrivedRows,
    clear: ClearRows,
}

/// A part of where a record comes from.
type OriginPart = fn(&Lane) -> &str;

/// What rules may ask of where a record comes from, as searches do.
const ORIGIN: [(&str, OriginPart); 9] = [
    ("origin.agent", |lane| &lane.agent),
    ("origin.cluster", |lane| &lane.origin.cluster),
    ("origin.node", |lane| &lane.origin.node),
    ("origin.namespace", |lane| &lane.origin.namespace),
    ("origin.pod", |lane| &lane.origin.pod),
    ("origin.pod_uid", |lane| &lane.origin.pod_uid),
    ("origin.container", |lane| &lane.origin.container),
    ("origin.file", |lane| &lane.origin.file),
    ("origin.channel", |lane| lane.origin.channel.as_str()),
];

impl RowEvents {
    /// Records that arrived; what is sealed in them is opened, if that is possible.
    pub fn new(rows: ArrivedRows, unsealer: Option<&Unsealer>) -> Self {
        let clear = unsealer.map(|unsealer| unsealer.open(&rows)).unwrap_or_default();
        Self { rows, clear }
    }

    /// Where a record's lane is told apart from others.
    pub fn source(&self, row: usize) -> u64 {
        self.rows.source(row)
    }

    /// When the last of them arrived.
    pub fn arrived_at(&self) -> Option<Timestamp> {
        (0..self.rows.len()).map(|row| self.rows.received_at(row)).max()
    }

    fn in_clear(&self, row: usize, value: Value<'_>, take: &mut dyn FnMut(Value<'_>)) {
        if let Value::Text(text) = value
            && !self.clear.is_empty()
            && let Some(clear) = self.clear.text(row, text)
        {
            return take(Value::Text(&clear));
        }
        take(value);
    }

    fn origin(&self, field: &str, row: usize) -> Option<&str> {
        let (_, part) = ORIGIN.iter().find(|(name, _)| *name == field)?;
        Some(part(self.rows.lane(row))).filter(|text| !text.is_empty())
    }
}

impl Events for RowEvents {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn stream(&self) -> &str {
        self.rows.stream().as_str()
    }

    fn values(&self, field: &str, take: &mut dyn FnMut(usize, Value<'_>)) {
        self.rows.values(field, &mut |row, value| self.in_clear(row, value, &mut |value| take(row, value)));
        if field.starts_with("origin.") {
            for row in 0..self.rows.len() {
                self.origin(field, row).into_iter().for_each(|text| take(row, Value::Text(text)));
            }
        }
    }

    fn values_of(&self, row: usize, take: &mut dyn FnMut(&str, Value<'_>)) {
        self.rows.values_of(row, &mut |name, value| {
            self.in_clear(row, value, &mut |value| take(name, value));
        });
        for (name, _) in ORIGIN {
            self.origin(name, row).into_iter().for_each(|text| take(name, Value::Text(text)));
        }
    }

    fn value(&self, field: &str, row: usize, take: &mut dyn FnMut(Value<'_>)) {
        self.rows.value(field, row, &mut |value| self.in_clear(row, value, take));
        self.origin(field, row).into_iter().for_each(|text| take(Value::Text(text)));
    }

    fn stored(&self, field: &str, row: usize, take: &mut dyn FnMut(Value<'_>)) {
        self.rows.value(field, row, take);
        self.origin(field, row).into_iter().for_each(|text| take(Value::Text(text)));
    }

    fn fields(&self, take: &mut dyn FnMut(&str)) {
        self.rows.fields().for_each(&mut *take);
        ORIGIN.iter().for_each(|(name, _)| take(name));
    }

    fn time(&self, row: usize) -> Timestamp {
        self.rows.time(row)
    }

    fn received_at(&self, row: usize) -> Timestamp {
        self.rows.received_at(row)
    }

    fn id(&self, row: usize) -> RecordId {
        self.rows.id(row)
    }
}
