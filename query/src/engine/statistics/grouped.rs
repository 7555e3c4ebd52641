//! The rows of a block, put into groups by their values.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use palisade_index::Error;

use super::aggregation::{Aggregation, GroupKey};
use super::cell::Scalar;
use super::key::{self, Kinds};
use super::values_of_block::{Field, Members, NONE, Values, each_entry, with_places};
use crate::filter::{BlockView, ColumnView, RowBitmap};

/// Groups of a block: which rows are in them, and how their keys come about.
pub(super) struct Grouped<'a, C> {
    pub(super) members: Members<'a>,
    pub(super) count: usize,
    /// The values of each key.
    codes: Vec<Codes<C>>,
    /// For each key: which group, and which value, became which group.
    origins: Vec<Vec<(u32, u32)>>,
}

/// The keys of all groups of a block.
pub(super) struct Keys {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    pub(super) hashes: Vec<u64>,
    kinds: Vec<Kinds>,
    kinds_per_group: usize,
}

impl Keys {
    pub(super) fn key(&self, group: usize) -> &[u8] {
        let start = group.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[group]]
    }

    /// What kinds of values the key is made of.
    pub(super) fn kinds(&self, group: usize) -> &[Kinds] {
        &self.kinds[group * self.kinds_per_group..][..self.kinds_per_group]
    }
}

impl<'a, C: ColumnView> Grouped<'a, C> {
    pub(super) fn new<B: BlockView<Column = C>>(
        aggregation: &Aggregation<Field>,
        block: &B,
        rows: &'a RowBitmap,
    ) -> Result<Self, Error> {
        let members = Members::One(rows, rows.count() == block.rows());
        let mut grouped = Self { members, count: 1, codes: Vec::new(), origins: Vec::new() };
        for key in &aggregation.keys {
            let codes = match key {
                GroupKey::Field(field) => Codes::of_field(block, rows, field, aggregation.keeps_missing)?,
                GroupKey::Bin(nanos, _) => Codes::of_times(block, rows, nanos.unwrap_or(i64::MAX))?,
            };
            let origins;
            (grouped.members, origins) = split(grouped.members, grouped.count, &codes);
            grouped.count = origins.len();
            grouped.codes.push(codes);
            grouped.origins.push(origins);
        }
        Ok(grouped)
    }

    /// Tells every row with every group it is in.
    pub(super) fn each_row(&self, mut take: impl FnMut(u32, u32)) {
        match &self.members {
            Members::One(rows, _) => rows.iter().for_each(|row| take(0, row)),
            Members::Each(groups) => {
                (0..)
                    .zip(groups)
                    .filter(|(_, group)| **group != NONE)
                    .for_each(|(row, group)| take(*group, row));
            }
            Members::Many(pairs) => pairs.iter().for_each(|(row, group)| take(*group, *row)),
        }
    }

    pub(super) fn keys(&self) -> Keys {
        let mut keys = Keys {
            bytes: Vec::new(),
            ends: Vec::with_capacity(self.count),
            hashes: Vec::with_capacity(self.count),
            kinds: Vec::with_capacity(self.count * self.codes.len()),
            kinds_per_group: self.codes.len(),
        };
        let mut labels = vec![0; self.codes.len()];
        for group in 0..self.count {
            let mut at = group;
            for (label, origins) in labels.iter_mut().zip(&self.origins).rev() {
                let (parent, code) = origins[at];
                *label = code;
                at = parent as usize;
            }
            let start = keys.bytes.len();
            for (codes, label) in self.codes.iter().zip(&labels) {
                keys.kinds.push(key::push(codes.label(*label), &mut keys.bytes));
            }
            keys.hashes.push(key::hash(&keys.bytes[start..]));
            keys.ends.push(keys.bytes.len());
        }
        keys
    }
}

/// The values of a key by row, numbered.
struct Codes<C> {
    rows: RowCodes,
    labels: Labels<C>,
}

enum RowCodes {
    /// Every row has value 0, and no other.
    Same,
    /// The value of each row; [`NONE`] for rows that do not matter.
    Each(Vec<u32>),
    /// Rows, growing, and a value; some rows have several.
    Many(Vec<(u32, u32)>),
}

enum Labels<C> {
    /// Columns and positions; column [`NONE`] for no value.
    Values(Values<C>, Vec<(u32, u32)>),
    Times(Vec<i64>),
}

impl<C: ColumnView> Codes<C> {
    fn label(&self, code: u32) -> Option<Scalar<'_>> {
        match &self.labels {
            Labels::Values(values, places) => match places[code as usize] {
                (NONE, _) => None,
                (view, position) => values.value(view as usize, position),
            },
            Labels::Times(times) => Some(Scalar::Time(times[code as usize])),
        }
    }

    fn label_count(&self) -> usize {
        match &self.labels {
            Labels::Values(_, places) => places.len(),
            Labels::Times(times) => times.len(),
        }
    }

    fn of_field<B: BlockView<Column = C>>(
        block: &B,
        rows: &RowBitmap,
        field: &Field,
        keeps_missing: bool,
    ) -> Result<Self, Error> {
        let values = Values::read(block, field)?;
        if let Field::Columns(names) = field
            && values.view_count() == 1
            && values.value_count(0) == 1
            && names.iter().any(|name| block.field(name).is_some_and(|info| info.rows == block.rows()))
        {
            return Ok(Self { rows: RowCodes::Same, labels: Labels::Values(values, vec![(0, 0)]) });
        }
        let mut labels = Vec::new();
        let mut each = vec![NONE; block.rows() as usize];
        let mut more: Vec<(u32, u32)> = Vec::new();
        let members = Members::One(rows, rows.count() == block.rows());
        for view in 0..values.view_count() {
            let first = labels.len();
            let view_number = u32::try_from(view).unwrap_or(NONE);
            with_places(values.value_count(view), |places| {
                values.for_each(view, &members, |_, row, position| {
                    let code = &mut places[position as usize];
                    if *code == NONE {
                        *code = u32::try_from(labels.len()).unwrap_or(NONE);
                        labels.push((view_number, position));
                    }
                    match &mut each[row as usize] {
                        none @ &mut NONE => *none = *code,
                        known if *known == *code => {}
                        _ => more.push((row, *code)),
                    }
                });
                labels[first..].iter().for_each(|(_, position)| places[*position as usize] = NONE);
            });
        }
        let is_missing = |row: &u32| each[*row as usize] == NONE;
        if keeps_missing && rows.iter().any(|row| is_missing(&row)) {
            let code = u32::try_from(labels.len()).unwrap_or(NONE);
            labels.push((NONE, 0));
            rows.iter().for_each(|row| {
                if each[row as usize] == NONE {
                    each[row as usize] = code;
                }
            });
        }
        let mut codes = Self { rows: RowCodes::Same, labels: Labels::Values(values, labels) };
        codes.rows = if more.is_empty() {
            RowCodes::Each(each)
        } else {
            more.extend(rows.iter().map(|row| (row, each[row as usize])).filter(|(_, code)| *code != NONE));
            codes.unite_alike(&mut more);
            more.sort_unstable();
            // A list may have a value twice; the record is one nevertheless.
            more.dedup();
            RowCodes::Many(more)
        };
        Ok(codes)
    }

    /// Gives values with the same text, as `"500"` and `500` in one list, the same code: they make the same group.
    fn unite_alike(&self, entries: &mut [(u32, u32)]) {
        let mut first_of_text: HashMap<Option<Box<str>>, u32, FixedState> = HashMap::default();
        let mut united: HashMap<u32, u32, FixedState> = HashMap::default();
        for (_, code) in entries {
            let mut of_text = |code: u32| {
                let text = self.label(code).map(|value| value.as_text().into());
                *first_of_text.entry(text).or_insert(code)
            };
            let old = *code;
            *code = *united.entry(old).or_insert_with(|| of_text(old));
        }
    }

    fn of_times<B: BlockView<Column = C>>(block: &B, rows: &RowBitmap, nanos: i64) -> Result<Self, Error> {
        let times = block.times()?;
        let mut each = vec![NONE; block.rows() as usize];
        let mut known: HashMap<i64, u32, FixedState> = HashMap::default();
        let mut labels = Vec::new();
        // Rows stand nearly in the order of their times: most are in the step of the row before.
        let mut last = (0..0, NONE);
        for row in rows.iter() {
            let time = times[row as usize];
            if last.1 == NONE || !last.0.contains(&time) {
                let start = step_of(time, nanos);
                let code = *known.entry(start).or_insert_with(|| {
                    labels.push(start);
                    u32::try_from(labels.len() - 1).unwrap_or(NONE)
                });
                last = (start..start.saturating_add(nanos), code);
            }
            each[row as usize] = last.1;
        }
        Ok(Self { rows: RowCodes::Each(each), labels: Labels::Times(labels) })
    }
}

/// Where the step begins in which a time lies.
pub(super) fn step_of(time: i64, nanos: i64) -> i64 {
    time.div_euclid(nanos).saturating_mul(nanos)
}

/// Splits groups by a key. Every new group is told by its old one and its value.
fn split<'a, C: ColumnView>(
    members: Members<'a>,
    count: usize,
    codes: &Codes<C>,
) -> (Members<'a>, Vec<(u32, u32)>) {
    let groups = 0..u32::try_from(count).unwrap_or(NONE);
    match (&codes.rows, members) {
        (RowCodes::Same, members) => (members, groups.map(|group| (group, 0)).collect()),
        (RowCodes::Each(each), Members::One(..)) => {
            let labels = u32::try_from(codes.label_count()).unwrap_or(NONE);
            (Members::Each(each.clone()), (0..labels).map(|code| (0, code)).collect())
        }
        (RowCodes::Each(each), Members::Each(groups)) => {
            let mut pairs = Pairs::new(count, codes.label_count());
            let both = groups.iter().zip(each).map(|(group, code)| match (*group, *code) {
                (NONE, _) | (_, NONE) => NONE,
                (group, code) => pairs.number(group, code),
            });
            (Members::Each(both.collect()), pairs.origins)
        }
        (rows, members) => {
            let mut pairs = Pairs::new(count, codes.label_count());
            let mut both = Vec::new();
            let mut take = |group, row, code| both.push((row, pairs.number(group, code)));
            match rows {
                RowCodes::Many(entries) => {
                    each_entry(entries.iter().copied(), &members, &mut take);
                }
                RowCodes::Each(each) => {
                    let entries = (0..).zip(each.iter().copied()).filter(|(_, code)| *code != NONE);
                    each_entry(entries, &members, &mut take);
                }
                RowCodes::Same => {}
            }
            (Members::Many(both), pairs.origins)
        }
    }
}

/// Numbers for pairs of a group and a value.
struct Pairs {
    /// For every pair, while there cannot be many.
    table: Vec<u32>,
    codes: usize,
    map: HashMap<(u32, u32), u32, FixedState>,
    origins: Vec<(u32, u32)>,
}

/// Pairs for which a table is filled with nothing for every block: 256 KiB.
const PAIRS_MAX: usize = 65_536;

impl Pairs {
    fn new(groups: usize, codes: usize) -> Self {
        let pairs = groups.saturating_mul(codes);
        let table = if pairs <= PAIRS_MAX { vec![NONE; pairs] } else { Vec::new() };
        Self { table, codes, map: HashMap::default(), origins: Vec::new() }
    }

    fn number(&mut self, group: u32, code: u32) -> u32 {
        let known = if self.table.is_empty() {
            self.map.entry((group, code)).or_insert(NONE)
        } else {
            &mut self.table[group as usize * self.codes + code as usize]
        };
        if *known == NONE {
            *known = u32::try_from(self.origins.len()).unwrap_or(NONE);
            self.origins.push((group, code));
        }
        *known
    }
}
