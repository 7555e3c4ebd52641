//! The time that a line of plain text tells, in the spellings that programs use.

use palisade_record::Timestamp;

use super::clock_text::{
    Date, Found, Reference, TimeOfDay, digits, ends_number, fraction, is_weekday, month, offset, some_digits,
    time_of_day, without_year,
};
use super::column_time;
use super::epoch;

/// Times stand at the beginnings of lines; further on they belong to what is told, not to the telling.
const SEARCH_BYTES_MAX: usize = 256;

/// The time a line tells.
pub(crate) fn find(line: &[u8], reference: Reference<'_>) -> Option<Found> {
    let line = &line[..line.len().min(SEARCH_BYTES_MAX)];
    let start = after_opening(line);
    let moved = |found: Found| Found { end: found.end + start, ..found };
    at_start(&line[start..], reference)
        .map(moved)
        .or_else(|| column_time::find(line))
        .or_else(|| common_log(line))
        .or_else(|| further_on(line, reference))
        .filter(|found| is_plausible(found.time))
}

/// A time that is nobody's clock's error: from 1970 to 2200. Loggers that know no time write the year 1 or 9999.
pub(crate) fn is_plausible(time: Timestamp) -> bool {
    const YEAR_2200_NANOS: i64 = 7_258_118_400 * 1_000_000_000;
    (0..YEAR_2200_NANOS).contains(&time.as_nanos())
}

/// A time that is the whole text.
pub(crate) fn whole(text: &[u8], reference: Reference<'_>) -> Option<Timestamp> {
    let text = text.trim_ascii();
    let found = at_start(text, reference).or_else(|| common_log(text))?;
    let rest = text[found.end..].trim_ascii();
    let is_known = |word: &[u8]| match word {
        b"" | b"UTC" | b"GMT" | b"(UTC)" | b"(GMT)" => true,
        // Go adds its monotonic clock.
        [b'm', b'=', ..] => true,
        // `+0200 CEST`: a short name means something only behind an offset.
        _ => {
            word.len() <= 5 && word.iter().all(u8::is_ascii_uppercase) && ends_with_offset(&text[..found.end])
        }
    };
    rest.split(|byte| *byte == b' ').all(is_known).then_some(found.time)
}

fn ends_with_offset(text: &[u8]) -> bool {
    [5, 6].iter().any(|length| {
        text.len()
            .checked_sub(*length)
            .is_some_and(|at| offset(text, at).is_some_and(|(_, end)| end == text.len()))
    })
}

/// Past blanks, a syslog priority and an opening bracket.
fn after_opening(line: &[u8]) -> usize {
    let mut at = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if line.get(at) == Some(&b'<')
        && let Some((_, end)) = some_digits(line, at + 1, 3)
        && line.get(end) == Some(&b'>')
    {
        at = end + 1;
        if line[at..].starts_with(b"1 ") {
            at += 2;
        }
    }
    if line.get(at) == Some(&b'[') { at + 1 } else { at }
}

fn at_start(text: &[u8], reference: Reference<'_>) -> Option<Found> {
    match text.first()? {
        b'0'..=b'9' => calendar(text, reference)
            .or_else(|| two_digit_year(text, reference))
            .or_else(|| compact(text, reference))
            .or_else(|| month_and_day(text, reference))
            .or_else(|| epoch::at_start(text)),
        _ => klog(text, reference).or_else(|| named_month(text, reference)),
    }
}

/// `2026-11-21T08:02:00.5Z`, `2026/11/21 08:02:00`, `2026-11-21-08.02.00.123456`.
pub(crate) fn calendar(text: &[u8], reference: Reference<'_>) -> Option<Found> {
    let separator = *text.get(4)?;
    if !matches!(separator, b'-' | b'/' | b'.') || *text.get(7)? != separator {
        return None;
    }
    let date = Date { year: digits(text, 0, 4)?, month: digits(text, 5, 2)?, day: digits(text, 8, 2)? };
    let time = match text.get(10)? {
        b'T' | b't' | b' ' => time_of_day(text, 11, b':').or_else(|| without_seconds(text, 11))?,
        b'-' => time_of_day(text, 11, b'.')?,
        _ => return None,
    };
    date.resolve(text, time, reference)
}

/// `08:02Z`: ISO 8601 allows to leave the seconds out, but then the offset must show that it is a time.
fn without_seconds(text: &[u8], at: usize) -> Option<TimeOfDay> {
    let (hour, minute) = (digits(text, at, 2)?, digits(text, at + 3, 2)?);
    let time = TimeOfDay { hour, minute, second: 0, nanos: 0, end: at + 5 };
    (text.get(at + 2) == Some(&b':') && offset(text, time.end).is_some()).then_some(time)
}

/// `26/11/21 08:02:00` and `261121 080200`.
fn two_digit_year(text: &[u8], reference: Reference<'_>) -> Option<Found> {
    let (year, month, day, time) = if text.get(2) == Some(&b'/') && text.get(5) == Some(&b'/') {
        let time = (text.get(8) == Some(&b' ')).then(|| time_of_day(text, 9, b':'))??;
        (digits(text, 0, 2)?, digits(text, 3, 2)?, digits(text, 6, 2)?, time)
    } else {
        if text.get(6) != Some(&b' ') || !ends_number(text, 13) {
            return None;
        }
        let time = run_together(text, 7)?;
        (digits(text, 0, 2)?, digits(text, 2, 2)?, digits(text, 4, 2)?, time)
    };
    let century = if year < 70 { 2000 } else { 1900 };
    Date { year: century + year, month, day }.resolve(text, time, reference)
}

/// `080200`.
fn run_together(text: &[u8], at: usize) -> Option<TimeOfDay> {
    let (hour, minute) = (digits(text, at, 2)?, digits(text, at + 2, 2)?);
    let second = digits(text, at + 4, 2)?;
    let (nanos, end) = fraction(text, at + 6);
    Some(TimeOfDay { hour, minute, second, nanos, end })
}

/// `20261121-8:2:0:500` and `20261121T080200Z`.
fn compact(text: &[u8], reference: Reference<'_>) -> Option<Found> {
    let date = Date { year: digits(text, 0, 4)?, month: digits(text, 4, 2)?, day: digits(text, 6, 2)? };
    let time = match text.get(8)? {
        b'T' => run_together(text, 9).filter(|time| ends_number(text, time.end))?,
        b'-' => {
            let (hour, at) = some_digits(text, 9, 2)?;
            let (minute, at) = some_digits(text, past(text, at, b':')?, 2)?;
            let (second, at) = some_digits(text, past(text, at, b':')?, 2)?;
            let (millis, end) = some_digits(text, past(text, at, b':')?, 3)?;
            TimeOfDay { hour, minute, second, nanos: u32::try_from(millis).ok()? * 1_000_000, end }
        }
        _ => return None,
    };
    date.resolve(text, time, reference)
}

fn past(text: &[u8], at: usize, byte: u8) -> Option<usize> {
    (text.get(at) == Some(&byte)).then_some(at + 1)
}

/// `11-21 08:02:00.123` of Android and `[11.21 08:02:00]` of Proxifier.
fn month_and_day(text: &[u8], reference: Reference<'_>) -> Option<Found> {
    let separator = *text.get(2)?;
    if !matches!(separator, b'-' | b'.') || text.get(5) != Some(&b' ') {
        return None;
    }
    let time = time_of_day(text, 6, b':')?;
    // Without its fraction or bracket it might be a range of numbers.
    let is_sure = if separator == b'-' { time.end > 14 } else { text.get(time.end) == Some(&b']') };
    if !is_sure {
        return None;
    }
    without_year(digits(text, 0, 2)?, digits(text, 3, 2)?, text, time, reference)
}

/// `I1121 08:02:00.123456`.
fn klog(text: &[u8], reference: Reference<'_>) -> Option<Found> {
    if !matches!(text.first()?, b'I' | b'W' | b'E' | b'F') || text.get(5) != Some(&b' ') {
        return None;
    }
    let time = time_of_day(text, 6, b':')?;
    without_year(digits(text, 1, 2)?, digits(text, 3, 2)?, text, time, reference)
}

/// `Nov 21 08:02:00`, `Nov 21 2026 08:02:00`, `Sat Nov 21 08:02:00 2026`, `Sat, 21 Nov 2026 08:02:00 +0000`.
fn named_month(text: &[u8], reference: Reference<'_>) -> Option<Found> {
    let has_weekday = is_weekday(text, 0) && matches!(text.get(3), Some(b' ' | b','));
    let mut at = if has_weekday { skip_blanks(text, 4) } else { 0 };
    if text.get(at).is_some_and(u8::is_ascii_digit) {
        return day_first(text, at, reference);
    }
    let month = month(text, at)?;
    at = skip_blanks(text, past(text, at + 3, b' ')?);
    let (day, end) = some_digits(text, at, 2)?;
    at = skip_blanks(text, past(text, end, b' ')?);
    if let Some(year) = digits(text, at, 4).filter(|_| text.get(at + 4) == Some(&b' ')) {
        return Date { year, month, day }.resolve(text, time_of_day(text, at + 5, b':')?, reference);
    }
    let time = time_of_day(text, at, b':')?;
    let year_at = skip_zone_name(text, time.end);
    if let Some(year) = digits(text, year_at + 1, 4)
        .filter(|_| has_weekday && text.get(year_at) == Some(&b' ') && ends_number(text, year_at + 5))
    {
        let found = Date { year, month, day }.resolve(text, time, reference)?;
        return Some(Found { end: year_at + 5, ..found });
    }
    without_year(month, day, text, time, reference)
}

/// ` UTC` between time and year, as `date` prints it. Other zones' short names are ambiguous.
fn skip_zone_name(text: &[u8], at: usize) -> usize {
    let stands = [&b" UTC "[..], b" GMT "].iter().any(|name| text[at..].starts_with(name));
    if stands { at + 4 } else { at }
}

fn day_first(text: &[u8], at: usize, reference: Reference<'_>) -> Option<Found> {
    let (day, end) = some_digits(text, at, 2)?;
    let month = month(text, past(text, end, b' ')?)?;
    let year = digits(text, past(text, end + 4, b' ')?, 4)?;
    let time = time_of_day(text, past(text, end + 9, b' ')?, b':')?;
    Date { year, month, day }.resolve(text, time, reference)
}

fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    while text.get(at) == Some(&b' ') {
        at += 1;
    }
    at
}

/// `21/Nov/2026:08:02:00 +0000`, the time of access logs, behind address and user.
fn common_log(line: &[u8]) -> Option<Found> {
    memchr::memchr_iter(b'/', line).find_map(|slash| {
        let start = slash.checked_sub(2)?;
        let day = digits(line, start, 2)?;
        let month = month(line, slash + 1)?;
        let year = digits(line, past(line, slash + 4, b'/')?, 4)?;
        let time = time_of_day(line, past(line, slash + 9, b':')?, b':')?;
        // This format always tells its offset.
        let utc = Reference { zone: &super::zone::Zone::Utc, received_at: Timestamp::MAX };
        Date { year, month, day }.resolve(line, time, utc)
    })
}

/// A full date and time behind other words, as in `nova.log.1 2026-11-21 08:02:00.008 …` or `time="2026-11-21T…"`.
fn further_on(line: &[u8], reference: Reference<'_>) -> Option<Found> {
    (1..line.len().saturating_sub(18)).find_map(|at| {
        let begins = line[at].is_ascii_digit()
            && matches!(line[at - 1], b' ' | b'\t' | b'[' | b'(' | b'|' | b'"' | b'=');
        if !begins || line[at + 4] != line[at + 7] {
            return None;
        }
        let found = calendar(&line[at..], reference)?;
        Some(Found { end: found.end + at, ..found })
    })
}
