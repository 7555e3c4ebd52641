//! Records as JSON.

use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use palisade_index::{Block, Record};
use palisade_record::{FrameFlags, Lane, Value};
use rayon::prelude::*;

use super::search::Hit;
use super::{Budget, Failure};
use crate::filter::{ColumnView, Content};

/// Some records as JSON, in the order in which they are given. Each block is read once, several at a time.
pub(crate) fn records(hits: &[Hit], budget: &Budget) -> Result<Vec<String>, Failure> {
    let groups = by_block(hits);
    let rendered: Vec<Result<Vec<String>, Failure>> = groups
        .par_iter()
        .map(|places| {
            budget.check()?;
            let rows: Vec<u32> = places.iter().map(|place| hits[*place].row).collect();
            let records = of_block(&hits[places[0]].block, &rows)?;
            budget.charge(records.iter().map(String::len).sum())?;
            Ok(records)
        })
        .collect();
    let mut records = vec![String::new(); hits.len()];
    for (places, rendered) in groups.iter().zip(rendered) {
        for (place, record) in places.iter().zip(rendered?) {
            records[*place] = record;
        }
    }
    Ok(records)
}

/// The places of the hits of each block, by row.
pub(crate) fn by_block(hits: &[Hit]) -> Vec<Vec<usize>> {
    let mut places: Vec<usize> = (0..hits.len()).collect();
    places.sort_by_key(|place| (Arc::as_ptr(&hits[*place].block), hits[*place].row));
    let same_block = |left: &usize, right: &usize| Arc::ptr_eq(&hits[*left].block, &hits[*right].block);
    places.chunk_by(same_block).map(<[usize]>::to_vec).collect()
}

/// Rows of one block as JSON; `rows` grow.
fn of_block(block: &Block, rows: &[u32]) -> Result<Vec<String>, Failure> {
    let mut fields = vec![String::new(); rows.len()];
    let mut made = String::new();
    for info in &block.info().columns {
        let Some(column) = block.column(&info.name)? else { continue };
        let mut name = String::new();
        push_text(&info.name, &mut name);
        for (row, text) in rows.iter().zip(&mut fields) {
            let mut values = column.values_of(*row);
            let Some(first) = values.next() else { continue };
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(&name);
            text.push(':');
            let mut push = |position: u32, text: &mut String| match column.content() {
                // An entry has a value of its own then; to ask for it as a value would make those of all rows.
                Content::Templates(templates) => {
                    made.clear();
                    templates.render(position as usize, &mut made);
                    push_text(&made, text);
                }
                _ => push_value(column.value(position as usize), text),
            };
            match values.next() {
                None => push(first, text),
                Some(second) => {
                    text.push('[');
                    push(first, text);
                    for position in std::iter::once(second).chain(values) {
                        text.push(',');
                        push(position, text);
                    }
                    text.push(']');
                }
            }
        }
    }
    let raw = if block.is_whole() { Some(block.raw_of(rows)?) } else { None };
    let mut last_lane: Option<(Arc<Lane>, String)> = None;
    let records = block.records(rows)?;
    fields
        .into_iter()
        .zip(records)
        .enumerate()
        .map(|(place, (fields, record))| {
            let origin = match &last_lane {
                Some((lane, origin)) if Arc::ptr_eq(lane, &record.lane) => origin.clone(),
                _ => origin_of(&record.lane),
            };
            last_lane = Some((Arc::clone(&record.lane), origin.clone()));
            let bytes = raw.as_ref().map(|raw| raw.get(place));
            Ok(one(block.info().stream.as_str(), &record, &origin, &fields, bytes))
        })
        .collect()
}

/// A record; without `bytes` for somebody who does not see all of its fields.
fn one(stream: &str, record: &Record, origin: &str, fields: &str, bytes: Option<&[u8]>) -> String {
    let mut text = String::with_capacity(bytes.map_or(0, <[u8]>::len) * 2 + fields.len() + 300);
    // Writing to a String cannot fail, here and below.
    _ = write!(
        text,
        r#"{{"id":"{}","timestamp":"{}","received_at":"{}","stream":"{stream}","origin":{{{origin}"offset":{}}}"#,
        record.id, record.time, record.received_at, record.id.offset
    );
    _ = write!(text, r#","fields":{{{fields}}}"#);
    match bytes {
        Some(bytes) => push_bytes(bytes, &mut text),
        None => text.push_str(r#","withheld":true"#),
    }
    let flags = FrameFlags::from_bits(record.flags);
    let names = [
        (FrameFlags::TRUNCATED, "truncated"),
        (FrameFlags::UNFINISHED, "unfinished"),
        (FrameFlags::MALFORMED, "malformed"),
    ];
    let set: Vec<String> = names
        .iter()
        .filter(|(flag, _)| flags.contains(*flag))
        .map(|(_, name)| format!("\"{name}\""))
        .collect();
    if !set.is_empty() {
        _ = write!(text, r#","flags":[{}]"#, set.join(","));
    }
    text.push('}');
    text
}

/// The exact bytes of a record: as a text, and as base64 when they are none.
fn push_bytes(bytes: &[u8], text: &mut String) {
    text.push_str(",\"raw\":");
    push_text(&String::from_utf8_lossy(bytes), text);
    if std::str::from_utf8(bytes).is_err() {
        // Writing to a String cannot fail.
        _ = write!(text, r#","raw_base64":"{}""#, STANDARD.encode(bytes));
    }
}

/// The members of an origin as JSON, each with a comma behind it.
fn origin_of(lane: &Lane) -> String {
    let origin = &lane.origin;
    let parts = [
        ("agent", &*lane.agent),
        ("cluster", &origin.cluster),
        ("node", &origin.node),
        ("namespace", &origin.namespace),
        ("pod", &origin.pod),
        ("pod_uid", &origin.pod_uid),
        ("container", &origin.container),
        ("file", &origin.file),
        ("channel", origin.channel.as_str()),
    ];
    let mut text = String::new();
    for (name, value) in parts.iter().filter(|(_, value)| !value.is_empty()) {
        _ = write!(text, "\"{name}\":");
        push_text(value, &mut text);
        text.push(',');
    }
    _ = write!(text, "\"generation\":{},", lane.generation);
    text
}

/// A text as JSON.
pub(crate) fn push_text(value: &str, text: &mut String) {
    text.push('"');
    let mut rest = value;
    while let Some(at) = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        text.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            0x08 => text.push_str("\\b"),
            0x0c => text.push_str("\\f"),
            // Writing to a String cannot fail.
            other => _ = write!(text, "\\u{other:04x}"),
        }
        rest = &rest[at + 1..];
    }
    text.push_str(rest);
    text.push('"');
}

fn push_value(value: Value<'_>, text: &mut String) {
    match value {
        Value::Text(value) => push_text(value, text),
        Value::Integer(number) => _ = write!(text, "{number}"),
        Value::Decimal(number) if is_json_number(number) => text.push_str(number),
        Value::Decimal(number) => push_text(number, text),
        Value::Boolean(truth) => text.push_str(if truth { "true" } else { "false" }),
    }
}

/// Whether a number is written as JSON writes numbers, and small enough that every reader takes it: `+5`, `.5`, `007`
/// and `1e400` are not.
fn is_json_number(text: &str) -> bool {
    if !text.parse().is_ok_and(f64::is_finite) {
        return false;
    }
    let skip_digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut rest = text.strip_prefix('-').unwrap_or(text);
    let integer = skip_digits(rest);
    if integer == 0 || (integer > 1 && rest.starts_with('0')) {
        return false;
    }
    rest = &rest[integer..];
    if let Some(fraction) = rest.strip_prefix('.') {
        let digits = skip_digits(fraction);
        if digits == 0 {
            return false;
        }
        rest = &fraction[digits..];
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let digits = skip_digits(exponent);
        if digits == 0 {
            return false;
        }
        rest = &exponent[digits..];
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_is_written_as_json_writes_it(value in any::<String>(), controls in "[\\x00-\\x20\"\\\\a\\x7fß]{0,20}") {
            for value in [value, controls] {
                let mut text = String::new();
                push_text(&value, &mut text);
                prop_assert_eq!(text, serde_json::Value::from(value).to_string());
            }
        }
    }

    #[test]
    fn numbers_stay_as_they_were_written_when_json_allows_it() {
        for text in ["0", "-1.50", "1e3", "1E+40", "18446744073709551615"] {
            assert!(is_json_number(text), "{text}");
        }
        for text in ["", "-", "+5", ".5", "5.", "007", "1e", "1e400", "0x10", "1 2"] {
            assert!(!is_json_number(text), "{text}");
        }
    }
}
