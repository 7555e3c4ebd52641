//! Reading a chain of modifiers, and refusing those without a meaning.

use super::modifier::{Base64, Meaning, Modifiers, RegexForm, TextForm, Utf16};
use super::{Comparison, Place, TimePart};

/// The rank of modifiers that say something about all values, wherever they stand.
const ANYWHERE: u8 = 9;

/// Every modifier but those of places, and its rank: those of a lower rank must stand before those of a higher one, because
/// each works on what the one before it made.
const RANKS: [(&str, u8); 28] = [
    ("expand", ANYWHERE),
    ("all", ANYWHERE),
    ("neq", ANYWHERE),
    ("cased", ANYWHERE),
    ("windash", 1),
    ("wide", 2),
    ("utf16le", 2),
    ("utf16be", 2),
    ("utf16", 2),
    ("base64", 3),
    ("base64offset", 3),
    ("re", 3),
    ("i", 4),
    ("m", 4),
    ("s", 4),
    ("cidr", 3),
    ("fieldref", 3),
    ("exists", 3),
    ("minute", 3),
    ("hour", 3),
    ("day", 3),
    ("week", 3),
    ("month", 3),
    ("year", 3),
    ("lt", 4),
    ("lte", 4),
    ("gt", 4),
    ("gte", 4),
];

const PLACES: [(&str, Place); 3] =
    [("startswith", Place::Start), ("endswith", Place::End), ("contains", Place::Anywhere)];

/// Where something lies is said of what the other modifiers made.
const RANK_OF_PLACES: u8 = 5;

impl Modifiers {
    /// Reads a chain, without the field's name.
    pub fn parse(names: &[&str]) -> Result<Self, String> {
        let mut place = None;
        let mut rank_before: (u8, &str) = (0, "");
        for (at, name) in names.iter().enumerate() {
            if names[..at].contains(name) {
                return Err(format!("the modifier `{name}` stands twice"));
            }
            let own_place = PLACES.iter().find(|(known, _)| known == name);
            if let Some((_, own)) = own_place
                && place.replace(*own).is_some()
            {
                return Err("only one of `startswith`, `endswith` and `contains` can hold".into());
            }
            let rank = match own_place {
                Some(_) => RANK_OF_PLACES,
                None => RANKS
                    .iter()
                    .find(|(known, _)| known == name)
                    .map(|(_, rank)| *rank)
                    .ok_or_else(|| format!("there is no modifier `{name}`"))?,
            };
            // `windash` and `fieldref` may follow a place too: rules write them so, and mean the same.
            if rank == ANYWHERE || matches!(*name, "windash" | "fieldref") {
                continue;
            }
            if rank < rank_before.0 {
                return Err(format!("`{name}` must stand before `{}`", rank_before.1));
            }
            rank_before = (rank, name);
        }
        let has = |name: &str| names.contains(&name);
        let meaning = meaning(names, place)?;
        let modifiers = Self { all: has("all"), negated: has("neq"), expand: has("expand"), meaning };
        modifiers.check(names)
    }

    /// Refuses what the meaning leaves no room for.
    fn check(self, names: &[&str]) -> Result<Self, String> {
        let allowed: &[&str] = match self.meaning {
            Meaning::Value | Meaning::Text(_) => &[
                "expand",
                "all",
                "neq",
                "cased",
                "windash",
                "wide",
                "utf16le",
                "utf16be",
                "utf16",
                "base64",
                "base64offset",
                "startswith",
                "endswith",
                "contains",
            ],
            Meaning::Regex(_) => {
                &["re", "i", "m", "s", "all", "neq", "expand", "startswith", "endswith", "contains"]
            }
            Meaning::Network => &["cidr", "all", "neq", "expand"],
            Meaning::Compare(_) => &["lt", "lte", "gt", "gte", "all", "neq"],
            Meaning::Part(..) => {
                &["minute", "hour", "day", "week", "month", "year", "lt", "lte", "gt", "gte", "all", "neq"]
            }
            Meaning::Exists => &["exists"],
            Meaning::Field { .. } => {
                &["fieldref", "startswith", "endswith", "contains", "cased", "all", "neq"]
            }
        };
        match names.iter().find(|name| !allowed.contains(name)) {
            None => Ok(self),
            Some(name) => Err(format!("the modifier `{name}` has no meaning in `{}`", names.join("|"))),
        }
    }
}

/// The one of these modifiers that stands in the chain.
fn only<T: Copy>(names: &[&str], choices: &[(&str, T)]) -> Result<Option<T>, String> {
    let mut found = choices.iter().filter(|(name, _)| names.contains(name));
    match (found.next(), found.next()) {
        (Some((first, _)), Some((second, _))) => Err(format!("`{first}` and `{second}` cannot both hold")),
        (first, _) => Ok(first.map(|(_, choice)| *choice)),
    }
}

fn meaning(names: &[&str], place: Option<Place>) -> Result<Meaning, String> {
    let has = |name: &str| names.contains(&name);
    let comparison = only(
        names,
        &[("lt", Comparison::Lt), ("lte", Comparison::Lte), ("gt", Comparison::Gt), ("gte", Comparison::Gte)],
    )?;
    let part = only(
        names,
        &[
            ("minute", TimePart::Minute),
            ("hour", TimePart::Hour),
            ("day", TimePart::Day),
            ("week", TimePart::Week),
            ("month", TimePart::Month),
            ("year", TimePart::Year),
        ],
    )?;
    let utf16 = only(
        names,
        &[
            ("wide", Utf16::Little),
            ("utf16le", Utf16::Little),
            ("utf16be", Utf16::Big),
            ("utf16", Utf16::Marked),
        ],
    )?;
    let base64 = only(names, &[("base64", Base64::Whole), ("base64offset", Base64::AnyOffset)])?;
    let where_ = place.unwrap_or(Place::Whole);
    Ok(if has("re") {
        Meaning::Regex(RegexForm {
            // A regular expression is found anywhere, unless it says otherwise.
            place: place.unwrap_or(Place::Anywhere),
            ignore_case: has("i"),
            multi_line: has("m"),
            dot_matches_newline: has("s"),
        })
    } else if has("i") || has("m") || has("s") {
        return Err("`i`, `m` and `s` need `re` before them".into());
    } else if has("cidr") {
        Meaning::Network
    } else if has("exists") {
        Meaning::Exists
    } else if has("fieldref") {
        Meaning::Field { place: where_, cased: has("cased") }
    } else if let Some(part) = part {
        Meaning::Part(part, comparison.unwrap_or(Comparison::Eq))
    } else if let Some(comparison) = comparison {
        Meaning::Compare(comparison)
    } else if place.is_some() || utf16.is_some() || base64.is_some() || has("cased") || has("windash") {
        Meaning::Text(TextForm { place: where_, cased: has("cased"), dashes: has("windash"), utf16, base64 })
    } else {
        Meaning::Value
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(chain: &str) -> Result<Modifiers, String> {
        let names: Vec<&str> = chain.split('|').filter(|name| !name.is_empty()).collect();
        Modifiers::parse(&names)
    }

    #[test]
    fn every_chain_that_the_public_rules_use_has_a_meaning() {
        for chain in [
            "",
            "endswith",
            "contains",
            "contains|all",
            "startswith",
            "re",
            "contains|windash",
            "cidr",
            "expand",
            "all",
            "contains|expand",
            "base64offset|contains",
            "fieldref",
            "re|i",
            "wide|base64offset|contains",
            "endswith|windash",
            "base64|contains",
        ] {
            parsed(chain).expect(chain);
        }
    }

    #[test]
    fn every_modifier_of_the_specification_has_a_meaning() {
        for chain in [
            "contains|neq",
            "cased",
            "exists",
            "windash|contains|all",
            "re|i|m|s",
            "re|neq",
            "utf16le|base64",
            "utf16be|base64offset|contains",
            "utf16|base64",
            "lt",
            "lte",
            "gt|neq",
            "gte",
            "minute",
            "hour|gte",
            "day",
            "week",
            "month",
            "year|lt",
            "cidr|all",
            "fieldref|startswith",
            "endswith|fieldref",
            "fieldref|contains|neq",
            "expand|re",
            "wide|contains",
            "contains|cased|all",
        ] {
            parsed(chain).expect(chain);
        }
    }

    #[test]
    fn chains_without_a_meaning_are_refused() {
        for chain in [
            "contans",
            "contains|contains",
            "contains|startswith",
            "contains|base64",
            "base64|wide",
            "i",
            "i|re",
            "re|cased",
            "re|cidr",
            "re|windash",
            "cidr|contains",
            "lt|gt",
            "lt|contains",
            "exists|all",
            "exists|neq",
            "gte|hour",
            "hour|day",
            "fieldref|re",
            "base64|base64offset",
            "wide|utf16be",
            "expand|lt",
            "cidr|lt",
            "exists|contains",
        ] {
            assert!(parsed(chain).is_err(), "{chain}");
        }
    }
}
