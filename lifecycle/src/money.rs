//! Amounts of money, exact to a billionth of a dollar: price lists have ten-thousandths of a cent.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const NANOS_PER_DOLLAR: u64 = 1_000_000_000;
const NANOS_PER_CENT: u64 = 10_000_000;
const DECIMALS_MAX: usize = 9;

/// An amount of US dollars, in billionths. Written as a decimal number in a string, because a binary fraction cannot hold
/// `0.0004`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Dollars {
    nanos: u64,
}

impl Dollars {
    /// Nothing.
    pub const ZERO: Self = Self { nanos: 0 };

    /// So many billionths of a dollar.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self { nanos }
    }

    /// The billionths.
    pub const fn as_nanos(self) -> u64 {
        self.nanos
    }

    /// Both; stops at the largest amount.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { nanos: self.nanos.saturating_add(other.nanos) }
    }

    /// This price for `count` of something that is sold by `per`, rounded up; stops at the largest amount.
    #[must_use]
    pub fn times(self, count: u64, per: u64) -> Self {
        let product = u128::from(self.nanos) * u128::from(count);
        Self { nanos: u64::try_from(product.div_ceil(u128::from(per.max(1)))).unwrap_or(u64::MAX) }
    }

    /// The amount for people: to the cent, rounded up, and never a false zero.
    pub fn for_people(self) -> String {
        match self.nanos {
            0 => "nothing".to_owned(),
            nanos if nanos < NANOS_PER_CENT => "less than $0.01".to_owned(),
            nanos => {
                let cents = nanos.div_ceil(NANOS_PER_CENT);
                format!("${}.{:02}", cents / 100, cents % 100)
            }
        }
    }
}

impl FromStr for Dollars {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || {
            let text = text.escape_debug();
            format!("`{text}` is not a price; write dollars with at most 9 decimals, like 0.0004")
        };
        let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) || fraction.len() > DECIMALS_MAX {
            return Err(refuse());
        }
        let whole: u64 = whole.parse().map_err(|_| refuse())?;
        let fraction: u64 = format!("{fraction:0<DECIMALS_MAX$}").parse().map_err(|_| refuse())?;
        let nanos = whole.checked_mul(NANOS_PER_DOLLAR).and_then(|nanos| nanos.checked_add(fraction));
        nanos.map(Self::from_nanos).ok_or_else(refuse)
    }
}

impl fmt::Display for Dollars {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:09}", self.nanos % NANOS_PER_DOLLAR);
        let shown = fraction.trim_end_matches('0');
        write!(formatter, "{}", self.nanos / NANOS_PER_DOLLAR)?;
        if shown.is_empty() { Ok(()) } else { write!(formatter, ".{shown}") }
    }
}

impl Serialize for Dollars {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Dollars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prices_are_exact_and_rounded_up_for_people() {
        let price: Dollars = "0.0004".parse().unwrap();
        assert_eq!(price.as_nanos(), 400_000);
        assert_eq!(price.times(1, 1_000).to_string(), "0.0000004");
        assert_eq!(price.times(1, 1_000).for_people(), "less than $0.01");
        assert_eq!(Dollars::from_nanos(NANOS_PER_CENT + 1).for_people(), "$0.02");
        assert_eq!("12.5".parse::<Dollars>().unwrap().for_people(), "$12.50");
        assert_eq!(Dollars::ZERO.for_people(), "nothing");
    }

    #[test]
    fn what_is_no_price_is_refused() {
        for text in ["", ".", "1.", ".5", "-1", "1e3", "1,5", "0.0000000001", "99999999999999999999"] {
            assert!(text.parse::<Dollars>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(nanos in any::<u64>()) {
            let amount = Dollars::from_nanos(nanos);
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        }
    }
}
