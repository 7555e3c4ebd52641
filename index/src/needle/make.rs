//! Makes the needle indexes that are due, from published splits.

use std::ops::Range;
use std::sync::Arc;

use palisade_record::Timestamp;

use super::build::build;
use super::due::{Published, due};
use super::geometry::Batches;
use super::lookup::Needles;
use crate::Split;
use crate::error::Result;
use crate::split::words::{UnitWords, WordCollector};
use palisade_storage::ObjectStorage;

/// A needle index that was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Made {
    /// For which batches it speaks.
    pub(crate) batches: Batches,
    pub(crate) splits: usize,
    pub(crate) bytes: u64,
}

/// Makes the needle index of the earliest day that is over, has none, and is near as a whole; `None` when there is no such
/// day. `splits` are all that are published, in the order of their batches. It reads every value of the day's splits: of far
/// ones nobody asked to pay for that, and they are asked themselves.
pub(crate) fn make_next(
    storage: &Arc<dyn ObjectStorage>,
    splits: &[Arc<Split>],
    needles: &Needles,
    now: Timestamp,
) -> Result<Option<Made>> {
    let covered: Vec<Batches> = needles.covered().collect();
    let published: Vec<Published> = splits.iter().map(|split| published(split)).collect();
    let is_near = |run: &Range<usize>| splits[run.clone()].iter().all(|split| !split.is_far());
    let Some(run) = due(&published, &covered, now).into_iter().find(is_near) else { return Ok(None) };
    let (of_day, splits) = (&published[run.clone()], &splits[run]);
    let batches: Vec<Batches> = of_day.iter().map(|split| split.batches).collect();
    let bytes = build(&**storage, of_day[0].received_at, &batches, |position| words_of(&splits[position]))?;
    let batches = span_of(&batches);
    Ok(Some(Made { batches, splits: splits.len(), bytes }))
}

/// The first and the last batch of some splits.
pub(super) fn span_of(splits: &[Batches]) -> Batches {
    let first = splits.iter().map(|(first, _)| *first).min().unwrap_or_default();
    (first, splits.iter().map(|(_, last)| *last).max().unwrap_or_default())
}

/// What is known of a split without reading it.
fn published(split: &Split) -> Published {
    Published { batches: split.batches().unwrap_or_default(), received_at: split.summary().first_received }
}

/// The words of all values of a split.
fn words_of(split: &Split) -> Result<UnitWords> {
    let mut collector = WordCollector::new();
    for block in split.blocks()? {
        for column in &block.info().columns {
            let Some(column) = block.column(&column.name)? else { continue };
            for position in 0..column.value_count() {
                collector.add(&column.value(position).as_text());
            }
        }
    }
    Ok(collector.finish())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use palisade_disk::RealDisk;

    use super::super::Asked;
    use super::*;
    use crate::tests::{append_of, batch, lines, open};
    use crate::{Probe, Storages};
    use palisade_storage::LocalStorage;

    #[test]
    fn a_day_that_is_over_gets_a_needle_index_of_its_splits_once() {
        let directory = tempfile::tempdir().unwrap();
        let index = open(directory.path(), Arc::new(RealDisk)).unwrap();
        let received_at = Timestamp::from_nanos(1_000);
        let mut from = 0;
        for split in 0..3 {
            let batch = batch("a", from, &lines(split * 100_000..split * 100_000 + 100));
            from = batch.to;
            append_of(&index, vec![batch], received_at).unwrap();
            index.publish().unwrap();
        }
        let splits = index.snapshot().unwrap().splits;
        let storage = LocalStorage::open(Arc::new(RealDisk), &directory.path().join("objects")).unwrap();
        let storage: Arc<dyn ObjectStorage> = Arc::new(storage);

        let needles = Needles::list(&Storages::near(storage.clone())).unwrap();
        assert_eq!(make_next(&storage, &splits, &needles, received_at).unwrap(), None);
        let tomorrow = received_at.plus(Duration::from_secs(2 * 86_400));
        let made = make_next(&storage, &splits, &needles, tomorrow).unwrap().unwrap();
        assert_eq!((made.splits, made.batches), (3, (0, 2)));
        let needles = needles.listed_again().unwrap();
        assert_eq!(make_next(&storage, &splits, &needles, tomorrow).unwrap(), None);

        let asked = [(0, 0), (1, 1), (2, 2)].map(|batches| Asked { batches, is_far: false });
        let found = |word: &str| needles.candidates(&Probe::Word(word.to_owned()), &asked);
        assert_eq!(found("200042"), [false, false, true]);
        assert_eq!(found("200142"), [false; 3]);
        assert_eq!(storage.list("needles/").unwrap().len(), 1, "hash lists are gone");
        index.close();
    }
}
