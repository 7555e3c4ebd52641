//! How long a receiver wants to be left alone: `Retry-After`, RFC 9110, 10.2.3.

use std::time::{Duration, UNIX_EPOCH};

use palisade_record::Timestamp;

/// Reads seconds or an HTTP date; a date that has passed is no time at all. `None` for what is neither.
pub fn parse(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than fits is as long as can be said; whoever waits has a bound of its own.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    let seconds = date.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    Some(Timestamp::from_seconds(i64::try_from(seconds).ok()?, 0)?.since(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::testing::NOON;
    use proptest::prelude::*;

    fn seconds(text: &str) -> Option<u64> {
        parse(text, NOON).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_all_three_forms_of_dates_are_read() {
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds(" 0 "), Some(0));
        assert_eq!(seconds("Sat, 21 Nov 2026 12:01:00 GMT"), Some(60));
        assert_eq!(seconds("Saturday, 21-Nov-26 12:01:00 GMT"), Some(60));
        assert_eq!(seconds("Sat Nov 21 12:01:00 2026"), Some(60));
    }

    #[test]
    fn a_date_that_has_passed_is_no_wait_and_a_number_too_large_the_longest() {
        assert_eq!(seconds("Sat, 21 Nov 2026 11:00:00 GMT"), Some(0));
        assert_eq!(seconds("99999999999999999999999"), Some(u64::MAX));
    }

    #[test]
    fn what_is_neither_is_nothing() {
        for text in ["", "-1", "1.5", "soon", "Sat, 21 Nov 2026", "1 s"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_wait_or_nothing(text in "[ -~]{0,40}") {
            let _ = parse(&text, NOON);
        }

        #[test]
        fn a_printed_date_reads_back(wait in 0_u64..100_000_000) {
            let at = UNIX_EPOCH + Duration::from_nanos(NOON.as_nanos().unsigned_abs()) + Duration::from_secs(wait);
            prop_assert_eq!(seconds(&httpdate::fmt_http_date(at)), Some(wait));
        }
    }
}
