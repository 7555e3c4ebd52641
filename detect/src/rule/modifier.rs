//! What the modifiers behind a field's name come to together: `CommandLine|windash|contains|all`.

use super::{Comparison, Place, TimePart};

/// The meaning of a chain of modifiers. A chain that has none cannot be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Modifiers {
    /// `all`: every value instead of one.
    pub all: bool,
    /// `neq`: none of the values.
    pub negated: bool,
    /// `expand`: placeholders stand for lists of values.
    pub expand: bool,
    /// What the values are.
    pub meaning: Meaning,
}

/// What the values of an item are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// Texts or numbers that the field equals: no modifier says otherwise.
    Value,
    /// Text with wildcards.
    Text(TextForm),
    /// Regular expressions.
    Regex(RegexForm),
    /// Networks.
    Network,
    /// Numbers to compare with.
    Compare(Comparison),
    /// Parts of a time to compare with.
    Part(TimePart, Comparison),
    /// Whether there is a value.
    Exists,
    /// Names of other fields.
    Field {
        /// Where the other field's value lies.
        place: Place,
        /// Whether upper and lower case differ.
        cased: bool,
    },
}

/// What is done to text before it is looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextForm {
    /// Where it lies.
    pub place: Place,
    /// Whether upper and lower case differ.
    pub cased: bool,
    /// Whether dashes stand for one another.
    pub dashes: bool,
    /// How characters become bytes, if that was asked for.
    pub utf16: Option<Utf16>,
    /// How bytes become text again, if that was asked for.
    pub base64: Option<Base64>,
}

/// How characters become bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Utf16 {
    /// Little end first: `utf16le`, `wide`.
    Little,
    /// Big end first: `utf16be`.
    Big,
    /// Little end first after a byte order mark: `utf16`.
    Marked,
}

/// How bytes become text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Base64 {
    /// They are all that was encoded.
    Whole,
    /// They lie anywhere in what was encoded.
    AnyOffset,
}

/// How a regular expression is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RegexForm {
    /// Where it is found.
    pub place: Place,
    /// `i`: upper and lower case are the same.
    pub ignore_case: bool,
    /// `m`: `^` and `$` match at lines.
    pub multi_line: bool,
    /// `s`: `.` matches the end of a line.
    pub dot_matches_newline: bool,
}
