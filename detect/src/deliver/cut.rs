//! Texts that fit where they go.

/// At most `letters_max` letters; what was cut ends in `…`.
pub(super) fn cut(text: &str, letters_max: usize) -> String {
    match text.char_indices().nth(letters_max) {
        None => text.to_owned(),
        Some(_) => {
            let end = text.char_indices().nth(letters_max.saturating_sub(1)).map_or(0, |(at, _)| at);
            format!("{}…", &text[..end])
        }
    }
}

/// On one line, without letters that steer a terminal or a header.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_fits_stays_and_what_does_not_says_so() {
        assert_eq!(cut("häuser", 6), "häuser");
        assert_eq!(cut("häuser", 5), "häus…");
        assert_eq!(cut("häuser", 1), "…");
        assert_eq!(one_line(" a\r\nBcc:\tb\u{0}c "), "a Bcc: b c");
    }

    proptest! {
        #[test]
        fn a_cut_text_fits(text in ".*", max in 1_usize..40) {
            let cut = cut(&text, max);
            prop_assert!(cut.chars().count() <= max);
            prop_assert!(text.starts_with(cut.trim_end_matches('…')));
        }
    }
}
