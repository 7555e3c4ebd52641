//! A line of the corpus as questions see it, read with none of the program's code that is measured.

use std::borrow::Cow;

use palisade_record::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// The fields that questions are about.
#[derive(Deserialize)]
pub(super) struct Line<'a> {
    pub(super) timestamp: Timestamp,
    #[serde(borrow, default)]
    pub(super) level: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) service: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) message: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) correlation_id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) user_id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) action: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) resource: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) outcome: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) source_ip: Cow<'a, str>,
    pub(super) duration_ms: Option<f64>,
    pub(super) status: Option<f64>,
}

/// A line and where it stands.
pub(super) struct Seen<'a> {
    pub(super) raw: &'a str,
    /// The whole line in lower case.
    pub(super) raw_folded: String,
    /// The byte at which it begins.
    pub(super) offset: u64,
    pub(super) line: Line<'a>,
    pub(super) message_folded: String,
}

impl<'a> Seen<'a> {
    pub(super) fn read(raw: &'a str, offset: u64) -> serde_json::Result<Self> {
        let line: Line<'a> = serde_json::from_str(raw)?;
        let message_folded = line.message.to_lowercase();
        Ok(Self { raw, raw_folded: raw.to_lowercase(), offset, line, message_folded })
    }

    /// Whether the message has a phrase, given in lower case.
    pub(super) fn says(&self, phrase: &str) -> bool {
        has_phrase(&self.message_folded, phrase)
    }

    /// Whether any value that is searched without a field's name has a word of letters, given in lower case.
    pub(super) fn says_anywhere(&self, word: &str) -> bool {
        self.says(word)
            || (self.raw_folded.contains(word)
                && serde_json::from_str(self.raw).is_ok_and(|value: Value| stands_in(&value, word, true)))
    }
}

/// Whether a value, or one inside of it, has a word; what stands under `kubernetes` is not looked at.
fn stands_in(value: &Value, word: &str, is_outermost: bool) -> bool {
    match value {
        Value::String(text) => has_phrase(&text.to_lowercase(), word),
        Value::Array(parts) => parts.iter().any(|part| stands_in(part, word, false)),
        Value::Object(parts) => {
            let mut parts = parts.iter().filter(|(name, _)| !(is_outermost && *name == "kubernetes"));
            parts.any(|(_, part)| stands_in(part, word, false))
        }
        Value::Bool(truth) => word == if *truth { "true" } else { "false" },
        Value::Number(_) | Value::Null => false,
    }
}

/// Whether a character is part of words.
pub(super) fn is_word_char(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Whether a text has a phrase that is not a part of longer words.
pub(super) fn has_phrase(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(start, found)| {
        let (before, after) = (&text[..start], &text[start + found.len()..]);
        let joins_left = found.starts_with(is_word_char) && before.ends_with(is_word_char);
        let joins_right = found.ends_with(is_word_char) && after.starts_with(is_word_char);
        !joins_left && !joins_right
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_not_found_inside_of_longer_words() {
        assert!(has_phrase("call timed out", "timed out"));
        assert!(has_phrase("untimed out, timed out.", "timed out"));
        assert!(!has_phrase("untimed out", "timed out"));
        assert!(!has_phrase("timed outer", "timed out"));
        assert!(has_phrase("(timed out)", "timed out"));
    }

    #[test]
    fn a_word_is_found_in_every_field_but_those_of_kubernetes() {
        let raw = r#"{"timestamp":"2026-01-01T00:00:00Z","message":"Call  TIMED out","a":{"b":["Alarm"]},"kubernetes":{"pod":"hidden"}}"#;
        let seen = Seen::read(raw, 0).unwrap();
        for (word, is_there) in [("timed", true), ("alarm", true), ("hidden", false), ("time", false)] {
            assert_eq!(seen.says_anywhere(word), is_there, "{word}");
        }
    }
}
