//! Makes texts from logs harmless on a terminal: a log line can carry commands that move the cursor, change the
//! window's title or hide what was printed before it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Shows what a terminal would obey: control characters, and marks that reorder text. A tab stays a space.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push(' '),
            // Writing to a String cannot fail.
            _ if is_unsafe(character) => _ = write!(escaped, "\\u{{{:x}}}", u32::from(character)),
            _ => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
}

/// A JSON value as one line of text: texts without their quotes.
pub(crate) fn escape_value(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => escape(text).into_owned(),
        other => escape(&other.to_string()).into_owned(),
    }
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_cannot_give_the_terminal_commands() {
        assert_eq!(escape("\u{1b}[2Jgone\r\nnext\ttab\u{202e}"), "\\u{1b}[2Jgone\\r\\nnext tab\\u{202e}");
        assert_eq!(escape("zażółć 日本 🙂"), "zażółć 日本 🙂");
    }

    #[test]
    fn texts_stand_without_quotes_and_lists_as_json() {
        assert_eq!(escape_value(&serde_json::json!("a\u{7}b")), "a\\u{7}b");
        assert_eq!(escape_value(&serde_json::json!(["a", 1])), r#"["a",1]"#);
        assert_eq!(escape_value(&serde_json::Value::Null), "");
    }
}
