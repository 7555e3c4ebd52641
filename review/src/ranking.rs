//! What nothing explains, the most striking first: ranked, not alarmed at, so that a reviewer begins where it matters.

use std::cmp::Reverse;
use std::collections::HashMap;

use foldhash::fast::FixedState;
use palisade_record::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Access;

/// Pairs of user and person that are kept: some hundred megabytes. What is beyond is counted, and not ranked.
const PAIRS_MAX: usize = 1_000_000;

/// Pairs of one user in a list. Who opened a thousand records fills no list with them: the user is looked at once.
const PAIRS_OF_USER_MAX: usize = 3;

/// So many people whom one user opened without an explanation are many.
const MANY_PEOPLE_MIN: u64 = 10;

/// A share of fewer than so many accesses without an explanation is chance.
const SHARED_MIN: u64 = 5;

/// A share is compared with that of others of the role when there are so many accesses on both sides.
const COMPARED_MIN: u64 = 20;

/// A share so many times that of others stands out.
const FAR_MORE: u64 = 3;

/// So many accesses to one person are more than a look.
const REPEATED_MIN: u64 = 5;

/// One user, one person, and no explanation.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pair {
    /// Who.
    pub user: String,
    /// As what.
    pub role: Option<String>,
    /// Whose data: a token where it is sealed.
    pub person: String,
    /// How often, without an explanation.
    pub accesses: u64,
    /// How many of them when most people are not at work.
    pub after_hours: u64,
    /// How many of them were refused.
    pub refused: u64,
    /// The first.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
    /// How striking it is.
    pub points: u32,
    /// Why, each in a sentence.
    pub reasons: Vec<String>,
    /// Further people whose data this user opened without an explanation, and who are not in the list.
    pub others: u64,
}

/// What a ranking says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ranked {
    /// All accesses that were looked at.
    pub accesses: u64,
    /// Those that something explains.
    pub explained: u64,
    /// Users with accesses that nothing explains.
    pub users: u64,
    /// The most striking pairs.
    pub pairs: Vec<Pair>,
    /// Whether there were more pairs than can be ranked.
    pub is_cut: bool,
}

#[derive(Default)]
struct Seen {
    accesses: u64,
    after_hours: u64,
    refused: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

#[derive(Default)]
struct User {
    role: Option<String>,
    accesses: u64,
    unexplained: u64,
    people: u64,
}

type Map<K, V> = HashMap<K, V, FixedState>;

/// Looks at accesses one after the other, and ranks at the end. Memory grows with users and people, not with accesses.
#[derive(Default)]
pub struct Ranking {
    users: Map<String, User>,
    pairs: Map<(String, String), Seen>,
    /// How many users opened a person's data, with an explanation or without, up to two, and who was first.
    opened_by: Map<String, (String, bool)>,
    accesses: u64,
    explained: u64,
    is_cut: bool,
}

impl Ranking {
    /// Looks at an access: whether something explains it, and whether it was when most people are not at work.
    pub fn add(&mut self, access: &Access, is_explained: bool, is_after_hours: bool) {
        self.accesses += 1;
        let user = self.users.entry(access.user.clone()).or_default();
        user.accesses += 1;
        if user.role.is_none() {
            user.role.clone_from(&access.role);
        }
        if let Some((first, by_others)) = self.opened_by.get_mut(&access.person) {
            *by_others |= *first != access.user;
        } else if self.opened_by.len() < PAIRS_MAX {
            self.opened_by.insert(access.person.clone(), (access.user.clone(), false));
        }
        if is_explained {
            self.explained += 1;
            return;
        }
        user.unexplained += 1;
        let key = (access.user.clone(), access.person.clone());
        if self.pairs.len() >= PAIRS_MAX && !self.pairs.contains_key(&key) {
            self.is_cut = true;
            return;
        }
        let seen = self.pairs.entry(key).or_default();
        if seen.accesses == 0 {
            user.people += 1;
        }
        seen.accesses += 1;
        seen.after_hours += u64::from(is_after_hours);
        seen.refused += u64::from(access.is_refused);
        seen.first = Some(seen.first.map_or(access.at, |first| first.min(access.at)));
        seen.last = Some(seen.last.map_or(access.at, |last| last.max(access.at)));
    }

    /// The `most` pairs that are most striking.
    pub fn finish(self, most: usize) -> Ranked {
        let Self { users, pairs, opened_by, accesses, explained, is_cut } = self;
        let mut roles: Map<String, (u64, u64)> = Map::default();
        for user in users.values() {
            let all = roles.entry(user.role.clone().unwrap_or_default()).or_default();
            *all = (all.0 + user.accesses, all.1 + user.unexplained);
        }
        let mut ranked: Vec<Pair> = pairs
            .into_iter()
            .map(|((name, person), seen)| {
                let user = &users[&name];
                let of_role =
                    roles.get(user.role.as_deref().unwrap_or_default()).copied().unwrap_or_default();
                let is_alone = opened_by.get(&person).is_some_and(|(_, by_others)| !by_others);
                pair(name, user, person, &seen, of_role, is_alone)
            })
            .collect();
        let order = |pair: &Pair| Reverse((pair.points, users[&pair.user].people, pair.accesses));
        ranked.sort_by(|one, other| {
            order(one)
                .cmp(&order(other))
                .then_with(|| (&one.user, &one.person).cmp(&(&other.user, &other.person)))
        });
        let mut told: Map<String, usize> = Map::default();
        ranked.retain(|pair| {
            let count = told.entry(pair.user.clone()).or_default();
            *count += 1;
            *count <= PAIRS_OF_USER_MAX
        });
        ranked.truncate(most);
        let mut listed: Map<String, u64> = Map::default();
        ranked.iter().for_each(|pair| *listed.entry(pair.user.clone()).or_default() += 1);
        for pair in &mut ranked {
            pair.others = users[&pair.user].people.saturating_sub(listed[&pair.user]);
        }
        let count = users.values().filter(|user| user.unexplained > 0).count() as u64;
        Ranked { accesses, explained, users: count, pairs: ranked, is_cut }
    }
}

fn pair(
    name: String,
    user: &User,
    person: String,
    seen: &Seen,
    (role_accesses, role_unexplained): (u64, u64),
    is_alone: bool,
) -> Pair {
    let (mut points, mut reasons) = (0, Vec::new());
    let mut because = |worth: u32, sentence: String| {
        points += worth;
        reasons.push(sentence);
    };
    if seen.after_hours > 0 {
        because(3, format!("{} of {} accesses after hours", seen.after_hours, seen.accesses));
    }
    if user.people >= MANY_PEOPLE_MIN {
        // Whoever looks through many records outranks a single look, whatever the hour of it.
        because(
            5,
            format!("one of {} people whose data this user opened without an explanation", user.people),
        );
    }
    // The user is no measure for itself.
    let (peers, theirs) = (role_accesses - user.accesses, role_unexplained - user.unexplained);
    let is_far_more = user.unexplained * peers.max(1) > FAR_MORE * theirs * user.accesses.max(1);
    let is_compared = user.accesses >= COMPARED_MIN && peers >= COMPARED_MIN;
    if is_compared && user.unexplained >= SHARED_MIN && is_far_more {
        let role = user.role.as_deref().unwrap_or("no role");
        let (own, others) = (percent(user.unexplained, user.accesses), percent(theirs, peers));
        because(
            2,
            format!(
                "{own} of this user's accesses have no explanation, {others} of those of others ({role})"
            ),
        );
    }
    if seen.accesses >= REPEATED_MIN {
        because(1, format!("{} accesses to one person", seen.accesses));
    }
    if seen.refused > 0 {
        because(1, format!("{} of {} were refused", seen.refused, seen.accesses));
    }
    if is_alone {
        because(1, "nobody else opened this person's data in this time".to_owned());
    }
    Pair {
        role: user.role.clone(),
        user: name,
        person,
        accesses: seen.accesses,
        after_hours: seen.after_hours,
        refused: seen.refused,
        first: seen.first.unwrap_or(Timestamp::MIN),
        last: seen.last.unwrap_or(Timestamp::MAX),
        points,
        reasons,
        others: 0,
    }
}

fn percent(part: u64, whole: u64) -> String {
    let thousandths = part.saturating_mul(1_000) / whole.max(1);
    format!("{}.{} %", thousandths / 10, thousandths % 10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn access(user: &str, person: &str, role: &str) -> Access {
        let at = Timestamp::parse_rfc3339("2026-10-05T12:00:00Z").unwrap();
        Access {
            at,
            user: user.to_owned(),
            person: person.to_owned(),
            role: Some(role.to_owned()),
            unit: None,
            is_refused: false,
        }
    }

    #[test]
    fn who_opens_many_at_night_without_an_explanation_comes_first() {
        let mut ranking = Ranking::default();
        for number in 0..400 {
            let (user, person) = (format!("nu-{}", number % 8), format!("p-{}", number % 90));
            ranking.add(&access(&user, &person, "nurse"), number % 50 != 0, false);
        }
        for number in 0..25 {
            ranking.add(&access("nu-9", &format!("p-{number}"), "nurse"), false, true);
        }

        let ranked = ranking.finish(10);

        assert_eq!((ranked.accesses, ranked.explained), (425, 392));
        let of_insider: Vec<&Pair> = ranked.pairs.iter().take_while(|pair| pair.user == "nu-9").collect();
        assert_eq!(of_insider.len(), PAIRS_OF_USER_MAX, "{ranked:#?}");
        assert_eq!((of_insider[0].points, of_insider[0].others), (10, 22));
        assert_eq!(
            of_insider[0].reasons,
            [
                "1 of 1 accesses after hours",
                "one of 25 people whose data this user opened without an explanation",
                "100.0 % of this user's accesses have no explanation, 2.0 % of those of others (nurse)",
            ]
        );
        assert!(ranked.pairs.len() > 3 && ranked.pairs[3].points < 10);
    }

    #[test]
    fn many_people_by_day_outrank_a_single_look_at_night_that_was_refused() {
        let mut ranking = Ranking::default();
        for number in 0..30 {
            ranking.add(&access("cl-1", &format!("p-{number}"), "clerk"), true, false);
            ranking.add(&access("cl-2", &format!("p-{number}"), "clerk"), true, false);
        }
        let refused = Access { is_refused: true, ..access("cl-1", "p-99", "clerk") };
        ranking.add(&refused, false, true);
        for number in 0..12 {
            ranking.add(&access("nu-9", &format!("p-{number}"), "nurse"), false, false);
        }

        let ranked = ranking.finish(10);

        let users: Vec<&str> = ranked.pairs.iter().map(|pair| pair.user.as_str()).collect();
        assert_eq!(users, ["nu-9", "nu-9", "nu-9", "cl-1"], "{ranked:#?}");
    }

    #[test]
    fn a_single_look_at_somebody_whom_nobody_else_opens_is_in_the_list_too() {
        let mut ranking = Ranking::default();
        ranking.add(&access("dr-1", "p-1", "physician"), true, false);
        ranking.add(&access("cl-1", "p-1", "clerk"), false, false);
        ranking.add(&access("cl-2", "p-2", "clerk"), false, false);
        let ranked = ranking.finish(10);
        let users: Vec<&str> = ranked.pairs.iter().map(|pair| pair.user.as_str()).collect();
        assert_eq!(users, ["cl-2", "cl-1"]);
        assert_eq!(ranked.pairs[0].reasons, ["nobody else opened this person's data in this time"]);
        assert_eq!(ranked.pairs[1].reasons, Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn every_access_is_counted_whatever_their_order(accesses in prop::collection::vec((0..5_u8, 0..9_u8, any::<bool>(), any::<bool>()), 0..200)) {
            let fed = |accesses: &mut dyn Iterator<Item = &(u8, u8, bool, bool)>| {
                let mut ranking = Ranking::default();
                for (user, person, is_explained, is_late) in accesses {
                    ranking.add(&access(&user.to_string(), &person.to_string(), "nurse"), *is_explained, *is_late);
                }
                ranking.finish(usize::MAX)
            };
            let ranked = fed(&mut accesses.iter());
            prop_assert_eq!(&ranked, &fed(&mut accesses.iter().rev()));
            let all = accesses.len() as u64;
            let explained = accesses.iter().filter(|(_, _, is_explained, _)| *is_explained).count() as u64;
            prop_assert_eq!((ranked.accesses, ranked.explained), (all, explained));
            prop_assert!(ranked.pairs.iter().all(|pair| pair.accesses > 0 && pair.after_hours <= pair.accesses));
        }
    }
}
