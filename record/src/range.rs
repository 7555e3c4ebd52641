//! Spans of time a question is about.

use std::time::Duration;

use crate::Timestamp;

/// From `from` (inclusive) to `to` (exclusive).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeRange {
    /// The first instant inside.
    pub from: Timestamp,
    /// The first instant after.
    pub to: Timestamp,
}

impl TimeRange {
    /// All of time.
    pub const ALL: Self = Self { from: Timestamp::MIN, to: Timestamp::MAX };

    /// Whether `time` is inside. The very last instant counts as inside of a range without end.
    pub fn contains(&self, time: Timestamp) -> bool {
        self.from <= time && (time < self.to || self.to == Timestamp::MAX)
    }

    /// Whether anything between `oldest` and `newest`, both inclusive, can be inside.
    pub fn touches(&self, oldest: Timestamp, newest: Timestamp) -> bool {
        self.from <= newest && (oldest < self.to || self.to == Timestamp::MAX)
    }
}

/// Reads an RFC 3339 time, a date (`2026-11-21`), epoch milliseconds, `now`, or `now` with a span: `now-15m`, `now+1h30m`.
pub fn parse_moment(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let text = text.trim();
    let refuse = || {
        format!(
            "`{text}` is not a time; write RFC 3339 like 2026-11-21T08:00:00Z, or a span back from now like now-15m"
        )
    };
    if let Some(rest) = text.strip_prefix("now") {
        return match rest.as_bytes().first() {
            None => Ok(now),
            Some(b'-') => Ok(now.minus(parse_span(&rest[1..])?)),
            Some(b'+') => Ok(now.plus(parse_span(&rest[1..])?)),
            Some(_) => Err(refuse()),
        };
    }
    if text.len() >= 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().and_then(Timestamp::from_millis).ok_or_else(refuse);
    }
    if text.len() == 10 {
        return Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")).ok_or_else(refuse);
    }
    Timestamp::parse_rfc3339(text).ok_or_else(refuse)
}

/// Reads a span such as `15m`, `1h30m`, `500ms` or `7d`.
pub fn parse_span(text: &str) -> Result<Duration, String> {
    let refuse = || {
        format!("`{text}` is not a span of time; write a number and a unit: 500ms, 30s, 15m, 2h, 7d, 4w, 1y")
    };
    let mut total = Duration::ZERO;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(refuse());
    }
    while !rest.is_empty() {
        let number_length = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..number_length].parse().map_err(|_| refuse())?;
        rest = &rest[number_length..];
        let unit_length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let millis: u64 = match &rest[..unit_length] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            "y" => 31_536_000_000,
            _ => return Err(refuse()),
        };
        rest = &rest[unit_length..];
        let span = number.checked_mul(millis).map(Duration::from_millis).ok_or_else(refuse)?;
        total = total.checked_add(span).ok_or_else(refuse)?;
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_absolutely_or_from_now() {
        let now = Timestamp::parse_rfc3339("2026-11-21T08:00:00Z").unwrap();
        let check = |text: &str, expected: &str| {
            assert_eq!(parse_moment(text, now).unwrap().to_string(), expected, "{text}");
        };
        check("now", "2026-11-21T08:00:00.000Z");
        check("now-1h30m", "2026-11-21T06:30:00.000Z");
        check("now+500ms", "2026-11-21T08:00:00.500Z");
        check("2026-11-20", "2026-11-20T00:00:00.000Z");
        check("1790000000000", "2026-09-21T14:13:20.000Z");
    }

    #[test]
    fn a_wrong_moment_is_refused_with_an_example() {
        for text in ["now-", "now-5", "now-5x", "nowhere", "tomorrow", "", "-5m", "now-99999999999999999y"] {
            assert!(
                parse_moment(text, Timestamp::default()).unwrap_err().contains("now-15m")
                    || parse_moment(text, Timestamp::default()).unwrap_err().contains("15m"),
                "{text}"
            );
        }
    }
}
