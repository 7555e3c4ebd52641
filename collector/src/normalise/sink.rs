//! Where normalised records go: into rows, or in tests to whoever looks at them.

use palisade_index::{Rows, Standing};
use palisade_record::{Timestamp, Value};

/// What a record is made of, once it was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head<'a> {
    pub(crate) batch: u32,
    pub(crate) offset: u64,
    pub(crate) flags: u8,
    pub(crate) time: Timestamp,
    pub(crate) raw: &'a [u8],
}

/// Takes records, each with its fields after it, in the order in which they stand in it.
pub(crate) trait Sink {
    fn begin(&mut self, head: Head<'_>);
    fn field(&mut self, name: &str, value: Value<'_>, standing: Standing);
    /// Tells where the event time stands; says whether that needs no field of its own.
    fn time(&mut self, standing: Standing) -> bool;
    fn end(&mut self);
}

impl Sink for Rows {
    fn begin(&mut self, head: Head<'_>) {
        Self::begin(self, head.batch, head.offset, head.flags, head.time, head.raw);
    }

    fn field(&mut self, name: &str, value: Value<'_>, standing: Standing) {
        Self::field(self, name, value, standing);
    }

    fn time(&mut self, standing: Standing) -> bool {
        Self::time(self, standing)
    }

    fn end(&mut self) {
        Self::end(self);
    }
}
