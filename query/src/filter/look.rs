//! Classes of characters, and conditions on the places between them.

use palisade_record::words::is_word_char;
use regex_syntax::hir::Look as RegexLook;
use regex_syntax::is_word_character;

use super::cells::Cell;

/// Characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// This one.
    One(char),
    /// All.
    Any,
    /// Those from one to another, growing, without neighbours.
    Ranges(Box<[(char, char)]>),
}

impl Class {
    pub(crate) fn has(&self, character: char) -> bool {
        match self {
            Self::One(known) => *known == character,
            Self::Any => true,
            Self::Ranges(ranges) => ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)),
        }
    }

    /// Whether it has some, and whether it has all of the characters of a range.
    pub(crate) fn share(&self, (first, last): (char, char)) -> (bool, bool) {
        match self {
            Self::One(known) => ((first..=last).contains(known), false),
            Self::Any => (true, true),
            Self::Ranges(ranges) => (
                ranges.iter().any(|(low, high)| *low <= last && first <= *high),
                ranges.iter().any(|(low, high)| *low <= first && last <= *high),
            ),
        }
    }
}

/// A condition on a place between characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Look {
    /// Not inside of a word.
    OutsideWord,
    /// Of a regular expression.
    Regex(RegexLook),
}

/// What stands beside a place.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) before: Option<Cell>,
    pub(super) after: Option<Cell>,
}

impl Look {
    /// Whether it holds at a place. What stands in slots is always of words, so that this is known.
    pub(super) fn holds(self, place: Place) -> bool {
        let is = |cell: Option<Cell>, wanted: char| cell.and_then(Cell::known) == Some(wanted);
        let Place { before, after } = place;
        let look = match self {
            Self::OutsideWord => {
                return !(before.is_some_and(Cell::is_word) && after.is_some_and(Cell::is_word));
            }
            Self::Regex(look) => look,
        };
        let of_unicode =
            |cell: Option<Cell>| cell.is_some_and(|cell| cell.known().is_none_or(is_word_character));
        let of_ascii = |cell: Option<Cell>| {
            cell.is_some_and(|cell| cell.known().is_none_or(|known| known.is_ascii() && is_word_char(known)))
        };
        let (unicode, ascii) = ((of_unicode(before), of_unicode(after)), (of_ascii(before), of_ascii(after)));
        match look {
            RegexLook::Start => before.is_none(),
            RegexLook::End => after.is_none(),
            RegexLook::StartLF => before.is_none() || is(before, '\n'),
            RegexLook::EndLF => after.is_none() || is(after, '\n'),
            RegexLook::StartCRLF => {
                before.is_none() || is(before, '\n') || (is(before, '\r') && !is(after, '\n'))
            }
            RegexLook::EndCRLF => {
                after.is_none() || is(after, '\r') || (is(after, '\n') && !is(before, '\r'))
            }
            RegexLook::WordUnicode => unicode.0 != unicode.1,
            RegexLook::WordUnicodeNegate => unicode.0 == unicode.1,
            RegexLook::WordStartUnicode => !unicode.0 && unicode.1,
            RegexLook::WordEndUnicode => unicode.0 && !unicode.1,
            RegexLook::WordStartHalfUnicode => !unicode.0,
            RegexLook::WordEndHalfUnicode => !unicode.1,
            RegexLook::WordAscii => ascii.0 != ascii.1,
            RegexLook::WordAsciiNegate => ascii.0 == ascii.1,
            RegexLook::WordStartAscii => !ascii.0 && ascii.1,
            RegexLook::WordEndAscii => ascii.0 && !ascii.1,
            RegexLook::WordStartHalfAscii => !ascii.0,
            RegexLook::WordEndHalfAscii => !ascii.1,
        }
    }
}
