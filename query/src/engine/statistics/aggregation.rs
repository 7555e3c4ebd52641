//! What a pipe counts, by what, and what its columns are called.

use super::state::StateKind;
use crate::language::{Aggregate, Function, Key, Name, QueryError, Span};

/// Groups and columns of a pipe. `F` is where values come from: a field of records, or a column of a table.
#[derive(Clone, Debug)]
pub(super) struct Aggregation<F> {
    pub(super) keys: Vec<GroupKey<F>>,
    /// What is remembered of each group.
    pub(super) states: Vec<(StateKind, F)>,
    pub(super) outputs: Vec<Output>,
    /// The names of all columns: of the keys, then of the outputs.
    pub(super) columns: Vec<String>,
    /// Whether records without a value make a group of their own.
    pub(super) keeps_missing: bool,
    /// Whether steps of time without records get rows too.
    pub(super) fills: bool,
    /// Whether groups with the lowest counts may be forgotten when there are too many.
    pub(super) may_forget: bool,
}

/// What makes a group.
#[derive(Clone, Debug)]
pub(super) enum GroupKey<F> {
    Field(F),
    /// Steps of this many nanoseconds of the time in `F`; `None` for steps that suit the time asked about.
    Bin(Option<i64>, F),
}

/// A computed column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    pub(super) function: Function,
    /// Which state it is computed from; `None` for the number of records.
    pub(super) state: Option<usize>,
}

/// The name of the column with the time.
pub(super) const TIME: &str = "timestamp";
/// The name of the column of `top` and `rare`.
pub(super) const COUNT: &str = "count";

impl<F: PartialEq> Aggregation<F> {
    /// Makes names into fields or columns.
    pub(super) fn new(
        aggregates: &[Aggregate],
        by: &[Key],
        mut resolve: impl FnMut(&Name) -> Result<F, QueryError>,
    ) -> Result<Self, QueryError> {
        let (mut columns, mut places) = (Vec::new(), Vec::new());
        let mut keys = Vec::with_capacity(by.len());
        let mut bins = 0;
        for key in by {
            keys.push(match key {
                Key::Field(name) => {
                    columns.push(name.text.clone());
                    places.push(name.span);
                    GroupKey::Field(resolve(name)?)
                }
                Key::Bin(step) => {
                    columns.push(TIME.to_owned());
                    places.push(step.span);
                    bins += 1;
                    let nanos = i64::try_from(step.millis).unwrap_or(i64::MAX).saturating_mul(1_000_000);
                    GroupKey::Bin(Some(nanos), resolve(&Name { text: TIME.to_owned(), span: step.span })?)
                }
            });
        }
        if bins > 1 {
            let span = places.last().copied().unwrap_or_default();
            return Err(QueryError::new(span, "there are two steps of time", "keep one bin(…)"));
        }
        let (mut states, mut outputs): (Vec<(StateKind, F)>, _) = (Vec::new(), Vec::new());
        for aggregate in aggregates {
            let state = match (StateKind::of(aggregate.function, aggregate.field.is_some()), &aggregate.field)
            {
                (Some(kind), Some(name)) => {
                    let wanted = (kind, resolve(name)?);
                    let known = states.iter().position(|known| *known == wanted);
                    Some(known.unwrap_or_else(|| {
                        states.push(wanted);
                        states.len() - 1
                    }))
                }
                _ => None,
            };
            outputs.push(Output { function: aggregate.function, state });
            columns.push(aggregate.column());
            places.push(aggregate.alias.as_ref().map_or(aggregate.span, |alias| alias.span));
        }
        refuse_twins(&columns, &places)?;
        Ok(Self { keys, states, outputs, columns, keeps_missing: true, fills: false, may_forget: false })
    }

    /// Groups of which nothing is computed.
    pub(super) fn of_keys(fields: Vec<F>) -> Self {
        Self {
            keys: fields.into_iter().map(GroupKey::Field).collect(),
            states: Vec::new(),
            outputs: Vec::new(),
            columns: Vec::new(),
            keeps_missing: true,
            fills: false,
            may_forget: false,
        }
    }

    /// How often combinations of values come.
    pub(super) fn of_values(
        fields: &[Name],
        resolve: impl FnMut(&Name) -> Result<F, QueryError>,
    ) -> Result<Self, QueryError> {
        let span = fields.first().map(|name| name.span).unwrap_or_default();
        let count = Aggregate { function: Function::Count, field: None, alias: None, span };
        let by: Vec<Key> = fields.iter().cloned().map(Key::Field).collect();
        Ok(Self { keeps_missing: false, ..Self::new(&[count], &by, resolve)? })
    }
}

/// A column must have a name of its own, or nothing behind it could tell which is meant.
pub(super) fn refuse_twins(columns: &[String], places: &[Span]) -> Result<(), QueryError> {
    for (place, column) in columns.iter().enumerate() {
        if columns[..place].contains(column) {
            let message = format!("two columns are called `{column}`");
            return Err(QueryError::new(
                places[place],
                message,
                "give one of them another name with `as`, or leave it away",
            ));
        }
    }
    Ok(())
}
