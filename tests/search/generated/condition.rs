//! Conditions: how they are written, and which lines they are true of, as `docs/query-language.md` tells it.

use std::cmp::Ordering;

use regex::Regex;

use super::comparison::{is_equal, order, reaches};
use super::seen::{Found, Seen, fold};

/// A condition.
pub(super) enum Condition {
    All,
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    /// Any value that is searched without a field's name.
    Anywhere(Test),
    /// Any value of a field.
    Field(Field, Test),
    /// An event time from the first to before the second.
    Time(String, String),
}

/// A field, under the name by which it is asked for.
pub(super) struct Field {
    pub(super) name: String,
    /// The number of its canonical name.
    pub(super) number: usize,
    pub(super) is_message: bool,
    pub(super) is_level: bool,
}

/// What a value must be.
pub(super) enum Test {
    /// A word or phrase in texts, the whole of a keyword.
    Text(String),
    /// The whole value.
    Exact(String),
    /// A pattern with `*` and `?`: over a whole keyword, and anywhere in a text.
    Pattern { pattern: String, whole: Regex, inside: Regex },
    /// An expression found anywhere in the value.
    Regex { pattern: String, ignores_case: bool, regex: Regex },
    /// From one end to the other.
    Range(End, End),
    /// The value is less or greater.
    Compare(&'static str, String),
    /// There is a value.
    Exists,
}

/// An end of a range, and whether it is inside; `None` is open.
pub(super) type End = Option<(String, bool)>;

impl Condition {
    /// Whether it is true of a line.
    pub(super) fn fits(&self, seen: &Seen) -> bool {
        match self {
            Self::All => true,
            Self::And(parts) => parts.iter().all(|part| part.fits(seen)),
            Self::Or(parts) => parts.iter().any(|part| part.fits(seen)),
            Self::Not(inner) => !inner.fits(seen),
            Self::Anywhere(test) => {
                seen.values.iter().any(|found| found.is_searched && test.fits(found, true, false))
            }
            Self::Field(field, Test::Compare("!=", value)) => {
                !seen.of(field.number).any(|found| is_equal(found, value, field.is_level))
            }
            Self::Field(field, test) => {
                seen.of(field.number).any(|found| test.fits(found, field.is_message, field.is_level))
            }
            Self::Time(from, to) => (from..to).contains(&&seen.time),
        }
    }

    /// As it is written in a query, in parentheses where it must.
    pub(super) fn text(&self) -> String {
        let joined = |parts: &[Self], word: &str| {
            let parts: Vec<String> = parts.iter().map(Self::text).collect();
            format!("({})", parts.join(word))
        };
        match self {
            Self::All => "*".to_owned(),
            Self::And(parts) => joined(parts, " and "),
            Self::Or(parts) => joined(parts, " or "),
            Self::Not(inner) => format!("not {}", inner.text()),
            Self::Anywhere(test) => test.text(""),
            Self::Field(field, test) => {
                let is_plain =
                    field.name.chars().all(|letter| letter.is_alphanumeric() || "_.".contains(letter));
                test.text(&if is_plain { field.name.clone() } else { quoted(&field.name) })
            }
            Self::Time(from, to) => format!("timestamp:[{from} TO {to}}}"),
        }
    }
}

impl Test {
    /// Whether a value passes. In `message` and without a field's name every value is a text.
    fn fits(&self, found: &Found, is_text: bool, is_level: bool) -> bool {
        let is_text = is_text || found.has_space;
        match self {
            Self::Exists => true,
            Self::Text(wanted) if is_text => has_phrase(&found.folded, &fold(wanted)),
            Self::Text(wanted) | Self::Exact(wanted) => is_equal(found, wanted, is_level),
            Self::Pattern { inside, .. } if is_text => inside.is_match(&found.folded),
            Self::Pattern { whole, .. } => whole.is_match(&found.folded),
            Self::Regex { regex, .. } => regex.is_match(&found.text),
            Self::Range(low, high) => {
                reaches(found, low, Ordering::Greater) && reaches(found, high, Ordering::Less)
            }
            Self::Compare(operator, value) => order(found, value).is_some_and(|order| match *operator {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                ">" => order.is_gt(),
                _ => order.is_ge(),
            }),
        }
    }

    fn text(&self, field: &str) -> String {
        let colon = if field.is_empty() { "" } else { ":" };
        match self {
            Self::Exists => format!("{field}:*"),
            Self::Text(wanted) => format!("{field}{colon}{}", word_or_quoted(wanted)),
            Self::Exact(wanted) => format!("{field}={}", quoted(wanted)),
            Self::Pattern { pattern, .. } => format!("{field}{colon}{pattern}"),
            Self::Regex { pattern, ignores_case, .. } => {
                let flag = if *ignores_case { "i" } else { "" };
                format!("{field}{colon}/{}/{flag}", pattern.replace('/', "\\/"))
            }
            Self::Range(low, high) => {
                let end = |end: &End| end.as_ref().map_or("*".to_owned(), |(value, _)| quoted(value));
                let is_open = |end: &End| end.as_ref().is_some_and(|(_, is_inside)| !is_inside);
                let (opening, closing) =
                    (if is_open(low) { '{' } else { '[' }, if is_open(high) { '}' } else { ']' });
                format!("{field}:{opening}{} TO {}{closing}", end(low), end(high))
            }
            Self::Compare(operator, value) => format!("{field}{operator}{}", quoted(value)),
        }
    }

    /// A pattern of letters, digits, `_ - . /`, `*` and `?`.
    pub(super) fn pattern(pattern: &str) -> Self {
        let mut body = String::new();
        for letter in fold(pattern).chars() {
            match letter {
                '*' => body.push_str(".*"),
                '?' => body.push('.'),
                other => body.push_str(&regex::escape(&other.to_string())),
            }
        }
        // A match begins and ends where words do, unless the pattern is open there.
        let bound = |letter: Option<char>| if letter.is_some_and(is_word_char) { r"\b" } else { "" };
        let (before, after) = (bound(pattern.chars().next()), bound(pattern.chars().next_back()));
        let regex = |text: String| Regex::new(&text).expect("a pattern is a regular expression");
        Self::Pattern {
            pattern: pattern.to_owned(),
            whole: regex(format!("(?s)^{body}$")),
            inside: regex(format!("(?s){before}{body}{after}")),
        }
    }

    /// An expression that is known to be right.
    pub(super) fn regex(pattern: &str, ignores_case: bool) -> Self {
        let text = if ignores_case { format!("(?i){pattern}") } else { pattern.to_owned() };
        let regex = Regex::new(&text).expect("the generator makes regular expressions");
        Self::Regex { pattern: pattern.to_owned(), ignores_case, regex }
    }
}

/// A text as it is written between quotes.
pub(super) fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n").replace('\t', "\\t").replace('\r', "\\r"))
}

fn word_or_quoted(text: &str) -> String {
    let is_word = !text.is_empty() && text.chars().all(is_word_char);
    let is_operator = ["and", "or", "not"].contains(&&*text.to_lowercase());
    if is_word && !is_operator { text.to_owned() } else { quoted(text) }
}

/// Whether a character is part of words.
pub(super) fn is_word_char(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Whether a text has a phrase that begins and ends where words do.
fn has_phrase(text: &str, phrase: &str) -> bool {
    let is_cut = |left: Option<char>, right: Option<char>| {
        left.is_some_and(is_word_char) && right.is_some_and(is_word_char)
    };
    let mut from = 0;
    while let Some(found) = text[from..].find(phrase) {
        let (before, after) = (&text[..from + found], &text[from + found + phrase.len()..]);
        let starts_inside = is_cut(before.chars().next_back(), phrase.chars().next());
        let ends_inside = is_cut(phrase.chars().next_back(), after.chars().next());
        if !starts_inside && !ends_inside {
            return true;
        }
        from += found + phrase.chars().next().map_or(1, char::len_utf8);
    }
    false
}
