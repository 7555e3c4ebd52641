//! Values of fields record by record, each different value of a block once: for who folds many records, and would only take apart what
//! a table of them puts together.

use std::collections::HashMap;

use palisade_index::Block;
use palisade_record::Timestamp;

use super::{Budget, Failure, Inner, Question, Scan};
use crate::filter::{ColumnView, FieldView, RowBitmap, column_names, field_views};

/// Records of one block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Coded {
    /// When each happened.
    pub times: Vec<Timestamp>,
    fields: Vec<CodedField>,
}

/// A field of these records.
#[derive(Clone, PartialEq, Eq, Debug)]
struct CodedField {
    /// Its different values.
    values: Vec<String>,
    /// The value of each record, or [`NONE`].
    of_record: Vec<u32>,
}

/// No value.
const NONE: u32 = u32::MAX;

impl Coded {
    /// The value of a record's field, by their places; of several the first.
    pub fn value(&self, record: usize, field: usize) -> Option<&str> {
        let CodedField { values, of_record } = &self.fields[field];
        values.get(of_record[record] as usize).map(String::as_str)
    }

    fn bytes(&self) -> usize {
        let of_field = |field: &CodedField| {
            let texts: usize = field.values.iter().map(|value| value.len() + size_of::<String>()).sum();
            texts + field.of_record.len() * size_of::<u32>()
        };
        self.fields.iter().map(of_field).sum::<usize>() + self.times.len() * size_of::<Timestamp>()
    }
}

/// The matches, block by block.
pub(crate) fn coded(
    inner: &Inner,
    budget: &Budget,
    question: &Question,
    fields: &[String],
) -> Result<Vec<Coded>, Failure> {
    let scan = Scan::new(inner, budget, question)?;
    let names: Vec<Vec<String>> = fields.iter().map(|field| column_names(field)).collect();
    let mut all = Vec::new();
    scan.each(
        &scan.candidates()?,
        |block, rows| of_block(block, rows, &names),
        |part| {
            budget.charge(part.bytes())?;
            all.push(part);
            Ok(())
        },
    )?;
    Ok(all)
}

fn of_block(block: &Block, rows: &RowBitmap, names: &[Vec<String>]) -> Result<Coded, Failure> {
    let times = block.times()?;
    let mut place_of_row = vec![NONE; block.info().rows as usize];
    for (place, row) in (0u32..).zip(rows.iter()) {
        place_of_row[row as usize] = place;
    }
    let of_names =
        |names: &Vec<String>| Ok(of_field(&field_views(block, names)?, &place_of_row, rows.count()));
    Ok(Coded {
        times: rows.iter().map(|row| Timestamp::from_nanos(times[row as usize])).collect(),
        fields: names.iter().map(of_names).collect::<Result<_, Failure>>()?,
    })
}

fn of_field<C: ColumnView>(views: &[FieldView<C>], place_of_row: &[u32], count: u32) -> CodedField {
    let mut field = CodedField { values: Vec::new(), of_record: vec![NONE; count as usize] };
    for view in views {
        // A column of a slice has far more values than a block has rows.
        let mut known: HashMap<u32, u32> = HashMap::new();
        for (row, position) in view.entries() {
            let place = place_of_row[row as usize];
            if place == NONE || field.of_record[place as usize] != NONE {
                continue;
            }
            field.of_record[place as usize] = *known.entry(position).or_insert_with(|| {
                field.values.push(view.value(position as usize).as_text().into_owned());
                u32::try_from(field.values.len() - 1).unwrap_or(NONE)
            });
        }
    }
    field
}
