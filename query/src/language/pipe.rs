//! The tree of what stands behind the filter.

use std::fmt::{self, Display, Formatter};

use super::{Expr, Name, Span};

/// A step after the filter, and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Pipe {
    /// What it does.
    pub stage: Stage,
    /// From its name to its end, without the `|`.
    pub span: Span,
}

/// What becomes of the records, or of the rows of the pipe before.
#[derive(Clone, PartialEq, Debug)]
pub enum Stage {
    /// `where`: keeps those for which this is true.
    Where(Expr),
    /// `stats`: one row per group.
    Stats {
        /// The columns that are computed; at least one.
        aggregates: Vec<Aggregate>,
        /// What makes a group; one group of all when empty.
        by: Vec<Key>,
    },
    /// `timechart`: `stats` by time, with a row for every step, also for those without records.
    Timechart {
        /// The length of a step; `None` for one that suits the time asked about.
        step: Option<Step>,
        /// The columns that are computed; at least one.
        aggregates: Vec<Aggregate>,
        /// What makes a group beside the time.
        by: Vec<Name>,
    },
    /// `sort`.
    Sort(Vec<SortKey>),
    /// `head`: the first ones.
    Head(u64),
    /// `top`: the most frequent values.
    Top {
        /// How many.
        count: u64,
        /// Of which fields; several count combinations.
        fields: Vec<Name>,
    },
    /// `rare`: the least frequent values.
    Rare {
        /// How many.
        count: u64,
        /// Of which fields; several count combinations.
        fields: Vec<Name>,
    },
    /// `fields`: these columns, in this order.
    Fields(Vec<Name>),
    /// `dedup`: the first one of each combination of values.
    Dedup(Vec<Name>),
}

/// A column that is computed.
#[derive(Clone, PartialEq, Debug)]
pub struct Aggregate {
    /// How.
    pub function: Function,
    /// Of which field; `None` with those that count records.
    pub field: Option<Name>,
    /// What the column is called; `None` for what was written.
    pub alias: Option<Name>,
    /// Where it stands.
    pub span: Span,
}

/// A way to make one value of many.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Function {
    /// How many records, or values of a field.
    Count,
    /// How many different values.
    Distinct,
    /// The sum of the numbers.
    Sum,
    /// Their mean.
    Average,
    /// The smallest number; of texts when there are no numbers.
    Min,
    /// The largest one.
    Max,
    /// The number below which so many thousandths of the numbers are.
    Percentile(u16),
    /// Records per second.
    Rate,
    /// The value with the earliest event time.
    First,
    /// The value with the latest event time.
    Last,
}

/// What makes a group.
#[derive(Clone, PartialEq, Debug)]
pub enum Key {
    /// The values of a field.
    Field(Name),
    /// Steps of time.
    Bin(Step),
}

/// A length of time, in whole milliseconds, and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// How long; never zero.
    pub millis: u64,
    /// Where it stands.
    pub span: Span,
}

/// A column to sort by.
#[derive(Clone, PartialEq, Debug)]
pub struct SortKey {
    /// Which.
    pub name: Name,
    /// The largest first.
    pub descending: bool,
}

/// The functions that have one name each; percentiles are `p` and a number.
pub(super) const FUNCTIONS: [(&str, Function); 9] = [
    ("count", Function::Count),
    ("distinct", Function::Distinct),
    ("sum", Function::Sum),
    ("avg", Function::Average),
    ("min", Function::Min),
    ("max", Function::Max),
    ("rate", Function::Rate),
    ("first", Function::First),
    ("last", Function::Last),
];

impl Function {
    /// The function of a name, in any case.
    pub(super) fn named(name: &str) -> Option<Self> {
        let known = FUNCTIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map(|(_, function)| *function).or_else(|| {
            let digits = name.strip_prefix(['p', 'P'])?;
            let (whole, tenth) = digits.split_once('.').unwrap_or((digits, "0"));
            let fits = |part: &str, most: usize| {
                (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
            };
            if !fits(whole, 3) || !fits(tenth, 1) {
                return None;
            }
            let thousandths = whole.parse::<u16>().ok()? * 10 + tenth.parse::<u16>().ok()?;
            (thousandths <= 1_000).then_some(Self::Percentile(thousandths))
        })
    }

    /// Whether it counts records and needs no field.
    pub(super) fn is_of_records(self) -> bool {
        matches!(self, Self::Count | Self::Rate)
    }
}

impl Display for Function {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        if let Self::Percentile(thousandths) = self {
            write!(formatter, "p{}", thousandths / 10)?;
            return match thousandths % 10 {
                0 => Ok(()),
                tenth => write!(formatter, ".{tenth}"),
            };
        }
        let named = FUNCTIONS.iter().find(|(_, known)| known == self);
        formatter.write_str(named.map_or("", |(name, _)| name))
    }
}

impl Aggregate {
    /// The name of its column.
    pub fn column(&self) -> String {
        match (&self.alias, &self.field) {
            (Some(alias), _) => alias.text.clone(),
            (None, None) => self.function.to_string(),
            (None, Some(field)) => format!("{}({})", self.function, field.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_known_by_their_names() {
        assert_eq!(Function::named("AVG"), Some(Function::Average));
        assert_eq!(Function::named("p99"), Some(Function::Percentile(990)));
        assert_eq!(Function::named("P99.9"), Some(Function::Percentile(999)));
        assert_eq!(Function::named("p100"), Some(Function::Percentile(1_000)));
        for unknown in ["", "p", "p.9", "p101", "p99.95", "p-1", "pay", "median"] {
            assert_eq!(Function::named(unknown), None, "{unknown}");
        }
        for function in [Function::Percentile(5), Function::Percentile(500), Function::Rate] {
            assert_eq!(Function::named(&function.to_string()), Some(function));
        }
    }
}
