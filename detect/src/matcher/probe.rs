//! What is asked of one value, and whether it holds.

use std::borrow::Cow;

use palisade_record::Value;

use crate::rule::{Place, fold};

/// Where one text lies in another, both folded or neither.
pub(super) fn lies(place: Place, text: &str, part: &str) -> bool {
    match place {
        Place::Whole => text == part,
        Place::Start => text.starts_with(part),
        Place::End => text.ends_with(part),
        Place::Anywhere => text.contains(part),
    }
}

/// The text without case, unless case matters.
pub(super) fn folded(text: Cow<'_, str>, cased: bool) -> Cow<'_, str> {
    if cased { text } else { Cow::Owned(fold(&text)) }
}

/// The text of a value, written to `buffer` where it has none of its own.
pub(super) fn text_of<'a>(value: &Value<'a>, buffer: &'a mut String) -> &'a str {
    use std::fmt::Write as _;
    match *value {
        Value::Text(text) | Value::Decimal(text) => text,
        Value::Boolean(true) => "true",
        Value::Boolean(false) => "false",
        Value::Integer(number) => {
            buffer.clear();
            // Writing to a String cannot fail.
            _ = write!(buffer, "{number}");
            buffer
        }
    }
}
