//! Rows of one submission, of one stream and group, that wait to be sealed. They are queried as they lie.

use std::sync::Arc;

use palisade_record::Timestamp;
use palisade_seal::log::Hash;

use crate::block::{BlockInfo, ColumnInfo};
use crate::placement::{Arrival, Placement};
use crate::rows::RowColumn;
use crate::slice::Section;
use crate::{Block, Rows};

/// A batch that was accepted.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    pub(crate) arrival: Arrival,
    /// Rows before this offset were stored before.
    pub(crate) from: u64,
}

/// Rows that are stored, with the batches they came with.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) rows: Rows,
    /// What `RowHead::batch` counts in.
    pub(crate) arrivals: Arc<[Arrival]>,
}

/// The rows of a submission that count: those of accepted batches that were not stored before.
pub(crate) fn chunks(rows: Vec<Rows>, accepted: &[Option<Accepted>]) -> Vec<Arc<Chunk>> {
    let arrivals: Arc<[Arrival]> =
        accepted.iter().flatten().map(|accepted| accepted.arrival.clone()).collect();
    let mut places = Vec::with_capacity(accepted.len());
    let mut next = 0;
    for accepted in accepted {
        places.push(accepted.as_ref().map(|accepted| (next, accepted.from)));
        next += u32::from(accepted.is_some());
    }
    let place = |batch: u32, offset: u64| {
        let (place, from) = (*places.get(batch as usize)?)?;
        (offset >= from).then_some(place)
    };
    rows.into_iter()
        .map(|mut rows| {
            rows.keep(place);
            rows
        })
        .filter(|rows| !rows.is_empty())
        .map(|rows| Arc::new(Chunk { rows, arrivals: Arc::clone(&arrivals) }))
        .collect()
}

impl Chunk {
    /// Both, one after the other, unless that is too much for one set of rows.
    pub(crate) fn joined(&self, other: &Self) -> Option<Self> {
        let mut rows = self.rows.clone();
        let shift = u32::try_from(self.arrivals.len()).ok()?;
        let arrivals = self.arrivals.iter().chain(other.arrivals.iter()).cloned().collect();
        rows.append(&other.rows, shift).then_some(Self { rows, arrivals })
    }

    pub(crate) fn times(&self) -> Vec<i64> {
        self.rows.heads().iter().map(|head| head.time.as_nanos()).collect()
    }

    pub(crate) fn places(&self) -> Placement {
        let mut places = Placement::default();
        self.rows.heads().iter().for_each(|head| places.push(head.batch, head.offset, head.flags));
        places
    }

    /// The rows as a block.
    pub(crate) fn block(self: &Arc<Self>) -> Block {
        let heads = self.rows.heads();
        let times = || heads.iter().map(|head| head.time);
        let mut columns: Vec<ColumnInfo> = self
            .rows
            .columns()
            .iter()
            .filter(|column| !column.cells().is_empty())
            .map(|column| ColumnInfo {
                name: column.name().into(),
                rows: row_count(column),
                numbers: None,
                values: None,
                section: Section::default(),
            })
            .collect();
        columns.sort_by(|left, right| left.name.cmp(&right.name));
        let (columns, hidden) = BlockInfo::apart(columns);
        let info = BlockInfo {
            stream: self.rows.stream().clone(),
            rows: u32::try_from(heads.len()).unwrap_or(u32::MAX),
            oldest: times().min().unwrap_or(Timestamp::MIN),
            newest: times().max().unwrap_or(Timestamp::MIN),
            raw_bytes: self.rows.raw_bytes() as u64,
            columns,
            hidden,
            root: Hash::of_nothing(),
        };
        Block::fresh(info, Arc::clone(&self.arrivals), Arc::clone(self))
    }
}

fn row_count(column: &RowColumn) -> u32 {
    let lists = column.rows().map_or(0, |rows| rows.windows(2).filter(|pair| pair[0] == pair[1]).count());
    u32::try_from(column.cells().len() - lists).unwrap_or(u32::MAX)
}
