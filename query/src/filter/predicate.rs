//! What one value must be.

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

use palisade_record::Value;
use palisade_record::words::{fold, fold_into};
use regex::Regex;

use super::address::{Network, parse_address};
use super::compile::level_class;
use super::glob::Glob;
use super::number::PlainNumber;
use super::one_of::OneOf;
use super::phrase::Phrase;
use super::texts::{FoldedPortion, Gathered};

/// Memory that is used again from value to value and from column to column.
#[derive(Default)]
pub(crate) struct Buffers {
    number: String,
    folded: String,
    pub(super) portion: FoldedPortion,
    pub(super) gathered: Gathered,
}

/// What one value must be.
#[derive(Clone, Debug)]
pub(crate) enum Predicate {
    /// Anything.
    Anything,
    /// A text with this phrase, whatever the field.
    Phrase(Phrase),
    /// `field:value`, `field=value`.
    Is(Is),
    /// Equality with one of many.
    OneOf(Arc<OneOf>),
    /// A pattern; the flag says that keywords are texts too.
    Glob(Glob, bool),
    /// A regular expression, searched for in the text as it stands.
    Regex(Regex),
    /// Between two ends.
    Between(Option<End>, Option<End>),
}

/// Equality with a keyword, containment in a text.
#[derive(Clone, Debug)]
pub(crate) struct Is {
    pub(crate) phrase: Phrase,
    pub(crate) network: Option<Network>,
    pub(crate) level: Option<&'static str>,
    /// Whether a text must be this and nothing else, too.
    pub(crate) whole: bool,
}

/// An end of a range.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) kind: EndKind,
    pub(crate) inclusive: bool,
}

/// What an end is compared as. Numbers and addresses are compared with their kind only: no text lies between numbers.
#[derive(Clone, Debug)]
pub(crate) enum EndKind {
    Number(f64),
    Address(IpAddr),
    Text(String),
}

impl End {
    pub(crate) fn new(text: &str, inclusive: bool) -> Self {
        let kind = if let Some(number) = Value::Text(text).as_number() {
            EndKind::Number(number)
        } else if let Some(address) = parse_address(text) {
            EndKind::Address(address)
        } else {
            EndKind::Text(fold(text))
        };
        Self { kind, inclusive }
    }

    /// As a lower end: whether nothing up to `largest` is inside.
    pub(crate) fn excludes_above(&self, largest: f64) -> bool {
        matches!(self.kind, EndKind::Number(end) if largest < end || (largest == end && !self.inclusive))
    }

    /// As an upper end: whether nothing from `smallest` on is inside.
    pub(crate) fn excludes_below(&self, smallest: f64) -> bool {
        matches!(self.kind, EndKind::Number(end) if smallest > end || (smallest == end && !self.inclusive))
    }

    /// How the value stands to this end; `None` when the two cannot be compared.
    fn order(&self, value: Value<'_>, buffers: &mut Buffers) -> Option<Ordering> {
        match &self.kind {
            EndKind::Number(end) => value.as_number()?.partial_cmp(end),
            EndKind::Address(end) => {
                let Value::Text(text) = value else { return None };
                let address = parse_address(text).filter(|found| found.is_ipv4() == end.is_ipv4())?;
                Some(address.cmp(end))
            }
            EndKind::Text(end) => {
                let Buffers { number, folded, .. } = buffers;
                fold_into(text_of(value, number), folded);
                Some(folded.as_str().cmp(end))
            }
        }
    }
}

/// The value as text, without an allocation per value.
pub(crate) fn text_of<'a>(value: Value<'a>, buffer: &'a mut String) -> &'a str {
    match value {
        Value::Text(text) | Value::Decimal(text) => text,
        Value::Boolean(truth) => {
            if truth {
                "true"
            } else {
                "false"
            }
        }
        Value::Integer(number) => {
            buffer.clear();
            // Writing to a String cannot fail.
            _ = write!(buffer, "{number}");
            buffer
        }
    }
}

impl Predicate {
    /// Whether a value of the field is what it must be; `is_message` for the field whose values are always texts.
    pub(crate) fn holds(&self, value: Value<'_>, is_message: bool, buffers: &mut Buffers) -> bool {
        let Buffers { number, folded, .. } = buffers;
        match self {
            Self::Anything => true,
            Self::Phrase(phrase) => {
                fold_into(text_of(value, number), folded);
                phrase.is_in(folded)
            }
            Self::Is(is) => {
                let text = text_of(value, number);
                fold_into(text, folded);
                let is_text = is_message || text.contains(char::is_whitespace);
                if is_text && !is.whole { is.phrase.is_in(folded) } else { is.equals(text, folded) }
            }
            Self::OneOf(one_of) => {
                let text = text_of(value, number);
                fold_into(text, folded);
                one_of.holds(text, folded, is_message)
            }
            Self::Glob(glob, everything_is_text) => {
                let text = text_of(value, number);
                fold_into(text, folded);
                let is_text = *everything_is_text || is_message || text.contains(char::is_whitespace);
                if is_text { glob.is_in(folded) } else { glob.covers(folded) }
            }
            Self::Regex(regex) => regex.is_match(text_of(value, number)),
            Self::Between(low, high) => {
                let low_holds = low.as_ref().is_none_or(|end| {
                    end.order(value, buffers)
                        .is_some_and(|order| order.is_gt() || (end.inclusive && order.is_eq()))
                });
                low_holds
                    && high.as_ref().is_none_or(|end| {
                        end.order(value, buffers)
                            .is_some_and(|order| order.is_lt() || (end.inclusive && order.is_eq()))
                    })
            }
        }
    }
}

impl Predicate {
    /// The one keyword, folded, that passes, if no other does; the flag says that texts must be this and nothing else, too.
    pub(super) fn only_keyword(&self, is_message: bool) -> Option<(&str, bool)> {
        match self {
            Self::Is(is) if is.whole || !is_message => {
                let is_plain = is.level.is_none() && is.number().is_none() && is.network.is_none();
                is_plain.then(|| (is.phrase.folded(), is.whole))
            }
            _ => None,
        }
    }
}

impl Is {
    /// The wanted value as a number.
    pub(crate) fn number(&self) -> Option<PlainNumber<'_>> {
        PlainNumber::parse(self.phrase.folded())
    }

    fn equals(&self, text: &str, folded: &str) -> bool {
        if folded == self.phrase.folded() {
            return true;
        }
        if let Some(level) = self.level {
            return level_class(folded) == Some(level);
        }
        if let Some(number) = self.number() {
            return PlainNumber::parse(text) == Some(number);
        }
        match &self.network {
            Some(network) => parse_address(text).is_some_and(|address| network.contains(address)),
            None => false,
        }
    }
}
