//! What a word is: the longest run of letters, digits and underscores, in any script, in any case.
//!
//! The index cuts texts into words with the same rule by which a query is verified; were they to differ, searches
//! would silently miss.

/// Whether a character is part of words.
pub fn is_word_char(character: char) -> bool {
    if character.is_ascii() {
        character.is_ascii_alphanumeric() || character == '_'
    } else {
        character.is_alphanumeric()
    }
}

/// The words of a text, as they stand in it.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character| !is_word_char(character)).filter(|word| !word.is_empty())
}

/// Makes upper and lower case the same, as every comparison of words and keywords does: character by character, so
/// that the folded text has its words in the same places.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

/// Like [`fold`], into a buffer that is used again.
pub fn fold_into(text: &str, target: &mut String) {
    target.clear();
    if text.is_ascii() {
        target.push_str(text);
        target.make_ascii_lowercase();
        return;
    }
    target.extend(text.chars().map(fold_char));
}

/// The lower case of a character, when that is one character; itself otherwise.
pub fn fold_char(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        _ => character,
    }
}

/// Whether `needle`, already folded, stands in `haystack`, already folded, with word boundaries where its own ends
/// are word characters: `time` is found in `a time-out` but not in `runtime`.
pub fn contains_phrase(haystack: &str, needle: &str) -> bool {
    let (Some(first), Some(last)) = (needle.chars().next(), needle.chars().next_back()) else { return true };
    let (bound_start, bound_end) = (is_word_char(first), is_word_char(last));
    let mut from = 0;
    while let Some(found) = haystack[from..].find(needle) {
        let (start, end) = (from + found, from + found + needle.len());
        let start_is_free = !bound_start || !haystack[..start].chars().next_back().is_some_and(is_word_char);
        let end_is_free = !bound_end || !haystack[end..].chars().next().is_some_and(is_word_char);
        if start_is_free && end_is_free {
            return true;
        }
        from = start + first.len_utf8();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_digits_and_underscores() {
        let found: Vec<&str> = words("blk_-16: GET /v1/Übung?x=1 10.0.0.1").collect();
        assert_eq!(found, ["blk_", "16", "GET", "v1", "Übung", "x", "1", "10", "0", "0", "1"]);
    }

    #[test]
    fn a_phrase_needs_free_ends_where_it_has_word_characters() {
        assert!(contains_phrase("a time-out", "time"));
        assert!(!contains_phrase("runtime timer", "time"));
        assert!(contains_phrase("runtime time", "time"));
        assert!(contains_phrase("x=[abc]def", "[abc]"));
        assert!(contains_phrase("anything", ""));
        assert!(!contains_phrase("übertime", "time"));
    }

    #[test]
    fn folding_keeps_words_in_their_places() {
        assert_eq!(fold("GET İstanbul ÄÖ"), "get İstanbul äö");
    }
}
