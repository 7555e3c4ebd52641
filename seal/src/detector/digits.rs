//! Groups of digits, which the detectors of numbers begin at.

use std::ops::Range;

/// All maximal runs of digits, from the front.
pub(super) fn groups(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(u8::is_ascii_digit)?;
        at = end_of_digits(bytes, start);
        Some(start..at)
    })
}

/// Where the digits that stand at `start` end.
pub(super) fn end_of_digits(bytes: &[u8], start: usize) -> usize {
    let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    start + digits
}

/// Whether a number can begin here: no letter or digit stands right before it.
pub(super) fn is_open_before(bytes: &[u8], start: usize) -> bool {
    start == 0 || !bytes[start - 1].is_ascii_alphanumeric()
}

/// Whether a number can end here: no letter or digit stands right after it.
pub(super) fn is_open_after(bytes: &[u8], end: usize) -> bool {
    bytes.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric())
}

/// Whether what stands here are the digits after a decimal point.
pub(super) fn is_fraction(bytes: &[u8], start: usize) -> bool {
    start >= 2 && matches!(bytes[start - 1], b'.' | b',') && bytes[start - 2].is_ascii_digit()
}

/// Whether the number goes on after `end`, with the separator that stands there.
pub(super) fn goes_on(bytes: &[u8], end: usize, separator: u8) -> bool {
    bytes.get(end) == Some(&separator) && bytes.get(end + 1).is_some_and(u8::is_ascii_digit)
}
