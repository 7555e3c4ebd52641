//! Records whose ids and times are known.

use palisade_record::{RecordId, TimeRange};

use super::search::Hit;
use super::{Budget, Failure, Inner, render};

/// The records with these ids as JSON, in this order; those that are not there are left out.
pub(crate) fn records_by_id(
    inner: &Inner,
    budget: &Budget,
    wanted: &[(RecordId, TimeRange)],
) -> Result<Vec<String>, Failure> {
    let snapshot = inner.index.snapshot()?;
    let mut found: Vec<Option<Hit>> = vec![None; wanted.len()];
    let mut look = |block: &std::sync::Arc<palisade_index::Block>| -> Result<(), Failure> {
        budget.check()?;
        let info = block.info();
        let due = |(place, (id, range)): (usize, &(RecordId, TimeRange))| {
            let is_in_time = info.oldest < range.to && info.newest >= range.from;
            (is_in_time && block.has_lane(|lane| lane.id_prefix() == id.prefix)).then_some((place, *id))
        };
        let due: Vec<(usize, RecordId)> = wanted.iter().enumerate().filter_map(due).collect();
        if due.is_empty() {
            return Ok(());
        }
        let ids = block.ids()?;
        for (row, id) in (0u32..).zip(ids.iter()) {
            for (place, _) in due.iter().filter(|(_, wanted)| wanted == id) {
                found[*place] = Some(Hit { key: (0, 0, 0), block: block.clone(), row });
            }
        }
        Ok(())
    };
    snapshot.tail.iter().try_for_each(&mut look)?;
    for split in &snapshot.splits {
        let (oldest, newest) = (split.summary().oldest, split.summary().newest);
        if wanted.iter().any(|(_, range)| oldest < range.to && newest >= range.from) {
            split.blocks()?.iter().try_for_each(&mut look)?;
        }
    }
    let hits: Vec<Hit> = found.into_iter().flatten().collect();
    render::records(&hits, budget)
}
