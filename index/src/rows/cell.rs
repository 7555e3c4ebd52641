//! One value of one field of a row that waits, in eight bytes: a number, or where its text lies.

use palisade_record::Value;

/// Where a text lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) length: u32,
    /// In the buffer beside the records; in the records otherwise.
    pub(crate) is_aside: bool,
}

/// A value: kind in the lowest three bits, then a length of 29 bits and a start of 32, or a number of 61 bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cell(u64);

/// A cell taken apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CellKind {
    Text(Span),
    Decimal(Span),
    Integer(i64),
    /// An integer that needs more than 61 bits, as decimal text.
    WideInteger(Span),
    Boolean(bool),
}

const KIND_BITS: u32 = 3;
const LENGTH_BITS: u32 = 29;
const KIND_MASK: u64 = (1 << KIND_BITS) - 1;
const LENGTH_MASK: u64 = (1 << LENGTH_BITS) - 1;
const START_SHIFT: u32 = KIND_BITS + LENGTH_BITS;

const TEXT: u64 = 0;
const TEXT_ASIDE: u64 = 1;
const DECIMAL: u64 = 2;
const DECIMAL_ASIDE: u64 = 3;
const INTEGER: u64 = 4;
const WIDE_INTEGER_ASIDE: u64 = 5;
const BOOLEAN: u64 = 6;

impl Cell {
    pub(crate) fn text(span: Span) -> Self {
        Self::spanned(if span.is_aside { TEXT_ASIDE } else { TEXT }, span)
    }

    pub(crate) fn decimal(span: Span) -> Self {
        Self::spanned(if span.is_aside { DECIMAL_ASIDE } else { DECIMAL }, span)
    }

    /// The number itself, when it fits.
    pub(crate) fn integer(number: i64) -> Option<Self> {
        let shifted = number.cast_unsigned() << KIND_BITS;
        (shifted.cast_signed() >> KIND_BITS == number).then_some(Self(shifted | INTEGER))
    }

    /// A number that does not fit, whose decimal text lies beside the records.
    pub(crate) fn wide_integer(span: Span) -> Self {
        Self::spanned(WIDE_INTEGER_ASIDE, span)
    }

    pub(crate) fn boolean(truth: bool) -> Self {
        Self(BOOLEAN | u64::from(truth) << KIND_BITS)
    }

    fn spanned(kind: u64, span: Span) -> Self {
        let length = u64::from(span.length);
        assert!(length <= LENGTH_MASK, "values are far shorter than 512 MiB, as records are");
        Self(kind | length << KIND_BITS | u64::from(span.start) << START_SHIFT)
    }

    pub(crate) fn kind(self) -> CellKind {
        let span = |is_aside| Span {
            start: (self.0 >> START_SHIFT) as u32,
            length: (self.0 >> KIND_BITS & LENGTH_MASK) as u32,
            is_aside,
        };
        match self.0 & KIND_MASK {
            TEXT => CellKind::Text(span(false)),
            TEXT_ASIDE => CellKind::Text(span(true)),
            DECIMAL => CellKind::Decimal(span(false)),
            DECIMAL_ASIDE => CellKind::Decimal(span(true)),
            INTEGER => CellKind::Integer(self.0.cast_signed() >> KIND_BITS),
            WIDE_INTEGER_ASIDE => CellKind::WideInteger(span(true)),
            _ => CellKind::Boolean(self.0 >> KIND_BITS != 0),
        }
    }

    /// The same value once its buffers were appended to others that hold so many bytes.
    pub(crate) fn moved(self, raw_bytes: u32, aside_bytes: u32) -> Self {
        let by = match self.0 & KIND_MASK {
            TEXT | DECIMAL => raw_bytes,
            TEXT_ASIDE | DECIMAL_ASIDE | WIDE_INTEGER_ASIDE => aside_bytes,
            _ => 0,
        };
        Self(self.0 + (u64::from(by) << START_SHIFT))
    }

    /// The same value once so many bytes of records before its own are gone.
    pub(crate) fn moved_back(self, raw_bytes: u32) -> Self {
        let by = if matches!(self.0 & KIND_MASK, TEXT | DECIMAL) { raw_bytes } else { 0 };
        Self(self.0 - (u64::from(by) << START_SHIFT))
    }

    /// The value, with all records as one text and the text beside them.
    pub(crate) fn value_of_text<'a>(self, raw: &'a str, aside: &'a str) -> Value<'a> {
        let text = |span: Span| {
            let range = span.start as usize..span.start as usize + span.length as usize;
            // Nothing but an empty value can stand between the halves of a character, which two records would share.
            if span.is_aside { &aside[range] } else { raw.get(range).unwrap_or_default() }
        };
        match self.kind() {
            CellKind::Text(span) => Value::Text(text(span)),
            CellKind::Decimal(span) => Value::Decimal(text(span)),
            CellKind::Integer(_) | CellKind::WideInteger(_) | CellKind::Boolean(_) => self.value(&[], aside),
        }
    }

    /// The value, with the bytes of all records and the text beside them.
    pub(crate) fn value<'a>(self, raw: &'a [u8], aside: &'a str) -> Value<'a> {
        let text = |span: Span| {
            let range = span.start as usize..span.start as usize + span.length as usize;
            if span.is_aside {
                return &aside[range];
            }
            std::str::from_utf8(&raw[range]).expect("a cell points at what was compared with a text")
        };
        match self.kind() {
            CellKind::Text(span) => Value::Text(text(span)),
            CellKind::Decimal(span) => Value::Decimal(text(span)),
            CellKind::Integer(number) => Value::Integer(number),
            CellKind::WideInteger(span) => {
                Value::Integer(text(span).parse().expect("only integers are kept as wide integers"))
            }
            CellKind::Boolean(truth) => Value::Boolean(truth),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cell_is_what_it_was_made_of(start in any::<u32>(), length in 0u32..1 << LENGTH_BITS, is_aside in any::<bool>(), number in any::<i64>(), truth in any::<bool>()) {
            let span = Span { start, length, is_aside };
            prop_assert_eq!(Cell::text(span).kind(), CellKind::Text(span));
            prop_assert_eq!(Cell::decimal(span).kind(), CellKind::Decimal(span));
            prop_assert_eq!(Cell::boolean(truth).kind(), CellKind::Boolean(truth));
            if let Some(cell) = Cell::integer(number) {
                prop_assert_eq!(cell.kind(), CellKind::Integer(number));
            }
            let small = number >> KIND_BITS;
            prop_assert_eq!(Cell::integer(small).map(Cell::kind), Some(CellKind::Integer(small)));
        }
    }

    #[test]
    fn a_cell_that_moves_keeps_its_length_and_its_number() {
        let span = |start, is_aside| Span { start, length: 7, is_aside };
        assert_eq!(Cell::text(span(5, false)).moved(100, 1_000).kind(), CellKind::Text(span(105, false)));
        assert_eq!(
            Cell::decimal(span(5, true)).moved(100, 1_000).kind(),
            CellKind::Decimal(span(1_005, true))
        );
        let number = Cell::integer(-1).expect("minus one fits");
        assert_eq!(number.moved(100, 1_000), number);
    }
}
