//! Storage classes: what they bill whether it is used or not.

use palisade_record::ByteSize;

use super::About;
use crate::Term;

/// An overhead above one part in so many of an object is worth telling.
const OVERHEAD_PART: u64 = 50;

pub(super) fn check(about: &mut About<'_>) {
    if !about.around.storages.cold {
        return;
    }
    let (class, around) = (about.class, about.around);
    let name = &class.storage_class;
    let Some(terms) = around.prices.terms(name) else {
        about.warn(
            "storage-class-unpriced",
            format!("the price table has no storage class {name}: searches there cannot tell what they cost"),
            "check its spelling, or add it to the price table",
        );
        return;
    };
    let days_min = Term::days(terms.days_min);
    if class.retention < days_min {
        about.warn(
            "minimum-duration",
            format!("{name} bills {days_min} at least, and records go after {}", class.retention),
            "choose STANDARD, or a longer retention",
        );
    }
    let bytes = around.split_bytes;
    if bytes.as_u64() < terms.object_bytes_min {
        let billed = ByteSize::bytes(terms.object_bytes_min);
        about.warn(
            "small-objects",
            format!("{name} bills {billed} at least for an object, and splits have {bytes}"),
            "publish larger splits less often, or choose STANDARD",
        );
    }
    if terms.object_bytes_extra > bytes.as_u64() / OVERHEAD_PART {
        let extra = ByteSize::bytes(terms.object_bytes_extra);
        about.warn(
            "small-objects",
            format!("{name} bills {extra} on top of every object, and splits have {bytes}"),
            "publish larger splits less often, or choose STANDARD",
        );
    }
}
