//! A record's bytes as text that people read and search: the bytes themselves stay as they are.

use palisade_index::Standing;

/// Bytes before the record proper: NULs, which a file that was truncated under its writer begins with, and the mark
/// some programs put before UTF-8.
pub(crate) fn before_text(payload: &[u8]) -> usize {
    let zeros = payload.iter().take_while(|byte| **byte == 0).count();
    if payload[zeros..].starts_with(b"\xef\xbb\xbf") { zeros + 3 } else { zeros }
}

/// The text of a payload, and where what it is made of stands there; `buffer` is used when the payload cannot be
/// borrowed as it is. Invalid bytes become U+FFFD, and the escape sequences by which terminals show colours are left out.
pub(crate) fn text<'a>(payload: &'a [u8], buffer: &'a mut String) -> (&'a str, Standing) {
    let before = before_text(payload);
    let text = &payload[before..];
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let place = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    let standing = Standing::Bare(place(before), place(before + text.len()));
    if memchr::memchr(ESCAPE, text).is_none()
        && let Ok(text) = std::str::from_utf8(text)
    {
        return (text, standing);
    }
    buffer.clear();
    let mut rest = text;
    while let Some(position) = memchr::memchr(ESCAPE, rest) {
        append_lossy(&rest[..position], buffer);
        rest = &rest[position + escape_length(&rest[position..])..];
    }
    append_lossy(rest, buffer);
    (buffer, standing)
}

const ESCAPE: u8 = 0x1b;
/// Titles and links that terminals are told are shorter; a sequence without its end must not hide the line.
const STRING_SEQUENCE_BYTES_MAX: usize = 2_048;

fn append_lossy(bytes: &[u8], target: &mut String) {
    for chunk in bytes.utf8_chunks() {
        target.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            target.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// How many bytes the escape sequence at the beginning has.
fn escape_length(bytes: &[u8]) -> usize {
    match bytes.get(1) {
        Some(b'[') => {
            let parameters = bytes[2..].iter().take_while(|byte| (0x20..0x40).contains(*byte)).count();
            let has_final = bytes.get(2 + parameters).is_some_and(|byte| (0x40..0x7f).contains(byte));
            2 + parameters + usize::from(has_final)
        }
        Some(b']' | b'P' | b'X' | b'^' | b'_') => string_sequence_length(bytes).unwrap_or(2),
        Some(0x20..0x30) => {
            let intermediates = bytes[1..].iter().take_while(|byte| (0x20..0x30).contains(*byte)).count();
            let has_final = bytes.get(1 + intermediates).is_some_and(|byte| (0x30..0x7f).contains(byte));
            1 + intermediates + usize::from(has_final)
        }
        Some(0x30..0x7f) => 2,
        _ => 1,
    }
}

fn string_sequence_length(bytes: &[u8]) -> Option<usize> {
    let bytes = &bytes[..bytes.len().min(STRING_SEQUENCE_BYTES_MAX)];
    let end = 2 + memchr::memchr2(0x07, ESCAPE, bytes.get(2..)?)?;
    match (bytes[end], bytes.get(end + 1)) {
        (0x07, _) => Some(end + 1),
        (_, Some(b'\\')) => Some(end + 2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn view(payload: &[u8]) -> String {
        text(payload, &mut String::new()).0.to_owned()
    }

    #[test]
    fn what_terminals_obey_is_not_text() {
        assert_eq!(view(b"\x1b[1;31mERROR\x1b[0m boom"), "ERROR boom");
        assert_eq!(view(b"\x1b]0;title\x07text"), "text");
        assert_eq!(view(b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\"), "link");
        assert_eq!(view(b"\x1b(Bplain"), "plain");
    }

    #[test]
    fn an_unfinished_sequence_hides_nothing_behind_it() {
        assert_eq!(view(b"\x1b]0;no end of this"), "0;no end of this");
        assert_eq!(view(b"end\x1b["), "end");
        assert_eq!(view(b"end\x1b"), "end");
    }

    #[test]
    fn bytes_that_are_not_text_are_replaced() {
        assert_eq!(view(b"caf\xe9 ok"), "caf\u{fffd} ok");
        assert_eq!(view(b"\0\0\0after a hole\r"), "after a hole");
        assert_eq!(view(b"\xef\xbb\xbfmarked"), "marked");
    }

    proptest! {
        #[test]
        fn any_bytes_have_a_view(bytes in proptest::collection::vec(prop_oneof![Just(0x1b), Just(b'['), Just(b']'), any::<u8>()], 0..40)) {
            let text = view(&bytes);
            prop_assert!(!text.as_bytes().contains(&ESCAPE));
        }
    }
}
