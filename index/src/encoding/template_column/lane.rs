//! The values of one slot, or of a part of it, in the texts of one template.

use super::super::integers::Integers;
use super::super::template::{LANE_HEX_DIGITS, Piece, Template};

/// Decimal digits that a lane's value has at most.
pub(super) const DECIMAL_DIGITS_MAX: usize = 18;

pub(super) const POOLS: usize = DECIMAL_DIGITS_MAX + LANE_HEX_DIGITS;

pub(super) const FORM_POOLED: u8 = 0;
pub(super) const FORM_OWN: u8 = 32;
pub(super) const FORM_OWN_WIDTHS: u8 = 64;

/// What the numbers of a lane mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LaneKind {
    Decimal,
    /// So many hexadecimal digits.
    Hexadecimal(u8),
}

/// The lanes of a template, in order.
pub(super) fn kinds(template: &Template) -> impl Iterator<Item = LaneKind> {
    template.pieces().flat_map(|piece| {
        let digits = match piece {
            Piece::LowerHex(length) | Piece::UpperHex(length) => length,
            Piece::Uuid => 2 * LANE_HEX_DIGITS,
            Piece::Text(_) | Piece::Digits => 0,
        };
        (0..piece.lanes()).map(move |lane| match piece {
            Piece::Digits => LaneKind::Decimal,
            _ => {
                let left = digits.saturating_sub(lane * LANE_HEX_DIGITS).min(LANE_HEX_DIGITS);
                LaneKind::Hexadecimal(u8::try_from(left).unwrap_or(16))
            }
        })
    })
}

/// Which pool has values of so many decimal digits.
pub(super) fn decimal_pool(digits: u8) -> usize {
    usize::from(digits).clamp(1, DECIMAL_DIGITS_MAX) - 1
}

/// Which pool has values of so many hexadecimal digits.
pub(super) fn hexadecimal_pool(digits: u8) -> usize {
    DECIMAL_DIGITS_MAX + usize::from(digits).clamp(1, LANE_HEX_DIGITS) - 1
}

/// Values of lanes that are too short to be described one by one, by the number of their digits.
#[derive(Clone, Debug)]
pub(super) struct Pools(pub(super) Box<[Integers]>);

impl Pools {
    pub(super) fn memory_bytes(&self) -> usize {
        self.0.iter().map(Integers::memory_bytes).sum()
    }
}

#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) values: Values,
    pub(super) widths: Widths,
}

#[derive(Clone, Debug)]
pub(super) enum Values {
    Own(Integers),
    /// A part of a pool.
    Pooled {
        pool: u8,
        start: u32,
    },
}

/// How many digits each text has.
#[derive(Clone, Debug)]
pub(super) enum Widths {
    /// As many as the number needs.
    Natural,
    /// So many in all texts.
    Fixed(u8),
    Each(Integers),
}

impl Lane {
    pub(super) fn value(&self, place: usize, pools: &Pools) -> u64 {
        match &self.values {
            Values::Own(all) => all.get(place).cast_unsigned(),
            Values::Pooled { pool, start } => {
                pools.0[usize::from(*pool)].get(*start as usize + place).cast_unsigned()
            }
        }
    }

    pub(super) fn width(&self, place: usize) -> usize {
        match &self.widths {
            Widths::Natural => 0,
            Widths::Fixed(digits) => usize::from(*digits),
            Widths::Each(all) => usize::try_from(all.get(place)).unwrap_or(0),
        }
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let values = match &self.values {
            Values::Own(all) => all.memory_bytes(),
            Values::Pooled { .. } => 0,
        };
        let widths = match &self.widths {
            Widths::Each(all) => all.memory_bytes(),
            Widths::Natural | Widths::Fixed(_) => 0,
        };
        values + widths
    }
}
