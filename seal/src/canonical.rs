//! The form of a value that search tokens are made of, so that ` P-17` and `p-17` are one value.

/// Replaces what stands in `canonical` by `value` without white space around it and in lower case, letter by letter, as
/// Unicode has it. Numbers stay their text.
pub(crate) fn canonicalise(value: &str, canonical: &mut String) {
    canonical.clear();
    let trimmed = value.trim();
    if trimmed.is_ascii() {
        canonical.push_str(trimmed);
        canonical.make_ascii_lowercase();
    } else {
        // Letter by letter: the lower case of a whole text depends on where a sigma stands.
        canonical.extend(trimmed.chars().flat_map(char::to_lowercase));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canonical(value: &str) -> String {
        let mut canonical = String::from("what stood there before");
        canonicalise(value, &mut canonical);
        canonical
    }

    #[test]
    fn spellings_of_one_value_become_one() {
        assert_eq!(canonical(" P-17\t"), "p-17");
        assert_eq!(canonical("MÜLLER"), canonical("müller "));
        assert_eq!(canonical("ΟΔΟΣ"), canonical("οδοσ"));
        assert_eq!(canonical("4.50"), "4.50");
        assert_eq!(canonical("  "), "");
        assert_ne!(canonical("P 17"), canonical("P17"));
    }

    proptest! {
        #[test]
        fn the_canonical_form_of_ascii_text_is_its_own(value in "[ -~]{0,40}") {
            let once = canonical(&value);
            prop_assert_eq!(canonical(&once), once);
        }
    }
}
