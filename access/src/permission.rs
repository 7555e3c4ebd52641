//! What may be done.

use std::fmt;

use serde::Serialize;

/// What a route lets its caller do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// Anyone, without credentials: probes, the page's own files, signing in.
    Public,
    /// See who one is, change one's password, end one's sessions, make and revoke one's own tokens.
    Account,
    /// Read records and what is derived from them, with protected values masked: those of the streams that the caller may read.
    Search,
    /// Take records out as a file.
    Export,
    /// See sealed values in clear.
    Reveal,
    /// Send records to a door.
    Ingest,
    /// Ship batches as an agent and ask for positions.
    Ship,
    /// See the inner state: metrics, statistics.
    Observe,
    /// See what is kept, until when, and whether it is what was signed: storages, verification, holds, restores, erasures.
    SeeEvidence,
    /// Decide what is kept: place and release holds, bring records back from archives.
    Govern,
    /// Have a person's records forgotten.
    Erase,
    /// Make, change and copy keys.
    ManageKeys,
    /// See rules, alerts, silences, channels.
    SeeAlerts,
    /// Try rules on all records there are.
    TryRules,
    /// Silence and acknowledge alerts, send again what was not delivered.
    HandleAlerts,
    /// Write rules.
    ManageRules,
    /// Say who may do what: users, tokens, sessions of others.
    ManageUsers,
    /// Make and read reports, which tell who looked at what.
    Report,
    /// Ask who opened whose data, say what was found about it, and sign.
    Review,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Public,
        Self::Account,
        Self::Search,
        Self::Export,
        Self::Reveal,
        Self::Ingest,
        Self::Ship,
        Self::Observe,
        Self::SeeEvidence,
        Self::Govern,
        Self::Erase,
        Self::ManageKeys,
        Self::SeeAlerts,
        Self::TryRules,
        Self::HandleAlerts,
        Self::ManageRules,
        Self::ManageUsers,
        Self::Report,
        Self::Review,
    ];

    /// Whether requests that need it are written to the audit trail. Those that bring records or ask how the program is are not: they
    /// come from programs, many times a second, and show nobody's data.
    pub fn is_recorded(self) -> bool {
        !matches!(self, Self::Public | Self::Ingest | Self::Ship | Self::Observe)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Public => "public",
            Self::Account => "account",
            Self::Search => "search",
            Self::Export => "export",
            Self::Reveal => "reveal",
            Self::Ingest => "ingest",
            Self::Ship => "ship",
            Self::Observe => "observe",
            Self::SeeEvidence => "see-evidence",
            Self::Govern => "govern",
            Self::Erase => "erase",
            Self::ManageKeys => "manage-keys",
            Self::SeeAlerts => "see-alerts",
            Self::TryRules => "try-rules",
            Self::HandleAlerts => "handle-alerts",
            Self::ManageRules => "manage-rules",
            Self::ManageUsers => "manage-users",
            Self::Report => "report",
            Self::Review => "review",
        })
    }
}
