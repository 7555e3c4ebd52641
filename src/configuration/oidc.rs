//! `[oidc]`: the provider with which people sign in, and what its groups may do.

use std::collections::BTreeSet;
use std::ops::Range;

use palisade_access::oidc::{GroupGrant, Settings};
use palisade_access::{Grants, Secret};
use toml_edit::TableLike;

use super::problem::Problem;
use super::section::Section;
use super::{channels, machines, value};

/// Groups that mean something here: more are a sign that the provider should have groups for this program.
const GROUPS_MAX: usize = 1_000;

/// The provider. Without groups nobody could sign in with it.
pub(super) fn read(
    table: &dyn TableLike,
    place: Range<usize>,
    problems: &mut Vec<Problem>,
) -> Option<Settings> {
    let mut section = Section::new("oidc", table, place.clone());
    let issuer = section.required(problems, "issuer", "\"https://id.example/realms/bank\"", value::text);
    let client_id = section.required(problems, "client_id", "\"palisade\"", value::text);
    let client_secret = secret(&mut section, problems);
    let text = |section: &mut Section<'_>, problems: &mut Vec<Problem>, key, default: &str| {
        section.value(problems, key, value::text).unwrap_or_else(|| default.to_owned())
    };
    let label = text(&mut section, problems, "label", "Sign in with your organisation");
    let name_claim = text(&mut section, problems, "name_claim", "preferred_username");
    let groups_claim = text(&mut section, problems, "groups_claim", "groups");
    let scopes = section.value(problems, "scopes", value::texts);
    let authorities = section.value(problems, "ca_file", channels::certificates);
    let groups = groups(section.tables(problems, "groups"), problems);
    section.finish(problems);
    if groups.is_empty() {
        let message =
            "`oidc.groups` is empty, so that nobody could sign in; begin each with a line [[oidc.groups]]";
        problems.push(Problem { span: place, message: message.to_owned() });
    }
    Some(Settings {
        label,
        issuer: issuer?,
        client_id: client_id?,
        client_secret,
        scopes: scopes.unwrap_or_else(|| vec!["profile".to_owned()]),
        name_claim,
        groups_claim,
        groups,
        authorities,
    })
}

fn secret(section: &mut Section<'_>, problems: &mut Vec<Problem>) -> Option<Secret> {
    let file = section.value(problems, "client_secret_file", |value| {
        let read = palisade_detect::deliver::Secret::read(&value::path(value)?)?;
        Ok(read.expose().to_owned())
    });
    let here = section.value(problems, "client_secret", value::text);
    if section.has("client_secret") && section.has("client_secret_file") {
        let message = "`oidc.client_secret` and `client_secret_file` are both there; remove one".to_owned();
        problems.push(Problem { span: section.place(), message });
    }
    here.or(file).map(|text| Secret::new(text.trim()))
}

fn groups(tables: Vec<(&dyn TableLike, Range<usize>)>, problems: &mut Vec<Problem>) -> Vec<GroupGrant> {
    let mut groups: Vec<GroupGrant> = Vec::new();
    for (table, place) in tables {
        let mut section = Section::new("oidc.groups", table, place.clone());
        let group = section.required(problems, "group", "\"log-investigators\"", value::text);
        let roles = section.required(problems, "roles", "[\"investigator\"]", machines::roles);
        let streams = section.value(problems, "streams", |value| Grants::of(value::texts(value)?));
        section.finish(problems);
        let (Some(group), Some(roles)) = (group, roles) else { continue };
        let mut refuse = |message| problems.push(Problem { span: place.clone(), message });
        if roles.is_empty() {
            refuse(format!("`oidc.groups` {group} has no role"));
        } else if groups.iter().any(|other| other.group == group) {
            refuse(format!("`oidc.groups.group` {group} is there twice; join the two tables"));
        } else if groups.len() >= GROUPS_MAX {
            refuse(format!("`oidc.groups` are {GROUPS_MAX} at most"));
        } else {
            let (roles, grants) =
                (roles.into_iter().collect::<BTreeSet<_>>(), streams.unwrap_or_else(Grants::all));
            groups.push(GroupGrant { group, roles, grants });
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::super::read;

    #[test]
    fn a_provider_is_read_with_what_its_groups_may_do() {
        let text = r#"
            [oidc]
            issuer = "https://id.example"
            client_id = "palisade"
            client_secret = "secret"
            [[oidc.groups]]
            group = "SOC"
            roles = ["investigator", "auditor"]
            streams = ["pay*"]
        "#;

        let settings = read("p.toml", text).unwrap().oidc.unwrap();

        assert_eq!((settings.groups.len(), settings.groups[0].roles.len()), (1, 2));
        assert_eq!(
            (settings.name_claim.as_str(), settings.groups_claim.as_str()),
            ("preferred_username", "groups")
        );
        assert!(!format!("{settings:?}").contains("secret\""), "{settings:?}");
    }

    #[test]
    fn a_provider_whose_people_could_do_nothing_is_a_mistake() {
        let problems =
            read("p.toml", "[oidc]\nissuer = \"https://id.example\"\n").unwrap_err().lines().join("\n");

        assert!(
            problems.contains("client_id` is missing") && problems.contains("nobody could sign in"),
            "{problems}"
        );
        let wrong = "[oidc]\nissuer = \"https://i\"\nclient_id = \"p\"\n[[oidc.groups]]\ngroup = \"g\"\nroles = [\"root\"]\n";
        assert!(read("p.toml", wrong).unwrap_err().lines().join("\n").contains("`root`, which is no role"));
    }
}
