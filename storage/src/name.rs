//! Names of objects: the parts `a-z 0-9 . _ -` joined by `/`, and a version pinned to one by `@`.
//!
//! The alphabet is the one that every file system and every store takes as it is: no case to fold, nothing to escape.

use crate::Refusal;

/// S3 allows 1,024 bytes for a key; the prefix of the storage needs some of them.
pub const NAME_BYTES_MAX: usize = 768;

/// S3 promises that a version is not longer.
pub const VERSION_BYTES_MAX: usize = 1_024;

/// What the disk calls a file that it is about to put in place of another.
const TEMPORARY: &str = ".tmp";

/// Whether a text is the name of an object, without a version.
pub fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
    };
    name.len() <= NAME_BYTES_MAX && !name.ends_with(TEMPORARY) && name.split('/').all(is_part)
}

/// Whether a text can be the beginning of names: what is before the last `/` is a name, what is after it may be empty.
pub fn is_prefix(prefix: &str) -> bool {
    prefix.is_empty() || is_name(prefix) || prefix.strip_suffix('/').is_some_and(is_name)
}

/// A name that means one version: `name@version`. Without a version it is the name.
pub fn pinned<'a>(name: &str, version: impl Into<Option<&'a str>>) -> String {
    match version.into() {
        Some(version) => format!("{name}@{version}"),
        None => name.to_owned(),
    }
}

/// The name and, when one is pinned, the version.
pub fn split_pin(name: &str) -> (&str, Option<&str>) {
    match name.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (name, None),
    }
}

/// The name and the version, when both are in order.
pub(crate) fn check(name: &str) -> Result<(&str, Option<&str>), Refusal> {
    let (plain, version) = split_pin(name);
    let version_is_fine = version.is_none_or(|version| {
        !version.is_empty()
            && version.len() <= VERSION_BYTES_MAX
            && version.bytes().all(|byte| byte.is_ascii_graphic())
    });
    if is_name(plain) && version_is_fine {
        Ok((plain, version))
    } else {
        Err(Refusal::Name { name: name.to_owned() })
    }
}

/// The name, which must be in order and without a version: what is written gets its version from the store.
pub(crate) fn check_unpinned(name: &str) -> Result<&str, Refusal> {
    match check(name)? {
        (plain, None) => Ok(plain),
        (_, Some(_)) => Err(Refusal::Name { name: name.to_owned() }),
    }
}

/// The prefix, when it can be one.
pub(crate) fn check_prefix(prefix: &str) -> Result<(), Refusal> {
    if is_prefix(prefix) { Ok(()) } else { Err(Refusal::Name { name: prefix.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_plain_and_stay_below_the_root() {
        for name in ["a", "splits/0-9.data", "tile/0/x001/067", "a..b", "..."] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "", "/", "/a", "a/", "a//b", "..", "a/../b", "./a", "A", "a b", "a@b", "ä", "a.tmp", "a\\b",
            "a\0",
        ] {
            assert!(!is_name(name), "{name:?}");
        }
        assert!(is_name(&"a".repeat(NAME_BYTES_MAX)));
        assert!(!is_name(&"a".repeat(NAME_BYTES_MAX + 1)));
    }

    #[test]
    fn a_prefix_may_be_empty_or_end_with_a_slash() {
        assert!(is_prefix("") && is_prefix("splits/") && is_prefix("splits/a"));
        assert!(!is_prefix("/") && !is_prefix("a//") && !is_prefix("../") && !is_prefix("a@b"));
    }

    #[test]
    fn a_pin_without_a_version_is_refused() {
        assert!(check("a@").is_err());
        assert!(check("a@b c").is_err());
        assert!(check_unpinned("a@b").is_err());
        assert_eq!(check("a/b@null").unwrap(), ("a/b", Some("null")));
    }

    proptest! {
        #[test]
        fn what_is_pinned_is_split_again(name in "[a-z0-9]{1,8}(/[a-z0-9._-]{3,8})?", version in "[!-~]{1,20}") {
            prop_assume!(is_name(&name));
            let exactly = pinned(&name, version.as_str());
            prop_assert_eq!(check(&exactly).unwrap(), (name.as_str(), Some(version.as_str())));
            prop_assert_eq!(check(&name).unwrap(), (name.as_str(), None));
            prop_assert_eq!(pinned(&name, None), name);
        }

        #[test]
        fn no_text_leads_out_of_the_root(name in ".{0,40}") {
            if is_name(&name) {
                let path = std::path::Path::new("/root").join(&name);
                prop_assert!(path.components().all(|part| part != std::path::Component::ParentDir));
                prop_assert!(path.starts_with("/root"));
            }
        }
    }
}
