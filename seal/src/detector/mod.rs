//! Finds what is sensitive in free text: card numbers, e-mail addresses, account and social security numbers, telephone
//! numbers, what the operator's own patterns match, and values that stand beside the name of a protected field.
//!
//! A detector is not sure: it prefers to protect a number that was none over showing one that was. Checksums and the plans
//! by which numbers are given out keep identifiers and times, which logs are full of, out of it.

mod card;
mod census;
mod digits;
mod email;
mod iban;
mod named;
mod pattern;
mod phone;
mod settings;
mod ssn;

use std::ops::Range;

pub use pattern::{PATTERN_BYTES_MAX, PATTERNS_MAX};
pub use settings::{DetectorError, DetectorSettings, UserPattern};

use census::Census;
use digits::groups;
use named::NamedValues;
use pattern::Patterns;

/// Only so much of a text is looked through. No record is as long, with every byte of it escaped.
const TEXT_BYTES_MAX: usize = palisade_record::limits::RECORD_BYTES_MAX.as_usize() * 4;

/// Something sensitive in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found<'a> {
    /// Where it stands, on borders of letters.
    pub range: Range<usize>,
    /// The name of the detector, of the pattern, or of the protected field.
    pub name: &'a str,
}

/// The detectors that come with Palisade.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Builtin {
    /// Payment card numbers: 13 to 19 digits in one group or in the groups of a card, with a known issuer and a right check
    /// digit.
    Card,
    /// E-mail addresses.
    Email,
    /// International bank account numbers with a right checksum.
    Iban,
    /// Social security numbers of the United States, with hyphens.
    UsSsn,
    /// Telephone numbers with `+` and country, or as they are written in North America.
    Phone,
}

impl Builtin {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Card, Self::Email, Self::Iban, Self::UsSsn, Self::Phone];

    /// The name in settings, and the protection name of what it finds.
    pub fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Email => "email",
            Self::Iban => "iban",
            Self::UsSsn => "us-ssn",
            Self::Phone => "phone",
        }
    }

    /// The detector of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|builtin| builtin.name() == name)
    }
}

/// Detectors, ready to use.
#[derive(Debug)]
pub struct Detectors {
    card: bool,
    email: bool,
    iban: bool,
    us_ssn: bool,
    phone: bool,
    named: NamedValues,
    patterns: Patterns,
}

impl Detectors {
    /// Makes detectors ready. `fields` are the names of protected fields.
    pub fn new(settings: &DetectorSettings, fields: &[String]) -> Result<Self, DetectorError> {
        let builtins = settings.builtins()?;
        let has = |builtin| builtins.contains(&builtin);
        let named = if settings.named_values { NamedValues::new(fields) } else { NamedValues::new(&[]) };
        Ok(Self {
            card: has(Builtin::Card),
            email: has(Builtin::Email),
            iban: has(Builtin::Iban),
            us_ssn: has(Builtin::UsSsn),
            phone: has(Builtin::Phone),
            named,
            patterns: Patterns::new(&settings.patterns)?,
        })
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        let numbers = self.card || self.iban || self.us_ssn || self.phone;
        !numbers && !self.email && self.named.is_empty() && self.patterns.is_empty()
    }

    /// Replaces what stands in `found` by all that is sensitive in `text`, from the front, without overlaps: what two
    /// detectors found in one place is one.
    pub fn find<'a>(&'a self, text: &str, found: &mut Vec<Found<'a>>) {
        found.clear();
        if self.is_empty() {
            return;
        }
        let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
        let bytes = text.as_bytes();
        let census = Census::of(bytes);
        // Of two finds in one place the first counts: a name says more than a checksum.
        if census.has_separator {
            self.named.find(bytes, found);
        }
        self.patterns.find(text, found);
        if census.digits >= phone::DIGITS_MIN {
            self.find_numbers(bytes, found);
        }
        if self.email && (census.has_at || census.has_percent) {
            email::find(bytes, found);
        }
        if found.len() > 1 {
            join_overlaps(found);
        }
    }

    fn find_numbers<'a>(&'a self, bytes: &[u8], found: &mut Vec<Found<'a>>) {
        let mut next = 0;
        for group in groups(bytes) {
            if group.start < next {
                continue;
            }
            let builtin = |builtin: Builtin, range| Some(Found { range, name: builtin.name() });
            let number = None
                .or_else(|| builtin(Builtin::Iban, iban::at(bytes, &group).filter(|_| self.iban)?))
                .or_else(|| builtin(Builtin::Card, card::at(bytes, &group).filter(|_| self.card)?))
                .or_else(|| builtin(Builtin::UsSsn, ssn::at(bytes, &group).filter(|_| self.us_ssn)?))
                .or_else(|| builtin(Builtin::Phone, phone::at(bytes, &group).filter(|_| self.phone)?));
            if let Some(number) = number {
                next = number.range.end;
                found.push(number);
            }
        }
    }
}

/// Sorts finds; those that overlap become one, with the name of the first and the place of all: leaving one out would leave
/// a part of it readable.
fn join_overlaps(found: &mut Vec<Found<'_>>) {
    found.sort_by(|left, right| {
        left.range.start.cmp(&right.range.start).then(right.range.end.cmp(&left.range.end))
    });
    found.dedup_by(|later, earlier| {
        let overlaps = later.range.start < earlier.range.end;
        if overlaps {
            earlier.range.end = earlier.range.end.max(later.range.end);
        }
        overlaps
    });
}

#[cfg(test)]
mod tests;
