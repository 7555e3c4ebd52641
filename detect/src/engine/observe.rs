//! From a record that was found to what a profile sees of it.

use super::extract::fingerprint;
use crate::profile::{Needs, Observed, Places, ProfileKind};
use crate::rule::network::parse_address;
use crate::window::Entry;

/// Finds out what the profile must know of an address; nothing when nobody knows it.
pub(super) fn observed(
    entry: Entry,
    texts: Vec<String>,
    kind: &ProfileKind,
    places: Option<&Places>,
) -> Option<Observed> {
    let Some(needs) = kind.needs() else { return Some(Observed { entry, texts, place: None }) };
    let address = parse_address(texts.first()?.trim())?;
    match needs {
        Needs::Country => {
            let texts = vec![places?.country(address)?];
            let value = fingerprint(texts.iter().map(String::as_str));
            Some(Observed { entry: Entry { value, ..entry }, texts, place: None })
        }
        Needs::Place => {
            let place = Some(places?.place(address)?);
            Some(Observed { entry, texts, place })
        }
    }
}
