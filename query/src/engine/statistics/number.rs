//! Numbers that are computed with, whole ones exactly.

use std::cmp::Ordering;

use super::cell::Scalar;

/// A finite number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    Integer(i64),
    Float(f64),
}

impl Number {
    /// The number that a value is: numbers, times in nanoseconds, and texts that are nothing but a number.
    pub(super) fn of(value: Scalar<'_>) -> Option<Self> {
        match value {
            Scalar::Integer(number) | Scalar::Time(number) => Some(Self::Integer(number)),
            Scalar::Float(number) => Some(Self::Float(number)),
            Scalar::Decimal(text) => Self::parse(text),
            Scalar::Text(text) => {
                // `parse` would also take "inf" and "nan", which are words.
                let looks_numeric =
                    text.bytes().next().is_some_and(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
                if looks_numeric { Self::parse(text) } else { None }
            }
            Scalar::Boolean(_) => None,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if let Ok(number) = text.parse() {
            return Some(Self::Integer(number));
        }
        text.parse().ok().filter(|number: &f64| number.is_finite()).map(Self::Float)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "numbers past 2^53 are computed with to 53 bits, as JSON does"
    )]
    pub(super) fn as_f64(self) -> f64 {
        match self {
            Self::Integer(number) => number as f64,
            Self::Float(number) => number,
        }
    }

    pub(super) fn as_scalar(self) -> Scalar<'static> {
        match self {
            Self::Integer(number) => Scalar::Integer(number),
            Self::Float(number) => Scalar::Float(number),
        }
    }

    /// What rounding took away: zero for all numbers below 2^53.
    fn rest(self) -> i128 {
        match self {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a number made of an i64 lies within an i128"
            )]
            Self::Integer(number) => i128::from(number) - self.as_f64() as i128,
            Self::Float(_) => 0,
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Self::Integer(left), Self::Integer(right)) = (self, other) {
            return left.cmp(right);
        }
        // Zero has two signs, which are one number here.
        let (left, right) = (self.as_f64() + 0.0, other.as_f64() + 0.0);
        left.total_cmp(&right).then_with(|| self.rest().cmp(&other.rest()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_whole_numbers_keep_their_order_among_others() {
        let sorted = [
            Number::Integer(i64::MIN),
            Number::Float(-0.5),
            Number::Integer(0),
            Number::Float(0.5),
            Number::Integer((1 << 53) - 1),
            Number::Integer((1 << 53) + 1),
            Number::Integer(i64::MAX),
            Number::Float(1e300),
        ];
        for (place, left) in sorted.iter().enumerate() {
            for (other, right) in sorted.iter().enumerate() {
                assert_eq!(left.cmp(right), place.cmp(&other), "{left:?} {right:?}");
            }
        }
        assert_eq!(Number::Float(-0.0), Number::Integer(0));
    }
}
