//! How a column lies in a section.
//!
//! ```text
//! column     = presence values
//! presence   = 0                                             every row has exactly one value
//!            | 1 count:varint row:integers                   the row of each entry, growing; a list repeats its row
//! values     = 0 value                                       every entry has it
//!            | 1 count:varint value* code:integers           distinct values, and a code for each entry
//!            | 2 code:integers                               codes into the slice's dictionary of the field
//!            | 3 number:integers                             whole numbers
//!            | 4 form:u8 template_column                     texts by their templates
//!            | 5 form:u8 texts                               texts
//!            | 6 value*                                      one for each entry
//!            | 7 bodies                                      bodies of sealed values
//! form       = 0 texts | 1 decimals
//! ```

use std::sync::{Arc, OnceLock};

use palisade_record::Value;
use palisade_record::wire::{Malformed, Reader, Writer};

use super::placed::Placed;
use super::value_list::{decode_value, encode_value};
use super::{Codes, Column, SliceDictionary, Values};
use crate::encoding::{Bodies, Integers, TemplateColumn, TemplateIds, Templates, bodies, integers, texts};
use crate::strings::Strings;

const CONSTANT: u8 = 0;
const DICTIONARY: u8 = 1;
const SLICE_DICTIONARY: u8 = 2;
const INTEGERS: u8 = 3;
const TEMPLATES: u8 = 4;
const TEXTS: u8 = 5;
const MIXED: u8 = 6;
const BODIES: u8 = 7;

/// Entries of one block; a block has 8,192 rows at most, of which each has at most 1,024 fields.
const ENTRIES_MAX: usize = 1 << 24;

/// What the values of one column are stored as.
pub(super) enum Form<'a> {
    Constant(Value<'a>),
    Dictionary { values: &'a [Value<'a>], codes: &'a [i64] },
    SliceDictionary { codes: &'a [i64] },
    Integers(&'a [i64]),
    Templates { are_decimals: bool, bytes: &'a [u8] },
    Texts { are_decimals: bool, values: &'a [Value<'a>] },
    Mixed(&'a [Value<'a>]),
    Bodies(Bodies),
}

/// The column as bytes; `rows` has the row of each entry unless entry `n` is row `n`.
pub(super) fn encode(rows: Option<&[i64]>, form: &Form<'_>) -> Vec<u8> {
    let mut writer = Writer::new();
    match rows {
        None => writer.u8(0),
        Some(rows) => {
            writer.u8(1);
            writer.varint(rows.len() as u64);
            integers::encode(rows, &mut writer);
        }
    }
    match form {
        Form::Constant(value) => {
            writer.u8(CONSTANT);
            encode_value(*value, &mut writer);
        }
        Form::Dictionary { values, codes } => {
            writer.u8(DICTIONARY);
            writer.varint(values.len() as u64);
            values.iter().for_each(|value| encode_value(*value, &mut writer));
            integers::encode(codes, &mut writer);
        }
        Form::SliceDictionary { codes } => {
            writer.u8(SLICE_DICTIONARY);
            integers::encode(codes, &mut writer);
        }
        Form::Integers(numbers) => {
            writer.u8(INTEGERS);
            integers::encode(numbers, &mut writer);
        }
        Form::Templates { are_decimals, bytes } => {
            writer.u8(TEMPLATES);
            writer.u8(u8::from(*are_decimals));
            writer.raw(bytes);
        }
        Form::Texts { are_decimals, values } => {
            writer.u8(TEXTS);
            writer.u8(u8::from(*are_decimals));
            texts::encode(values.iter().map(|value| text_of(*value).as_bytes()), &mut writer);
        }
        Form::Mixed(values) => {
            writer.u8(MIXED);
            values.iter().for_each(|value| encode_value(*value, &mut writer));
        }
        Form::Bodies(bodies) => {
            writer.u8(BODIES);
            bodies.encode(&mut writer);
        }
    }
    writer.finish()
}

/// The text of a value that is one.
pub(super) fn text_of(value: Value<'_>) -> &str {
    match value {
        Value::Text(text) | Value::Decimal(text) => text,
        Value::Integer(_) | Value::Boolean(_) => "",
    }
}

/// Reads a column of a block of `row_count` rows.
pub(crate) fn decode(
    bytes: &[u8],
    row_count: u32,
    templates: &Arc<Templates>,
    dictionary: Option<&Arc<SliceDictionary>>,
) -> Result<Column, Malformed> {
    let mut reader = Reader::new(bytes);
    let reader = &mut reader;
    let rows = decode_presence(reader, row_count)?;
    let entries = rows.as_ref().map_or(row_count as usize, Vec::len);
    let (values, codes) = match reader.u8()? {
        CONSTANT => (decode_values(reader, 1)?, Codes::One),
        DICTIONARY => {
            let count = reader.count(reader.remaining())?;
            let values = decode_values(reader, count)?;
            (values, decode_codes(reader, entries, count)?)
        }
        SLICE_DICTIONARY => {
            let dictionary =
                dictionary.ok_or_else(|| reader.malformed("codes of a dictionary that the slice lacks"))?;
            let codes = decode_codes(reader, entries, dictionary.len())?;
            (Values::Dictionary(Arc::clone(dictionary)), codes)
        }
        INTEGERS => (Values::Integers(Integers::decode(reader, entries)?.to_vec()), Codes::Own),
        TEMPLATES => {
            let are_decimals = decode_form(reader)?;
            let rest = reader.raw(reader.remaining())?;
            let column = Arc::new(TemplateColumn::decode(rest, entries, Arc::clone(templates))?);
            (Values::Templates { column, whole: Arc::new(OnceLock::new()), are_decimals }, Codes::Own)
        }
        TEXTS => {
            let are_decimals = decode_form(reader)?;
            let strings = Strings::from_texts(texts::decode(reader, entries)?);
            let strings = strings.ok_or_else(|| reader.malformed("texts are not UTF-8"))?;
            (Values::Strings { strings, are_decimals }, Codes::Own)
        }
        BODIES => {
            let strings = Strings::from_texts(bodies::decode(reader, entries)?);
            let strings = strings.ok_or_else(|| reader.malformed("texts are not UTF-8"))?;
            (Values::Strings { strings, are_decimals: false }, Codes::Own)
        }
        MIXED => (decode_values(reader, entries)?, Codes::Own),
        _ => return Err(reader.malformed("unknown kind of column")),
    };
    let entries = u32::try_from(entries).map_err(|_| reader.malformed("too many entries"))?;
    Ok(Column { values, codes, rows, entries })
}

/// Reads of a column whose texts are stored by template which one each has; `None` for other columns, of which nothing
/// more is read.
pub(crate) fn decode_template_ids(
    bytes: &[u8],
    row_count: u32,
    templates: &Arc<Templates>,
) -> Result<Option<TemplateIds>, Malformed> {
    let mut reader = Reader::new(bytes);
    let reader = &mut reader;
    let rows = decode_presence(reader, row_count)?;
    if reader.u8()? != TEMPLATES || decode_form(reader)? {
        return Ok(None);
    }
    let entries = rows.as_ref().map_or(row_count as usize, Vec::len);
    let rest = reader.raw(reader.remaining())?;
    TemplateIds::decode(rest, entries, rows, Arc::clone(templates)).map(Some)
}

fn decode_presence(reader: &mut Reader<'_>, row_count: u32) -> Result<Option<Vec<u32>>, Malformed> {
    match reader.u8()? {
        0 => Ok(None),
        1 => decode_rows(reader, row_count).map(Some),
        _ => Err(reader.malformed("unknown presence")),
    }
}

fn decode_form(reader: &mut Reader<'_>) -> Result<bool, Malformed> {
    match reader.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(reader.malformed("unknown form of texts")),
    }
}

fn decode_rows(reader: &mut Reader<'_>, row_count: u32) -> Result<Vec<u32>, Malformed> {
    let count = reader.count(ENTRIES_MAX)?;
    let rows = Integers::decode(reader, count)?.to_vec();
    let rows: Option<Vec<u32>> = rows.into_iter().map(|row| u32::try_from(row).ok()).collect();
    rows.filter(|rows| rows.is_sorted() && rows.last().is_none_or(|last| *last < row_count))
        .ok_or_else(|| reader.malformed("row outside of its block"))
}

fn decode_codes(reader: &mut Reader<'_>, entries: usize, values: usize) -> Result<Codes, Malformed> {
    let codes = Integers::decode(reader, entries)?.to_vec();
    let known = |code: i64| u32::try_from(code).ok().filter(|code| (*code as usize) < values);
    let codes: Option<Vec<u32>> = codes.into_iter().map(known).collect();
    codes.map(Codes::Of).ok_or_else(|| reader.malformed("code without a value"))
}

fn decode_values(reader: &mut Reader<'_>, count: usize) -> Result<Values, Malformed> {
    // Every value needs a byte at least.
    if count > reader.remaining() {
        return Err(reader.malformed("cut short"));
    }
    let (mut values, mut text) = (Vec::with_capacity(count), String::new());
    for _ in 0..count {
        values.push(Placed::keep(decode_value(reader)?, &mut text));
    }
    Ok(Values::Placed { values, text })
}
