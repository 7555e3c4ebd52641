//! Who calls, and what they may read.

use std::collections::BTreeSet;

use crate::{Grants, Permission, Role};

/// The one who calls, as their credential says. Handlers find it in the request's extensions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// The name in records of what was done.
    pub name: String,
    /// What they are.
    pub roles: BTreeSet<Role>,
    /// Of which streams they read records, where their roles read any, and which fields.
    pub grants: Grants,
    /// The token that they came with, by its public part, when it was one of theirs.
    pub token: Option<String>,
    /// Whether they must change their password before anything else.
    pub must_change_password: bool,
}

/// The stream of what Palisade writes down about people.
const AUDIT_TRAIL: &str = "palisade.audit";

impl Caller {
    /// Somebody with these roles, who may read all that they let.
    pub fn new(name: &str, roles: impl IntoIterator<Item = Role>) -> Self {
        Self {
            name: name.to_owned(),
            roles: roles.into_iter().collect(),
            grants: Grants::all(),
            token: None,
            must_change_password: false,
        }
    }

    /// Whoever sets an installation up, and has every role until somebody else is given some.
    pub fn owner(name: &str) -> Self {
        Self::new(name, Role::ALL)
    }

    /// Whether one of their roles has a permission.
    pub fn may(&self, permission: Permission) -> bool {
        let is_let = self.roles.iter().any(|role| role.may(permission));
        // Rules and their alerts are about any stream.
        let is_about_all = matches!(
            permission,
            Permission::SeeAlerts | Permission::TryRules | Permission::HandleAlerts | Permission::ManageRules
        );
        // These show what stands in records, whatever a grant hides of it.
        let is_about_whole =
            matches!(permission, Permission::Reveal | Permission::Review | Permission::Report);
        is_let
            && (!self.must_change_password || permission <= Permission::Account)
            && (!is_about_all || self.grants.is_all())
            && (!is_about_whole || self.grants.are_whole())
    }

    /// Whether they may read the records of a stream.
    pub fn reads(&self, stream: &str) -> bool {
        match stream == AUDIT_TRAIL {
            true => self.reads_audit_trail(),
            false => self.reads_records() && self.grants.have(stream),
        }
    }

    /// Whether they see all fields of the records of a stream that they may read.
    pub fn reads_whole(&self, stream: &str) -> bool {
        stream == AUDIT_TRAIL || self.grants.have_whole(stream)
    }

    /// Whether they see a field of the records of a stream that they may read.
    pub fn sees(&self, stream: &str, field: &str) -> bool {
        stream == AUDIT_TRAIL || self.grants.show(stream, field)
    }

    /// Whether they read records of applications at all.
    pub fn reads_records(&self) -> bool {
        self.roles.iter().any(|role| role.reads_records())
    }

    /// Whether they read what Palisade writes down about people.
    pub fn reads_audit_trail(&self) -> bool {
        self.roles.iter().any(|role| role.reads_audit_trail())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(patterns: &[&str]) -> Grants {
        Grants::of(patterns.iter().map(|pattern| (*pattern).to_owned())).unwrap()
    }

    #[test]
    fn roles_and_grants_both_must_let_somebody_read() {
        let mut viewer = Caller::new("ann", [Role::Viewer]);
        viewer.grants = grants(&["pay*"]);
        assert!(viewer.reads("payments") && !viewer.reads("ledger") && !viewer.reads("palisade.audit"));
        let auditor = Caller::new("bob", [Role::Auditor]);
        assert!(auditor.reads("palisade.audit") && !auditor.reads("payments"));
        let admin = Caller::new("cy", [Role::Admin, Role::KeyCustodian]);
        assert!(!admin.reads("payments") && !admin.reads("palisade.audit"));
        let owner = Caller::owner("root");
        assert!(owner.reads("payments") && owner.reads("palisade.audit"));
    }

    #[test]
    fn whoever_reads_some_streams_sees_no_alerts_about_others() {
        let mut investigator = Caller::new("ann", [Role::Investigator]);
        assert!(investigator.may(Permission::SeeAlerts) && investigator.may(Permission::TryRules));
        investigator.grants = grants(&["pay*"]);
        assert!(!investigator.may(Permission::SeeAlerts) && !investigator.may(Permission::TryRules));
        assert!(investigator.may(Permission::Search));
    }

    #[test]
    fn whoever_sees_some_fields_gets_no_answers_that_show_others() {
        let mut officer = Caller::new("ann", [Role::PrivacyOfficer, Role::Investigator]);
        assert!(officer.may(Permission::Reveal) && officer.may(Permission::Review));
        officer.grants = grants(&["care"]);
        assert!(officer.may(Permission::Reveal) && officer.may(Permission::Review));
        officer.grants = grants(&["care/-patient"]);
        assert!(!officer.may(Permission::Reveal) && !officer.may(Permission::Review));
        assert!(officer.may(Permission::Search) && officer.may(Permission::Export));
        assert!(officer.reads("care") && !officer.reads_whole("care"));
        assert!(officer.sees("care", "level") && !officer.sees("care", "patient"));
        assert!(officer.reads_whole("palisade.audit") && officer.sees("palisade.audit", "patient"));
    }

    #[test]
    fn a_grant_of_everything_named_is_not_one_of_the_audit_trail() {
        let mut viewer = Caller::new("ann", [Role::Viewer]);
        viewer.grants = grants(&["*"]);
        assert!(viewer.reads("payments") && !viewer.reads("palisade.audit"));
    }

    #[test]
    fn whoever_must_change_the_password_may_do_that_alone() {
        let mut caller = Caller::owner("root");
        caller.must_change_password = true;
        let may: Vec<Permission> =
            Permission::ALL.into_iter().filter(|permission| caller.may(*permission)).collect();
        assert_eq!(may, [Permission::Public, Permission::Account]);
    }
}
