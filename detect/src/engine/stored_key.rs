//! Under which key a profile lies in the store, beside the window of the same group.

use crate::correlate::GroupKey;

/// What stands before the values of a group in the key under which its profile is stored. One value more than a rule has fields tells
/// it from the key of the window of the same group.
const PROFILE: &str = "profile";

/// The key of the profile of a group.
pub(super) fn stored_key(key: &GroupKey) -> GroupKey {
    GroupKey(std::iter::once(PROFILE.into()).chain(key.0.iter().cloned()).collect())
}

/// The group of a profile that is stored under a key, if it is one of a profile.
pub(super) fn profile_key(stored: &GroupKey, group_fields: usize) -> Option<GroupKey> {
    let (first, key) = stored.0.split_first()?;
    (&**first == PROFILE && key.len() == group_fields).then(|| GroupKey(key.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_told_from_windows_of_whatever_group() {
        for values in [vec![], vec!["ann"], vec!["profile"], vec!["profile", "profile"]] {
            let key = GroupKey(values.iter().map(|value| (*value).into()).collect());
            assert_eq!(profile_key(&stored_key(&key), values.len()), Some(key.clone()));
            assert_eq!(profile_key(&key, values.len()), None);
        }
    }
}
