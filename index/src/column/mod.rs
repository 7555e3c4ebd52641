//! The values of one field in one block, as readers see them.
//!
//! How they lie on disk is told in [`stored`]; a column of records that just arrived is made of them in [`fresh`].

mod choose; // how a field is stored
mod dictionary; // what the blocks of a slice share
mod fresh;
mod opaque; // what looks like chance
mod placed;
mod stored;
mod value_list;

use std::sync::{Arc, OnceLock};

use palisade_record::Value;

use crate::encoding::TemplateColumn;
use crate::strings::Strings;

pub(crate) use choose::{FieldValues, Scratch, WordSink, encode_field};
pub use dictionary::SliceDictionary;
pub(crate) use fresh::of_rows;
pub(crate) use opaque::encode_opaque;
pub(crate) use placed::Placed;
pub(crate) use stored::{decode, decode_template_ids};
pub(crate) use value_list::{decode_value, encode_value};

/// The values of one field in one block, decoded.
///
/// A predicate is asked once per value (`0..value_count()`), not once per row: frequent values are stored once.
#[derive(Clone, Debug)]
pub struct Column {
    values: Values,
    codes: Codes,
    /// The row of each entry; entry `n` is row `n` when there are none.
    rows: Option<Vec<u32>>,
    entries: u32,
}

#[derive(Clone, Debug)]
enum Values {
    /// Values of any kind.
    Placed { values: Vec<Placed>, text: String },
    /// Whole numbers.
    Integers(Vec<i64>),
    /// Texts; the flag says that they are decimals.
    Strings { strings: Strings, are_decimals: bool },
    /// Texts by their templates; made whole when a single one is asked for.
    Templates { column: Arc<TemplateColumn>, whole: Arc<OnceLock<Strings>>, are_decimals: bool },
    /// Texts that the blocks of a slice share, sorted.
    Dictionary(Arc<SliceDictionary>),
}

/// Which value an entry has.
#[derive(Clone, Debug)]
enum Codes {
    /// Entry `n` has value `n`.
    Own,
    /// Every entry has value 0.
    One,
    Of(Vec<u32>),
}

impl Column {
    /// How many values are stored: the distinct ones when the column has codes.
    pub fn value_count(&self) -> usize {
        match &self.values {
            Values::Placed { values, .. } => values.len(),
            Values::Integers(numbers) => numbers.len(),
            Values::Strings { strings, .. } => strings.len(),
            Values::Templates { column, .. } => column.ids().len(),
            Values::Dictionary(dictionary) => dictionary.len(),
        }
    }

    /// The value at a position.
    pub fn value(&self, position: usize) -> Value<'_> {
        let as_value =
            |text, are_decimals| if are_decimals { Value::Decimal(text) } else { Value::Text(text) };
        match &self.values {
            Values::Placed { values, text } => values[position].value(text),
            Values::Integers(numbers) => Value::Integer(numbers[position]),
            Values::Strings { strings, are_decimals } => as_value(strings.get(position), *are_decimals),
            Values::Templates { column, whole, are_decimals } => {
                as_value(whole.get_or_init(|| render_all(column)).get(position), *are_decimals)
            }
            Values::Dictionary(dictionary) => Value::Text(dictionary.strings().get(position)),
        }
    }

    /// How many entries there are; more than rows when rows have lists, fewer when rows lack the field.
    pub fn entry_count(&self) -> usize {
        self.entries as usize
    }

    /// Every row that has the field, by growing row, with the position of its value. A row with a list comes several
    /// times; a row without the field does not come.
    pub fn entries(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..self.entries).map(|entry| (self.row_of(entry), self.position_of(entry)))
    }

    /// The positions of one row's values.
    pub fn values_of(&self, row: u32) -> impl Iterator<Item = u32> + '_ {
        self.entries_of(row).map(|entry| self.position_of(entry))
    }

    /// The entries of one row.
    pub fn entries_of(&self, row: u32) -> std::ops::Range<u32> {
        match &self.rows {
            None if row < self.entries => row..row + 1,
            None => 0..0,
            Some(rows) => {
                let before = |partition: usize| u32::try_from(partition).unwrap_or(u32::MAX);
                before(rows.partition_point(|other| *other < row))
                    ..before(rows.partition_point(|other| *other <= row))
            }
        }
    }

    fn row_of(&self, entry: u32) -> u32 {
        self.rows.as_ref().map_or(entry, |rows| rows[entry as usize])
    }

    fn position_of(&self, entry: u32) -> u32 {
        match &self.codes {
            Codes::Own => entry,
            Codes::One => 0,
            Codes::Of(codes) => codes[entry as usize],
        }
    }

    /// Whether every row has exactly one entry: entry `n` is row `n`.
    pub fn is_dense(&self) -> bool {
        self.rows.is_none()
    }

    /// The row of each entry; `None` when entry `n` is row `n`.
    pub fn rows(&self) -> Option<&[u32]> {
        self.rows.as_deref()
    }

    /// The position of each entry's value; `None` when entry `n` has value `n`, or all have value 0.
    pub fn codes(&self) -> Option<&[u32]> {
        match &self.codes {
            Codes::Of(codes) => Some(codes),
            Codes::Own | Codes::One => None,
        }
    }

    /// Whether every entry has the one value.
    pub fn is_constant(&self) -> bool {
        matches!(self.codes, Codes::One)
    }

    /// The whole numbers, when all values are such.
    pub fn integers(&self) -> Option<&[i64]> {
        match &self.values {
            Values::Integers(numbers) => Some(numbers),
            _ => None,
        }
    }

    /// The texts, when all values are such and lie one after the other.
    pub fn strings(&self) -> Option<&Strings> {
        match &self.values {
            Values::Strings { strings, are_decimals: false } => Some(strings),
            _ => None,
        }
    }

    /// The texts by their templates, when they are stored so; entry `n` has value `n` then.
    pub fn templates(&self) -> Option<&TemplateColumn> {
        match &self.values {
            Values::Templates { column, are_decimals: false, .. } => Some(column),
            _ => None,
        }
    }

    /// The dictionary that this column shares with other blocks.
    pub fn dictionary(&self) -> Option<&Arc<SliceDictionary>> {
        match &self.values {
            Values::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }

    /// Whether texts that are stored by templates are decimals.
    pub(crate) fn are_decimals(&self) -> bool {
        matches!(&self.values, Values::Templates { are_decimals: true, .. })
    }

    /// The value of an entry; or its text is appended, when it is stored by a template, without making all others
    /// whole.
    pub(crate) fn render(&self, entry: u32, target: &mut String) -> Option<Value<'_>> {
        match &self.values {
            Values::Templates { column, .. } => {
                column.render(entry as usize, target);
                None
            }
            _ => Some(self.value(self.position_of(entry) as usize)),
        }
    }

    /// Memory that it takes, without dictionaries that others share.
    pub fn memory_bytes(&self) -> usize {
        let values = match &self.values {
            Values::Placed { values, text } => values.len() * size_of::<Placed>() + text.len(),
            Values::Integers(numbers) => numbers.len() * size_of::<i64>(),
            Values::Strings { strings, .. } => strings.memory_bytes(),
            // What is made whole is used by few questions and not counted: all others would keep half as many columns.
            Values::Templates { column, .. } => column.memory_bytes(),
            Values::Dictionary(_) => 0,
        };
        let codes = self.codes().map_or(0, <[u32]>::len);
        let rows = self.rows.as_ref().map_or(0, Vec::len);
        size_of::<Self>() + values + (codes + rows) * size_of::<u32>()
    }
}

fn render_all(column: &TemplateColumn) -> Strings {
    let (mut text, mut ends) = (String::new(), Vec::with_capacity(column.ids().len()));
    for entry in 0..column.ids().len() {
        column.render(entry, &mut text);
        ends.push(u32::try_from(text.len()).expect("blocks are far smaller than 4 GiB"));
    }
    Strings::from_parts(text, ends).expect("every end is that of a whole text")
}
