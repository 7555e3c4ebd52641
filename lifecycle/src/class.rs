//! Retention classes: what is promised for the records of a split, and the ready ones.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{StorageClass, Term};

/// How the evidence copy is protected from being deleted before its time. In the order of strength.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LockMode {
    /// Not at all.
    None,
    /// By Object Lock, which somebody with a special permission can lift. The way to begin.
    #[default]
    Governance,
    /// By Object Lock that nobody can lift or shorten, the root account included: a wrong date is paid for to its end.
    Compliance,
}

impl LockMode {
    /// Whether there is a lock at all.
    pub const fn is_locked(self) -> bool {
        !matches!(self, Self::None)
    }
}

impl FromStr for LockMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::None, Self::Governance, Self::Compliance]
            .into_iter()
            .find(|mode| text.eq_ignore_ascii_case(&mode.to_string()))
            .ok_or_else(|| {
                let text = text.escape_debug();
                format!("`{text}` is not a lock mode; write none, governance or compliance")
            })
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "none",
            Self::Governance => "governance",
            Self::Compliance => "compliance",
        })
    }
}

/// The rules a class promises to meet. They stay with a class that was derived from a ready one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Regulation {
    /// 45 CFR 164.316(b)(2)(i): documentation is kept for six years. It does not name logs; 164.528 looks back as far, and
    /// six years became usual.
    Hipaa,
    /// PCI DSS 4.0.1, 10.5.1: twelve months, the last three immediately available.
    Pci,
    /// 17 CFR 210.2-06: seven years.
    Sox,
}

impl Regulation {
    /// The shortest retention that meets it.
    pub const fn retention_min(self) -> Term {
        match self {
            Self::Hipaa => Term::days(2_192),
            Self::Pci => Term::days(365),
            Self::Sox => Term::days(2_557),
        }
    }

    /// How long records must be readable at once. 92 days, because no three months are longer.
    pub const fn near_min(self) -> Term {
        match self {
            Self::Pci => Term::days(92),
            Self::Hipaa | Self::Sox => Term::ZERO,
        }
    }

    /// The clause, as it is quoted to people.
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Hipaa => "HIPAA, 45 CFR 164.316(b)(2)(i)",
            Self::Pci => "PCI DSS 10.5.1",
            Self::Sox => "SOX, 17 CFR 210.2-06",
        }
    }
}

/// What is promised for the records of a split: a split holds records of one class only, because a locked object has one date.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Class {
    /// The name that streams say.
    pub name: String,
    /// How long the near, fast copy stays.
    pub hot: Term,
    /// How long the warm copy stays after the hot one went; zero for none.
    pub warm: Term,
    /// How long records are kept, from the later of their newest event and newest receipt.
    pub retention: Term,
    /// How the evidence copy is protected.
    pub lock: LockMode,
    /// Where the evidence copy lies in the cold storage.
    pub storage_class: StorageClass,
    /// How long sealed journal files are locked as proof of receipt, within seconds of it; `None` for not at all.
    pub receipts: Option<Term>,
    /// The rule it promises to meet.
    pub regulation: Option<Regulation>,
    /// Whether somebody said that a retention above ten years is meant.
    pub long_retention: bool,
    /// What somebody typed to confirm compliance mode: see [`Class::confirmation_wanted`].
    pub confirmation: Option<String>,
}

impl Class {
    /// Longest name, that of a stream.
    pub const NAME_BYTES_MAX: usize = 63;

    /// For everything that has no rule of its own: 7 days hot, 30 days warm, 7 years in all.
    pub fn standard() -> Self {
        Self {
            name: "standard".to_owned(),
            hot: Term::days(7),
            warm: Term::days(30),
            retention: Term::days(2_557),
            lock: LockMode::Governance,
            storage_class: StorageClass::STANDARD,
            receipts: None,
            regulation: None,
            long_retention: false,
            confirmation: None,
        }
    }

    /// Six years with two leap days.
    pub fn hipaa() -> Self {
        let regulation = Some(Regulation::Hipaa);
        Self { name: "hipaa-6y".to_owned(), retention: Term::days(2_192), regulation, ..Self::standard() }
    }

    /// Twelve months, and three of them near. All three hot, so that it holds without a warm storage too.
    pub fn pci() -> Self {
        let regulation = Some(Regulation::Pci);
        let (hot, warm, retention) = (Term::days(92), Term::ZERO, Term::days(366));
        Self { name: "pci-12m".to_owned(), hot, warm, retention, regulation, ..Self::standard() }
    }

    /// Seven years with two leap days.
    pub fn sox() -> Self {
        let regulation = Some(Regulation::Sox);
        Self { name: "sox-7y".to_owned(), retention: Term::days(2_557), regulation, ..Self::standard() }
    }

    /// All ready classes.
    pub fn ready() -> [Self; 4] {
        [Self::standard(), Self::hipaa(), Self::pci(), Self::sox()]
    }

    /// The sentence that has to be typed before compliance mode counts. It names the class and the days, so that a longer
    /// retention has to be confirmed again.
    pub fn confirmation_wanted(&self) -> String {
        format!("nobody can delete {} for {}", self.name, self.retention)
    }

    /// Whether compliance mode was confirmed for this name and this retention.
    pub fn is_confirmed(&self) -> bool {
        self.confirmation.as_deref().map(str::trim) == Some(self.confirmation_wanted().as_str())
    }

    /// Takes the text that confirms compliance mode, if it is among these and nothing confirms it yet.
    pub(crate) fn confirm(&mut self, confirmations: &[String]) {
        let wanted = self.confirmation_wanted();
        if !self.is_confirmed() && confirmations.iter().any(|text| text.trim() == wanted) {
            self.confirmation = Some(wanted);
        }
    }

    /// The mode that locks get: compliance only once it was confirmed, governance until then. It can be made stronger
    /// later, and never weaker.
    pub fn lock_in_effect(&self) -> LockMode {
        if self.is_confirmed() { self.lock } else { self.lock.min(LockMode::Governance) }
    }
}

/// Which storages there are, beside the local disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Storages {
    /// A second directory, or S3 without a lock.
    pub warm: bool,
    /// A bucket with Object Lock.
    pub cold: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_classes_meet_their_rules() {
        for class in Class::ready() {
            let Some(regulation) = class.regulation else { continue };
            assert!(class.retention >= regulation.retention_min(), "{}", class.name);
            assert!(class.hot.and(class.warm) >= regulation.near_min(), "{}", class.name);
            assert!(class.lock.is_locked(), "{}", class.name);
        }
    }

    #[test]
    fn a_longer_retention_has_to_be_confirmed_again() {
        let mut class = Class::sox();
        assert!(!class.is_confirmed());
        class.lock = LockMode::Compliance;
        assert_eq!(class.lock_in_effect(), LockMode::Governance);
        class.confirmation = Some("nobody can delete sox-7y for 2557d".to_owned());
        assert_eq!(class.lock_in_effect(), LockMode::Compliance);
        class.retention = "8y".parse().unwrap();
        assert_eq!(class.lock_in_effect(), LockMode::Governance);
    }

    #[test]
    fn modes_are_ordered_by_strength_and_read_by_name() {
        assert!(LockMode::Compliance > LockMode::Governance && LockMode::Governance > LockMode::None);
        assert_eq!("Compliance".parse(), Ok(LockMode::Compliance));
        assert!("worm".parse::<LockMode>().unwrap_err().contains("governance"));
    }
}
