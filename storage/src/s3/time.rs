//! Times as S3 has them: to the second.

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use palisade_record::Timestamp;

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// The end of a lock: the next whole second, so that it is never earlier than what was asked for.
pub(crate) fn rounded_up(time: Timestamp) -> DateTime {
    let nanos = time.as_nanos();
    let part = i64::from(nanos.rem_euclid(NANOS_PER_SECOND) > 0);
    DateTime::from_secs(nanos.div_euclid(NANOS_PER_SECOND) + part)
}

/// A time that a store told; one that is too late to be told is the latest.
pub(super) fn told(time: &DateTime) -> Timestamp {
    let nanos = i64::try_from(time.as_nanos());
    nanos.map_or(if time.secs() > 0 { Timestamp::MAX } else { Timestamp::MIN }, Timestamp::from_nanos)
}

/// A date in a header, as HTTP writes it.
pub(super) fn of_header(text: &str) -> Option<Timestamp> {
    DateTime::from_str(text, DateTimeFormat::HttpDate).ok().map(|time| told(&time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_date_of_http_is_read() {
        let time = of_header("Fri, 21 Dec 2012 00:00:00 GMT");
        assert_eq!(time, Timestamp::parse_rfc3339("2012-12-21T00:00:00Z"));
        assert_eq!(of_header("yesterday"), None);
    }

    proptest! {
        #[test]
        fn a_lock_never_ends_before_it_was_asked_to(nanos in i64::MIN..i64::MAX - NANOS_PER_SECOND) {
            let asked = Timestamp::from_nanos(nanos);
            let kept = told(&rounded_up(asked));
            prop_assert!(kept >= asked);
            prop_assert!(kept.since(asked).as_nanos() < 1_000_000_000);
        }
    }
}
