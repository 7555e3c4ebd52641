//! Values that look like chance and are never searched: bodies of sealed values. Whoever looked for repetitions in them, or
//! for what they have in common, would find nothing.

use palisade_record::Value;

use super::choose::{EncodedColumn, FieldSections, FieldValues};
use super::stored::{Form, encode, text_of};
use crate::encoding::Bodies;

/// Encodes a field in all blocks of a slice; `None` for blocks without it.
pub(crate) fn encode_opaque<'a>(blocks: &'a [Option<FieldValues<'a>>]) -> FieldSections<'a> {
    let column = |field: &'a FieldValues<'a>| EncodedColumn {
        bytes: encode(field.rows.as_deref(), &form_of(&field.values)),
        distinct: None,
    };
    FieldSections {
        dictionary: None,
        columns: blocks.iter().map(|field| field.as_ref().map(column)).collect(),
    }
}

fn form_of<'a>(values: &'a [Value<'a>]) -> Form<'a> {
    if !values.iter().all(|value| matches!(value, Value::Text(_))) {
        return Form::Mixed(values);
    }
    match Bodies::of(values.iter().map(|value| text_of(*value).as_bytes())) {
        Some(bodies) => Form::Bodies(bodies),
        None => Form::Texts { are_decimals: false, values },
    }
}
