//! A template: what the texts of one kind of message have in common, with typed slots where they differ.
//!
//! ```text
//! skeleton = (literal | slot)*         literal: UTF-8, in which the marker bytes never occur
//! slot     = 0xff                      a run of decimal digits
//!          | 0xfe length:u8            so many lower-case hexadecimal digits
//!          | 0xfd length:u8            so many upper-case ones
//!          | 0xfc                      a lower-case UUID
//! ```

use super::cut::Cut;

pub(crate) const DIGITS: u8 = 0xff;
pub(crate) const LOWER_HEX: u8 = 0xfe;
pub(crate) const UPPER_HEX: u8 = 0xfd;
pub(crate) const UUID: u8 = 0xfc;

/// Hexadecimal digits that one lane holds: 64 bits.
pub(crate) const LANE_HEX_DIGITS: usize = 16;

/// Longest skeleton; longer texts are kept as they stand, their skeletons would hardly repeat.
pub(crate) const SKELETON_BYTES_MAX: usize = 8 << 10;

/// Most lanes of one text: a dump of hundreds of numbers costs more as lanes of one value each than as text.
pub(crate) const LANES_MAX: usize = 128;

/// What stands at one place of a template.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Piece<'a> {
    /// This text.
    Text(&'a str),
    /// One or more decimal digits; the bytes beside it are none.
    Digits,
    /// So many of `0-9a-f`. May stand inside of a longer word.
    LowerHex(usize),
    /// So many of `0-9A-F`. May stand inside of a longer word.
    UpperHex(usize),
    /// 36 characters: a UUID in lower case.
    Uuid,
}

/// What the texts of one kind of message have in common.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Template {
    text: Box<str>,
    parts: Box<[Part]>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Part {
    Text { start: u16, end: u16 },
    Digits,
    LowerHex(u8),
    UpperHex(u8),
    Uuid,
}

impl Template {
    /// The template of a text; `None` when the text is too long or has too many slots to have one.
    pub fn of(text: &str) -> Option<Self> {
        let mut cut = Cut::default();
        if cut.cut(text) { Self::from_skeleton(cut.skeleton()) } else { None }
    }

    /// Literal texts and slots in order. No two texts are neighbours, and none is empty.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> + Clone {
        self.parts.iter().map(|part| match *part {
            Part::Text { start, end } => Piece::Text(&self.text[usize::from(start)..usize::from(end)]),
            Part::Digits => Piece::Digits,
            Part::LowerHex(length) => Piece::LowerHex(usize::from(length)),
            Part::UpperHex(length) => Piece::UpperHex(usize::from(length)),
            Part::Uuid => Piece::Uuid,
        })
    }

    /// How many lanes of values its slots need.
    pub(crate) fn lanes(&self) -> usize {
        self.pieces().map(Piece::lanes).sum()
    }

    /// `None` when the bytes are no skeleton.
    pub(crate) fn from_skeleton(skeleton: &[u8]) -> Option<Self> {
        if skeleton.len() > SKELETON_BYTES_MAX {
            return None;
        }
        let (mut text, mut parts) = (String::new(), Vec::new());
        let mut rest = skeleton;
        while let Some(first) = rest.first() {
            let length = rest.get(1).copied().filter(|length| *length > 0);
            let (part, taken) = match *first {
                DIGITS => (Part::Digits, 1),
                LOWER_HEX => (Part::LowerHex(length?), 2),
                UPPER_HEX => (Part::UpperHex(length?), 2),
                UUID => (Part::Uuid, 1),
                _ => {
                    let end = rest.iter().position(|byte| *byte >= UUID).unwrap_or(rest.len());
                    let start = u16::try_from(text.len()).ok()?;
                    text.push_str(std::str::from_utf8(&rest[..end]).ok()?);
                    (Part::Text { start, end: u16::try_from(text.len()).ok()? }, end)
                }
            };
            parts.push(part);
            rest = &rest[taken..];
        }
        let template = Self { text: text.into(), parts: parts.into() };
        (template.lanes() <= LANES_MAX).then_some(template)
    }
}

impl Piece<'_> {
    /// How many 64-bit numbers the values of this piece take.
    pub(crate) fn lanes(self) -> usize {
        match self {
            Piece::Text(_) => 0,
            Piece::Digits => 1,
            Piece::LowerHex(length) | Piece::UpperHex(length) => length.div_ceil(LANE_HEX_DIGITS),
            Piece::Uuid => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(text: &str) -> Vec<String> {
        let template = Template::of(text).unwrap();
        let shown = template.pieces().map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Digits => "<number>".to_owned(),
            Piece::LowerHex(length) => format!("<hex {length}>"),
            Piece::UpperHex(length) => format!("<HEX {length}>"),
            Piece::Uuid => "<uuid>".to_owned(),
        });
        shown.collect()
    }

    #[test]
    fn numbers_are_cut_out_of_words() {
        assert_eq!(pieces("user u0042 took 17ms"), ["user u", "<number>", " took ", "<number>", "ms"]);
        assert_eq!(pieces("é1ü"), ["é", "<number>", "ü"]);
        assert!(pieces("").is_empty());
    }

    #[test]
    fn words_of_hexadecimal_digits_of_one_case_are_one_value() {
        assert_eq!(pieces("id a9959652fb at 0x1f"), ["id ", "<hex 10>", " at 0x", "<hex 2>"]);
        assert_eq!(pieces("A1B2C3-a1B2c3"), ["<HEX 6>", "-a", "<number>", "B", "<number>", "c", "<number>"]);
        assert_eq!(pieces("e2e 4xx"), ["e", "<number>", "e ", "<number>", "xx"]);
    }

    #[test]
    fn a_uuid_is_one_value() {
        assert_eq!(pieces("[123e4567-e89b-12d3-a456-426614174000]"), ["[", "<uuid>", "]"]);
        let upper = pieces("123E4567-E89B-12D3-A456-426614174000");
        assert_eq!(upper, ["<HEX 8>", "-", "<HEX 4>", "-", "<HEX 4>", "-", "<HEX 4>", "-", "<HEX 12>"]);
    }

    #[test]
    fn a_number_too_long_for_64_bits_is_still_a_value() {
        assert_eq!(pieces("n=12345678901234567890123"), ["n=", "<hex 23>"]);
    }

    #[test]
    fn a_text_with_too_many_values_has_no_template() {
        assert_eq!(Template::of(&"1 ".repeat(LANES_MAX + 1)), None);
        assert!(Template::of(&"1 ".repeat(LANES_MAX)).is_some());
    }

    proptest! {
        #[test]
        fn texts_that_differ_in_numbers_alone_share_a_template(one in 1u32.., other in 1u32.., word in "[g-z]{1,9}") {
            let text = |number: u32| format!("{word} {number}/{number};");
            prop_assert_eq!(Template::of(&text(one)), Template::of(&text(other)));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Some(template) = Template::from_skeleton(&bytes) {
                _ = template.pieces().count();
            }
        }
    }
}
