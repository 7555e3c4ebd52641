//! Which fields the records have.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use palisade_index::Block;
use palisade_record::Value;
use serde::Serialize;

use super::encode::Kind;
use super::{Budget, Failure, Inner, Question, Scan};
use crate::filter::RowBitmap;

/// The fields of the matches.
#[derive(Serialize, Debug)]
pub(crate) struct Fields {
    pub(crate) fields: Vec<Field>,
    pub(crate) total: u64,
}

/// One field.
#[derive(Serialize, PartialEq, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) records: u64,
    pub(crate) distinct: u64,
    /// Whether there are more values than were counted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) distinct_at_least: bool,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// How its values are written in a column; several values of a record are a text.
    #[serde(skip)]
    pub(crate) values: Kind,
}

/// Distinct values of a field are counted up to here: a person who looks for a field needs no more.
const DISTINCT_MAX: usize = 10_000;

#[derive(Default)]
struct Seen {
    records: u64,
    values: HashSet<u64>,
    kinds: u8,
}

struct Part {
    rows: u64,
    columns: Vec<(Box<str>, u64, Vec<u64>, u8)>,
}

/// Counts the fields of the matches. Values are told apart by a 64-bit hash with a random key.
pub(crate) fn fields(inner: &Inner, budget: &Budget, question: &Question) -> Result<Fields, Failure> {
    let scan = Scan::new(inner, budget, question)?;
    let hasher = RandomState::new();
    let mut total = 0;
    let mut fields: BTreeMap<Box<str>, Seen> = BTreeMap::new();
    scan.each(
        &scan.candidates()?,
        |block, rows| of_block(block, rows, &hasher),
        |part| {
            total += part.rows;
            for (name, records, hashes, kinds) in part.columns {
                if !fields.contains_key(&name) {
                    budget.charge(name.len() + size_of::<Seen>())?;
                }
                let seen = fields.entry(name).or_default();
                seen.records += records;
                seen.kinds |= kinds;
                for hash in hashes {
                    if seen.values.len() > DISTINCT_MAX {
                        break;
                    }
                    if seen.values.insert(hash) {
                        budget.charge(2 * size_of::<u64>())?;
                    }
                }
            }
            Ok(())
        },
    )?;
    let field = |(name, seen): (Box<str>, Seen)| Field {
        name: name.into(),
        records: seen.records,
        distinct: seen.values.len().min(DISTINCT_MAX) as u64,
        distinct_at_least: seen.values.len() > DISTINCT_MAX,
        kind: match seen.kinds & !SEVERAL {
            TEXT => "text",
            INTEGER | DECIMAL | NUMBER => "number",
            BOOLEAN => "boolean",
            _ => "mixed",
        },
        values: match seen.kinds {
            INTEGER => Kind::Integer,
            DECIMAL | NUMBER => Kind::Float,
            BOOLEAN => Kind::Boolean,
            _ => Kind::Text,
        },
    };
    Ok(Fields { fields: fields.into_iter().map(field).collect(), total })
}

const TEXT: u8 = 1;
const INTEGER: u8 = 2;
const DECIMAL: u8 = 4;
const NUMBER: u8 = INTEGER | DECIMAL;
const BOOLEAN: u8 = 8;
/// Some record has several values.
const SEVERAL: u8 = 16;

fn of_block(block: &Block, rows: &RowBitmap, hasher: &RandomState) -> Result<Part, Failure> {
    let mut part = Part { rows: u64::from(rows.count()), columns: Vec::new() };
    for info in &block.info().columns {
        let Some(column) = block.column(&info.name)? else { continue };
        let mut used = vec![false; column.value_count()];
        let (mut records, mut kinds, mut last) = (0, 0, None);
        for (row, position) in column.entries().filter(|(row, _)| rows.contains(*row)) {
            used[position as usize] = true;
            records += u64::from(last != Some(row));
            kinds |= if last == Some(row) { SEVERAL } else { 0 };
            last = Some(row);
        }
        if records == 0 {
            continue;
        }
        let positions = used.iter().enumerate().filter(|(_, used)| **used).map(|(position, _)| position);
        let mut hashes = Vec::new();
        for position in positions {
            let value = column.value(position);
            kinds |= match value {
                Value::Text(_) => TEXT,
                Value::Integer(_) => INTEGER,
                Value::Decimal(_) => DECIMAL,
                Value::Boolean(_) => BOOLEAN,
            };
            // A text among many values says all that there is to say; numbers may still turn out to have fractions.
            match hashes.len() > DISTINCT_MAX {
                true if kinds & TEXT != 0 => break,
                true => {}
                false => hashes.push(hasher.hash_one(value.as_text().as_ref())),
            }
        }
        part.columns.push((info.name.as_ref().into(), records, hashes, kinds));
    }
    Ok(part)
}
