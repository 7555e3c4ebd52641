//! Numbers of rules and records, so that equal ones are equal.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A finite number. Whole numbers that fit are `Integer`, however they were written, and compare exactly.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// Whole, and it fits.
    Integer(i64),
    /// Any other.
    Decimal(f64),
}

/// 2^63: whole decimals below it are whole numbers that fit.
const INTEGER_END: f64 = 9_223_372_036_854_775_808.0;

impl Number {
    /// Reads text that is nothing but a number: `12`, `-3`, `1.50`, `1e3`. Not `inf`, `nan`, ` 1` or `1_000`.
    pub fn parse(text: &str) -> Option<Self> {
        let first = *text.as_bytes().first()?;
        if !first.is_ascii_digit() && !matches!(first, b'+' | b'-' | b'.') {
            return None;
        }
        if let Ok(whole) = text.parse() {
            return Some(Self::Integer(whole));
        }
        text.parse().ok().and_then(Self::from_decimal)
    }

    /// From a decimal, if it is finite.
    pub fn from_decimal(decimal: f64) -> Option<Self> {
        if !decimal.is_finite() {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole and between -2^63 and 2^63, so that it fits"
        )]
        if decimal.fract() == 0.0 && (-INTEGER_END..INTEGER_END).contains(&decimal) {
            return Some(Self::Integer(decimal as i64));
        }
        Some(Self::Decimal(decimal))
    }

    /// As a decimal, to 53 bits.
    pub fn as_f64(self) -> f64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "what is asked for")]
            Self::Integer(whole) => whole as f64,
            Self::Decimal(decimal) => decimal,
        }
    }
}

impl From<i64> for Number {
    fn from(whole: i64) -> Self {
        Self::Integer(whole)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Integer(left), Self::Integer(right)) => left.cmp(right),
            // Only the largest whole numbers, as decimals, come to one that no longer fits.
            (Self::Integer(_), Self::Decimal(decimal)) => {
                self.as_f64().total_cmp(decimal).then(Ordering::Less)
            }
            (Self::Decimal(decimal), Self::Integer(_)) => {
                decimal.total_cmp(&other.as_f64()).then(Ordering::Greater)
            }
            (Self::Decimal(left), Self::Decimal(right)) => left.total_cmp(right),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Integer(whole) => whole.hash(state),
            Self::Decimal(decimal) => decimal.to_bits().hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_are_equal_however_they_are_written() {
        assert_eq!(Number::parse("4624"), Number::parse("4624.0"));
        assert_eq!(Number::parse("1e3"), Number::parse("+1000"));
        assert_eq!(Number::parse("-0.0"), Number::parse("0"));
        assert_ne!(Number::parse("9007199254740993"), Number::parse("9007199254740992"));
        assert!(Number::parse("1.5") < Number::parse("2"));
    }

    #[test]
    fn numbers_past_the_exact_ones_are_still_told_apart() {
        let (largest, next) = (Number::parse("9223372036854775807"), Number::parse("9223372036854775808"));
        assert!(largest < next && largest != next);
        assert_eq!(Number::parse("9007199254740994"), Number::parse("9007199254740994.0"));
    }

    #[test]
    fn words_are_no_numbers() {
        for text in ["", "nan", "inf", "-inf", "-", "1 ", " 1", "0x1", "1_000", "1e999", "١"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }
}
