//! Cuts a body into records: the elements of a JSON array, or lines. Every record is the exact bytes that were sent.

use std::fmt;

use serde::Deserializer as _;
use serde::de::{SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::REQUEST_RECORDS_MAX;

/// A record in a body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Piece<'a> {
    /// Where it begins.
    pub(super) offset: usize,
    /// How much of the body it took, with what ends it.
    pub(super) span: usize,
    pub(super) bytes: &'a [u8],
    /// A line of a body that begins like an array and is none.
    pub(super) is_of_broken_array: bool,
}

/// The records of a body. A body that begins like an array but is none is taken line by line: nothing is refused for
/// its content.
pub(super) fn each<E>(body: &[u8], mut take: impl FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
    let is_of_broken_array = body.trim_ascii_start().first() == Some(&b'[');
    if is_of_broken_array && let Ok(elements) = elements(body) {
        for element in elements {
            let bytes = element.get().as_bytes();
            let offset = bytes.as_ptr().addr() - body.as_ptr().addr();
            take(Piece { offset, span: bytes.len(), bytes, is_of_broken_array: false })?;
        }
        return Ok(());
    }
    let mut start = 0;
    while start < body.len() {
        let end = memchr::memchr(b'\n', &body[start..]).map_or(body.len(), |length| start + length);
        let span = (end + 1).min(body.len()) - start;
        let bytes = &body[start..end];
        if !matches!(bytes, b"" | b"\r") {
            take(Piece { offset: start, span, bytes, is_of_broken_array })?;
        }
        start += span;
    }
    Ok(())
}

/// The elements of a JSON array; of too many, one more than allowed, so that the caller sees it.
fn elements(body: &[u8]) -> Result<Vec<&RawValue>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let elements = reader.deserialize_seq(Elements)?;
    reader.end()?;
    Ok(elements)
}

struct Elements;

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = sequence.next_element()? {
            if elements.len() <= REQUEST_RECORDS_MAX {
                elements.push(element);
            }
        }
        Ok(elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(body: &[u8]) -> Vec<(usize, usize, String)> {
        let mut pieces = Vec::new();
        let take = |piece: Piece<'_>| {
            let text = String::from_utf8_lossy(piece.bytes).into_owned();
            pieces.push((piece.offset, piece.span, text));
            Ok::<(), ()>(())
        };
        each(body, take).unwrap();
        pieces
    }

    #[test]
    fn lines_are_records_and_empty_ones_are_not() {
        let pieces = of(b"{\"a\":1}\r\n\n\r\nnot json\nlast");
        assert_eq!(
            pieces,
            [(0, 9, "{\"a\":1}\r".to_owned()), (12, 9, "not json".to_owned()), (21, 4, "last".to_owned())]
        );
    }

    #[test]
    fn lines_of_a_broken_array_are_told_apart() {
        let mut broken = Vec::new();
        _ = each(b"[1,\n2", |piece| {
            broken.push(piece.is_of_broken_array);
            Ok::<(), ()>(())
        });
        assert_eq!(broken, [true, true]);
    }

    #[test]
    fn elements_of_an_array_keep_their_spelling() {
        let pieces = of(b" [ {\"a\" : 1.0},\n{\"b\":[1, 2]} ,3]\n");
        assert_eq!(
            pieces,
            [
                (3, 11, "{\"a\" : 1.0}".to_owned()),
                (16, 12, "{\"b\":[1, 2]}".to_owned()),
                (30, 1, "3".to_owned())
            ]
        );
        assert!(of(b"[]").is_empty());
    }

    #[test]
    fn what_only_looks_like_an_array_is_lines() {
        assert_eq!(of(b"[notice] one\n[error] two").len(), 2);
        assert_eq!(of(b"[{\"a\":1},\n{\"b\":2}").len(), 2);
        assert_eq!(of(b"[1]\n[2]").len(), 2);
    }

    proptest! {
        #[test]
        fn every_byte_but_line_ends_is_in_a_record(body in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..100)) {
            prop_assume!(body.trim_ascii_start().first() != Some(&b'['));
            let mut kept = Vec::new();
            each(&body, |piece| { kept.extend_from_slice(piece.bytes); Ok::<(), ()>(()) }).unwrap();
            let lines = body.split(|byte| *byte == b'\n').filter(|line| *line != b"\r");
            prop_assert_eq!(kept, lines.collect::<Vec<_>>().concat());
        }
    }
}
