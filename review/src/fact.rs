//! What other systems know that explains accesses: appointments, stays, duties.

use palisade_record::Timestamp;

/// Longest text of a fact that is told with an explanation.
const TEXT_BYTES_MAX: usize = 128;

/// Something that was so from one moment to another. It names two of person, user and unit, or all three.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    /// What it is, in a word: `appointment`, `stay`, `duty`.
    pub kind: String,
    /// Whose data may be needed: a token where it is sealed.
    pub person: Option<String>,
    /// Who needs it.
    pub user: Option<String>,
    /// Where: a ward or department.
    pub unit: Option<String>,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
    /// By which it is found where it comes from.
    pub reference: String,
}

/// What a record says that may be a fact.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FactFields {
    /// What it is.
    pub kind: Option<String>,
    /// Whose data.
    pub person: Option<String>,
    /// Who needs it.
    pub user: Option<String>,
    /// Where.
    pub unit: Option<String>,
    /// Since when, as RFC 3339.
    pub valid_from: Option<String>,
    /// Until when, as RFC 3339.
    pub valid_to: Option<String>,
    /// By which it is found.
    pub reference: Option<String>,
}

/// Why a record is no fact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Unusable {
    /// Its times are missing, are no times, or end before they begin.
    Times,
    /// It names fewer than two of person, user and unit.
    Names,
}

impl TryFrom<FactFields> for Fact {
    type Error = Unusable;

    fn try_from(fields: FactFields) -> Result<Self, Unusable> {
        let time = |text: &Option<String>| text.as_deref().and_then(Timestamp::parse_rfc3339);
        let (Some(from), Some(to)) = (time(&fields.valid_from), time(&fields.valid_to)) else {
            return Err(Unusable::Times);
        };
        if from > to {
            return Err(Unusable::Times);
        }
        let some = |text: Option<String>| text.filter(|text| !text.is_empty());
        let (person, user, unit) = (some(fields.person), some(fields.user), some(fields.unit));
        if [&person, &user, &unit].into_iter().flatten().count() < 2 {
            return Err(Unusable::Names);
        }
        let short = |text: Option<String>| {
            let mut text = text.unwrap_or_default();
            text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
            text
        };
        let kind = short(some(fields.kind).or_else(|| Some("fact".to_owned())));
        Ok(Self { kind, person, user, unit, from, to, reference: short(fields.reference) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(from: &str, to: &str) -> FactFields {
        FactFields {
            kind: Some("appointment".to_owned()),
            person: Some("p".to_owned()),
            user: Some("dr-1".to_owned()),
            valid_from: Some(from.to_owned()),
            valid_to: Some(to.to_owned()),
            ..FactFields::default()
        }
    }

    #[test]
    fn a_fact_has_times_and_says_what_belongs_together() {
        let backwards = fields("2026-10-01T08:30:00Z", "2026-10-01T09:00:00+01:00");
        assert_eq!(Fact::try_from(backwards), Err(Unusable::Times), "it ends half an hour before it begins");
        assert!(Fact::try_from(fields("2026-10-01T08:00:00Z", "2026-10-01T09:00:00Z")).is_ok());
        assert_eq!(Fact::try_from(fields("yesterday", "2026-10-01T09:00:00Z")), Err(Unusable::Times));
        let alone = FactFields {
            user: Some(String::new()),
            ..fields("2026-10-01T08:00:00Z", "2026-10-01T09:00:00Z")
        };
        assert_eq!(Fact::try_from(alone), Err(Unusable::Names));
        let long = FactFields {
            reference: Some("ö".repeat(100)),
            ..fields("2026-10-01T08:00:00Z", "2026-10-01T09:00:00Z")
        };
        assert_eq!(Fact::try_from(long).unwrap().reference.chars().count(), 64);
    }
}
