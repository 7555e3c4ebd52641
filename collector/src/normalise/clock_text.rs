//! The small parts that times in texts are made of: digits, times of day, month names, offsets from UTC.

use palisade_record::Timestamp;

use super::zone::Zone;

/// What a time in a text is read against.
#[derive(Clone, Copy)]
pub(crate) struct Reference<'a> {
    /// The zone of times that do not tell theirs.
    pub(crate) zone: &'a Zone,
    /// When the record arrived, for times that do not tell their year.
    pub(crate) received_at: Timestamp,
}

/// A time found in a text, and where it ends there.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Found {
    pub(crate) time: Timestamp,
    pub(crate) end: usize,
}

/// A time of day, and where it ends.
#[derive(Clone, Copy)]
pub(crate) struct TimeOfDay {
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    pub(crate) nanos: u32,
    pub(crate) end: usize,
}

/// A date.
#[derive(Clone, Copy)]
pub(crate) struct Date {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
}

/// Exactly `count` digits at `at`.
pub(crate) fn digits(text: &[u8], at: usize, count: usize) -> Option<i64> {
    let digits = text.get(at..at.checked_add(count)?)?;
    digits
        .iter()
        .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}

/// One to `count_max` digits at `at`, and where they end.
pub(crate) fn some_digits(text: &[u8], at: usize, count_max: usize) -> Option<(i64, usize)> {
    let rest = text.get(at..)?;
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count > count_max {
        return None;
    }
    (count > 0).then(|| Some((digits(text, at, count)?, at + count)))?
}

/// Whether no further digit follows.
pub(crate) fn ends_number(text: &[u8], at: usize) -> bool {
    !text.get(at).is_some_and(u8::is_ascii_digit)
}

/// Nanoseconds of a fraction like `.123` or `,123` at `at`, and where it ends; nothing is no fraction.
pub(crate) fn fraction(text: &[u8], at: usize) -> (u32, usize) {
    if !matches!(text.get(at), Some(b'.' | b',')) {
        return (0, at);
    }
    let rest = &text[at + 1..];
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return (0, at);
    }
    let place = |place: usize| rest[..count].get(place).map_or(0, |digit| u32::from(digit - b'0'));
    ((0..9).fold(0, |nanos, position| nanos * 10 + place(position)), at + 1 + count)
}

/// `hh:mm:ss` with any separator and an optional fraction.
pub(crate) fn time_of_day(text: &[u8], at: usize, separator: u8) -> Option<TimeOfDay> {
    if text.get(at + 2) != Some(&separator) || text.get(at + 5) != Some(&separator) {
        return None;
    }
    let (hour, minute) = (digits(text, at, 2)?, digits(text, at + 3, 2)?);
    let second = digits(text, at + 6, 2)?;
    let (nanos, end) = fraction(text, at + 8);
    ends_number(text, end).then_some(TimeOfDay { hour, minute, second, nanos, end })
}

/// The month of an English name's first three letters.
pub(crate) fn month(text: &[u8], at: usize) -> Option<i64> {
    const MONTHS: [&[u8; 3]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    let name = text.get(at..at + 3)?;
    let position = MONTHS.iter().position(|month| name.eq_ignore_ascii_case(*month))?;
    i64::try_from(position + 1).ok()
}

/// Whether an English day's first three letters stand there.
pub(crate) fn is_weekday(text: &[u8], at: usize) -> bool {
    const DAYS: [&[u8; 3]; 7] = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];
    text.get(at..at + 3).is_some_and(|name| DAYS.iter().any(|day| name.eq_ignore_ascii_case(*day)))
}

/// Seconds east of UTC that are told at `at`, and where that ends.
pub(crate) fn offset(text: &[u8], at: usize) -> Option<(i64, usize)> {
    let is_boundary = |at: usize| !text.get(at).is_some_and(u8::is_ascii_alphanumeric);
    match text.get(at)? {
        b'Z' | b'z' if is_boundary(at + 1) => Some((0, at + 1)),
        b' ' => match text.get(at + 1)? {
            b'+' | b'-' => signed_offset(text, at + 1).filter(|(_, end)| *end >= at + 6),
            b'U' | b'G' | b'Z' => {
                let rest = &text[at + 1..];
                let word = [&b"UTC"[..], b"GMT", b"Z"].into_iter().find(|word| rest.starts_with(word))?;
                let end = at + 1 + word.len();
                is_boundary(end).then_some((0, end))
            }
            _ => None,
        },
        b'+' | b'-' => signed_offset(text, at),
        _ => None,
    }
}

fn signed_offset(text: &[u8], at: usize) -> Option<(i64, usize)> {
    let sign = if text.get(at)? == &b'-' { -1 } else { 1 };
    let hours = digits(text, at + 1, 2)?;
    let minutes_at = if text.get(at + 3) == Some(&b':') { at + 4 } else { at + 3 };
    let (minutes, end) = match digits(text, minutes_at, 2) {
        Some(minutes) => (minutes, minutes_at + 2),
        None => (0, at + 3),
    };
    let is_real = hours < 24 && minutes < 60 && ends_number(text, end);
    is_real.then_some((sign * (hours * 3600 + minutes * 60), end))
}

impl Date {
    fn at(self, time: TimeOfDay) -> Option<Timestamp> {
        Timestamp::from_civil(
            self.year,
            self.month,
            self.day,
            time.hour,
            time.minute,
            time.second,
            time.nanos,
        )
    }

    /// The point in time of this date and time, whose offset may follow in the text; else the zone tells it.
    pub(crate) fn resolve(self, text: &[u8], time: TimeOfDay, reference: Reference<'_>) -> Option<Found> {
        let local = self.at(time)?;
        match offset(text, time.end) {
            Some((seconds, end)) => {
                let nanos = local.as_nanos().checked_sub(seconds * 1_000_000_000)?;
                Some(Found { time: Timestamp::from_nanos(nanos), end })
            }
            None => Some(Found { time: reference.zone.resolve(local)?, end: time.end }),
        }
    }
}

/// Years tried for a time without one: enough to meet a leap year, also around 2100.
const YEARS_BACK_MAX: i64 = 9;
/// How far in the future a time without a year may lie before it is taken for last year's: clocks and zones differ.
const FUTURE_NANOS_MAX: i64 = 86_400 * 1_000_000_000;

/// The latest point in time with this month, day and time that is not more than a day after the receipt.
pub(crate) fn without_year(
    month: i64,
    day: i64,
    text: &[u8],
    time: TimeOfDay,
    reference: Reference<'_>,
) -> Option<Found> {
    const NANOS_PER_YEAR: i64 = 31_556_952 * 1_000_000_000;
    let received = reference.received_at.as_nanos();
    let latest = received.saturating_add(FUTURE_NANOS_MAX);
    let next_year = 1970 + received.div_euclid(NANOS_PER_YEAR) + 1;
    (0..YEARS_BACK_MAX).find_map(|back| {
        let date = Date { year: next_year - back, month, day };
        date.resolve(text, time, reference).filter(|found| found.time.as_nanos() <= latest)
    })
}
