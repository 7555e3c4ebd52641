//! The kinds of evidence that there can be, by names that controls use.

use serde::Serialize;

/// What a report can show.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Which sources sent how much, and when none did.
    RecordsReceived,
    /// How far clocks of sources are off.
    ClockOffsets,
    /// Who opened whose data, and when.
    AccessRecords,
    /// That people have names and roles.
    NamedUsers,
    /// Sign-ins that failed.
    FailedSignIns,
    /// Changes of users and roles.
    PrivilegeChanges,
    /// What rules found, and how soon somebody answered.
    Detections,
    /// Every reveal of a protected value, with its reason.
    BreakGlass,
    /// What people did with Palisade.
    OwnUse,
    /// How long records are kept, and locked.
    RetentionLocks,
    /// A copy of records elsewhere.
    SecondCopy,
    /// Records that must stay.
    Holds,
    /// Records whose time was over.
    Disposals,
    /// People whose data was made unreadable.
    Erasures,
    /// That protected values are encrypted.
    Encryption,
    /// When keys were changed.
    KeyRotation,
    /// Which streams hold which protected fields.
    ProtectedInventory,
    /// That what is stored is what was signed.
    Integrity,
    /// The signed log, with a proof.
    SignedLog,
    /// That some deeds need two people.
    FourEyes,
    /// Reviews, with findings.
    Reviews,
    /// Who answers for the report.
    SignOff,
    /// When logging failed, from when to when.
    LoggingFailures,
}

impl Evidence {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::RecordsReceived,
        Self::ClockOffsets,
        Self::AccessRecords,
        Self::NamedUsers,
        Self::FailedSignIns,
        Self::PrivilegeChanges,
        Self::Detections,
        Self::BreakGlass,
        Self::OwnUse,
        Self::RetentionLocks,
        Self::SecondCopy,
        Self::Holds,
        Self::Disposals,
        Self::Erasures,
        Self::Encryption,
        Self::KeyRotation,
        Self::ProtectedInventory,
        Self::Integrity,
        Self::SignedLog,
        Self::FourEyes,
        Self::Reviews,
        Self::SignOff,
        Self::LoggingFailures,
    ];

    /// The name that control files use: words with hyphens.
    pub fn name(self) -> String {
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_ascii_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        }
        name
    }
}

/// Whether there is such evidence in a report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State {
    /// It stands in the report.
    Available,
    /// It does not, and why.
    Gap(String),
    /// There is nothing of the kind here that it could be about, and why.
    NotApplicable(String),
}
