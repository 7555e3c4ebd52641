//! Equality of numbers as they are written: `500`, `500.0` and `"500"` are one number, `0500` is a word.
//!
//! Digits are compared, not floating-point numbers: ids past 2^53 stay apart, and the index can look for the digits.

/// A number in plain notation: no exponent, no leading zeros, trailing zeros of the fraction removed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PlainNumber<'a> {
    negative: bool,
    /// The digits before the point.
    pub(crate) integer: &'a str,
    /// The digits after it, often none.
    pub(crate) fraction: &'a str,
}

impl<'a> PlainNumber<'a> {
    /// Whether it is below zero.
    pub(crate) fn is_negative(&self) -> bool {
        self.negative
    }

    /// Reads a number; `None` when it is none in plain notation.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (integer, fraction) = match digits.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (digits, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let has_leading_zero = integer.len() > 1 && integer.starts_with('0');
        if integer.is_empty() || has_leading_zero || !all_digits(integer) || !all_digits(fraction) {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        let is_zero = integer == "0" && fraction.is_empty();
        Some(Self { negative: negative && !is_zero, integer, fraction })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_may_be_written_in_several_ways() {
        let same = |left: &str, right: &str| PlainNumber::parse(left) == PlainNumber::parse(right);
        assert!(same("500", "500.00"));
        assert!(same("-1.5", "-1.50"));
        assert!(same("0", "-0.0"));
        assert!(!same("9007199254740993", "9007199254740992"));
        assert!(!same("5", "-5"));
        for text in ["", "-", "0500", "1e3", ".5", "5.", "+5", "1_000", "1.2.3"] {
            assert_eq!(PlainNumber::parse(text), None, "{text}");
        }
    }
}
