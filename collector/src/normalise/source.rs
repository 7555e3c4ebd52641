//! What all records of a batch have in common.

use palisade_record::{Batch, Timestamp};

use super::zone::Zone;

/// The surroundings of a batch's records.
pub(crate) struct Source<'a> {
    /// Fields for records that do not have them.
    pub(crate) fields: [(&'static str, &'a str); 5],
    /// The zone of times that do not tell theirs.
    pub(crate) zone: Zone,
    /// Whether the batch named a zone that does not exist.
    pub(crate) is_zone_unknown: bool,
    /// When the batch arrived.
    pub(crate) received_at: Timestamp,
    /// The batch's position in the submission.
    pub(crate) batch: u32,
}

impl<'a> Source<'a> {
    pub(crate) fn new(batch: &'a Batch, position: u32, received_at: Timestamp) -> Self {
        let origin = &*batch.lane.origin;
        let zone = Zone::of_name(&batch.zone);
        let fields = [
            ("service", origin.container.as_str()),
            ("kubernetes.namespace", &origin.namespace),
            ("kubernetes.pod", &origin.pod),
            ("kubernetes.container", &origin.container),
            ("kubernetes.node", &origin.node),
        ];
        Self {
            fields,
            is_zone_unknown: zone.is_none(),
            zone: zone.unwrap_or(Zone::Utc),
            received_at,
            batch: position,
        }
    }

    /// The service of records that do not tell theirs.
    pub(crate) fn service(&self) -> &'a str {
        self.fields[0].1
    }
}
