//! Times in the columns of supercomputers' logs: seconds since the epoch, behind an alert category or a number.

use palisade_record::Timestamp;

use super::clock_text::{Found, digits, fraction};
use super::epoch;

/// Columns looked at.
const COLUMNS_MAX: usize = 6;

/// The time in `- 1117838570 2005.06.03 node 2005-06-03-15.42.50.675872 …` or `4711 node part state 1077804742 1 …`.
pub(crate) fn find(line: &[u8]) -> Option<Found> {
    let mut columns = [(0, &b""[..]); COLUMNS_MAX];
    let mut at = 0;
    for (column, text) in columns.iter_mut().zip(line.split(|byte| *byte == b' ')) {
        *column = (at, text);
        at += text.len() + 1;
    }
    category_first(&columns).or_else(|| number_first(&columns))
}

fn category_first(columns: &[(usize, &[u8]); COLUMNS_MAX]) -> Option<Found> {
    let (seconds_at, seconds) = columns[1];
    let (_, date) = columns[2];
    if date.len() != 10 || date[4] != b'.' || date[7] != b'.' {
        return None;
    }
    let time = epoch::of_digits(seconds)?;
    let (precise_at, precise) = columns[4];
    // The fifth column tells the same second by a clock of unknown zone, but with microseconds.
    let is_same_second = precise.len() > 20
        && precise.get(10) == Some(&b'-')
        && digits(precise, 17, 2) == Some(time.as_nanos() / 1_000_000_000 % 60);
    if !is_same_second {
        return Some(Found { time, end: seconds_at + seconds.len() });
    }
    let (nanos, end) = fraction(precise, 19);
    let time = Timestamp::from_nanos(time.as_nanos() + i64::from(nanos));
    Some(Found { time, end: precise_at + end })
}

fn number_first(columns: &[(usize, &[u8]); COLUMNS_MAX]) -> Option<Found> {
    let is_number = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let (at, seconds) = columns[4];
    let is_name = |position: usize| columns[position].1.first().is_some_and(u8::is_ascii_alphabetic);
    if !is_number(columns[0].1) || !is_number(columns[5].1) || !(2..4).all(is_name) {
        return None;
    }
    Some(Found { time: epoch::of_digits(seconds)?, end: at + seconds.len() })
}
