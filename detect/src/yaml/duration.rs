//! Spans of time as rules write them.

use std::time::Duration;

/// Longer spans are slips of the pen: no window of a rule spans decades.
const SECONDS_MAX: u64 = 20 * 366 * 86_400;

/// Reads `15s`, `5m`, `1h`, `7d`, `1w`, `1M` (30 days) or `1y` (365 days).
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong =
        || format!("`{text}` is not a span of time; write a number and s, m, h, d, w, M or y, like `5m`");
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let seconds_each: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        'M' => 30 * 86_400,
        'y' => 365 * 86_400,
        _ => return Err(wrong()),
    };
    let digits = &text[..text.len() - unit.len_utf8()];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let seconds = digits.parse::<u64>().ok().and_then(|count| count.checked_mul(seconds_each));
    match seconds {
        Some(0) => Err(format!("`{text}` is no time at all")),
        Some(seconds) if seconds <= SECONDS_MAX => Ok(Duration::from_secs(seconds)),
        _ => Err(format!("`{text}` is longer than 20 years")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_a_number_and_a_unit() {
        let seconds = |text| parse_duration(text).map(|span| span.as_secs());
        assert_eq!(seconds("15s"), Ok(15));
        assert_eq!(seconds("5m"), Ok(300));
        assert_eq!(seconds("1M"), Ok(30 * 86_400));
        assert_eq!(seconds("1y"), Ok(365 * 86_400));
        for text in ["", "5", "m", "5 m", "-5m", "1.5h", "0s", "999999999999999999999d", "99y", "5é"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
