//! Equality with one of many values, asked at once.

use std::collections::HashSet;
use std::net::IpAddr;

use foldhash::fast::FixedState;

use super::address::parse_address;
use super::predicate::Is;

/// From so many values on a set is faster than one question after the other.
const VALUES_MIN: usize = 8;

/// Many values of one field.
#[derive(Clone, Debug)]
pub(crate) struct OneOf {
    /// Folded, and IPv4 addresses as they are written.
    keywords: HashSet<Box<str>, FixedState>,
    /// IPv6 addresses are written in several ways, and IPv4 ones may stand inside of them.
    addresses: HashSet<IpAddr, FixedState>,
    /// All of them, for texts they may stand in.
    values: Vec<Is>,
    whole: bool,
}

impl OneOf {
    /// Of equalities that are all `whole` or all not; `None` when there are few, or some is no keyword and no address.
    pub(super) fn new(values: &[&Is]) -> Option<Self> {
        if values.len() < VALUES_MIN {
            return None;
        }
        let whole = values[0].whole;
        let mut one_of = Self {
            keywords: HashSet::default(),
            addresses: HashSet::default(),
            values: values.iter().map(|is| (*is).clone()).collect(),
            whole,
        };
        for is in values {
            if !Self::takes(is) || is.whole != whole {
                return None;
            }
            one_of.keywords.insert(is.phrase.folded().into());
            if let Some(address) = is.network.and_then(|network| network.only_address()) {
                one_of.keywords.insert(address.to_string().into());
                one_of.addresses.insert(address);
            }
        }
        Some(one_of)
    }

    /// Whether a value can be one of many.
    pub(super) fn takes(is: &Is) -> bool {
        let is_one_address = is.network.is_none_or(|network| network.only_address().is_some());
        is.level.is_none() && is.number().is_none() && is_one_address
    }

    /// The values.
    pub(crate) fn values(&self) -> &[Is] {
        &self.values
    }

    /// Whether a text passes; `folded` is the same one, folded.
    pub(super) fn holds(&self, text: &str, folded: &str, is_message: bool) -> bool {
        if !self.whole && (is_message || text.contains(char::is_whitespace)) {
            return self.values.iter().any(|is| is.phrase.is_in(folded));
        }
        // An IPv4 address is written in one way only, which is a keyword.
        self.keywords.contains(folded)
            || (!self.addresses.is_empty()
                && text.contains(':')
                && parse_address(text).is_some_and(|address| self.addresses.contains(&address)))
    }
}

#[cfg(test)]
mod tests {
    use palisade_record::{Timestamp, Value};
    use proptest::prelude::*;

    use super::super::{Buffers, Node, Predicate, compile};
    use crate::language::parse;

    fn compiled(query: &str) -> Vec<Predicate> {
        match compile(&parse(query).unwrap().filter, Timestamp::default()).unwrap() {
            Node::Or(parts) => parts
                .into_iter()
                .map(|part| match part {
                    Node::Field(test) => test.criterion.predicate,
                    other => panic!("{other:?}"),
                })
                .collect(),
            Node::Field(test) => vec![test.criterion.predicate],
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn numbers_and_networks_stay_as_they_are() {
        let parts = compiled("ip:(a or b or c or d or e or f or g or 1.2.3.4 or 10.0.0.0/8 or 500)");
        assert_eq!(parts.len(), 3);
        assert_eq!(parts.iter().filter(|part| matches!(part, Predicate::OneOf(_))).count(), 1);
        assert_eq!(compiled("ip:(a or b or c)").len(), 3);
    }

    proptest! {
        #[test]
        fn a_set_takes_the_values_that_its_members_take(
            sign in prop::sample::select(vec![":", "="]),
            wanted in proptest::collection::vec(prop::sample::select(vec![
                "pay", "Pay Day", "10.0.0.1", "2001:db8::1", "::ffff:10.0.0.9", "x-1", "Übung", "abc1", "k", "e", "true",
            ]), 9..14),
            text in prop::sample::select(vec![
                "pay", "PAY", "the pay day", "pay day", "10.0.0.1", "::ffff:10.0.0.1", "10.0.0.9", "at 10.0.0.1 now",
                "2001:DB8:0::1", "x-1", "x-11", "übung", "ABC1", "", "\u{212a}", "500", "true",
            ]),
            is_message in any::<bool>(),
        ) {
            let terms: Vec<String> = wanted.iter().map(|wanted| format!("f{sign}\"{wanted}\"")).collect();
            let set = compiled(&terms.join(" or "));
            prop_assert_eq!(set.len(), 1);
            prop_assert!(matches!(set[0], Predicate::OneOf(_)));
            let holds = |predicate: &Predicate| predicate.holds(Value::Text(text), is_message, &mut Buffers::default());
            let expected = terms.iter().any(|term| holds(&compiled(term)[0]));
            prop_assert_eq!(holds(&set[0]), expected, "{} of {:?}", text, terms);
        }
    }
}
