//! The texts of a template, place by place: known characters, and places of which only the kind is known.

use palisade_index::{Piece, Template};
use palisade_record::words::{fold_char, is_word_char};

use super::look::Class;

/// The groups of digits of a UUID.
const UUID_GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// One place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cell {
    /// This character.
    Known(char),
    /// One decimal digit.
    Digit,
    /// One or more decimal digits.
    Digits,
    /// One of `0-9a-f`.
    LowerHex,
    /// One of `0-9A-F`.
    UpperHex,
}

/// The places of a template's texts, or of the same texts folded.
pub(crate) fn cells(template: &Template, folded: bool) -> Vec<Cell> {
    let mut cells = Vec::new();
    for piece in template.pieces() {
        match piece {
            Piece::Text(text) if folded => cells.extend(text.chars().map(fold_char).map(Cell::Known)),
            Piece::Text(text) => cells.extend(text.chars().map(Cell::Known)),
            Piece::Digits => cells.push(Cell::Digits),
            Piece::UpperHex(count) if !folded => cells.extend(std::iter::repeat_n(Cell::UpperHex, count)),
            Piece::LowerHex(count) | Piece::UpperHex(count) => {
                cells.extend(std::iter::repeat_n(Cell::LowerHex, count));
            }
            Piece::Uuid => {
                for (place, count) in UUID_GROUPS.into_iter().enumerate() {
                    cells.extend((place > 0).then_some(Cell::Known('-')));
                    cells.extend(std::iter::repeat_n(Cell::LowerHex, count));
                }
            }
        }
    }
    cells
}

/// Whether the literal characters of a template are all of a kind.
pub(crate) fn literals_are(template: &Template, is_of_kind: impl Fn(char) -> bool) -> bool {
    template.pieces().all(|piece| match piece {
        Piece::Text(text) => text.chars().all(&is_of_kind),
        Piece::Uuid => is_of_kind('-'),
        Piece::Digits | Piece::LowerHex(_) | Piece::UpperHex(_) => true,
    })
}

impl Cell {
    /// The same with a run of digits as one digit: what stands at either end of the run.
    pub(crate) fn as_one(self) -> Self {
        if self == Self::Digits { Self::Digit } else { self }
    }

    /// Whether what stands here is of words. Slots hold nothing but letters and digits, so this is always known.
    pub(crate) fn is_word(self) -> bool {
        match self {
            Self::Known(character) => is_word_char(character),
            Self::Digit | Self::Digits | Self::LowerHex | Self::UpperHex => true,
        }
    }

    /// The character, if it is known.
    pub(crate) fn known(self) -> Option<char> {
        if let Self::Known(character) = self { Some(character) } else { None }
    }

    /// Whether a class has one of the characters that can stand here; with `certain` whether it has them all.
    pub(crate) fn fits(self, class: &Class, certain: bool) -> bool {
        let letters = match self {
            Self::Known(character) => return class.has(character),
            Self::Digit | Self::Digits => None,
            Self::LowerHex => Some(('a', 'f')),
            Self::UpperHex => Some(('A', 'F')),
        };
        let (digits, letters) =
            (class.share(('0', '9')), letters.map_or((certain, certain), |letters| class.share(letters)));
        if certain { digits.1 && letters.1 } else { digits.0 || letters.0 }
    }
}
