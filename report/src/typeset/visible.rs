//! Text that means the same to the eye as it does in the record: what cannot be seen, or not be printed, is named.
//!
//! Names stand between `‹` and `›`. The opening sign itself is named too, so whatever looks like a name is one.

use std::fmt::Write;

use serde::Serialize;

use super::fonts;
use super::shown::grouped;

/// Longest text of a cell, in signs: a page. What is longer is complete in the files.
const SIGNS_MAX: usize = 2_000;

/// A word without a place to break is given one after so many signs, as no column is narrower.
const UNBROKEN_MAX: usize = 16;

/// The sign with which names begin.
const OPENING: char = '‹';

/// Text that is ready to print, in pieces between which a line may break. Nothing is put between them, so that what is copied from
/// the paper is what stood in the record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Visible {
    /// Nothing in it needs a place to break.
    Whole(String),
    /// Several.
    Pieces(Vec<String>),
}

impl Visible {
    /// All of it, where lines do not break or breaking does not matter.
    pub(super) fn into_whole(self) -> String {
        match self {
            Self::Whole(text) => text,
            Self::Pieces(pieces) => pieces.concat(),
        }
    }
}

/// The text, with `‹U+202E›` for what is no sign that can be printed.
pub(super) fn visible(text: &str) -> Visible {
    let (mut pieces, mut piece, mut unbroken) = (Vec::new(), String::new(), 0);
    let mut signs = text.chars();
    for sign in signs.by_ref().take(SIGNS_MAX) {
        if sign == ' ' {
            unbroken = 0;
        } else {
            if unbroken >= UNBROKEN_MAX {
                pieces.push(std::mem::take(&mut piece));
                unbroken = 0;
            }
            unbroken += 1;
        }
        show(sign, &mut piece);
    }
    let left = i64::try_from(signs.count()).unwrap_or(i64::MAX);
    if left > 0 {
        // It begins like a name, so no record can say it.
        _ = write!(piece, " {OPENING}{} more signs›", grouped(left));
    }
    if pieces.is_empty() {
        return Visible::Whole(piece);
    }
    pieces.push(piece);
    Visible::Pieces(pieces)
}

/// The lines of a text that is read sign by sign.
pub(super) fn lines(text: &str) -> Vec<Visible> {
    text.lines().map(visible).collect()
}

fn show(sign: char, shown: &mut String) {
    if is_printable(sign) {
        shown.push(sign);
    } else {
        _ = write!(shown, "{OPENING}U+{:04X}›", u32::from(sign));
    }
}

/// Letters that run from the right, marks that change where others stand or hide what they stand on, spaces that are not the one
/// space: none of these is printed as itself. Letters that look alike in two alphabets are.
fn is_printable(sign: char) -> bool {
    let is_of_the_right = matches!(u32::from(sign), 0x0590..=0x08ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff);
    let is_mark = matches!(u32::from(sign), 0x0300..=0x036f | 0x0483..=0x0489 | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff);
    let is_hidden = sign.is_control()
        || (sign.is_whitespace() && sign != ' ')
        || matches!(u32::from(sign), 0x00ad | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xe000..=0xf8ff);
    sign != OPENING && !is_of_the_right && !is_mark && !is_hidden && fonts::have(sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> String {
        visible(text).into_whole()
    }

    #[test]
    fn what_cannot_be_seen_is_named() {
        assert_eq!(whole("dr-017 Müller"), "dr-017 Müller");
        assert_eq!(whole("a\u{202e}b\0"), "a‹U+202E›b‹U+0000›");
        assert_eq!(whole("病"), "‹U+75C5›");
        assert_eq!(whole("#panic() *x* $y$ <a>"), "#panic() *x* $y$ <a>");
        assert_eq!(whole("one\n\ttwo"), "one‹U+000A›‹U+0009›two");
    }

    #[test]
    fn what_only_looks_like_a_name_is_told_from_one() {
        assert_eq!(whole("a‹U+202E›b"), "a‹U+2039›U+202E›b");
        let long = whole(&"a ".repeat(3_000));
        assert!(long.ends_with(" ‹4,000 more signs›"), "{long}");
        assert!(whole("‹4,000 more signs›").starts_with("‹U+2039›"));
    }

    #[test]
    fn long_words_can_break_and_nothing_is_put_into_them() {
        let Visible::Pieces(pieces) = visible(&"a".repeat(40)) else { panic!("one piece") };
        assert_eq!(pieces.iter().map(String::len).collect::<Vec<_>>(), [16, 16, 8]);
        assert_eq!(
            visible("words that are short stay whole"),
            Visible::Whole("words that are short stay whole".to_owned())
        );
        assert_eq!(
            lines("a\tb\n\nc").into_iter().map(Visible::into_whole).collect::<Vec<_>>(),
            ["a‹U+0009›b", "", "c"]
        );
    }
}
