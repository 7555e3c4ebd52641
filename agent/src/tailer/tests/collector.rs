//! A collector in memory, for tests.

use std::collections::BTreeMap;

use palisade_record::{Batch, Channel, FrameFlags, Lane};

use crate::request::unpack;
use crate::{Answer, KnownPosition};

/// A lane as the collector keeps it.
#[derive(Default)]
pub(super) struct Kept {
    incarnation: u64,
    identity: Vec<u8>,
    mark: u64,
    pub(super) records: BTreeMap<u64, (Vec<u8>, FrameFlags, u64)>,
    gaps: Vec<(u64, u64, String)>,
}

/// A collector in memory that follows the delivery contract to the letter.
#[derive(Default)]
pub(super) struct Collector {
    pub(super) lanes: BTreeMap<Lane, Kept>,
    requests: usize,
    pub(super) poison: Option<Vec<u8>>,
    pub(super) refuses_gaps: bool,
    pub(super) bytes_max: Option<usize>,
}

impl Collector {
    pub(super) fn receive(&mut self, body: &[u8]) -> Answer {
        self.requests += 1;
        let batches = unpack(body).unwrap();
        let answer = |status, body: serde_json::Value| Answer {
            status,
            retry_after: None,
            body: body.to_string().into_bytes(),
        };
        if self
            .bytes_max
            .is_some_and(|max| batches.iter().map(|batch| batch.payloads.len()).sum::<usize>() > max)
        {
            return answer(413, serde_json::json!({}));
        }
        let is_poison = |payloads: &[u8]| {
            self.poison.as_ref().is_some_and(|poison| memchr::memmem::find(payloads, poison).is_some())
        };
        if batches.iter().any(|batch| is_poison(&batch.payloads)) {
            return answer(400, serde_json::json!({"error": {"message": "poison"}}));
        }
        if self.refuses_gaps && batches.iter().any(|batch| batch.gap.is_some()) {
            return answer(400, serde_json::json!({"error": {"message": "no gaps"}}));
        }
        let outcomes: Vec<_> = batches.into_iter().map(|batch| self.keep(batch)).collect();
        let status = if outcomes.iter().any(|(_, conflict)| conflict.is_some()) { 409 } else { 200 };
        let outcomes: Vec<_> = outcomes
            .iter()
            .map(|(mark, conflict)| serde_json::json!({"mark": mark, "conflict": conflict}))
            .collect();
        answer(status, serde_json::json!({"batches": outcomes}))
    }

    fn keep(&mut self, mut batch: Batch) -> (u64, Option<&'static str>) {
        let kept = self.lanes.entry(batch.lane.clone()).or_insert_with(|| Kept {
            incarnation: batch.incarnation,
            mark: batch.from,
            ..Kept::default()
        });
        if kept.incarnation != batch.incarnation {
            return (kept.mark, Some("incarnation"));
        }
        if batch.from > kept.mark {
            return (kept.mark, Some("gap"));
        }
        if batch.to > kept.mark {
            batch.trim(kept.mark);
            kept.identity.clone_from(&batch.identity);
            if let Some(reason) = &batch.gap {
                kept.gaps.push((batch.from, batch.to, reason.clone()));
            }
            for frame in &batch.frames {
                let record = (batch.payload(frame).to_vec(), frame.flags, frame.original_bytes);
                assert!(kept.records.insert(frame.offset, record).is_none(), "stored twice");
            }
            kept.mark = batch.to;
        }
        (kept.mark, None)
    }

    pub(super) fn positions(&self) -> Vec<KnownPosition> {
        let position = |(lane, kept): (&Lane, &Kept)| KnownPosition {
            origin: (*lane.origin).clone(),
            generation: lane.generation,
            incarnation: kept.incarnation,
            identity: kept.identity.clone(),
            mark: kept.mark,
        };
        self.lanes.iter().map(position).collect()
    }

    /// All records of a channel in order of generation and offset.
    pub(super) fn texts(&self, channel: Channel) -> Vec<String> {
        let lanes = self.lanes.iter().filter(|(lane, _)| lane.origin.channel == channel);
        let mut records: Vec<_> = lanes
            .flat_map(|(lane, kept)| {
                kept.records.iter().map(move |(offset, record)| {
                    ((lane.origin.file.clone(), lane.generation, *offset), record)
                })
            })
            .collect();
        records.sort_by(|(a, _), (b, _)| a.cmp(b));
        records.into_iter().map(|(_, (bytes, ..))| String::from_utf8_lossy(bytes).into_owned()).collect()
    }

    pub(super) fn gaps(&self) -> Vec<(u64, u64, String)> {
        self.lanes.values().flat_map(|kept| kept.gaps.clone()).collect()
    }
}
