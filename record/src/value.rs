//! The value of a field.

use std::borrow::Cow;
use std::fmt::Write as _;

/// One value of one field, borrowed from where it lies. Lists are several values of one field; null is no value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Value<'a> {
    /// Text.
    Text(&'a str),
    /// A whole number that fits.
    Integer(i64),
    /// Any other number, as it is written: `1.50`, `1e3`, `18446744073709551615`.
    Decimal(&'a str),
    /// True or false.
    Boolean(bool),
}

impl<'a> Value<'a> {
    /// The value as people see and search it.
    pub fn as_text(&self) -> Cow<'a, str> {
        match *self {
            Self::Text(text) | Self::Decimal(text) => Cow::Borrowed(text),
            Self::Integer(number) => {
                let mut text = String::with_capacity(20);
                // Writing to a String cannot fail.
                _ = write!(text, "{number}");
                Cow::Owned(text)
            }
            Self::Boolean(true) => Cow::Borrowed("true"),
            Self::Boolean(false) => Cow::Borrowed("false"),
        }
    }

    /// The value as a number: numbers, and text that is nothing but a number.
    pub fn as_number(&self) -> Option<f64> {
        match *self {
            #[expect(
                clippy::cast_precision_loss,
                reason = "comparisons past 2^53 are answered to 53 bits, as JSON does"
            )]
            Self::Integer(number) => Some(number as f64),
            Self::Decimal(text) => text.parse().ok(),
            Self::Text(text) => {
                // `parse` would also take "inf" and "nan", which are words.
                let looks_numeric =
                    text.bytes().next().is_some_and(|b| b.is_ascii_digit() || b"+-.".contains(&b));
                let finite = |number: &f64| number.is_finite();
                if looks_numeric { text.parse().ok().filter(finite) } else { None }
            }
            Self::Boolean(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_a_number_counts_as_one() {
        assert_eq!(Value::Text("12.5").as_number(), Some(12.5));
        assert_eq!(Value::Decimal("1e3").as_number(), Some(1000.0));
        for word in ["nan", "inf", "", "12 apples", "-", "1e999"] {
            assert_eq!(Value::Text(word).as_number(), None, "{word}");
        }
    }
}
