//! The exact bytes of records, each on a line.

use bytes::Bytes;
use palisade_index::Texts;
use palisade_record::{Channel, FrameFlags};
use rayon::prelude::*;

use super::Encoder;
use crate::engine::search::Hit;
use crate::engine::{Budget, Failure, Scan, render};

/// Newlines stand between records: the last line of a file that ends without one did not end either.
#[derive(Default)]
pub(crate) struct Raw {
    /// Whether the last record stood on a line that was ended; `None` before the first.
    is_line_ended: Option<bool>,
}

impl Encoder for Raw {
    fn records(&mut self, hits: &[Hit], scan: &Scan<'_>) -> Result<Bytes, Failure> {
        let Some(last) = hits.last() else { return Ok(Bytes::new()) };
        let is_first = self.is_line_ended.is_none();
        self.is_line_ended = Some(ends_its_line(last)?);
        scan.inner.pool.install(|| joined(hits, is_first, scan.budget))
    }

    fn end(&mut self) -> Result<Bytes, Failure> {
        Ok(if self.is_line_ended == Some(true) { Bytes::from_static(b"\n") } else { Bytes::new() })
    }
}

/// Whether the record stood on a line that was ended. The last line of a file that ends without a newline did not, and
/// what is exported of such a file shall be the same bytes.
fn ends_its_line(hit: &Hit) -> Result<bool, Failure> {
    let record = hit.block.record(hit.row)?;
    let is_unfinished = FrameFlags::from_bits(record.flags).contains(FrameFlags::UNFINISHED);
    Ok(!is_unfinished || record.lane.origin.channel != Channel::Plain)
}

/// The records with newlines between them, and before them unless they are the first.
fn joined(hits: &[Hit], is_first: bool, budget: &Budget) -> Result<Bytes, Failure> {
    let groups = render::by_block(hits);
    let texts: Result<Vec<Texts>, Failure> = groups
        .par_iter()
        .map(|places| {
            budget.check()?;
            let rows: Vec<u32> = places.iter().map(|place| hits[*place].row).collect();
            Ok(hits[places[0]].block.raw_of(&rows)?)
        })
        .collect();
    let texts = texts?;
    // Where each record is: in which block's texts, and the how manieth there.
    let mut found = vec![(0, 0); hits.len()];
    for (group, places) in groups.iter().enumerate() {
        for (number, place) in places.iter().enumerate() {
            found[*place] = (group, number);
        }
    }
    let length: usize = texts.iter().map(|texts| texts.as_bytes().len() + texts.len()).sum();
    let mut bytes = Vec::with_capacity(length);
    for (place, (group, number)) in found.into_iter().enumerate() {
        if place > 0 || !is_first {
            bytes.push(b'\n');
        }
        bytes.extend_from_slice(texts[group].get(number));
    }
    Ok(bytes.into())
}
