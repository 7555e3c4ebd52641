//! Who may do what.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Permission;

/// What somebody is, by what they may do. Somebody may have several.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Looks at records, with protected values masked.
    Viewer,
    /// Looks into what happened: takes records out, keeps them with holds, deals with alerts.
    Investigator,
    /// Answers for people's data: reveals, erases, and sees who looked at what.
    PrivacyOfficer,
    /// Sees what others did and whether evidence is whole, and no records of applications.
    Auditor,
    /// Runs the program: users, rules, channels. Sees no records, and no keys.
    Admin,
    /// Looks after the keys, and sees no records.
    KeyCustodian,
    /// A machine that sends records, and does nothing else.
    Agent,
}

use Permission::{
    Account, Erase, Export, Govern, HandleAlerts, Ingest, ManageKeys, ManageRules, ManageUsers, Observe,
    Public, Report, Reveal, Review, Search, SeeAlerts, SeeEvidence, Ship, TryRules,
};

impl Role {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Viewer,
        Self::Investigator,
        Self::PrivacyOfficer,
        Self::Auditor,
        Self::Admin,
        Self::KeyCustodian,
        Self::Agent,
    ];

    /// What it may do. Nobody who keeps the keys or names the users sees a record by that.
    fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Viewer => &[Account, Search, SeeAlerts],
            Self::Investigator => {
                &[Account, Search, Export, SeeAlerts, TryRules, HandleAlerts, SeeEvidence, Govern]
            }
            Self::PrivacyOfficer => &[
                Account,
                Search,
                Export,
                Reveal,
                Erase,
                SeeAlerts,
                TryRules,
                HandleAlerts,
                SeeEvidence,
                Govern,
                Report,
                Review,
            ],
            Self::Auditor => &[Account, Search, Export, SeeAlerts, SeeEvidence, Report],
            Self::Admin => {
                &[Account, Ingest, Observe, SeeAlerts, HandleAlerts, ManageRules, ManageUsers, SeeEvidence]
            }
            Self::KeyCustodian => &[Account, ManageKeys, SeeEvidence],
            Self::Agent => &[Ingest, Ship],
        }
    }

    /// Whether this role has a permission.
    pub fn may(self, permission: Permission) -> bool {
        permission == Public || self.permissions().contains(&permission)
    }

    /// Whether it reads the records of applications.
    pub(crate) fn reads_records(self) -> bool {
        matches!(self, Self::Viewer | Self::Investigator | Self::PrivacyOfficer)
    }

    /// Whether it reads what Palisade writes down about people.
    pub(crate) fn reads_audit_trail(self) -> bool {
        matches!(self, Self::Auditor | Self::PrivacyOfficer)
    }

    /// Its name, as it is written everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Investigator => "investigator",
            Self::PrivacyOfficer => "privacy-officer",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
            Self::KeyCustodian => "key-custodian",
            Self::Agent => "agent",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("there is no role `{text}`; there are {names}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duties_are_apart() {
        let who_may = |permission: Permission| {
            let roles: Vec<&str> =
                Role::ALL.into_iter().filter(|role| role.may(permission)).map(Role::name).collect();
            roles.join(" ")
        };
        assert_eq!(who_may(Reveal), "privacy-officer");
        assert_eq!(who_may(ManageKeys), "key-custodian");
        assert_eq!(who_may(ManageUsers), "admin");
        assert_eq!(who_may(Ship), "agent");
        assert!(!who_may(Search).contains("admin") && !who_may(Search).contains("key-custodian"));
        assert_eq!(who_may(Public).split(' ').count(), 7);
    }

    #[test]
    fn every_permission_is_some_roles() {
        for permission in Permission::ALL {
            assert!(Role::ALL.into_iter().any(|role| role.may(permission)), "{permission}");
        }
    }

    #[test]
    fn roles_are_read_as_they_are_written() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.name());
        }
        assert!("root".parse::<Role>().unwrap_err().contains("key-custodian"));
    }
}
