//! Collects the distinct words of a unit, text by text.
//!
//! Words without digits are a language: few, met again and again, asked for by their beginning. They are kept as they
//! are. Words with a digit are numbers and names of things: many, and asked for whole. Of them only hashes stay, and
//! their *heads*, the letters before the first digit, so that a question for a beginning finds them too.

use palisade_record::words::{fold_into, words};

use super::hash::word_hash;
use super::hash_table::Hashes;
use super::letters::LetterWords;
use super::unit::UnitWords;

/// Words are cut here, in the index and in questions to it alike. Longer ones are base64 or the like: their first
/// part tells them apart as well as the whole.
const WORD_BYTES_MAX: usize = 128;

/// What stands behind a head among the words without digits; such a word cannot have it.
const HEAD_END: char = '0';

/// Bits of [`CLASSES`].
const LETTER: u8 = 1;
const DIGIT: u8 = 2;

/// What each ASCII byte of a folded text is; 0 for what is not part of words.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0u8;
    while byte < 128 {
        classes[byte as usize] = if byte.is_ascii_digit() {
            DIGIT
        } else if byte.is_ascii_alphabetic() || byte == b'_' {
            LETTER
        } else {
            0
        };
        byte += 1;
    }
    classes
};

/// The word as it is indexed, and asked for.
pub(crate) fn cut(word: &str) -> &str {
    if word.len() <= WORD_BYTES_MAX { word } else { &word[..word.floor_char_boundary(WORD_BYTES_MAX)] }
}

/// What stands before the first digit; `None` when there is no digit.
pub(crate) fn head(word: &str) -> Option<&str> {
    word.find(|character: char| character.is_ascii_digit()).map(|digit| &word[..digit])
}

/// A head as it stands among the words without digits.
pub(super) fn head_word(head: &str, target: &mut String) {
    target.clear();
    target.push_str(head);
    target.push(HEAD_END);
}

/// Collects words; used again for unit after unit.
#[derive(Default)]
pub(crate) struct WordCollector {
    letters: LetterWords,
    hashes: Hashes,
    folded: String,
    head: String,
}

impl WordCollector {
    /// No words yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds the words of a value; it need not be folded.
    pub(crate) fn add(&mut self, text: &str) {
        let mut folded = std::mem::take(&mut self.folded);
        fold_into(text, &mut folded);
        if folded.is_ascii() {
            self.add_ascii(&folded);
        } else {
            words(&folded).for_each(|word| self.add_word(word));
        }
        self.folded = folded;
    }

    /// Adds the word of a whole number.
    pub(crate) fn add_integer(&mut self, number: i64) {
        let mut digits = [0; 20];
        let (mut rest, mut start) = (number.unsigned_abs(), digits.len());
        loop {
            start -= 1;
            digits[start] = b'0' + (rest % 10).to_le_bytes()[0];
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if self.hashes.add(word_hash(&digits[start..])) {
            self.add_head("");
        }
    }

    fn add_ascii(&mut self, folded: &str) {
        let bytes = folded.as_bytes();
        let class = |at: usize| bytes.get(at).map_or(0, |byte| CLASSES[usize::from(*byte)]);
        let mut at = 0;
        while at < bytes.len() {
            let (start, mut classes) = (at, 0);
            loop {
                let class = class(at);
                if class == 0 {
                    break;
                }
                classes |= class;
                at += 1;
            }
            let end = at.min(start + WORD_BYTES_MAX);
            at += 1;
            if start == end {
                continue;
            }
            if classes & DIGIT == 0 {
                self.letters.add(&folded[start..end]);
            } else if end - start == WORD_BYTES_MAX {
                // What was cut off may have had the only digit.
                self.add_word(&folded[start..end]);
            } else if self.hashes.add(word_hash(&bytes[start..end])) {
                self.add_head(&folded[start..end]);
            }
        }
    }

    fn add_word(&mut self, word: &str) {
        let word = cut(word);
        if !word.bytes().any(|byte| byte.is_ascii_digit()) {
            self.letters.add(word);
        } else if self.hashes.add(word_hash(word.as_bytes())) {
            self.add_head(word);
        }
    }

    fn add_head(&mut self, word: &str) {
        let mut target = std::mem::take(&mut self.head);
        head_word(head(word).unwrap_or_default(), &mut target);
        self.letters.add(&target);
        self.head = target;
    }

    /// The words of the unit; the collector is empty again.
    pub(crate) fn finish(&mut self) -> UnitWords {
        let letters = self.letters.take();
        self.hashes.take(|hashes| UnitWords::new(letters, hashes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use palisade_record::words::fold;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn collected(texts: &[String]) -> UnitWords {
        let mut collector = WordCollector::new();
        texts.iter().for_each(|text| collector.add(text));
        collector.finish()
    }

    proptest! {
        #[test]
        fn a_unit_has_exactly_the_words_of_its_texts(
            texts in proptest::collection::vec("[a-cA-C_0-2É٣ .-]{0,12}|[a-z]{120,140}[0-9]?", 0..20),
        ) {
            let unit = collected(&texts);
            let (mut letters, mut hashes) = (BTreeSet::new(), BTreeSet::new());
            for text in &texts {
                for word in words(&fold(text)).map(cut) {
                    match head(word) {
                        None => _ = letters.insert(word.to_owned()),
                        Some(head) => {
                            letters.insert(format!("{head}0"));
                            hashes.insert(word_hash(word.as_bytes()));
                        }
                    }
                }
            }
            prop_assert!(unit.letters().eq(letters.iter()));
            prop_assert!(unit.hashes().eq(hashes.iter().copied()));
        }
    }

    #[test]
    fn a_whole_number_is_the_word_of_its_digits() {
        let mut collector = WordCollector::new();
        [0, -17, 404, i64::MIN].iter().for_each(|number| collector.add_integer(*number));
        let numbers = collector.finish();

        assert_eq!(numbers, collected(&["0 -17 404 -9223372036854775808".to_owned()]));
    }

    #[test]
    fn a_collector_that_had_very_many_words_begins_anew() {
        let mut collector = WordCollector::new();
        (0..200_000).for_each(|number| collector.add_integer(number));
        assert_eq!(collector.finish().hash_count(), 200_000);
        collector.add("x1 y");
        assert_eq!(collector.finish(), collected(&["x1 y".to_owned()]));
    }
}
