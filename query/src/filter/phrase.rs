//! A word or phrase that is looked for in many texts.

use memchr::memmem::Finder;
use palisade_record::words::{fold, is_word_char};

/// Finds what `palisade_record::words::contains_phrase` finds, with a searcher that is built once.
#[derive(Clone, Debug)]
pub(crate) struct Phrase {
    folded: String,
    finder: Finder<'static>,
    starts_with_word: bool,
    ends_with_word: bool,
}

impl Phrase {
    /// Looks for `text` in any case.
    pub(crate) fn new(text: &str) -> Self {
        let folded = fold(text);
        let finder = Finder::new(folded.as_bytes()).into_owned();
        let starts_with_word = folded.chars().next().is_some_and(is_word_char);
        let ends_with_word = folded.chars().next_back().is_some_and(is_word_char);
        Self { folded, finder, starts_with_word, ends_with_word }
    }

    /// The phrase, folded.
    pub(crate) fn folded(&self) -> &str {
        &self.folded
    }

    /// Whether a folded text has it, with free ends.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        let mut from = 0;
        while let Some(found) = self.finder.find(&text.as_bytes()[from..]) {
            let (start, end) = (from + found, from + found + self.folded.len());
            if (!self.starts_with_word || starts_free(text, start))
                && (!self.ends_with_word || ends_free(text, end))
            {
                return true;
            }
            from = start + self.folded.chars().next().map_or(1, char::len_utf8);
            if from > text.len() {
                return false;
            }
        }
        false
    }
}

/// Whether no word reaches over this place from the left.
pub(crate) fn starts_free(text: &str, start: usize) -> bool {
    !text[..start].chars().next_back().is_some_and(is_word_char)
}

/// Whether no word reaches over this place to the right.
pub(crate) fn ends_free(text: &str, end: usize) -> bool {
    !text[end..].chars().next().is_some_and(is_word_char)
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_record::words::contains_phrase;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_finds_what_the_rule_of_words_says(text in "[aAéß .-]{0,12}", needle in "[aAéß .-]{0,3}") {
            let phrase = Phrase::new(&needle);
            prop_assert_eq!(phrase.is_in(&fold(&text)), contains_phrase(&fold(&text), &fold(&needle)));
        }
    }
}
