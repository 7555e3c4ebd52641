//! Where a value ends that stands behind a name and a separator.

use std::ops::Range;

/// Spaces between separator and value.
const SPACES_MAX: usize = 4;

/// The value behind the separator at `separator`, without its quotes; `None` when there is none, or when what looks like a
/// separator is something else.
pub(super) fn after(bytes: &[u8], separator: usize) -> Option<Range<usize>> {
    // `a::b` is a path of code, not a name and its value; `==` and `:=` are longer separators.
    if bytes[separator] == b':' && bytes.get(separator + 1) == Some(&b':') {
        return None;
    }
    let equals = bytes[separator + 1..].iter().take(2).take_while(|byte| **byte == b'=').count();
    let mut start = separator + 1 + equals;
    start += bytes[start..].iter().take(SPACES_MAX).take_while(|byte| **byte == b' ').count();
    let escapes = bytes[start..].iter().take_while(|byte| **byte == b'\\').count();
    let quote = bytes.get(start + escapes).filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    let (start, end) = match (quote, bytes.get(start)?) {
        (Some(quote), _) => (start + escapes + 1, end_of_quoted(bytes, start + escapes + 1, *quote, escapes)),
        (None, b'{' | b'[') => (start, end_of_nested(bytes, start)),
        (None, _) => (start, end_of_word(bytes, start)),
    };
    (start < end && &bytes[start..end] != b"null").then_some(start..end)
}

/// The next quote with as many backslashes before it: with more it is part of the value. A value that is cut off ends with
/// the text.
fn end_of_quoted(bytes: &[u8], start: usize, quote: u8, escapes: usize) -> usize {
    let mut at = start;
    while let Some(found) = memchr::memchr(quote, &bytes[at..]) {
        let here = at + found;
        let before = bytes[start..here].iter().rev().take_while(|byte| **byte == b'\\').count();
        if before <= escapes || (escapes == 0 && before % 2 == 0) {
            return here - before.min(escapes);
        }
        at = here + 1;
    }
    bytes.len()
}

fn end_of_word(bytes: &[u8], start: usize) -> usize {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b",;&\"'`()[]{}<>|\\".contains(byte);
    bytes[start..].iter().position(is_end).map_or(bytes.len(), |length| start + length)
}

/// Behind the bracket that closes the one at `start`; brackets in quotes do not count.
fn end_of_nested(bytes: &[u8], start: usize) -> usize {
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            b'"' if !is_escaped => is_quoted = !is_quoted,
            b'{' | b'[' if !is_quoted => depth += 1,
            b'}' | b']' if !is_quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        // In a JSON text inside another every quote has a backslash: then brackets in quotes count, which only makes
        // the value longer or shorter than it was by what is between them.
        is_escaped = *byte == b'\\' && !is_escaped;
    }
    bytes.len()
}
