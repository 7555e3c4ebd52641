//! The kinds of messages of one block.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use palisade_index::Block;
use palisade_record::Timestamp;

use super::super::Failure;
use super::kinds::{Kinds, shown};
use super::{LEVELS_MAX, MESSAGE};
use crate::filter::{ColumnView, RowBitmap};

/// Equal spans of time.
#[derive(Clone, Copy)]
pub(super) struct Spans {
    from: i64,
    pub(super) nanos: u64,
    count: usize,
}

impl Spans {
    pub(super) fn new(from: Timestamp, to: Timestamp, count: usize) -> Self {
        let (from, count) = (from.as_nanos(), count.max(1));
        let nanos = to.as_nanos().abs_diff(from).div_ceil(count as u64).max(1);
        Self { from, nanos, count }
    }

    fn of(self, time: i64) -> usize {
        let since = if time < self.from { 0 } else { time.abs_diff(self.from) };
        usize::try_from(since / self.nanos).unwrap_or(usize::MAX).min(self.count - 1)
    }
}

/// Messages of one kind.
#[derive(Clone)]
pub(super) struct Group {
    pub(super) count: u64,
    pub(super) sparkline: Vec<u64>,
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) levels: BTreeSet<String>,
    /// The newest record; of several that is the one that came last.
    pub(super) example: Option<(Arc<Block>, u32, u32)>,
}

/// What one block has.
pub(super) struct Part {
    pub(super) groups: Vec<(String, Group)>,
    pub(super) missing: u64,
}

impl Group {
    fn new(spans: usize) -> Self {
        Self {
            count: 0,
            sparkline: vec![0; spans],
            first: i64::MAX,
            last: i64::MIN,
            levels: BTreeSet::new(),
            example: None,
        }
    }

    /// Adds messages that came after these.
    pub(super) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.sparkline.iter_mut().zip(other.sparkline).for_each(|(count, more)| *count += more);
        self.first = self.first.min(other.first);
        if other.last >= self.last {
            (self.last, self.example) = (other.last, other.example);
        }
        for level in other.levels {
            if self.levels.len() < LEVELS_MAX {
                self.levels.insert(level);
            }
        }
    }
}

/// Groups the messages of some rows.
pub(super) fn of_block(block: &Arc<Block>, rows: &RowBitmap, spans: Spans) -> Result<Part, Failure> {
    let Some(column) = block.column(MESSAGE)? else {
        return Ok(Part { groups: Vec::new(), missing: u64::from(rows.count()) });
    };
    let kinds = Kinds::of(&*column, rows);
    let times = block.times()?;
    let mut groups = vec![Group::new(spans.count); kinds.templates.len()];
    let mut levels = Levels::of(block)?;
    let mut without = rows.clone();
    for (entry, (row, _)) in (0u32..).zip(ColumnView::entries(&*column)) {
        if !rows.contains(row) {
            continue;
        }
        without.remove_row(row);
        let kind = kinds.of_entry[entry as usize] as usize;
        let (group, time) = (&mut groups[kind], times[row as usize]);
        group.count += 1;
        group.sparkline[spans.of(time)] += 1;
        group.first = group.first.min(time);
        if time >= group.last {
            group.last = time;
            group.example = Some((Arc::clone(block), row, entry));
        }
        levels.see(kind, row);
    }
    levels.tell(&mut groups);
    let groups = kinds.templates.iter().zip(groups).filter(|(_, group)| group.count > 0);
    Ok(Part {
        groups: groups.map(|(template, group)| (shown(template), group)).collect(),
        missing: u64::from(without.count()),
    })
}

/// The levels of each kind of message in a block.
struct Levels {
    /// The first level of each row.
    of_row: Vec<Option<u32>>,
    values: Vec<String>,
    seen: BTreeMap<usize, BTreeSet<u32>>,
}

impl Levels {
    fn of(block: &Block) -> Result<Self, Failure> {
        let mut levels = Self { of_row: Vec::new(), values: Vec::new(), seen: BTreeMap::new() };
        let Some(column) = block.column("level")? else { return Ok(levels) };
        levels.of_row = vec![None; block.info().rows as usize];
        for (row, position) in ColumnView::entries(&*column) {
            levels.of_row[row as usize].get_or_insert(position);
        }
        let text = |position| column.value(position).as_text().into_owned();
        levels.values = (0..column.value_count()).map(text).collect();
        Ok(levels)
    }

    fn see(&mut self, kind: usize, row: u32) {
        let Some(level) = self.of_row.get(row as usize).copied().flatten() else { return };
        let seen = self.seen.entry(kind).or_default();
        if seen.len() < LEVELS_MAX {
            seen.insert(level);
        }
    }

    fn tell(self, groups: &mut [Group]) {
        for (kind, levels) in self.seen {
            groups[kind].levels = levels.iter().map(|level| self.values[*level as usize].clone()).collect();
        }
    }
}
