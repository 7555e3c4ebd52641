//! Which facts explain an access.

use std::collections::HashMap;
use std::time::Duration;

use foldhash::fast::FixedState;
use palisade_record::Timestamp;

use crate::{Access, Fact};

/// Who sees a person on a day prepares for it the day before, and writes letters the day after.
const AROUND_CARE: Duration = Duration::from_hours(24);

/// Shifts begin before they begin, and end later.
const AROUND_DUTY: Duration = Duration::from_hours(1);

/// What explains an access, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// The kind of the fact, of two facts both: `appointment`, `stay and duty`.
    pub kind: String,
    /// A sentence for the reviewer.
    pub sentence: String,
}

type Map<K> = HashMap<K, Vec<Fact>, FixedState>;

/// Facts, so that those about one access are found at once.
#[derive(Default, Debug)]
pub struct Explanations {
    /// By person, and then by user: they belong together.
    care: HashMap<String, Map<String>, FixedState>,
    /// Where persons are.
    stays: Map<String>,
    /// Where users work.
    duties: Map<String>,
    facts: u64,
}

/// What was found.
enum Found<'a> {
    /// One fact that explains by itself.
    One(&'a Fact),
    /// Where the person is, and that the user is on duty there.
    Both(&'a Fact, &'a Fact),
    /// Where the person is, from where the access came.
    There(&'a Fact),
}

impl Explanations {
    /// Takes a fact in.
    pub fn add(&mut self, fact: Fact) {
        self.facts += 1;
        match (&fact.person, &fact.user) {
            (Some(person), Some(user)) => {
                self.care.entry(person.clone()).or_default().entry(user.clone()).or_default().push(fact);
            }
            (Some(person), None) => self.stays.entry(person.clone()).or_default().push(fact),
            (None, Some(user)) => self.duties.entry(user.clone()).or_default().push(fact),
            // A fact names two of three.
            (None, None) => {}
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.facts
    }

    /// Whether something explains an access.
    pub fn explains(&self, access: &Access) -> bool {
        self.find(access).is_some()
    }

    /// What explains an access: that person and user belong together at that time; or that the person is in a unit where the user is on
    /// duty, or from which the access came.
    pub fn explain(&self, access: &Access) -> Option<Explanation> {
        Some(match self.find(access)? {
            Found::One(fact) => Explanation { kind: fact.kind.clone(), sentence: told(fact) },
            Found::Both(stay, duty) => Explanation {
                kind: format!("{} and {}", stay.kind, duty.kind),
                sentence: format!("{}; {}", told(stay), told(duty)),
            },
            Found::There(stay) => {
                let unit = stay.unit.as_deref().unwrap_or_default();
                Explanation {
                    kind: stay.kind.clone(),
                    sentence: format!("{}; opened from {unit}", told(stay)),
                }
            }
        })
    }

    fn find(&self, access: &Access) -> Option<Found<'_>> {
        self.by_care(access).map(Found::One).or_else(|| self.by_place(access))
    }

    fn by_care(&self, access: &Access) -> Option<&Fact> {
        let facts = self.care.get(&access.person)?.get(&access.user)?;
        facts.iter().find(|fact| covers(fact, access, AROUND_CARE) && is_of_unit(fact, access))
    }

    fn by_place(&self, access: &Access) -> Option<Found<'_>> {
        let stays = self.stays.get(&access.person)?.iter().filter(|stay| covers(stay, access, AROUND_CARE));
        let duties = self.duties.get(&access.user);
        let duties = || duties.into_iter().flatten().filter(|duty| covers(duty, access, AROUND_DUTY));
        for stay in stays {
            if let Some(duty) = duties().find(|duty| duty.unit == stay.unit) {
                return Some(Found::Both(stay, duty));
            }
            if stay.unit.is_some() && stay.unit == access.unit {
                return Some(Found::There(stay));
            }
        }
        None
    }
}

/// Whether a fact holds at the time of an access, or nearly.
fn covers(fact: &Fact, access: &Access, around: Duration) -> bool {
    fact.from.minus(around) <= access.at && access.at <= fact.to.plus(around)
}

/// An appointment in one unit explains nothing that came from another; what names no unit is good for all.
fn is_of_unit(fact: &Fact, access: &Access) -> bool {
    match (&fact.unit, &access.unit) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

fn told(fact: &Fact) -> String {
    let minute = |time: Timestamp| {
        let text = time.to_string();
        text.get(..16).unwrap_or(&text).replace('T', " ")
    };
    let place = fact.unit.as_deref().map(|unit| format!(" in {unit}")).unwrap_or_default();
    let reference = if fact.reference.is_empty() { String::new() } else { format!(" ({})", fact.reference) };
    format!("{}{place}, {} to {} UTC{reference}", fact.kind, minute(fact.from), minute(fact.to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn fact(kind: &str, person: Option<&str>, user: Option<&str>, unit: Option<&str>) -> Fact {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Fact {
            kind: kind.to_owned(),
            person: owned(person),
            user: owned(user),
            unit: owned(unit),
            from: time("2026-10-05T08:00:00Z"),
            to: time("2026-10-05T16:00:00Z"),
            reference: "A-1".to_owned(),
        }
    }

    fn access(user: &str, person: &str, unit: Option<&str>, at: &str) -> Access {
        let at = time(at);
        Access {
            at,
            user: user.to_owned(),
            person: person.to_owned(),
            role: None,
            unit: unit.map(str::to_owned),
            is_refused: false,
        }
    }

    const NOON: &str = "2026-10-05T12:00:00Z";

    fn kind(facts: impl IntoIterator<Item = Fact>, access: &Access) -> Option<String> {
        let mut explanations = Explanations::default();
        facts.into_iter().for_each(|fact| explanations.add(fact));
        explanations.explain(access).map(|explanation| explanation.kind)
    }

    #[test]
    fn an_appointment_explains_its_two_people_around_its_time() {
        let appointment = || [fact("appointment", Some("p"), Some("dr-1"), None)];
        let of = |user, person, at| kind(appointment(), &access(user, person, None, at));
        assert_eq!(of("dr-1", "p", NOON).as_deref(), Some("appointment"));
        assert!(of("dr-1", "p", "2026-10-06T15:59:00Z").is_some(), "the letter of the next day");
        assert_eq!(of("dr-1", "p", "2026-10-06T16:01:00Z"), None);
        assert_eq!(of("dr-2", "p", NOON), None);
        assert_eq!(of("dr-1", "q", NOON), None);
        let elsewhere = [fact("appointment", Some("p"), Some("dr-1"), Some("surgery"))];
        assert_eq!(kind(elsewhere, &access("dr-1", "p", Some("oncology"), NOON)), None);
    }

    #[test]
    fn a_stay_explains_who_is_on_duty_there_and_who_opens_from_there() {
        let facts = || {
            [
                fact("stay", Some("p"), None, Some("surgery")),
                fact("duty", None, Some("nu-1"), Some("surgery")),
            ]
        };
        let of = |user, unit, at| kind(facts(), &access(user, "p", unit, at));
        assert_eq!(of("nu-1", None, NOON).as_deref(), Some("stay and duty"));
        assert_eq!(of("nu-1", None, "2026-10-05T18:00:00Z"), None, "the shift is over for two hours");
        assert_eq!(of("nu-2", Some("surgery"), NOON).as_deref(), Some("stay"));
        assert_eq!(of("nu-2", Some("oncology"), NOON), None);
        assert_eq!(of("nu-2", None, NOON), None);
        let nowhere = [fact("duty", None, Some("nu-1"), Some("surgery"))];
        assert_eq!(
            kind(nowhere, &access("nu-1", "p", Some("surgery"), NOON)),
            None,
            "a duty alone explains nobody's data"
        );
    }

    #[test]
    fn the_sentence_tells_what_and_when_and_where_to_look() {
        let mut explanations = Explanations::default();
        explanations.add(fact("appointment", Some("p"), Some("dr-1"), Some("surgery")));
        let told = explanations.explain(&access("dr-1", "p", Some("surgery"), NOON)).unwrap().sentence;
        assert_eq!(told, "appointment in surgery, 2026-10-05 08:00 to 2026-10-05 16:00 UTC (A-1)");
    }
}
