//! Social security numbers of the United States.

use std::ops::Range;

use super::digits::{end_of_digits, goes_on, is_open_after, is_open_before};

/// The number that begins with a group of digits: three, two and four digits with hyphens, of which none that was never
/// given out.
pub(super) fn at(bytes: &[u8], first: &Range<usize>) -> Option<Range<usize>> {
    let is_after_hyphen = first.start > 0 && bytes[first.start - 1] == b'-';
    if first.len() != 3 || is_after_hyphen || !is_open_before(bytes, first.start) {
        return None;
    }
    let second = next(bytes, first.end, 2)?;
    let third = next(bytes, second.end, 4)?;
    if !is_open_after(bytes, third.end) || goes_on(bytes, third.end, b'-') {
        return None;
    }
    let area = &bytes[first.clone()];
    let was_given_out = area != b"000"
        && area != b"666"
        && area[0] != b'9'
        && &bytes[second] != b"00"
        && &bytes[third.clone()] != b"0000";
    was_given_out.then_some(first.start..third.end)
}

fn next(bytes: &[u8], end: usize, length: usize) -> Option<Range<usize>> {
    let is_there = goes_on(bytes, end, b'-') && end_of_digits(bytes, end + 1) == end + 1 + length;
    is_there.then(|| end + 1..end + 1 + length)
}
