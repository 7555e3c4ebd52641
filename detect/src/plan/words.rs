//! Conditions and durations as people say them.

use std::time::Duration;

use crate::rule::{Bound, Comparison, Threshold};

/// `5 minutes`, `1 hour`, `90 seconds`.
pub fn duration_in_words(duration: Duration) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let seconds = duration.as_secs();
    for (unit, name) in UNITS {
        if duration.subsec_nanos() == 0 && seconds >= unit && seconds.is_multiple_of(unit) {
            let count = seconds / unit;
            return format!("{count} {name}{}", if count == 1 { "" } else { "s" });
        }
    }
    format!("{} ms", duration.as_millis())
}

/// `more than 10`, `at least 2 and less than 5`.
pub fn threshold_in_words(threshold: &Threshold) -> String {
    let bounds: Vec<String> = threshold.bounds.iter().map(|bound| bound_in_words(*bound)).collect();
    bounds.join(" and ")
}

/// `more than 5 %`, of a part of a whole.
pub fn share_in_words(threshold: &Threshold) -> String {
    let percent = |bound: &Bound| {
        let value = (bound.value * 1e6).round() / 1e4;
        format!("{} %", bound_in_words(Bound { value, ..*bound }))
    };
    let bounds: Vec<String> = threshold.bounds.iter().map(percent).collect();
    bounds.join(" and ")
}

fn bound_in_words(Bound { comparison, value }: Bound) -> String {
    let words = match comparison {
        Comparison::Lt => "less than",
        Comparison::Lte => "at most",
        Comparison::Gt => "more than",
        Comparison::Gte => "at least",
        Comparison::Eq => "exactly",
        Comparison::Neq => "not exactly",
    };
    format!("{words} {value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_told_in_the_largest_unit_that_is_exact() {
        let told = [300, 3_600, 90, 86_400, 1].map(|seconds| duration_in_words(Duration::from_secs(seconds)));
        assert_eq!(told, ["5 minutes", "1 hour", "90 seconds", "1 day", "1 second"]);
        assert_eq!(duration_in_words(Duration::from_millis(1_500)), "1500 ms");
    }

    #[test]
    fn thresholds_are_told_as_people_say_them() {
        let bound = |comparison, value| Bound { comparison, value };
        let range = Threshold { bounds: vec![bound(Comparison::Gt, 10.0), bound(Comparison::Lte, 0.5)] };
        assert_eq!(threshold_in_words(&range), "more than 10 and at most 0.5");
    }
}
