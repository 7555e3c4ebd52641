//! What is remembered of a group to compute its columns.

use std::hash::BuildHasher;

use foldhash::quality::FixedState;

use super::cell::{Cell, Scalar};
use super::distinct::Distinct;
use super::number::Number;
use super::quantiles::Quantiles;
use crate::language::Function;

/// What kind of state a column needs; columns of one field share it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum StateKind {
    Values,
    Distinct,
    Sum,
    Extremes,
    Quantiles,
    Ends,
}

/// What is remembered.
#[derive(Clone, Debug)]
pub(super) enum State {
    /// How many values.
    Values(u64),
    Distinct(Box<Distinct>),
    Sum(Box<Sum>),
    Extremes(Box<Extremes>),
    Quantiles(Box<Quantiles>),
    Ends(Box<Ends>),
}

/// Numbers that are added. Whole ones are added exactly.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    count: u64,
    integers: i128,
    floats: f64,
    /// What rounding took from `floats` (Neumaier's sum).
    lost: f64,
    has_floats: bool,
}

/// The smallest and the largest value: of numbers, and of texts for when there are no numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Extremes {
    numbers: Option<(Number, Number)>,
    are_times: bool,
    texts: Option<(Box<str>, Box<str>)>,
}

/// The values with the earliest and the latest event time. Of several at one time the first in order is the first, and
/// the last in order is the last.
#[derive(Clone, Debug, Default)]
pub(super) struct Ends {
    ends: Option<[(i64, Cell); 2]>,
}

impl StateKind {
    /// What a function needs; `None` when the number of records is enough.
    pub(super) fn of(function: Function, has_field: bool) -> Option<Self> {
        match function {
            Function::Count if has_field => Some(Self::Values),
            Function::Count | Function::Rate => None,
            Function::Distinct => Some(Self::Distinct),
            Function::Sum | Function::Average => Some(Self::Sum),
            Function::Min | Function::Max => Some(Self::Extremes),
            Function::Percentile(_) => Some(Self::Quantiles),
            Function::First | Function::Last => Some(Self::Ends),
        }
    }

    pub(super) fn state(self) -> State {
        match self {
            Self::Values => State::Values(0),
            Self::Distinct => State::Distinct(Box::default()),
            Self::Sum => State::Sum(Box::default()),
            Self::Extremes => State::Extremes(Box::default()),
            Self::Quantiles => State::Quantiles(Box::default()),
            Self::Ends => State::Ends(Box::default()),
        }
    }
}

/// The hash by which values are told apart; the same in every run, so that estimates are too.
pub(super) fn hash_of(value: Scalar<'_>) -> u64 {
    FixedState::default().hash_one(value.as_text().as_bytes())
}

impl State {
    /// Adds a value of a record of this time.
    pub(super) fn insert(&mut self, value: Scalar<'_>, time: i64) {
        match self {
            Self::Values(count) => *count += 1,
            Self::Distinct(distinct) => distinct.insert(hash_of(value)),
            Self::Sum(sum) => {
                if let Some(number) = Number::of(value) {
                    sum.insert(number);
                }
            }
            Self::Extremes(extremes) => extremes.insert(value),
            Self::Quantiles(quantiles) => {
                if let Some(number) = Number::of(value) {
                    quantiles.insert(number);
                }
            }
            Self::Ends(ends) => ends.insert(value, time),
        }
    }

    /// Adds what another one of the same kind remembers.
    pub(super) fn merge(&mut self, other: &Self) {
        match (self, other) {
            (Self::Values(count), Self::Values(more)) => *count += more,
            (Self::Distinct(distinct), Self::Distinct(more)) => distinct.merge(more),
            (Self::Sum(sum), Self::Sum(more)) => sum.merge(more),
            (Self::Extremes(extremes), Self::Extremes(more)) => extremes.merge(more),
            (Self::Quantiles(quantiles), Self::Quantiles(more)) => quantiles.merge(more),
            (Self::Ends(ends), Self::Ends(more)) => ends.merge(more),
            // States of one column are of one kind.
            _ => {}
        }
    }

    /// Memory beside the state itself.
    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            Self::Values(_) => 0,
            Self::Distinct(distinct) => size_of::<Distinct>() + distinct.heap_bytes(),
            Self::Sum(_) => size_of::<Sum>(),
            Self::Extremes(_) => size_of::<Extremes>(),
            Self::Quantiles(quantiles) => size_of::<Quantiles>() + quantiles.heap_bytes(),
            Self::Ends(_) => size_of::<Ends>(),
        }
    }

    /// What a function makes of it.
    pub(super) fn finish(&self, function: Function) -> Cell {
        let number =
            |number: Option<Number>| number.map_or(Cell::Null, |number| number.as_scalar().to_cell());
        match (self, function) {
            (Self::Values(count), _) => count_cell(*count),
            (Self::Distinct(distinct), _) => count_cell(distinct.count()),
            (Self::Sum(sum), Function::Average) => sum.average(),
            (Self::Sum(sum), _) => sum.total(),
            (Self::Extremes(extremes), Function::Min) => extremes.ends().map_or(Cell::Null, |(low, _)| low),
            (Self::Extremes(extremes), _) => extremes.ends().map_or(Cell::Null, |(_, high)| high),
            (Self::Quantiles(quantiles), Function::Percentile(thousandths)) => {
                number(quantiles.at(thousandths))
            }
            (Self::Quantiles(_), _) => Cell::Null,
            (Self::Ends(ends), Function::First) => ends.end(0),
            (Self::Ends(ends), _) => ends.end(1),
        }
    }
}

/// A number of things as a cell.
pub(super) fn count_cell(count: u64) -> Cell {
    Cell::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

fn float_cell(number: f64) -> Cell {
    if number.is_finite() { Cell::Float(number) } else { Cell::Null }
}

impl Sum {
    fn insert(&mut self, number: Number) {
        self.count += 1;
        match number {
            Number::Integer(number) => self.integers += i128::from(number),
            Number::Float(number) => self.add(number),
        }
    }

    fn add(&mut self, number: f64) {
        self.has_floats = true;
        let sum = self.floats + number;
        self.lost += if self.floats.abs() >= number.abs() {
            (self.floats - sum) + number
        } else {
            (number - sum) + self.floats
        };
        self.floats = sum;
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.integers += other.integers;
        if other.has_floats {
            self.add(other.floats);
            self.lost += other.lost;
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a sum past 2^53 is told to 53 bits, as JSON does")]
    fn as_f64(&self) -> f64 {
        self.integers as f64 + (self.floats + self.lost)
    }

    fn total(&self) -> Cell {
        match i64::try_from(self.integers) {
            _ if self.count == 0 => Cell::Null,
            Ok(sum) if !self.has_floats => Cell::Integer(sum),
            _ => float_cell(self.as_f64()),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "there are not 2^53 records")]
    fn average(&self) -> Cell {
        if self.count == 0 { Cell::Null } else { float_cell(self.as_f64() / self.count as f64) }
    }
}

impl Extremes {
    fn insert(&mut self, value: Scalar<'_>) {
        match Number::of(value) {
            Some(number) => {
                self.are_times |= matches!(value, Scalar::Time(_));
                self.insert_number(number, number);
            }
            None if self.numbers.is_some() => {}
            None => {
                let text = value.as_text();
                self.insert_text(&text, &text);
            }
        }
    }

    fn insert_number(&mut self, low: Number, high: Number) {
        match &mut self.numbers {
            Some((lowest, highest)) => (*lowest, *highest) = (low.min(*lowest), high.max(*highest)),
            none => *none = Some((low, high)),
        }
    }

    fn insert_text(&mut self, low: &str, high: &str) {
        match &mut self.texts {
            Some((lowest, highest)) => {
                if low < &**lowest {
                    *lowest = low.into();
                }
                if high > &**highest {
                    *highest = high.into();
                }
            }
            none => *none = Some((low.into(), high.into())),
        }
    }

    fn merge(&mut self, other: &Self) {
        self.are_times |= other.are_times;
        if let Some((low, high)) = other.numbers {
            self.insert_number(low, high);
        }
        if let Some((low, high)) = &other.texts {
            self.insert_text(low, high);
        }
    }

    fn ends(&self) -> Option<(Cell, Cell)> {
        let number = |number: Number| match number {
            Number::Integer(nanos) if self.are_times => Cell::Time(nanos),
            number => number.as_scalar().to_cell(),
        };
        match (&self.numbers, &self.texts) {
            (Some((low, high)), _) => Some((number(*low), number(*high))),
            (None, Some((low, high))) => Some((Cell::Text(low.clone()), Cell::Text(high.clone()))),
            (None, None) => None,
        }
    }
}

impl Ends {
    fn insert(&mut self, value: Scalar<'_>, time: i64) {
        let Some([first, last]) = &mut self.ends else {
            self.ends = Some([(time, value.to_cell()), (time, value.to_cell())]);
            return;
        };
        let order = |known: &(i64, Cell)| {
            let by_value = || known.1.scalar().map_or(std::cmp::Ordering::Equal, |known| value.order(known));
            time.cmp(&known.0).then_with(by_value)
        };
        if order(first).is_lt() {
            *first = (time, value.to_cell());
        }
        if order(last).is_gt() {
            *last = (time, value.to_cell());
        }
    }

    fn merge(&mut self, other: &Self) {
        for (time, cell) in other.ends.iter().flatten() {
            if let Some(value) = cell.scalar() {
                self.insert(value, *time);
            }
        }
    }

    fn end(&self, which: usize) -> Cell {
        self.ends.as_ref().map_or(Cell::Null, |ends| ends[which].1.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_whole_numbers_are_exact_and_others_nearly_so() {
        let mut sum = Sum::default();
        assert_eq!((sum.total(), sum.average()), (Cell::Null, Cell::Null));
        sum.insert(Number::Integer(i64::MAX));
        sum.insert(Number::Integer(-1));
        assert_eq!(sum.total(), Cell::Integer(i64::MAX - 1));
        let mut small = Sum::default();
        for _ in 0..10 {
            small.insert(Number::Float(0.1));
        }
        assert_eq!(small.total(), Cell::Float(1.0));
        let mut large = Sum::default();
        [1e100, 1.0, -1e100].into_iter().for_each(|number| large.insert(Number::Float(number)));
        assert_eq!(large.total(), Cell::Float(1.0));
    }

    #[test]
    fn texts_are_compared_only_when_there_are_no_numbers() {
        let mut extremes = Extremes::default();
        for text in ["b", "a"] {
            extremes.insert(Scalar::Text(text));
        }
        assert_eq!(extremes.ends(), Some((Cell::Text("a".into()), Cell::Text("b".into()))));
        extremes.insert(Scalar::Text("10"));
        extremes.insert(Scalar::Integer(9));
        assert_eq!(extremes.ends(), Some((Cell::Integer(9), Cell::Integer(10))));
    }
}
