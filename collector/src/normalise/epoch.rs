//! Times told as numbers since the epoch: seconds, milliseconds, microseconds or nanoseconds, by their size.

use palisade_record::Timestamp;

use super::clock_text::{Found, fraction, some_digits};

/// 1973 in seconds. Smaller numbers in fields called `time` are durations.
const SECONDS_MIN: i64 = 100_000_000;

/// Nanoseconds in the unit of a number of this size: a number of seconds as large as the smallest number of
/// milliseconds would lie in the year 5138.
fn unit_nanos(number: i64) -> Option<i64> {
    match number {
        ..SECONDS_MIN => None,
        SECONDS_MIN..100_000_000_000 => Some(1_000_000_000),
        100_000_000_000..100_000_000_000_000 => Some(1_000_000),
        100_000_000_000_000..100_000_000_000_000_000 => Some(1_000),
        _ => Some(1),
    }
}

/// The time that a whole number tells.
pub(crate) fn of_integer(number: i64) -> Option<Timestamp> {
    number.checked_mul(unit_nanos(number)?).map(Timestamp::from_nanos)
}

/// The time that a text tells which is nothing but a number, with or without a fraction.
pub(crate) fn of_text(text: &str) -> Option<Timestamp> {
    let bytes = text.trim_ascii().as_bytes();
    if let Some((number, at)) = some_digits(bytes, 0, 18).or_else(|| nineteen_digits(bytes)) {
        let (nanos, end) = fraction(bytes, at);
        if end == bytes.len() {
            return with_fraction(number, nanos);
        }
    }
    let is_exponential = bytes.first()?.is_ascii_digit() && memchr::memchr2(b'e', b'E', bytes).is_some();
    is_exponential.then(|| exponential(text.trim_ascii()))?
}

fn nineteen_digits(text: &[u8]) -> Option<(i64, usize)> {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let digits = std::str::from_utf8(&text[..count]).ok()?;
    (count == 19).then(|| Some((digits.parse().ok()?, count)))?
}

fn with_fraction(number: i64, nanos: u32) -> Option<Timestamp> {
    let unit = unit_nanos(number)?;
    let rest = i64::from(nanos) * unit / 1_000_000_000;
    number.checked_mul(unit)?.checked_add(rest).map(Timestamp::from_nanos)
}

/// `1.7e9`: what is written so has no more digits than a float.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the size is checked; a fraction below the unit is dropped"
)]
fn exponential(text: &str) -> Option<Timestamp> {
    let number: f64 = text.parse().ok()?;
    (number.is_finite() && number < 9e18).then(|| of_integer(number as i64))?
}

/// The time that ten digits tell, or nine: seconds.
pub(crate) fn of_digits(text: &[u8]) -> Option<Timestamp> {
    let (number, end) = some_digits(text, 0, 10)?;
    (end == text.len()).then(|| of_integer(number))?
}

/// Seconds with ten digits and perhaps a fraction, or milliseconds with thirteen, at the beginning of a line.
pub(crate) fn at_start(text: &[u8]) -> Option<Found> {
    let (number, at) = some_digits(text, 0, 13)?;
    let (nanos, end) = if at == 10 { fraction(text, at) } else { (0, at) };
    let is_bounded = matches!(text.get(end), None | Some(b' ' | b'\t' | b']' | b'|' | b','));
    (matches!(at, 10 | 13) && is_bounded).then(|| Some(Found { time: with_fraction(number, nanos)?, end }))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        of_text(text).map(|time| time.to_string())
    }

    #[test]
    fn the_unit_follows_from_the_size() {
        for text in ["1700000000", "1700000000000", "1700000000000000", "1700000000000000000", "1.7e9"] {
            assert_eq!(read(text).as_deref(), Some("2023-11-14T22:13:20.000Z"), "{text}");
        }
    }

    #[test]
    fn fractions_keep_their_digits() {
        assert_eq!(read("1700000000.123456789").as_deref(), Some("2023-11-14T22:13:20.123456789Z"));
        assert_eq!(read("1700000000123.5").as_deref(), Some("2023-11-14T22:13:20.123500Z"));
    }

    #[test]
    fn durations_and_words_are_not_times() {
        for text in ["12", "12.5", "0", "", "17e", "1700000000 s", "-1700000000", "9999999999999999999"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
