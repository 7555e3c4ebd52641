//! Needle indexes: in which splits of a day a word with digits can be, for one small read.
//!
//! The splits of a day, counted by when their first batch was received, are consecutive, for batches are numbered as
//! they come. So a needle index says by the numbers of its first and its last batch for which splits it speaks, and
//! event times, which may be late, play no part: a query takes the splits that its times leave, and asks here which of
//! them are worth opening.
//!
//! It is made when a day is over, from the words of its splits, and never changed. It can be made again from the
//! splits, and without it every split is asked alone.

mod build;
mod days;
mod due;
mod geometry;
mod hash_list;
mod lookup;
mod make;

#[cfg(test)]
mod tests;

#[cfg(test)]
use self::geometry::Batches;
pub(crate) use self::lookup::{Asked, Needles};
pub(crate) use self::make::make_next;
