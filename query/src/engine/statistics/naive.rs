//! The rules of `stats` once more, written as plainly as possible, record by record: what the fast executor is compared
//! with.

use std::collections::{BTreeMap, BTreeSet};

use palisade_record::Timestamp;

use super::aggregation::{Aggregation, GroupKey};
use super::cell::{Cell, Scalar};
use super::values_of_block::Field;
use crate::filter::fake::FakeRecord;
use crate::language::Function;

/// The values of a field of a record, and the texts by which they are told apart.
fn values<'a>(record: &'a FakeRecord, field: &Field) -> Vec<Scalar<'a>> {
    match field {
        Field::Time => vec![Scalar::Time(record.time)],
        Field::Columns(names) if names[0] == "origin.file" => match record.file.as_str() {
            "" => Vec::new(),
            file => vec![Scalar::Text(file)],
        },
        Field::Columns(names) => {
            let lists = names.iter().filter_map(|name| record.fields.get(name));
            lists.flatten().map(|value| value.as_value().into()).collect()
        }
        Field::Received | Field::Id => Vec::new(),
    }
}

fn number(value: &Scalar<'_>) -> Option<f64> {
    let mut text = String::new();
    match value {
        Scalar::Time(nanos) => Some(*nanos as f64),
        value => value.as_value(&mut text).as_number().filter(|number| number.is_finite()),
    }
}

/// Rows: the texts of the keys, then the columns.
pub(super) fn rows(
    aggregation: &Aggregation<Field>,
    records: &[FakeRecord],
) -> Vec<(Vec<Option<String>>, Vec<Cell>)> {
    let mut groups: BTreeMap<Vec<Option<String>>, Vec<&FakeRecord>> = BTreeMap::new();
    if aggregation.keys.is_empty() {
        groups.insert(Vec::new(), Vec::new());
    }
    for record in records {
        let mut keys = BTreeSet::from([Vec::new()]);
        for key in &aggregation.keys {
            let mut texts: Vec<Option<String>> = match key {
                GroupKey::Field(field) => {
                    values(record, field).iter().map(|value| Some(value.as_text().into_owned())).collect()
                }
                GroupKey::Bin(nanos, _) => {
                    let nanos = nanos.unwrap();
                    let start = record.time.div_euclid(nanos) * nanos;
                    vec![Some(Timestamp::from_nanos(start).to_string())]
                }
            };
            if texts.is_empty() && aggregation.keeps_missing {
                texts.push(None);
            }
            let longer = |key: &Vec<Option<String>>| {
                texts.iter().map(|text| [key.clone(), vec![text.clone()]].concat()).collect::<Vec<_>>()
            };
            keys = keys.iter().flat_map(longer).collect();
        }
        for key in keys {
            groups.entry(key).or_default().push(record);
        }
    }
    let row = |(key, records): (Vec<Option<String>>, Vec<&FakeRecord>)| {
        let cell = |output: &super::aggregation::Output| {
            let field = output.state.map(|state| &aggregation.states[state].1);
            column(output.function, field, &records)
        };
        (key, aggregation.outputs.iter().map(cell).collect())
    };
    groups.into_iter().map(row).collect()
}

fn column(function: Function, field: Option<&Field>, records: &[&FakeRecord]) -> Cell {
    let count = |count: usize| Cell::Integer(i64::try_from(count).unwrap());
    let Some(field) = field else { return count(records.len()) };
    let all: Vec<(i64, Scalar<'_>)> = records
        .iter()
        .flat_map(|record| values(record, field).into_iter().map(|value| (record.time, value)))
        .collect();
    let mut numbers: Vec<f64> = all.iter().filter_map(|(_, value)| number(value)).collect();
    numbers.sort_by(f64::total_cmp);
    let texts: BTreeSet<String> = all.iter().map(|(_, value)| value.as_text().into_owned()).collect();
    let float = |number: Option<f64>| number.map_or(Cell::Null, Cell::Float);
    let sum = (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>());
    let of_texts = |text: Option<&String>| text.map_or(Cell::Null, |text| Cell::Text(text.as_str().into()));
    match function {
        Function::Count => count(all.len()),
        Function::Distinct => count(texts.len()),
        Function::Sum => float(sum),
        Function::Average => float(sum.map(|sum| sum / numbers.len() as f64)),
        Function::Min if numbers.is_empty() => of_texts(texts.first()),
        Function::Min => float(numbers.first().copied()),
        Function::Max if numbers.is_empty() => of_texts(texts.last()),
        Function::Max => float(numbers.last().copied()),
        Function::Percentile(thousandths) => {
            let rank = (numbers.len() * usize::from(thousandths)).div_ceil(1_000).max(1);
            float(numbers.get(rank - 1).copied())
        }
        Function::First => {
            let time = all.iter().map(|(time, _)| *time).min();
            let at = all.iter().filter(|(at, _)| Some(*at) == time).map(|(_, value)| *value);
            at.min_by(|left, right| left.order(*right)).map_or(Cell::Null, Scalar::to_cell)
        }
        Function::Last => {
            let time = all.iter().map(|(time, _)| *time).max();
            let at = all.iter().filter(|(at, _)| Some(*at) == time).map(|(_, value)| *value);
            at.max_by(|left, right| left.order(*right)).map_or(Cell::Null, Scalar::to_cell)
        }
        Function::Rate => Cell::Null,
    }
}
