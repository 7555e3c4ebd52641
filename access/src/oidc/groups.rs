//! From groups at a provider to roles here.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{Grants, Role};

/// What the members of a group may do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroupGrant {
    /// The group as the provider writes it.
    pub group: String,
    /// What its members are.
    pub roles: BTreeSet<Role>,
    /// Of which streams they read records.
    pub grants: Grants,
}

/// Groups of one person that are looked at; nobody is in more that mean something here.
const GROUPS_MAX: usize = 10_000;

/// The groups in a claim: a list, or one text.
pub(super) fn listed(claim: Option<&Value>) -> Vec<String> {
    match claim {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(all)) => {
            all.iter().filter_map(Value::as_str).take(GROUPS_MAX).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// What somebody in these groups may do; nothing when none of them is known.
pub(crate) fn roles_and_grants(known: &[GroupGrant], groups: &[String]) -> Option<(BTreeSet<Role>, Grants)> {
    let mut mine = known.iter().filter(|grant| groups.contains(&grant.group));
    let first = mine.next()?;
    let start = (first.roles.clone(), first.grants.clone());
    Some(mine.fold(start, |(mut roles, grants), grant| {
        roles.extend(&grant.roles);
        (roles, grants.and(&grant.grants))
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn grant(group: &str, role: Role, streams: Option<&str>) -> GroupGrant {
        let grants = streams.map_or_else(Grants::all, |one| Grants::of([one.to_owned()]).unwrap());
        GroupGrant { group: group.to_owned(), roles: BTreeSet::from([role]), grants }
    }

    #[test]
    fn somebody_may_what_any_of_their_groups_may() {
        let known = [
            grant("ops", Role::Viewer, Some("app*")),
            grant("security", Role::Investigator, Some("auth")),
            grant("privacy", Role::PrivacyOfficer, None),
        ];
        let of = |groups: &[&str]| {
            let groups: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
            roles_and_grants(&known, &groups)
        };

        assert_eq!(of(&["everybody"]), None);
        assert_eq!(of(&["OPS"]), None, "groups are told apart by case");
        let (roles, grants) = of(&["security", "everybody", "ops"]).unwrap();
        assert_eq!(roles, BTreeSet::from([Role::Viewer, Role::Investigator]));
        assert_eq!(grants.streams().collect::<Vec<_>>(), ["app*", "auth"]);
        assert!(of(&["ops", "privacy"]).unwrap().1.is_all());
    }

    #[test]
    fn groups_are_a_list_or_one() {
        assert_eq!(listed(Some(&json!(["a", 1, "b"]))), ["a", "b"]);
        assert_eq!(listed(Some(&json!("a"))), ["a"]);
        assert!(listed(Some(&json!({"a": true}))).is_empty() && listed(None).is_empty());
    }
}
