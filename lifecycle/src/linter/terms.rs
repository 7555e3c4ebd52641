//! Terms: long enough for the rule, and sensible beside each other.

use super::About;
use crate::Term;

/// Above this a retention has to be meant: no rule Palisade knows asks for more, and a locked copy is paid for to its end.
const RETENTION_UNASKED_MAX: Term = Term::days(3_653);

pub(super) fn check(about: &mut About<'_>) {
    let class = about.class;
    let retention = class.retention;
    if retention.is_zero() {
        about.error(
            "retention-zero",
            "the retention is nothing: records would be disposed of as soon as they are published",
            "give a retention",
        );
        return;
    }
    promises(about);
    if retention > RETENTION_UNASKED_MAX && !class.long_retention {
        about.error(
            "retention-long",
            format!("the retention of {retention} is above ten years, and no lock can be shortened later"),
            "set long_retention = true if it is meant",
        );
    }
    if class.hot > retention {
        about.error(
            "hot-beyond-retention",
            format!("hot is {} and the whole retention {retention}", class.hot),
            "make hot shorter or the retention longer",
        );
    } else if class.hot.and(class.warm) > retention {
        about.warn(
            "warm-beyond-retention",
            format!("hot and warm are {} and the whole retention {retention}", class.hot.and(class.warm)),
            "make warm shorter or the retention longer",
        );
    }
}

/// What the rule behind the class asks for.
fn promises(about: &mut About<'_>) {
    let class = about.class;
    let Some(regulation) = class.regulation else { return };
    let (clause, retention_min) = (regulation.clause(), regulation.retention_min());
    if class.retention < retention_min {
        about.error(
            "retention-below-rule",
            format!("the retention of {} is below the {retention_min} of {clause}", class.retention),
            format!("set retention to {retention_min} or more, or begin from another class"),
        );
    }
    // A warm term means nothing without a place to be warm in.
    let has_warm = about.around.storages.warm;
    let near = if has_warm { class.hot.and(class.warm) } else { class.hot };
    let near_min = regulation.near_min();
    if near < near_min {
        let place = if has_warm { "hot and warm" } else { "hot, there being no warm storage," };
        about.error(
            "near-below-rule",
            format!("records are {place} for {near}, below the {near_min} immediately available of {clause}"),
            if has_warm {
                format!("make hot and warm {near_min} together")
            } else {
                format!("set hot to {near_min}, or give a warm storage")
            },
        );
    }
}
