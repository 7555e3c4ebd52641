//! Locks: there where they are promised, and meant where they cannot be undone.

use super::About;
use crate::LockMode;

pub(super) fn check(about: &mut About<'_>) {
    let class = about.class;
    let has_cold = about.around.storages.cold;
    if let Some(regulation) = class.regulation {
        let clause = regulation.clause();
        if !class.lock.is_locked() {
            about.error(
                "evidence-unlocked",
                format!("records are kept for {clause}, and the lock is none"),
                "set lock to governance, or begin from the class standard",
            );
        } else if !has_cold {
            about.warn(
                "evidence-near-only",
                format!("records are kept for {clause} on disks whose owner can alter them"),
                "give a cold storage: a bucket with Object Lock",
            );
        }
    }
    if class.lock == LockMode::Compliance && !class.is_confirmed() {
        about.error(
            "compliance-unconfirmed",
            "compliance mode cannot be undone by anybody and was not confirmed; locks are in governance mode until it is",
            format!("let two people agree, then set confirmation = \"{}\"", class.confirmation_wanted()),
        );
    }
    let Some(receipts) = class.receipts else { return };
    if !has_cold {
        about.error(
            "receipts-without-cold",
            "receipts are asked for, and there is no cold storage to lock them in",
            "give a cold storage, or leave receipts away",
        );
    }
    if receipts > class.retention {
        about.warn(
            "receipts-beyond-retention",
            format!(
                "receipts are locked for {receipts} and hold records that are disposed of after {}",
                class.retention
            ),
            "make receipts shorter: they only have to last until splits are archived and verified",
        );
    }
}
