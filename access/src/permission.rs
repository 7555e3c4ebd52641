//! What may be done, and by whom.

use serde::Serialize;

/// What a route lets its caller do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// Anyone, without credentials: probes, the page's own files, signing in.
    Public,
    /// Read records and what is derived from them.
    Search,
    /// Send records to a door.
    Ingest,
    /// Ship batches as an agent and ask for positions.
    Ship,
    /// See sealed values in clear.
    Reveal,
    /// Make, change and destroy keys.
    ManageKeys,
    /// See the inner state: metrics, statistics.
    Observe,
    /// Write rules, silence and acknowledge alerts.
    ManageRules,
    /// Decide what is kept: place and release holds, bring records back from archives.
    Govern,
}

/// Who a caller is, by what they may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// May do everything.
    Admin,
    /// A node's agent: ships, and nothing else.
    Agent,
}

impl Role {
    /// Whether this role has a permission.
    pub fn may(self, permission: Permission) -> bool {
        match self {
            Self::Admin => true,
            Self::Agent => matches!(permission, Permission::Public | Permission::Ship),
        }
    }
}

/// The one who calls, as their credential says. Handlers find it in the request's extensions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// The name in records of what was done.
    pub name: String,
    /// What they may do.
    pub role: Role,
}
