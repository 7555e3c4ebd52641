//! The values of a field in a block, for the rows that matter: the one place that knows how columns lie.

use std::cell::RefCell;

use palisade_index::Error;

use super::cell::{Cell, Scalar};
use crate::filter::{BlockView, ColumnView, FieldView, RowBitmap, column_names, field_views};

/// A field as a pipe names it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Field {
    /// The event time.
    Time,
    /// When the record was received.
    Received,
    /// The record's id.
    Id,
    /// The columns with these names.
    Columns(Vec<String>),
}

impl Field {
    pub(super) fn named(name: &str) -> Self {
        match name {
            "timestamp" | "@timestamp" => Self::Time,
            "received_at" => Self::Received,
            "id" => Self::Id,
            name => Self::Columns(column_names(name)),
        }
    }
}

/// The values of a field in a block.
pub(super) enum Values<C> {
    /// Of columns, or of the origin.
    Views(Vec<FieldView<C>>),
    /// A value for every row.
    Rows(Vec<Cell>),
}

/// Which rows count, and for which group of the block.
pub(super) enum Members<'a> {
    /// These rows, all for group 0; the flag says that they are all rows.
    One(&'a RowBitmap, bool),
    /// The group of each row, or [`NONE`].
    Each(Vec<u32>),
    /// Rows, growing, and a group; a row may be in several.
    Many(Vec<(u32, u32)>),
}

/// No group, no place.
pub(super) const NONE: u32 = u32::MAX;

impl<C: ColumnView> Values<C> {
    pub(super) fn read<B: BlockView<Column = C>>(block: &B, field: &Field) -> Result<Self, Error> {
        Ok(match field {
            Field::Columns(names) => Self::Views(field_views(block, names)?),
            Field::Time => Self::Rows(block.times()?.iter().map(|time| Cell::Time(*time)).collect()),
            Field::Received => {
                let rows: Vec<u32> = (0..block.rows()).collect();
                let records = block.records(&rows)?;
                Self::Rows(records.iter().map(|record| Cell::Time(record.received_at.as_nanos())).collect())
            }
            Field::Id => {
                let ids = block.ids()?;
                Self::Rows(ids.iter().map(|id| Cell::Text(id.to_string().into())).collect())
            }
        })
    }

    /// How many columns the values lie in.
    pub(super) fn view_count(&self) -> usize {
        match self {
            Self::Views(views) => views.len(),
            Self::Rows(_) => 1,
        }
    }

    /// How many values a column has.
    pub(super) fn value_count(&self, view: usize) -> usize {
        match self {
            Self::Views(views) => views[view].value_count(),
            Self::Rows(cells) => cells.len(),
        }
    }

    /// The value at a position of a column; `None` never comes of a position that was told.
    pub(super) fn value(&self, view: usize, position: u32) -> Option<Scalar<'_>> {
        match self {
            Self::Views(views) => Some(views[view].value(position as usize).into()),
            Self::Rows(cells) => cells[position as usize].scalar(),
        }
    }

    /// Tells every value of a column that belongs to a member: its group, its row, and its position.
    pub(super) fn for_each(&self, view: usize, members: &Members<'_>, mut take: impl FnMut(u32, u32, u32)) {
        match self {
            Self::Views(views) => each_entry(views[view].entries(), members, take),
            Self::Rows(cells) => {
                let rows = u32::try_from(cells.len()).unwrap_or(NONE);
                each_entry((0..rows).map(|row| (row, row)), members, &mut take);
            }
        }
    }
}

pub(super) fn each_entry(
    entries: impl Iterator<Item = (u32, u32)>,
    members: &Members<'_>,
    mut take: impl FnMut(u32, u32, u32),
) {
    match members {
        Members::One(_, true) => entries.for_each(|(row, position)| take(0, row, position)),
        Members::One(rows, false) => {
            entries.filter(|(row, _)| rows.contains(*row)).for_each(|(row, position)| take(0, row, position));
        }
        Members::Each(groups) => entries.for_each(|(row, position)| {
            let group = groups[row as usize];
            if group != NONE {
                take(group, row, position);
            }
        }),
        Members::Many(pairs) => {
            let mut left = pairs.as_slice();
            for (row, position) in entries {
                while left.first().is_some_and(|(other, _)| *other < row) {
                    left = &left[1..];
                }
                // The next value may be of the same row.
                for (_, group) in left.iter().take_while(|(other, _)| *other == row) {
                    take(*group, row, position);
                }
            }
        }
    }
}

thread_local! {
    /// For each position of a column what is known of it; everything is [`NONE`] between two uses. A column of a slice
    /// has far more values than a block has rows, so that clearing it for every block would cost more than the rows.
    static PLACES: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// Lends a table with [`NONE`] at `count` places. The borrower puts [`NONE`] back where it wrote.
pub(super) fn with_places<T>(count: usize, work: impl FnOnce(&mut [u32]) -> T) -> T {
    PLACES.with_borrow_mut(|places| {
        if places.len() < count {
            places.resize(count, NONE);
        }
        work(&mut places[..count])
    })
}
