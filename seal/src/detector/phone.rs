//! Telephone numbers. Without a `+` and outside North America nothing tells them from other numbers.

use std::ops::Range;

use super::digits::{end_of_digits, goes_on, is_open_after, is_open_before};

/// The fewest digits of a number that any detector of numbers looks for.
pub(super) const DIGITS_MIN: usize = 8;

/// The most digits of a number with its country (ITU-T E.164).
const DIGITS_MAX: usize = 15;

/// The number that begins with a group of digits, or right before it.
pub(super) fn at(bytes: &[u8], first: &Range<usize>) -> Option<Range<usize>> {
    match first.start.checked_sub(1).map(|before| bytes[before]) {
        Some(b'+') => international(bytes, first),
        Some(b'(') => american(bytes, first, true),
        _ => american(bytes, first, false),
    }
}

/// `+49 30 1234567`: groups with single spaces, hyphens, dots, slashes or brackets.
fn international(bytes: &[u8], first: &Range<usize>) -> Option<Range<usize>> {
    let plus = first.start - 1;
    if bytes[first.start] == b'0' || !is_open_before(bytes, plus) {
        return None;
    }
    let (mut digits, mut end) = (first.len(), first.end);
    while let Some(next) = next_group(bytes, end) {
        if digits + next.len() > DIGITS_MAX {
            break;
        }
        digits += next.len();
        end = next.end;
    }
    let is_number = (DIGITS_MIN..=DIGITS_MAX).contains(&digits) && is_open_after(bytes, end);
    is_number.then_some(plus..end)
}

fn next_group(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let gap = bytes[end..].iter().take(3).take_while(|byte| b" -./()".contains(byte)).count();
    let start = end + gap;
    let has_digit = gap > 0 && bytes.get(start).is_some_and(u8::is_ascii_digit);
    has_digit.then(|| start..end_of_digits(bytes, start))
}

/// `(212) 555-0142`, `212-555-0142`: area codes and exchanges begin with 2 to 9.
fn american(bytes: &[u8], first: &Range<usize>, bracketed: bool) -> Option<Range<usize>> {
    let start = if bracketed { first.start - 1 } else { first.start };
    let is_after_number = start > 0 && matches!(bytes[start - 1], b'-' | b'.');
    if first.len() != 3 || bytes[first.start] < b'2' || is_after_number || !is_open_before(bytes, start) {
        return None;
    }
    let exchange = match (bracketed, bytes.get(first.end..)?) {
        (true, [b')', b' ', ..]) => first.end + 2,
        (true, [b')', ..]) | (false, [b'-' | b'.', ..]) => first.end + 1,
        _ => return None,
    };
    let separator = if bracketed { b'-' } else { bytes[first.end] };
    let is_exchange = bytes.get(exchange).is_some_and(|digit| (b'2'..=b'9').contains(digit))
        && end_of_digits(bytes, exchange) == exchange + 3;
    if !is_exchange || !goes_on(bytes, exchange + 3, separator) {
        return None;
    }
    let end = end_of_digits(bytes, exchange + 4);
    let is_number = end == exchange + 8 && is_open_after(bytes, end) && !goes_on(bytes, end, separator);
    is_number.then_some(start..end)
}
