//! The classes an installation knows: the ready ones, and its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Class, LockMode, StorageClass, Term};

/// Most classes: each makes splits of its own, and small splits are dear in every storage class.
pub const CLASSES_MAX: usize = 64;

/// How a class differs from the ready one it is made of. What is not said stays.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Changes {
    /// The name of a ready class.
    pub from: String,
    /// See [`Class::hot`].
    pub hot: Option<Term>,
    /// See [`Class::warm`].
    pub warm: Option<Term>,
    /// See [`Class::retention`].
    pub retention: Option<Term>,
    /// See [`Class::lock`].
    pub lock: Option<LockMode>,
    /// See [`Class::storage_class`].
    pub storage_class: Option<StorageClass>,
    /// See [`Class::receipts`].
    pub receipts: Option<Term>,
    /// See [`Class::long_retention`].
    pub long_retention: bool,
    /// See [`Class::confirmation`].
    pub confirmation: Option<String>,
}

/// A class that cannot be, or is not there.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ClassError {
    /// No class of that name.
    #[error("there is no class `{name}`{}; known are {known}", did_you_mean(.suggestion.as_deref()))]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The nearest name there is.
        suggestion: Option<String>,
        /// All names, with commas.
        known: String,
    },
    /// The name would not be safe in a path or a key.
    #[error(
        "`{0}` is not a name for a class; use 1 to 63 of a-z, 0-9 and `-`, beginning with a letter or digit"
    )]
    Name(String),
    /// The name is that of a ready class.
    #[error(
        "`{0}` is a ready class and stays as it is; give yours a name of its own and write from = \"{0}\""
    )]
    Taken(String),
    /// Too many.
    #[error(
        "there are more than {CLASSES_MAX} classes; let streams share one where their terms are the same"
    )]
    TooMany,
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// All classes by name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Classes {
    by_name: BTreeMap<String, Class>,
}

impl Default for Classes {
    fn default() -> Self {
        Self { by_name: Class::ready().into_iter().map(|class| (class.name.clone(), class)).collect() }
    }
}

impl Classes {
    /// The ready classes and `own` ones, which name a ready one each. One step deep: what a class promises can be read in
    /// two places at most.
    pub fn with(own: impl IntoIterator<Item = (String, Changes)>) -> Result<Self, ClassError> {
        Self::default().and(own)
    }

    /// The ready classes with this lock, confirmed where one of the texts is the one that is wanted.
    pub fn locked(lock: LockMode, confirmations: &[String]) -> Self {
        let mut all = Self::default();
        for class in all.by_name.values_mut() {
            class.lock = lock;
            class.confirm(confirmations);
        }
        all
    }

    /// These, which are ready ones, and `own` ones made of them. What none of them confirms itself can be confirmed
    /// afterwards with [`Classes::confirm`].
    pub fn and(self, own: impl IntoIterator<Item = (String, Changes)>) -> Result<Self, ClassError> {
        let ready = self;
        let mut all = ready.clone();
        for (name, changes) in own {
            if !is_name(&name) {
                return Err(ClassError::Name(name.escape_debug().to_string()));
            }
            if ready.by_name.contains_key(&name) {
                return Err(ClassError::Taken(name));
            }
            let class = derive(ready.get(&changes.from)?, name.clone(), changes);
            all.by_name.insert(name, class);
            if all.by_name.len() > CLASSES_MAX {
                return Err(ClassError::TooMany);
            }
        }
        Ok(all)
    }

    /// Confirms compliance mode for the classes of which one of the texts is the one that is wanted.
    pub fn confirm(&mut self, confirmations: &[String]) {
        self.by_name.values_mut().for_each(|class| class.confirm(confirmations));
    }

    /// The class of that name; the error says the nearest one.
    pub fn get(&self, name: &str) -> Result<&Class, ClassError> {
        self.by_name.get(name).ok_or_else(|| ClassError::Unknown {
            name: name.chars().take(Class::NAME_BYTES_MAX).flat_map(char::escape_debug).collect(),
            suggestion: self.nearest(name),
            known: self.by_name.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
        })
    }

    /// All, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Class> {
        self.by_name.values()
    }

    fn nearest(&self, name: &str) -> Option<String> {
        /// Below this, two names have little in common; `hipaa` and `hipaa-6y` are at 0.93.
        const ALIKE: f64 = 0.8;
        let name: String = name.to_ascii_lowercase().chars().take(Class::NAME_BYTES_MAX).collect();
        let alike = |known: &String| (strsim::jaro_winkler(&name, known), known.clone());
        let best = self.by_name.keys().map(alike).max_by(|left, right| left.0.total_cmp(&right.0))?;
        (best.0 >= ALIKE).then_some(best.1)
    }
}

fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= Class::NAME_BYTES_MAX
        && !name.is_empty()
        && !name.starts_with('-')
        && name.bytes().all(allowed)
}

fn derive(base: &Class, name: String, changes: Changes) -> Class {
    Class {
        name,
        hot: changes.hot.unwrap_or(base.hot),
        warm: changes.warm.unwrap_or(base.warm),
        retention: changes.retention.unwrap_or(base.retention),
        lock: changes.lock.unwrap_or(base.lock),
        storage_class: changes.storage_class.unwrap_or_else(|| base.storage_class.clone()),
        receipts: changes.receipts.or(base.receipts),
        regulation: base.regulation,
        long_retention: changes.long_retention,
        confirmation: changes.confirmation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(name: &str, from: &str) -> Result<Classes, ClassError> {
        let changes = Changes { from: from.to_owned(), hot: Some(Term::days(1)), ..Changes::default() };
        Classes::with([(name.to_owned(), changes)])
    }

    #[test]
    fn an_own_class_keeps_what_it_does_not_change_and_the_rule_it_promised() {
        let classes = own("cards", "pci-12m").unwrap();
        let class = classes.get("cards").unwrap();
        assert_eq!((class.hot, class.retention), (Term::days(1), Term::days(366)));
        assert_eq!(class.regulation, Some(crate::Regulation::Pci));
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_nearest() {
        let message = Classes::default().get("hippa-6y").unwrap_err().to_string();
        assert!(message.contains("did you mean `hipaa-6y`?"), "{message}");
        assert!(message.contains("known are hipaa-6y, pci-12m, sox-7y, standard"), "{message}");
        let message = Classes::default().get("zzz").unwrap_err().to_string();
        assert!(!message.contains("did you mean"), "{message}");
    }

    #[test]
    fn names_are_safe_and_ready_classes_stay() {
        assert!(matches!(own("../up", "standard"), Err(ClassError::Name(_))));
        assert!(matches!(own("", "standard"), Err(ClassError::Name(_))));
        assert!(matches!(own("sox-7y", "standard"), Err(ClassError::Taken(_))));
        assert!(matches!(own("mine", "yours"), Err(ClassError::Unknown { .. })));
        let many = (0..CLASSES_MAX).map(|number| {
            (format!("own-{number}"), Changes { from: "standard".to_owned(), ..Changes::default() })
        });
        assert_eq!(Classes::with(many), Err(ClassError::TooMany));
    }
}
